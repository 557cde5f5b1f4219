"""Sets of positions as intervals: against the sets themselves."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.matching.similarity import Parts, Similar, dice, parts, similar, size

intervals = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4)
sets = st.lists(intervals.map(parts), max_size=8)


def positions(one: Parts) -> set[int]:
    return {at for start, end in one for at in range(start, end)}


@given(intervals)
def test_parts_are_the_same_set_apart_and_in_order(each: list[tuple[int, int]]) -> None:
    made = parts(each)
    assert positions(made) == {at for start, end in each for at in range(start, end)}
    assert size(made) == len(positions(made))
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(made))


@given(intervals.map(parts), intervals.map(parts))
def test_dice_is_that_of_the_sets(one: Parts, other: Parts) -> None:
    total = len(positions(one)) + len(positions(other))
    assert dice(one, other) == (2 * len(positions(one) & positions(other)) / total if total else 0)


@pytest.mark.parametrize("least", [0.1, 0.5, 0.8, 1.0])
@given(gold=sets, predicted=sets)
def test_all_similar_pairs_are_found_and_no_others(gold: list[Parts], predicted: list[Parts], least: float) -> None:
    expected = [
        Similar(g, p, value)
        for g, one in enumerate(gold)
        for p, other in enumerate(predicted)
        if (value := dice(one, other)) >= least
    ]
    assert similar(gold, predicted, least) == expected


def test_one_set_over_everything_is_compared_with_nothing_small() -> None:
    small = [((10 * n, 10 * n + 5),) for n in range(1000)]
    assert similar(small, [((0, 10_000),)] * 1000, 0.5) == []

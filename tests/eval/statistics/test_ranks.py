"""Rank intervals and Holm's adjustment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.statistics.ranks import RankInterval, holm, rank_intervals

p_values = st.floats(0, 1)


def symmetric(p: dict[tuple[int, int], float | None], systems: int) -> list[list[float | None]]:
    return [[p.get((min(i, j), max(i, j)), 1.0) for j in range(systems)] for i in range(systems)]


@given(st.lists(p_values, max_size=8))
def test_holm_by_its_definition(found: list[float]) -> None:
    expected = [
        max((min(1.0, q * sum(other >= q for other in found)) for q in found if q <= p), default=1.0) for p in found
    ]
    adjusted = holm(found)
    assert adjusted == pytest.approx(expected)
    assert all(p is not None and p >= before for p, before in zip(adjusted, found, strict=True))


def test_holm_of_none() -> None:
    assert holm([]) == []
    assert holm([None, 0.2, None]) == [None, 0.2, None]
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_nothing_significant_is_one_rank_for_all() -> None:
    """Five documents give no p below 0.0625: no system stands above another."""
    p = symmetric(dict.fromkeys([(0, 1), (0, 2), (1, 2)], 0.0625), 3)
    assert rank_intervals([0.9, 0.5, 0.1], p) == [RankInterval(1, 3)] * 3


def test_everything_significant_is_a_strict_order() -> None:
    p = symmetric(dict.fromkeys([(0, 1), (0, 2), (1, 2)], 0.001), 3)
    assert rank_intervals([0.5, 0.9, 0.1], p) == [RankInterval(2, 2), RankInterval(1, 1), RankInterval(3, 3)]


def test_all_pairs_are_adjusted_together() -> None:
    p = symmetric({(0, 1): 0.02, (0, 2): 0.02, (1, 2): 0.02}, 3)
    assert rank_intervals([0.9, 0.5, 0.1], p) == [RankInterval(1, 3)] * 3
    assert rank_intervals([0.9, 0.5, 0.1], p, level=0.9) == [RankInterval(n, n) for n in (1, 2, 3)]


def test_undefined_scores_rank_nowhere_and_are_nobodys_rival() -> None:
    p = symmetric({(0, 2): 0.03, (0, 1): 0.001, (1, 2): 0.001}, 3)
    assert rank_intervals([0.9, None, 0.1], p) == [RankInterval(1, 1), None, RankInterval(2, 2)]
    assert rank_intervals([None], [[None]]) == [None]
    assert rank_intervals([], []) == []


def test_without_a_test_nothing_is_shown() -> None:
    p = symmetric({(0, 1): None, (0, 2): 0.01, (1, 2): 0.5}, 3)
    assert rank_intervals([0.9, 0.5, 0.1], p) == [RankInterval(1, 2), RankInterval(1, 3), RankInterval(2, 3)]


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            st.lists(st.none() | st.floats(0, 1), min_size=n, max_size=n),
            st.lists(st.sampled_from([0.0001, 0.01, 0.3]), min_size=n * n, max_size=n * n),
            st.permutations(range(n)),
        )
    )
)
def test_ranks_follow_the_systems_and_never_contradict_the_values(
    drawn: tuple[list[float | None], list[float], list[int]],
) -> None:
    scores, flat, order = drawn
    n = len(scores)
    p = symmetric({(i, j): flat[i * n + j] for i in range(n) for j in range(n)}, n)
    found = rank_intervals(scores, p)
    moved = rank_intervals([scores[i] for i in order], [[p[i][j] for j in order] for i in order])
    assert moved == [found[i] for i in order]
    for i, rank in enumerate(found):
        if rank is None:
            continue
        value = scores[i]
        assert value is not None
        others = [other for k, other in enumerate(scores) if k != i and other is not None]
        assert 1 <= rank.best <= 1 + sum(other > value for other in others)
        assert len(others) + 1 >= rank.worst >= len(others) + 1 - sum(other < value for other in others)


def test_a_table_that_is_none() -> None:
    with pytest.raises(ValueError, match="shape"):
        rank_intervals([0.5, 0.6], [[1.0]])
    with pytest.raises(ValueError, match="differ"):
        rank_intervals([0.5, 0.6], [[1.0, 0.1], [0.2, 1.0]])

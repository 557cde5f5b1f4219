"""Keys say of rows of numbers what the rows say: which are equal, and which comes first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.matching.keys import by_sight, distinct, row_keys, sorting

NUMBERS = st.integers(-3, 3) | st.integers(-(2**40), 2**40)
ROWS = st.integers(1, 5).flatmap(lambda width: st.lists(st.tuples(*[NUMBERS] * width), min_size=1, max_size=30))


@given(rows=ROWS)
def test_a_key_is_equal_and_ascends_as_rows_are_and_do(rows: list[tuple[int, ...]]) -> None:
    keys = row_keys([np.array(column) for column in zip(*rows, strict=True)]).tolist()
    for one, key in zip(rows, keys, strict=True):
        for other, its in zip(rows, keys, strict=True):
            assert (key < its, key == its) == (one < other, one == other)


def test_columns_of_any_whole_numbers_make_keys() -> None:
    columns = [np.array([1, 0], np.uint8), np.array([True, False]), np.array([-7, 2**31 - 1], np.int32)]
    assert np.argsort(row_keys(columns)).tolist() == [1, 0]
    assert row_keys([np.zeros(0, np.uint16)]).tolist() == []


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.int64])
@given(numbers=st.lists(st.integers(0, 200), max_size=300))
def test_equal_keys_stay_as_they_come(kind: type[np.integer], numbers: list[int]) -> None:
    keys = np.array(numbers, kind)
    order = sorting(keys)
    expected = np.argsort(keys, kind="stable").tolist()
    assert expected == (list(range(len(keys))) if order is None else order.tolist())


@given(numbers=st.lists(NUMBERS | st.integers(2**61, 2**62 - 1), max_size=30))
def test_distinct_keys_are_those_of_numpy(numbers: list[int]) -> None:
    keys = np.array(numbers, np.int64)
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    assert [each.tolist() for each in distinct(keys)] == [first.tolist(), place.tolist()]


@given(numbers=st.lists(st.integers(0, 40), max_size=30))
def test_codes_are_numbered_as_they_are_seen(numbers: list[int]) -> None:
    found, place = by_sight(np.array(numbers, np.int64))
    seen = list(dict.fromkeys(numbers))
    assert found.tolist() == seen
    assert place.tolist() == [seen.index(number) for number in numbers]

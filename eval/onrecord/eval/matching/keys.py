"""Whole numbers as keys: rows of several of them as one number, sorted and told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from onrecord.eval.matching.reduction import IntArray

_BITS = 62
"""Of a key; one is left for a sum of two."""


def row_keys(columns: Sequence[npt.NDArray[Any]]) -> IntArray:
    """A number for each row of some columns of whole numbers: equal where rows are, and ascending as they are.

    Args:
        columns: At least one, each of the shape (k,), the first the most significant.

    >>> row_keys([np.array([1, 0, 1]), np.array([-1, 2, 0])]).tolist()
    [4, 3, 5]
    """
    keys: IntArray = np.zeros(len(columns[0]), np.int64)
    many = 1
    for column in columns:
        low, high = int(column.min(initial=0)), int(column.max(initial=0))
        if many * (high - low + 1) >= 1 << _BITS:  # ranks take the place of what is too large for one number
            keys = distinct(keys)[1]
            column = distinct(column.astype(np.int64))[1]
            low, high, many = 0, len(column), len(keys) + 1
        keys *= high - low + 1
        keys += column
        if low:
            keys -= low
        many *= high - low + 1
    return keys


def sorting(keys: npt.NDArray[Any]) -> IntArray | None:
    """The order that sorts keys, equal ones as they come; None where they are in order."""
    if np.all(keys[1:] >= keys[:-1]):
        return None
    bits = len(keys).bit_length()
    if int(keys.min()) < 0 or int(keys.max()) >= 1 << (_BITS - bits):
        return np.argsort(keys, kind="stable")
    # numbers are sorted several times as fast as places of numbers
    packed: IntArray = (keys.astype(np.int64) << bits) | np.arange(len(keys))
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def distinct(keys: IntArray) -> tuple[IntArray, IntArray]:
    """The index of the first of each distinct key, keys ascending, and the place of each key among the distinct.

    >>> [each.tolist() for each in distinct(np.array([7, 5, 7]))]
    [[1, 0], [1, 0, 1]]
    """
    order = sorting(keys)
    ordered = keys if order is None else keys[order]
    new = np.ones(len(keys), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    number = np.cumsum(new) - 1
    first = np.flatnonzero(new)
    if order is None:
        return first, number
    place = np.empty(len(keys), np.int64)
    place[order] = number
    return order[first], place


def by_sight(codes: IntArray) -> tuple[IntArray, IntArray]:
    """Distinct codes from 0 on in order of first sight, and the place of each code among them.

    Codes are about as many as there are.

    >>> [each.tolist() for each in by_sight(np.array([7, 5, 7]))]
    [[7, 5], [0, 1, 0]]
    """
    first = np.full(int(codes.max(initial=-1)) + 1, len(codes))
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    found = np.flatnonzero(first < len(codes))
    found = found[np.argsort(first[found])]
    place = np.empty(len(first), np.int64)
    place[found] = np.arange(len(found))
    return found, place[codes]

"""Dice similarity of sets of positions, and all pairs of two lists of sets that are similar enough.

A set is written as its parts: ascending half-open intervals that neither overlap nor touch. So its cost is that of its
parts and not of its positions. ``2|A & B| / (|A| + |B|)`` (Dice, 1945) of at least t means that the sizes differ by a
factor of ``(2 - t) / t`` at most. Sets are therefore sorted into classes by the binary logarithm of their size, and one
is only compared with those of classes near to its own that have a part in the same place: the work grows with what is
found, whatever sets over whole documents there are.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Parts = tuple[tuple[int, int], ...]
"""Start and end of each part of a set of positions; empty for the empty set."""


class Similar(NamedTuple):
    """Two sets, by index, that are similar enough."""

    gold: int
    predicted: int
    dice: float
    """In (0, 1]."""


def parts(intervals: Iterable[tuple[int, int]]) -> Parts:
    """The parts of a union of intervals, given in any order; empty intervals are left out.

    >>> parts([(7, 9), (0, 3), (3, 4), (8, 10), (5, 5)])
    ((0, 4), (7, 10))
    """
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def size(one: Parts) -> int:
    """How many positions a set has."""
    return sum(end - start for start, end in one)


def dice(one: Parts, other: Parts) -> float:
    """``2|A & B| / (|A| + |B|)``, in [0, 1]; 0 where both are empty: nothing is like nothing here.

    >>> dice(((0, 4),), ((2, 4), (6, 8)))
    0.5
    """
    total = size(one) + size(other)
    return 2 * shared_positions(one, other) / total if total else 0.0


def shared_positions(one: Parts, other: Parts) -> int:
    """How many positions two sets share.

    >>> shared_positions(((0, 4), (6, 9)), ((2, 7),))
    3
    """
    total = at = 0
    for start, end in one:
        while at < len(other) and other[at][1] <= start:
            at += 1
        for low, high in other[at:]:
            if low >= end:
                break
            total += min(end, high) - max(start, low)
    return total


def similar(gold: Sequence[Parts], predicted: Sequence[Parts], least: float) -> list[Similar]:
    """All pairs with a Dice of at least ``least``, in order of the gold and then of the predicted index.

    Args:
        gold: Any sets; empty ones are like nothing.
        predicted: Likewise.
        least: In (0, 1].
    """
    near = math.ceil(math.log2((2 - least) / least))
    sizes = [size(each) for each in gold]
    classes = _by_size(gold, sizes)
    found: list[Similar] = []
    for p, other in enumerate(predicted):
        total = size(other)
        middle = total.bit_length()
        shared: Counter[int] = Counter()
        for place in range(middle - near, middle + near + 1) if total else ():
            if place in classes:
                classes[place].add_shared(other, shared)
        for g, count in shared.items():
            if (value := 2 * count / (sizes[g] + total)) >= least:
                found.append(Similar(g, p, value))
    return sorted(found)


class _Class(NamedTuple):
    """The parts of all sets of one class of sizes, in order of their start."""

    starts: list[int]
    rows: list[tuple[int, int, int]]
    """Start, end, index of the set."""
    longest: int

    def add_shared(self, other: Parts, shared: Counter[int]) -> None:
        """Add how many positions each set of the class shares with ``other``."""
        for start, end in other:
            low = bisect_right(self.starts, start - self.longest)
            for at, until, index in self.rows[low : bisect_left(self.starts, end)]:
                if until > start:
                    shared[index] += min(end, until) - max(start, at)


def _by_size(sets: Sequence[Parts], sizes: Sequence[int]) -> dict[int, _Class]:
    grouped: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for index, (each, total) in enumerate(zip(sets, sizes, strict=True)):
        grouped[total.bit_length()] += [(start, end, index) for start, end in each]
    classes: dict[int, _Class] = {}
    for place, rows in grouped.items():
        rows.sort()
        classes[place] = _Class([row[0] for row in rows], rows, max((end - start for start, end, _ in rows), default=0))
    return classes

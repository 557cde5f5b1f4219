"""Gamma (Mathet, Widlöcher and Métivier, 2015): chance-corrected agreement on where units are and what they are.

Two annotators' units are aligned so that the disorder is least: a pair costs its dissimilarity, a unit left alone costs
1. With two annotators that is an assignment problem, solved exactly. The dissimilarity of two units is

    ((|s - s'| + |e - e'|) / ((e - s) + (e' - s')))^2 + [type differs]

and the disorder of an alignment is its cost divided by the mean number of units an annotator has. Gamma is 1 minus the
observed disorder over the disorder expected by chance: the mean over samples in which each annotator's units are moved
round the text by a random distance. It is at most 1, 0 at chance level, and below 0 for less than chance.

All samples of one document are aligned at once, and nothing is kept of a document but its two disorders. Only units
that may become a pair are ever compared: the centres of others are too far apart for their lengths.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from collections.abc import Hashable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from onrecord.eval.matching.assignment import assign

SAMPLES = 30
"""Samples of chance for each document, with a fixed seed: the same labels give the same gamma."""

_BLOCK = 2**18
"""About how many pairs of units are compared at once: some megabytes."""

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of a text and its type."""

    start: int
    end: int
    type: str = ""


@dataclasses.dataclass(frozen=True)
class Continuum:
    """Two annotators' units on one text."""

    length: int
    one: tuple[Unit, ...]
    other: tuple[Unit, ...]


def disorder(one: Sequence[Unit], other: Sequence[Unit]) -> float | None:
    """Least disorder of any alignment, from 0 to 2; None where neither has a unit. Units are not empty."""
    if not one and not other:
        return None
    (least,) = _disorders(*_samples(one, other), np.zeros((2, 1), np.int64), None)
    return least


def gamma(continua: Iterable[Continuum]) -> float | None:
    """Gamma over several texts: one minus the mean observed over the mean expected disorder, weighted by units.

    Returns:
        None where nobody has a unit, or where chance would agree fully.
    """
    randomly = random.Random(0)
    observed: list[float] = []
    expected: list[float] = []
    for continuum in continua:
        weight = len(continuum.one) + len(continuum.other)
        found = disorder(continuum.one, continuum.other)
        if found is None:
            continue
        observed.append(weight * found)
        length = max(1, continuum.length)
        moves = np.array([[randomly.randrange(length), randomly.randrange(length)] for _ in range(SAMPLES)]).T
        by_chance = _disorders(*_samples(continuum.one, continuum.other), moves, length)
        expected.append(weight * math.fsum(by_chance) / SAMPLES)
    chance = math.fsum(expected)
    return None if not chance else 1 - math.fsum(observed) / chance


@dataclasses.dataclass(frozen=True, eq=False)
class _Units:
    """One annotator's n units."""

    start: _Ints
    size: _Ints
    type: _Ints
    """A code, the same for both annotators."""

    def __len__(self) -> int:
        return len(self.start)


def _samples(one: Sequence[Unit], other: Sequence[Unit]) -> tuple[_Units, _Units]:
    """Both annotators' units as arrays."""
    codes: dict[str, int] = {}

    def units(side: Sequence[Unit]) -> _Units:
        rows = [(unit.start, unit.end - unit.start, codes.setdefault(unit.type, len(codes))) for unit in side]
        return _Units(*np.array(rows, np.int64).reshape(-1, 3).T)

    return units(one), units(other)


def _disorders(one: _Units, other: _Units, moves: _Ints, length: int | None) -> list[float]:
    """The least disorder of each sample.

    Args:
        one: The one's units, at least one together with the other's.
        other: The other's.
        moves: How far each annotator's units are moved on, shape (2, samples).
        length: Of the text; units that pass its end come in again at the beginning. None for units that stay.
    """
    starts = [units.start + move[:, None] for units, move in zip((one, other), moves, strict=True)]
    if length is not None:
        starts = [start % length for start in starts]
    sample, row, column, cost = _possible_pairs(one, other, starts[0], starts[1])
    saved = 2 - cost  # against leaving both alone
    nodes = sample * len(one) + row, sample * len(other) + column
    # nearly all pairs share neither unit with another: these are chosen without a search
    alone = np.ones(len(cost), bool)
    for node in nodes:
        alone &= np.bincount(node)[node] == 1
    rest = np.flatnonzero(~alone)
    edges: list[tuple[Hashable, Hashable, float]] = list(
        zip(nodes[0][rest].tolist(), nodes[1][rest].tolist(), saved[rest].tolist(), strict=True)
    )
    chosen = alone.copy()
    chosen[rest[assign(edges)]] = True
    bounds = np.searchsorted(sample[chosen], np.arange(moves.shape[1] + 1))
    total, both = saved[chosen].tolist(), len(one) + len(other)
    return [(both - math.fsum(total[a:b])) / (both / 2) for a, b in itertools.pairwise(bounds.tolist())]


def _possible_pairs(
    one: _Units, other: _Units, start: _Ints, other_start: _Ints
) -> tuple[_Ints, _Ints, _Ints, _Floats]:
    """Sample, unit of the one, unit of the other and dissimilarity of every pair of less than 2, in this order.

    Args:
        one: The one's units.
        other: The other's.
        start: Where the one's are in each sample, shape (samples, n).
        other_start: The same of the other's.
    """
    parts = [
        _compared(one, other, start, other_start, rows, columns)
        for rows, columns in _near(2 * start + one.size, 2 * other_start + other.size, one.size, other.size)
    ]
    if not parts:
        return (*np.zeros((3, 0), np.int64), np.zeros(0))
    sample, row, column = (np.concatenate([part[0][n] for part in parts]) for n in range(3))
    cost = np.concatenate([part[1] for part in parts])
    order = np.lexsort((column, row, sample))
    return sample[order], row[order], column[order], cost[order]


def _near(middle: _Ints, other_middle: _Ints, size: _Ints, other_size: _Ints) -> Iterator[tuple[_Ints, _Ints]]:
    """Places, in the flattened arrays, of units that may have a dissimilarity below 2, some at a time.

    Half of what is moved is at least the distance of the centres. A pair below 2 has moved less than the square root of
    two times the sum of the sizes.
    """
    if not middle.size or not other_middle.size:
        return
    reach = 3 * (size + other_size.max()) // 2 + 1
    stride = max(middle.max(), other_middle.max()) + reach.max() + 1  # so that samples are out of reach of each other
    apart = stride * np.arange(len(middle))[:, None]
    key, other_key = (middle + apart).ravel(), (other_middle + apart).ravel()
    order = np.argsort(other_key, kind="stable")
    ranked = other_key[order]
    reach = np.broadcast_to(reach, middle.shape).ravel()
    first = np.searchsorted(ranked, key - reach)
    many = np.searchsorted(ranked, key + reach, side="right") - first
    ends = np.cumsum(many)
    stops = np.searchsorted(ends, np.arange(_BLOCK, ends[-1] + _BLOCK, _BLOCK), side="left") + 1
    for low, high in itertools.pairwise(dict.fromkeys([0, *np.minimum(stops, len(key)).tolist()])):
        rows = np.repeat(np.arange(low, high), many[low:high])
        before = np.repeat(ends[low:high] - many[low:high], many[low:high])
        place = np.arange(len(rows)) + (ends[low] - many[low]) - before
        yield rows, order[first[rows] + place]


def _compared(
    one: _Units, other: _Units, start: _Ints, other_start: _Ints, rows: _Ints, columns: _Ints
) -> tuple[tuple[_Ints, _Ints, _Ints], _Floats]:
    """Those of some pairs that are less than 2 dissimilar: sample, unit, other unit; and the dissimilarity."""
    row, column = rows % len(one), columns % len(other)
    shift = start.ravel()[rows] - other_start.ravel()[columns]
    moved = np.abs(shift) + np.abs(shift + one.size[row] - other.size[column])
    ratio = moved / (one.size[row] + other.size[column])
    differ = one.type[row] != other.type[column]
    # a margin, since the square below may be rounded otherwise than that of numpy
    kept = np.flatnonzero(ratio * ratio + differ < 2.001)
    # the square of the C library, as in the definition: numpy's own is another in the last bit now and then
    cost = np.array([each**2 for each in ratio[kept].tolist()], np.float64) + differ[kept]
    below = cost < 2
    kept = kept[below]
    return (rows[kept] // len(one), row[kept], column[kept]), cost[below]

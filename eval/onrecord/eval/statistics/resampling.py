"""Scores of resampled units: the bootstrap over documents or topics, from additive counts alone.

A resample (Efron, 1979) draws as many units as there are, with replacement; its sums are the counts times how often
each unit was drawn, and a score is a function of the sums. All measures are read off the same draws.

- Up to ``MULTINOMIAL_UNITS`` units the weights are exact: how often each was drawn.
- Above, every unit is weighted independently with a Poisson variable of mean 1 (Hanley & MacGibbon, 2006; Chamandy et
  al., 2012), whose probabilities are those of the distribution to 1/65536. The number of units then varies by a share
  of 1 / sqrt(units), which a ratio of sums does not feel.

Sums are exact, and so the same whatever the machine, its number of cores and the order of additions: counts become
whole numbers, split into digits so small that a block of products stays below 2 ** 24, where single precision is still
exact. Whole counts below 2 ** 33 are taken as they are; others are rounded to 33 binary digits of the largest one in
their column.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
WeightBlock = tuple[slice, slice, NDArray[np.float32]]
"""Which draws, which units, and the weights of these units in these draws: whole numbers."""

MULTINOMIAL_UNITS = 8192
"""From here on weights are Poisson: drawing indices would take longer than everything else together."""

_CHUNK = 1024
"""Units whose weights are made at a time. Decides what a seed gives."""
_DRAWS = 256
"""Draws made at a time: a block of weights then fits the cache. Decides nothing."""
_DIGIT = 11
"""Bits of a digit: _CHUNK units times a weight of at most 8 times a digit is less than 2 ** 24, as are
MULTINOMIAL_UNITS times a digit, which bounds weights that sum to the number of units."""
_BITS = 33
"""Three digits."""


@dataclasses.dataclass(frozen=True)
class Formula:
    """How a measure is read off sums of counts: F1, or a share, of one set of counts or the mean over several."""

    parts: tuple[int, ...]
    """Which sets of counts: positions on the second axis of the array of counts."""
    kind: Literal["f1", "share"] = "f1"
    """As :func:`onrecord.eval.statistics.counts.score` and :func:`onrecord.eval.statistics.counts.share` define
    them."""


def each_f1(sets: int) -> tuple[Formula, ...]:
    """The F1 of each set of counts.

    >>> each_f1(2)
    (Formula(parts=(0,), kind='f1'), Formula(parts=(1,), kind='f1'))
    """
    return tuple(Formula((position,)) for position in range(sets))


def values(sums: ArrayLike, formulas: Sequence[Formula]) -> Floats:
    """Scores of sums.

    Args:
        sums: Shape (..., sets, 4): gold matched, gold, predicted matched, predicted.
        formulas: The measures.

    Returns:
        Shape (..., measures), each in [0, 1]; NaN stands for undefined, as an array of numbers has no None.

    >>> values([[1, 2, 1, 4], [0, 0, 0, 0]], [Formula((0,)), Formula((0,), "share"), Formula((1,))])
    array([0.33333333, 0.5       ,        nan])
    """
    sums = np.asarray(sums, np.float64)
    result = np.empty((*sums.shape[:-2], len(formulas)))
    for m, formula in enumerate(formulas):
        read = _f1 if formula.kind == "f1" else _share
        result[..., m] = sum(read(sums[..., part, :]) for part in formula.parts) / len(formula.parts)
    return result


def _f1(sums: Floats) -> Floats:
    matched, gold, right, predicted = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, precision = matched / gold, right / predicted
        f1 = 2 * precision * recall / (precision + recall)
    f1 = np.where(precision + recall > 0, f1, 0.0)  # nothing right, or one side empty
    return np.where((gold == 0) & (predicted == 0), np.nan, f1)


def _share(sums: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)


def leave_one_out(counts: ArrayLike, formulas: Sequence[Formula]) -> Floats:
    """The scores without each unit, shape (units, measures); NaN where undefined.

    >>> leave_one_out([[[1, 2, 1, 2]], [[2, 2, 2, 2]]], each_f1(1))
    array([[1. ],
           [0.5]])
    """
    counts = np.asarray(counts, np.float64)
    result = np.empty((len(counts), len(formulas)))
    for m, formula in enumerate(formulas):  # one after the other: the array of counts may be all that memory holds
        parts = list(formula.parts)
        rest = counts[:, parts].sum(axis=0) - counts[:, parts]
        result[:, m] = values(rest, [dataclasses.replace(formula, parts=tuple(range(len(parts))))])[:, 0]
    return result


def contributing(counts: ArrayLike, formula: Formula) -> NDArray[np.bool_]:
    """Which units have anything that the measure counts, shape (units,)."""
    numbers = slice(None) if formula.kind == "f1" else slice(2)
    there: NDArray[np.bool_] = (np.asarray(counts)[:, list(formula.parts), numbers] != 0).any(axis=(1, 2))
    return there


def bootstrap(counts: ArrayLike, formulas: Sequence[Formula], draws: int = 10_000, seed: int = 0) -> Floats:
    """The scores of resamples.

    Args:
        counts: Shape (units, sets, 4), see :func:`values`.
        formulas: The measures.
        draws: Number of resamples.
        seed: The same gives the same, to the last bit.

    Returns:
        Shape (draws, measures); NaN where undefined.
    """
    counts = np.asarray(counts, np.float64)
    units = len(counts)
    make = multinomial_weights if units <= MULTINOMIAL_UNITS else poisson_weights
    return values(_sums(make(units, draws, seed), counts, formulas, draws), formulas)


def _sums(blocks: Iterable[WeightBlock], counts: Floats, formulas: Sequence[Formula], draws: int) -> Floats:
    used = sorted({part for formula in formulas for part in formula.parts})
    columns = (counts[:, part, number] for part in used for number in range(4))
    result = np.zeros((draws, counts.shape[1], 4))
    result[:, used] = weighted_sums(blocks, columns, draws).reshape(draws, len(used), 4)
    return result


def multinomial_weights(units: int, draws: int, seed: int) -> Iterator[WeightBlock]:
    """How often each unit is drawn when as many are drawn as there are; at most ``MULTINOMIAL_UNITS`` of them.

    A unit's probability is 1/units to 2 ** -32.
    """
    random = np.random.SFC64(seed)
    step = max(1, _DRAWS * _CHUNK // units)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        words = _raw(random, rows, units, "<u4")
        drawn = (words.astype(np.int64) * units) >> 32
        drawn += np.arange(rows)[:, None] * units
        weights = np.bincount(drawn.ravel(), minlength=rows * units).astype(np.float32).reshape(rows, units)
        yield slice(start, start + rows), slice(0, units), weights


def poisson_weights(units: int, draws: int, seed: int) -> Iterator[WeightBlock]:
    """Independent Poisson weights of mean 1, from 16 random bits each; at most 8."""
    for drawn, these, words in _chunks(units, draws, seed, "<u2"):
        counted, above = np.zeros(words.shape, np.uint8), np.empty(words.shape, bool)
        for threshold in _POISSON[:_COMMON]:
            np.greater_equal(words, threshold, out=above)
            counted += above.view(np.uint8)
        rare = np.flatnonzero(above)  # few are as large as that: the others need not be compared further
        counted.reshape(-1)[rare] += np.searchsorted(_POISSON[_COMMON:], words.reshape(-1)[rare], "right").astype(
            np.uint8
        )
        yield drawn, these, counted.astype(np.float32)


def swap_weights(units: int, draws: int, seed: int) -> Iterator[WeightBlock]:
    """1 or 0 with even chances: whether a unit is swapped."""
    for drawn, these, words in _chunks(units, draws, seed, "u1"):
        yield drawn, these, (words & 1).astype(np.float32)


def _poisson_thresholds() -> NDArray[np.uint16]:
    below = np.cumsum([math.exp(-1) / math.factorial(n) for n in range(9)])
    scaled = np.rint(below * 2**16)
    return np.array(scaled[scaled < 2**16], np.uint16)


_POISSON = _poisson_thresholds()


_COMMON = 4
"""Weights up to which every word is compared: 2 % of them are as large."""


def _chunks(
    units: int, draws: int, seed: int, dtype: str
) -> Iterator[tuple[slice, slice, NDArray[np.unsignedinteger]]]:
    """Random words; the numbers of one chunk of units come draw after draw, however many are made at a time."""
    random = np.random.SFC64(seed)
    for first in range(0, units, _CHUNK):
        last = min(units, first + _CHUNK)
        for start in range(0, draws, _DRAWS):
            stop = min(draws, start + _DRAWS)
            yield slice(start, stop), slice(first, last), _raw(random, stop - start, last - first, dtype)


def _raw(random: np.random.SFC64, rows: int, columns: int, dtype: str) -> NDArray[np.unsignedinteger]:
    # the raw stream is the same in all versions of numpy; what its distributions make of it is not
    size = np.dtype(dtype).itemsize
    words = -(-columns * size // 8)
    raw = np.asarray(random.random_raw(rows * words), "<u8").view(dtype)
    return raw.reshape(rows, words * 8 // size)[:, :columns]


def weighted_sums(blocks: Iterable[WeightBlock], columns: Iterable[Floats], draws: int) -> Floats:
    """The sums of columns under the weights of each draw, exact (see the module).

    Args:
        blocks: The weights; those of one block and draw, times 2 ** 11, sum to at most 2 ** 24.
        columns: Numbers of either sign, one for each unit; alike columns are computed once.
        draws: Number of draws.

    Returns:
        Shape (draws, columns).
    """
    digits: list[NDArray[np.float32]] = []
    places: list[list[tuple[int, float]]] = []
    known: dict[bytes, list[tuple[int, float]]] = {}
    for column in columns:
        numbers = np.ascontiguousarray(column, np.float64)
        key = hashlib.blake2b(numbers.tobytes()).digest()
        if key not in known:
            found = list(_digits(numbers))
            known[key] = [(len(digits) + n, scale) for n, (_, scale) in enumerate(found)]
            digits.extend(digit for digit, _ in found)
        places.append(known[key])
    result = np.zeros((draws, len(places)))
    if not digits:
        return result
    matrix = np.stack(digits, axis=1)
    digits.clear()
    sums = np.zeros((draws, matrix.shape[1]))
    for drawn, units, weights in blocks:
        sums[drawn] += weights @ matrix[units]
    for position, place in enumerate(places):
        for digit, scale in place:
            result[:, position] += sums[:, digit] * scale
    return result


def _digits(numbers: Floats) -> Iterator[tuple[NDArray[np.float32], float]]:
    """The digits of a column that are not all 0, each with what its sum is to be multiplied with."""
    _, exponent = np.frexp(np.abs(numbers).max(initial=0))
    whole = exponent <= _BITS and not (numbers % 1).any()
    shift = 0 if whole else _BITS - int(exponent)
    scaled = np.rint(np.ldexp(numbers, shift)).astype(np.int64)
    sign, rest = np.sign(scaled), np.abs(scaled)
    scale = 2.0**-shift
    while rest.any():
        digit = rest & (2**_DIGIT - 1)
        if digit.any():
            yield (sign * digit).astype(np.float32), scale
        rest >>= _DIGIT
        scale *= 2**_DIGIT

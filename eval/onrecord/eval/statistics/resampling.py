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
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
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
_LEFT_OUT = 256
"""Units left out at a time: their scores then fit the cache. Decides nothing."""
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
    result = np.empty((len(formulas), *sums.shape[:-2]))
    for m, score in enumerate(scores_of(lambda part: np.moveaxis(sums[..., part, :], -1, 0), formulas)):
        result[m] = score
    return np.moveaxis(result, 0, -1)


def scores_of(
    numbers: Callable[[int], Sequence[Floats] | Floats],
    formulas: Sequence[Formula],
    alike: Callable[[int], Hashable] = int,
) -> Iterator[Floats]:
    """The scores of one formula after the other, each set of counts read once.

    Args:
        numbers: The four numbers of a set, each an array of one shape.
        formulas: The measures.
        alike: Two sets for which it is equal have the same numbers.

    Yields:
        Scores of that shape for each formula; NaN where undefined.
    """
    known: dict[tuple[str, Hashable], Floats] = {}
    for formula in formulas:
        read = _f1 if formula.kind == "f1" else _share
        for part in formula.parts:
            if (formula.kind, alike(part)) not in known:
                known[formula.kind, alike(part)] = read(*numbers(part))
        parts = [known[formula.kind, alike(part)] for part in formula.parts]
        yield parts[0] if len(parts) == 1 else sum(parts, np.zeros(())) / len(parts)


def _f1(matched: Floats, gold: Floats, right: Floats, predicted: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, precision = matched / gold, right / predicted
        both = precision + recall
        f1 = 2 * precision * recall / both
    f1 = np.where(both > 0, f1, 0.0)  # nothing right, or one side empty
    return np.where((gold == 0) & (predicted == 0), np.nan, f1)


def _share(matched: Floats, gold: Floats, *_: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(gold > 0, matched / gold, np.nan)


def leave_one_out(counts: ArrayLike, formulas: Sequence[Formula]) -> Floats:
    """The scores without each unit, shape (units, measures); NaN where undefined.

    >>> leave_one_out([[[1, 2, 1, 2]], [[2, 2, 2, 2]]], each_f1(1))
    array([[1. ],
           [0.5]])
    """
    counts = np.asarray(counts, np.float64)
    result = np.empty((len(formulas), len(counts)))
    used = used_parts(formulas)
    place = {part: n for n, part in enumerate(used)}
    own = [Formula(tuple(place[part] for part in formula.parts), formula.kind) for formula in formulas]
    total = counts.sum(axis=0)[used]
    for start in range(0, len(counts), _LEFT_OUT):  # the array of counts may be all that memory holds
        these = slice(start, start + _LEFT_OUT)
        rest = np.ascontiguousarray((total - counts[these, used]).transpose(2, 1, 0))
        read = {kind: of(*rest) for kind, of in (("f1", _f1), ("share", _share))}
        for m, formula in enumerate(own):
            scores = read[formula.kind]
            first, *others = formula.parts
            result[m, these] = scores[first]
            if others:
                for part in others:
                    result[m, these] += scores[part]
                result[m, these] /= len(formula.parts)
    return result.T


def used_parts(formulas: Sequence[Formula]) -> list[int]:
    """Which sets of counts some formulas are read off, in order."""
    return sorted({part for formula in formulas for part in formula.parts})


def side_by_side(
    counts: Sequence[ArrayLike], formulas: Sequence[Sequence[Formula]]
) -> tuple[Floats, tuple[Formula, ...]]:
    """Counts of several layers on the same units as one array, so that they share one draw of weights.

    A measure's numbers do not depend on what is drawn together with it.

    Args:
        counts: Of each layer, shape (units, sets, 4), with the same units.
        formulas: Of each layer, read off its own sets.

    Returns:
        Shape (units, all sets, 4), and the formulas of all layers in order, read off that.
    """
    arrays = [np.asarray(each, np.float64) for each in counts]
    shifts = np.cumsum([0, *(each.shape[1] for each in arrays)])
    moved = tuple(
        Formula(tuple(part + int(shift) for part in formula.parts), formula.kind)
        for each, shift in zip(formulas, shifts[:-1], strict=True)
        for formula in each
    )
    return np.concatenate(arrays, axis=1), moved


def there(has: NDArray[np.bool_], formulas: Sequence[Formula]) -> NDArray[np.bool_]:
    """Which units have something in the numbers that each measure is read off.

    Args:
        has: Shape (units, sets, 4): where a number is not 0, or where two systems differ.
        formulas: The measures.

    Returns:
        Shape (units, measures).
    """
    share = has[..., 0] | has[..., 1]
    by_kind = {"share": share, "f1": share | has[..., 2] | has[..., 3]}
    found = np.zeros((len(has), len(formulas)), bool)
    for m, formula in enumerate(formulas):
        found[:, m] = by_kind[formula.kind][:, list(formula.parts)].any(axis=1)
    return found


def units_with_any(has: NDArray[np.bool_], formulas: Sequence[Formula]) -> NDArray[np.int64]:
    """How many units :func:`there` finds for each measure, shape (measures,)."""
    many: NDArray[np.int64] = there(has, formulas).sum(axis=0, dtype=np.int64)
    return many


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
    columns = DrawnColumns.of(make(units, draws, seed), counts, used_parts(formulas), draws)
    result = np.empty((len(formulas), draws))
    for m, score in enumerate(scores_of(columns.numbers, formulas, columns.alike)):
        result[m] = score
    return result.T


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class DrawnColumns:
    """The sums of counts in every draw, alike columns once."""

    sums: Floats
    """Shape (distinct columns, draws)."""
    places: Mapping[int, tuple[int, ...]]
    """Where the four numbers of a set of counts stand in ``sums``."""

    @classmethod
    def of(
        cls,
        blocks: Iterable[WeightBlock],
        counts: Floats,
        parts: Sequence[int],
        draws: int,
        minus: Floats | None = None,
    ) -> DrawnColumns:
        """The sums of some sets of counts, which have shape (units, sets, 4), or of what they are more than others."""
        sets = (counts[:, part] if minus is None else counts[:, part] - minus[:, part] for part in parts)
        columns = (column for each in sets for column in np.ascontiguousarray(each.T))
        sums, places = distinct_sums(blocks, columns, draws)
        return cls(sums, {part: tuple(places[4 * n : 4 * n + 4]) for n, part in enumerate(parts)})

    def numbers(self, part: int) -> list[Floats]:
        """The four numbers of a set of counts, each of shape (draws,)."""
        return [self.sums[place] for place in self.places[part]]

    def alike(self, part: int) -> tuple[int, ...]:
        """The same for two sets whose counts are the same on every unit."""
        return self.places[part]


def multinomial_weights(units: int, draws: int, seed: int) -> Iterator[WeightBlock]:
    """How often each unit is drawn when as many are drawn as there are; at most ``MULTINOMIAL_UNITS`` of them.

    A unit's probability is 1/units to 2 ** -32.
    """
    random = np.random.SFC64(seed)
    step = max(1, _DRAWS * _CHUNK // units)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        drawn = _raw(random, rows, units, "<u4").astype(np.int64)
        drawn *= units
        drawn >>= 32
        drawn += (np.arange(rows) * units)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=rows * units).astype(np.float32).reshape(rows, units)
        yield slice(start, start + rows), slice(0, units), weights


def poisson_weights(units: int, draws: int, seed: int) -> Iterator[WeightBlock]:
    """Independent Poisson weights of mean 1, from 16 random bits each; at most 8."""
    for drawn, these, words in _chunks(units, draws, seed, "<u2"):
        counted = (words >= _POISSON[0]).view(np.uint8)
        above = np.empty(words.shape, bool)
        for threshold in _POISSON[1:]:  # to look for the few words that reach the last ones would take longer
            np.greater_equal(words, threshold, out=above)
            counted += above.view(np.uint8)
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


def distinct_sums(blocks: Iterable[WeightBlock], columns: Iterable[Floats], draws: int) -> tuple[Floats, list[int]]:
    """The sums of columns under the weights of each draw, exact (see the module).

    Args:
        blocks: The weights; those of one block and draw, times 2 ** 11, sum to at most 2 ** 24.
        columns: Numbers of either sign, one for each unit; alike columns are computed once.
        draws: Number of draws.

    Returns:
        Shape (distinct columns, draws), and where in it the sums of each column are.
    """
    digits: list[NDArray[np.float32]] = []
    scales: list[list[tuple[int, float]]] = []
    known: dict[bytes, int] = {}
    places: list[int] = []
    for column in columns:
        numbers = np.ascontiguousarray(column, np.float64)
        key = hashlib.blake2b(numbers.data).digest()
        if key not in known:
            known[key] = len(scales)
            found = list(_digits(numbers))
            scales.append([(len(digits) + n, scale) for n, (_, scale) in enumerate(found)])
            digits.extend(digit for digit, _ in found)
        places.append(known[key])
    sums = _digit_sums(blocks, digits, draws)
    result = np.zeros((len(scales), draws))
    for total, place in zip(result, scales, strict=True):
        for digit, scale in place:
            total += sums[digit] * scale
    return result, places


def _digit_sums(blocks: Iterable[WeightBlock], digits: Sequence[NDArray[np.float32]], draws: int) -> Floats:
    """The sums of digits, shape (digits, draws)."""
    sums = np.zeros((len(digits), draws))
    if not digits:
        return sums
    matrix: NDArray[np.float32] = np.empty((0, 0), np.float32)
    of = slice(0, 0)
    for drawn, units, weights in blocks:
        if units != of:  # blocks of the same units come one after the other
            matrix, of = np.stack([digit[units] for digit in digits], axis=1), units
        sums[:, drawn] += (weights @ matrix).T
    return sums


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

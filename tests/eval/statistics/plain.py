"""Slow plain definitions of what the statistics compute on arrays: one formula, one unit, one column at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from onrecord.eval.statistics import resampling
from onrecord.eval.statistics.paired import (
    ENUMERATED_SWAPS,
    PERMUTATION_EXACT,
    PERMUTATION_SAMPLED,
    Paired,
    paired_jackknife,
)
from onrecord.eval.statistics.resampling import Floats, Formula, WeightBlock
from onrecord.eval.statistics.student import quantile
from onrecord.eval.statistics.uncertainty import (
    ALIKE,
    JACKKNIFE_LOGIT,
    MIN_UNITS,
    NONE,
    Interval,
    attainable_p,
    optional,
)


def values(sums: Floats, formulas: Sequence[Formula]) -> Floats:
    """Scores of sums, shape (..., measures)."""
    result = np.empty((*sums.shape[:-2], len(formulas)))
    for m, formula in enumerate(formulas):
        read = f1 if formula.kind == "f1" else share
        result[..., m] = sum(read(sums[..., part, :]) for part in formula.parts) / len(formula.parts)
    return result


def f1(sums: Floats) -> Floats:
    matched, gold, right, predicted = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, precision = matched / gold, right / predicted
        found = 2 * precision * recall / (precision + recall)
    found = np.where(precision + recall > 0, found, 0.0)
    return np.where((gold == 0) & (predicted == 0), np.nan, found)


def share(sums: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)


def leave_one_out(counts: Floats, formula: Formula) -> list[float | None]:
    """The score without each unit."""
    parts = list(formula.parts)
    rest = counts[:, parts].sum(axis=0) - counts[:, parts]
    found = values(rest, [Formula(tuple(range(len(parts))), formula.kind)])[:, 0]
    return [optional(value) for value in found]


def there(counts: Floats, formula: Formula) -> list[bool]:
    """Which units have anything that the measure counts."""
    numbers = slice(None) if formula.kind == "f1" else slice(2)
    found: list[bool] = (counts[:, list(formula.parts), numbers] != 0).any(axis=(1, 2)).tolist()
    return found


def weighted_sums(blocks: Iterable[WeightBlock], columns: Iterable[Floats], draws: int) -> Floats:
    """Shape (draws, columns), in whole numbers: each digit of a column by itself."""
    weights = [(drawn, units, block.astype(np.int64)) for drawn, units, block in blocks]
    result = []
    for column in columns:
        total = np.zeros(draws)
        for digit, scale in resampling._digits(column):
            sums = np.zeros(draws, np.int64)
            for drawn, units, block in weights:
                sums[drawn] += block @ digit[units].astype(np.int64)
            total += sums * scale
        result.append(total)
    return np.stack(result, axis=1)


def multinomial_weights(units: int, draws: int, seed: int) -> Iterator[WeightBlock]:
    """Draw after draw, the bits of a word above its lower 32 are the unit."""
    random = np.random.SFC64(seed)
    for draw in range(draws):
        raw = np.asarray(random.random_raw(-(-units // 2)), "<u8").view("<u4")[:units]
        drawn = [int(word) * units >> 32 for word in raw]
        weights = np.bincount(drawn, minlength=units).astype(np.float32)
        yield slice(draw, draw + 1), slice(0, units), weights[None]


def moved(blocks: Iterable[WeightBlock], counts: Floats, draws: int) -> Floats:
    """Weighted sums of all counts, shape (draws, sets, 4)."""
    columns = [column.copy() for column in counts.reshape(len(counts), -1).T]
    return weighted_sums(blocks, columns, draws).reshape(draws, *counts.shape[1:])


def jackknife_interval(
    value: float | None,
    without: Sequence[float | None],
    level: float = 0.95,
    there: Sequence[bool] | None = None,
    unit: str = "document",
) -> Interval:
    units = len(without)
    rests_on = units if there is None else sum(there)
    if there is None:
        there = [x is None or value is None or abs(x - value) > ALIKE for x in without]
    without = [x for x, is_there in zip(without, there, strict=True) if is_there]
    contributing = len(without)
    reason = why_none(value, units, level, unit, rests_on)
    known = [x for x in without if x is not None]
    if reason is None:
        if contributing == 0:
            reason = f"leaving out any {unit} changes nothing"
        elif contributing < MIN_UNITS:
            reason = (
                f"only {contributing} of {units} {unit}s {'has' if contributing == 1 else 'have'} anything to score"
            )
        elif len(known) < contributing:
            reason = f"without one {unit} there is nothing to score"
        elif min(known) <= 0 or max(known) >= 1:
            reason = f"all that is {'right' if min(known) <= 0 else 'wrong'} is in one {unit}"
        elif all(abs(x - known[0]) <= ALIKE for x in known):
            reason = f"leaving out any {unit} changes nothing"
    if reason is not None or value is None:
        return Interval(None, None, level, NONE, reason, units, contributing)
    logits = [math.log(x / (1 - x)) for x in known]
    mean = math.fsum(logits) / contributing
    error = math.sqrt((contributing - 1) / contributing * math.fsum((x - mean) ** 2 for x in logits))
    reach, centre = quantile((1 + level) / 2, contributing - 1) * error, math.log(value / (1 - value))
    low, high = (1 / (1 + math.exp(-end)) if end > -700 else 0.0 for end in (centre - reach, centre + reach))
    return Interval(low, high, level, JACKKNIFE_LOGIT, None, units, contributing)


def why_none(value: float | None, units: int, level: float, unit: str, rests_on: int) -> str | None:
    if value is None:
        return "the score is undefined"
    if units < MIN_UNITS:
        return f"{units} {unit}{'' if units == 1 else 's'}: an interval needs at least {MIN_UNITS}"
    if 0 < value < 1:
        return None
    if rests_on < MIN_UNITS:
        return f"only {rests_on} of {units} {unit}s {'has' if rests_on == 1 else 'have'} anything to score"
    what = "anything right" if value <= 0 else "an error"
    most = 1 - (1 - level) ** (1 / rests_on)
    of = f"{rests_on} {unit}s" + ("" if rests_on == units else " with anything to score")
    return f"none of {of} has {what}; among {unit}s like these up to {most:.0%} may have (at {level:.0%})"


def paired_permutation(a: Floats, b: Floats, formula: Formula, draws: int, seed: int) -> Paired:
    """One formula alone, from arrays of all sums under all swaps."""
    sums = np.stack([a.sum(axis=0), b.sum(axis=0)])
    scores = values(sums, [formula])[:, 0]
    numbers = 4 if formula.kind == "f1" else 2
    differing = (a != b)[:, list(formula.parts), :numbers].any(axis=(1, 2))
    rests_on = int(differing.sum())
    one, other = leave_one_out(a, formula), leave_one_out(b, formula)
    without = [None if x is None or y is None else x - y for x, y in zip(one, other, strict=True)]
    some = np.array(there(a, formula)) | np.array(there(b, formula))
    found = paired_jackknife(optional(scores[0] - scores[1]), without, 0.95, rests_on, there=some)
    if found.difference is None:
        return found
    if rests_on > ENUMERATED_SWAPS:
        change = moved(resampling.swap_weights(len(a), draws, seed), b - a, draws)
        p = (as_great(sums, change, formula, found.difference) + 1) / (draws + 1)
        method, attainable = PERMUTATION_SAMPLED, max(1 / (draws + 1), attainable_p(rests_on))
    else:
        swaps = np.arange(2 ** max(rests_on - 1, 0))[:, None] >> np.arange(max(rests_on - 1, 0)) & 1
        change = np.tensordot(swaps.astype(np.float64), (b - a)[differing][1:], 1)
        p = as_great(sums, change, formula, found.difference) / len(swaps)
        method, attainable = PERMUTATION_EXACT, attainable_p(rests_on)
    interval, detectable = found.interval, found.detectable
    return Paired(
        found.difference, interval, max(p, attainable), method, attainable, detectable, len(a), rests_on, None
    )


def as_great(sums: Floats, change: Floats, formula: Formula, observed: float) -> int:
    swapped = [sums[0] + change, sums[1] - change]
    kept = [np.where(np.abs(each) <= 1e-9 * sums.max(axis=0), 0.0, each) for each in swapped]
    first, second = (values(each, [formula])[:, 0] for each in kept)
    return int((~(np.abs(first - second) < abs(observed) - 1e-9)).sum())

"""How much a score could move with the documents: intervals by document, or by a coarser unit such as the topic.

- Fewer than ``MANY_UNITS`` units, or a measure that is no function of sums (cluster measures over documents, whose
  bootstrap is biased: a document drawn twice doubles its mentions): leave-one-out on the logit scale with Student's t.
  The jackknife error (Efron, 1982) is sqrt((G-1)/G * sum((x_i - mean)^2)).
- From ``MANY_UNITS`` units: percentiles of the bootstrap over units (:mod:`onrecord.eval.statistics.resampling`).

Units that have nothing a measure counts say nothing of it: G are the units that the score rests on, in the formula as
in the degrees of freedom (G - 1), and G is what is compared with ``MANY_UNITS``. An interval that would be false is not
given: there is a reason in words instead.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from onrecord.eval.statistics import resampling
from onrecord.eval.statistics.resampling import Floats, Formula
from onrecord.eval.statistics.student import quantile

MANY_UNITS = 1000
"""From so many units on the bootstrap takes over. Before, its intervals are too narrow where scores are near 0 or 1, as
scores of good systems are, and those of leave-one-out are not (``benchmarks/interval_coverage.py``)."""

BOOTSTRAP_UNITS = 20
"""With fewer units there is no bootstrap at all: at 5 units some 83 % of its intervals cover instead of 95 %."""

MIN_UNITS = 3
"""Fewer give no interval: two values tell next to nothing of a spread."""
ALIKE = 1e-12
"""Two scores that differ by less differ by rounding."""

JACKKNIFE_LOGIT = "jackknife-logit-t"
JACKKNIFE_RAW = "jackknife-t"
BOOTSTRAP_MULTINOMIAL = "bootstrap-percentile"
BOOTSTRAP_POISSON = "bootstrap-poisson-percentile"
NONE = "none"


@dataclasses.dataclass(frozen=True, slots=True)
class Interval:
    """Where a score, or a difference of two, would lie on new units like these; or why that is not known."""

    low: float | None
    high: float | None
    level: float
    """How often such intervals cover the true value, such as 0.95."""
    method: str
    """One of the constants of this module; ``none`` without an interval."""
    reason: str | None
    """Why there is none."""
    units: int
    """Number of documents, or topics; of groups of them, where groups were left out in turn."""
    contributing: int
    """Those that the score rests on: the others have nothing that the measure counts."""


@dataclasses.dataclass(frozen=True, slots=True)
class LeftOut:
    """A score that is no function of sums, with what it would be without each unit."""

    value: float | None
    without: Sequence[float | None] | Floats
    """An array has NaN where a score is undefined."""


def intervals(
    counts: ArrayLike,
    formulas: Sequence[Formula],
    left_out: Sequence[LeftOut] = (),
    *,
    level: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
    unit: str = "document",
) -> list[Interval]:
    """The interval of every measure, each by the method that suits it.

    Args:
        counts: Shape (units, sets, 4): gold matched, gold, predicted matched, predicted.
        formulas: The measures that are functions of the sums.
        left_out: Those that are not.
        level: How often the intervals shall cover.
        draws: Resamples of the bootstrap.
        seed: Seed of the bootstrap; the jackknife has none.
        unit: What a unit is called in reasons.

    Returns:
        Intervals of the formulas and then of ``left_out``, in their order.
    """
    counts = np.asarray(counts, np.float64)
    many = [known >= MANY_UNITS for known in resampling.units_with_any(counts != 0, formulas)]
    drawn = iter(
        bootstrap_intervals(
            counts, [f for f, is_many in zip(formulas, many, strict=True) if is_many], draws, seed, level, unit
        )
    )
    left = iter(
        jackknife_intervals(counts, [f for f, is_many in zip(formulas, many, strict=True) if not is_many], level, unit)
    )
    found = [next(drawn if is_many else left) for is_many in many]
    return found + [jackknife_interval(each.value, each.without, level, unit=unit) for each in left_out]


def jackknife_intervals(
    counts: ArrayLike, formulas: Sequence[Formula], level: float = 0.95, unit: str = "document"
) -> list[Interval]:
    """:func:`jackknife_interval` of measures that are functions of the sums of counts."""
    counts = np.asarray(counts, np.float64)
    whole = resampling.values(counts.sum(axis=0), formulas)
    there = resampling.there(counts != 0, formulas)
    without = resampling.leave_one_out(counts, formulas)
    return [
        jackknife_interval(optional(whole[m]), without[:, m], level, there[:, m], unit) for m in range(len(formulas))
    ]


def jackknife_interval(
    value: float | None,
    without: Sequence[float | None] | Floats,
    level: float = 0.95,
    there: NDArray[np.bool_] | None = None,
    unit: str = "document",
) -> Interval:
    """Leave-one-out on the logit scale: logit(value) plus and minus t times the jackknife error of the logits.

    There is no interval where

    - fewer than ``MIN_UNITS`` units have anything to score;
    - the value is 0 or 1: all units agree and their spread is unknown. The reason then bounds the share of units that
      are not like that, at the same level: 1 - (1 - level) ** (1 / units), as none was seen (Clopper & Pearson, 1934);
    - a value without one unit is 0 or 1, or undefined: all that is wrong, or right, or there at all, is in that unit.
      As the value without it nears 0 or 1 the interval grows to the whole range, so that nothing is lost;
    - leaving out any unit changes nothing.

    Args:
        value: The score, in [0, 1], or None where it is undefined.
        without: The scores without each unit; in an array NaN stands for undefined.
        level: How often the interval shall cover.
        there: Which units have anything to score, shape (units,): the others are passed over. Where it is not given,
            those that the score changes without.
        unit: What a unit is called in reasons.

    >>> found = jackknife_interval(0.6, [0.5, 0.6, 0.7])
    >>> found.contributing, found.reason
    (2, 'only 2 of 3 documents have anything to score')
    >>> found = jackknife_interval(0.6, [0.55, 0.62, 0.63])
    >>> round(found.low, 2), round(found.high, 2)
    (0.38, 0.79)
    >>> more = jackknife_interval(0.6, [0.55, 0.62, 0.63, 0.6, 0.6])
    >>> (more.low, more.high) == (found.low, found.high)
    True
    >>> jackknife_interval(1.0, [1.0] * 5).reason
    'none of 5 documents has an error; among documents like these up to 45% may have (at 95%)'
    """
    left: Floats = np.asarray(without, np.float64)
    units = len(left)
    rests_on = units if there is None else int(np.count_nonzero(there))
    if there is None:
        there = changed_by(value, left)
    contributing = int(np.count_nonzero(there))
    reason = _why_none(value, units, level, unit, rests_on)
    left = left[there]
    if reason is None:
        reason = _why_no_spread(left, units, unit)
    if reason is not None or value is None:
        return Interval(None, None, level, NONE, reason, units, contributing)
    # the logarithms of math and not of numpy, which differ from machine to machine
    scores, times = np.unique(left, return_counts=True)
    error = _error(np.array(list(map(math.log, (scores / (1 - scores)).tolist()))), times)
    reach = quantile((1 + level) / 2, contributing - 1) * error
    low, high = _expit(_logit(value) - reach), _expit(_logit(value) + reach)
    return Interval(low, high, level, JACKKNIFE_LOGIT, None, units, contributing)


def changed_by(value: float | None, without: Floats) -> NDArray[np.bool_]:
    """The units that a number changes without, or is undefined without: all where it is None itself."""
    return np.ones(len(without), bool) if value is None else ~(np.abs(without - value) <= ALIKE)


def _why_no_spread(without: Floats, units: int, unit: str) -> str | None:
    """Why the scores without each of the units that a score rests on tell of no spread."""
    contributing = len(without)
    if contributing == 0:
        return f"leaving out any {unit} changes nothing"
    if contributing < MIN_UNITS:
        return f"only {contributing} of {units} {unit}s {'has' if contributing == 1 else 'have'} anything to score"
    if np.isnan(without).any():
        return f"without one {unit} there is nothing to score"
    if without.min() <= 0 or without.max() >= 1:
        return f"all that is {'right' if without.min() <= 0 else 'wrong'} is in one {unit}"
    if (np.abs(without - without[0]) <= ALIKE).all():
        return f"leaving out any {unit} changes nothing"
    return None


def _why_none(value: float | None, units: int, level: float, unit: str, rests_on: int) -> str | None:
    """Why a value has no interval by any method."""
    if value is None:
        return "the score is undefined"
    if units < MIN_UNITS:
        return f"{units} {unit}{'' if units == 1 else 's'}: an interval needs at least {MIN_UNITS}"
    if 0 < value < 1:
        return None
    if rests_on < MIN_UNITS:
        return f"only {rests_on} of {units} {unit}s {'has' if rests_on == 1 else 'have'} anything to score"
    what = "anything right" if value <= 0 else "an error"
    share = 1 - (1 - level) ** (1 / rests_on)
    of = f"{rests_on} {unit}s" + ("" if rests_on == units else " with anything to score")
    return f"none of {of} has {what}; among {unit}s like these up to {share:.0%} may have (at {level:.0%})"


def bootstrap_intervals(
    counts: ArrayLike,
    formulas: Sequence[Formula],
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    unit: str = "document",
) -> list[Interval]:
    """Percentiles of the bootstrap over units, of all measures from the same resamples.

    A resample in which a measure is undefined could stand anywhere in [0, 1]: it counts as 0 for the lower end and as
    1 for the upper. Where an end would be such a one there is no interval, and none where the value is 0 or 1 or where
    fewer than ``BOOTSTRAP_UNITS`` units have anything to score.

    Args:
        counts: Shape (units, sets, 4).
        formulas: The measures.
        draws: Number of resamples.
        seed: The same gives the same, to the last bit, on any machine.
        level: How often the intervals shall cover.
        unit: What a unit is called in reasons.
    """
    if not formulas:
        return []
    counts = np.asarray(counts, np.float64)
    units = len(counts)
    whole = resampling.values(counts.sum(axis=0), formulas)
    known = [int(n) for n in resampling.units_with_any(counts != 0, formulas)]
    drawn: Floats = np.empty((0, len(formulas)))
    if max(known) >= BOOTSTRAP_UNITS:
        drawn = resampling.bootstrap(counts, formulas, draws, seed)
    method = BOOTSTRAP_MULTINOMIAL if units <= resampling.MULTINOMIAL_UNITS else BOOTSTRAP_POISSON
    found = []
    for m, rests_on in enumerate(known):
        reason = _why_none(optional(whole[m]), units, level, unit, rests_on)
        if reason is None and rests_on < BOOTSTRAP_UNITS:
            reason = f"only {rests_on} of {units} {unit}s have anything to score: resampling needs {BOOTSTRAP_UNITS}"
        ends = _percentiles(drawn[:, m], level) if reason is None else None
        if ends is None:
            reason = reason or f"undefined in too many resamples of the {unit}s"
        elif ends[1] - ends[0] <= ALIKE:
            ends, reason = None, f"resampling the {unit}s changes nothing"
        low, high = ends or (None, None)
        found.append(Interval(low, high, level, method if ends else NONE, reason, units, rests_on))
    return found


def _percentiles(drawn: Floats, level: float) -> tuple[float, float] | None:
    undefined = np.isnan(drawn)
    ends = [(1 - level) / 2, (1 + level) / 2]
    if undefined.mean() >= ends[0]:
        return None
    if not undefined.any():
        low, high = np.quantile(drawn, ends)
    else:
        low = np.quantile(np.where(undefined, 0.0, drawn), ends[0])
        high = np.quantile(np.where(undefined, 1.0, drawn), ends[1])
    return float(low), float(high)


def jackknife_error(left_out: Sequence[float] | Floats) -> float | None:
    """Standard error from the scores without each unit; None for fewer than two.

    >>> jackknife_error([0.5, 0.7])
    0.09999999999999998
    """
    groups = len(left_out)
    if groups < 2:
        return None
    return _error(*np.unique(np.asarray(left_out, np.float64), return_counts=True))


def _error(numbers: Floats, times: NDArray[np.int64]) -> float:
    """The standard error from scores without each unit, of which each distinct one is given with how often it occurs.

    Most units have few items and many have none, so that few of their scores are distinct.
    """
    groups = int(times.sum())
    apart = numbers - _exact_sum(numbers, times) / groups
    return math.sqrt((groups - 1) / groups * _exact_sum(apart * apart, times))


def _exact_sum(numbers: Floats, times: NDArray[np.int64]) -> float:
    """The sum of numbers that occur so often, rounded once: the same in any order, and as if each was added singly."""
    if len(numbers) == times.sum():
        return math.fsum(numbers.tolist())
    # two halves of at most 27 bits (Veltkamp, 1968), whose products with a whole number below 2 ** 26 are exact
    scaled = numbers * (2**27 + 1)
    high = scaled - (scaled - numbers)
    return math.fsum((high * times).tolist() + ((numbers - high) * times).tolist())


def detectable_difference(error: float, groups: int, power: float = 0.8, level: float = 0.05) -> float:
    """The smallest true difference between two systems that vary independently and are likely to be told apart.

    Two systems whose scores vary over documents independently, each with this standard error, are compared by a
    two-sided t test over documents. Real systems vary together, which makes smaller differences visible; this is the
    figure to plan with where the other system is not known. Where it is: :func:`detectable_paired_difference`.

    Args:
        error: Standard error of one system's score.
        groups: Number of documents, at least 2; a ValueError otherwise.
        power: How likely is likely.
        level: Two-sided level of the test.
    """
    return detectable_paired_difference(error * math.sqrt(2), groups, power, level)


def detectable_paired_difference(error: float, groups: int, power: float = 0.8, level: float = 0.05) -> float:
    """The smallest true difference that a paired two-sided t test over documents is likely to find.

    It is (t at 1 - level / 2 plus t at power) times the error, with groups - 1 degrees of freedom.

    Args:
        error: Standard error of the difference of the two systems' scores on the same documents.
        groups: Number of documents, at least 2; a ValueError otherwise.
        power: How likely is likely.
        level: Two-sided level of the test.

    >>> round(detectable_paired_difference(0.05 / 5**0.5, 5), 3)
    0.083
    """
    return (quantile(1 - level / 2, groups - 1) + quantile(power, groups - 1)) * error


def attainable_p(groups: int) -> float:
    """The smallest two-sided p of an exact paired permutation test over this many documents.

    >>> attainable_p(5)
    0.0625
    """
    return min(1.0, 2.0 ** (1 - groups))


def optional(value: float) -> float | None:
    """A number of an array, None for NaN."""
    return None if math.isnan(value) else float(value)


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _expit(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0

"""Two systems on the same units: the difference of their scores, with an interval, a p-value, and what it can show.

- :func:`paired_permutation` (Fisher, 1935; for F1 Yeh, 2000): were the two systems alike, it would be chance which of
  them a unit's pair of outputs came from. The units' pairs are swapped in all ways, or in many at random; p is the
  share of ways with a difference at least as great, the given one included, so that it is never 0.
- :func:`paired_jackknife`: t test of the difference with its leave-one-out error; for any measure.

Both ask of new units like these and not of these units alone: what varies is the document or the topic, never the item.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from onrecord.eval.statistics import resampling
from onrecord.eval.statistics.resampling import Floats, Formula
from onrecord.eval.statistics.student import quantile, two_sided_p
from onrecord.eval.statistics.uncertainty import (
    ALIKE,
    JACKKNIFE_RAW,
    MIN_UNITS,
    NONE,
    Interval,
    attainable_p,
    changed_by,
    detectable_paired_difference,
    jackknife_error,
    optional,
)

ENUMERATED_SWAPS = 16
"""Up to so many units that differ, all swaps are enumerated: 2 ** 15, as swapping all changes nothing."""

PERMUTATION_EXACT = "permutation-exact"
PERMUTATION_SAMPLED = "permutation-sampled"

_TIE = 1e-9
"""Differences this close count as equal: more than the rounding of sums, less than any count can make."""


@dataclasses.dataclass(frozen=True, slots=True)
class Paired:
    """The difference of two systems' scores: first minus second."""

    difference: float | None
    """In [-1, 1]; None where one of the scores is undefined."""
    interval: Interval
    """Of the difference: t, on its own scale."""
    p: float | None
    """Two-sided; None where there is no test."""
    method: str
    """Of the p-value."""
    attainable_p: float | None
    """The smallest p that the method could have given for these units; None where there is no such bound."""
    detectable: float | None
    """The smallest true difference that a t test over such units finds four times in five."""
    units: int
    """Number of documents, or topics."""
    differing: int
    """Those that the difference rests on."""
    reason: str | None
    """Why there is no p."""


@dataclasses.dataclass(frozen=True, eq=False)
class SystemCounts:
    """One system's counts, with what every comparison of it takes from them: computed once, when first asked for."""

    counts: Floats
    """Shape (units, sets, 4): gold matched, gold, predicted matched, predicted."""
    formulas: tuple[Formula, ...]
    """The measures."""

    @classmethod
    def of(cls, counts: ArrayLike, formulas: Sequence[Formula]) -> SystemCounts:
        """Counts as any array, shape (units, sets, 4)."""
        return cls(np.asarray(counts, np.float64), tuple(formulas))

    @functools.cached_property
    def sums(self) -> Floats:
        """Over units, shape (sets, 4)."""
        total: Floats = self.counts.sum(axis=0)
        return total

    @functools.cached_property
    def scores(self) -> Floats:
        """Shape (measures,); NaN where undefined."""
        return resampling.values(self.sums, self.formulas)

    @functools.cached_property
    def without(self) -> Floats:
        """The scores without each unit, shape (units, measures); NaN where undefined."""
        return resampling.leave_one_out(self.counts, self.formulas)


def paired_permutation(
    a: ArrayLike | SystemCounts,
    b: ArrayLike | SystemCounts,
    formulas: Sequence[Formula],
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    unit: str = "document",
) -> list[Paired]:
    """Permutation tests of all measures that are functions of sums, with the intervals of the paired jackknife.

    Units on which the systems have the same counts change nothing when swapped. Up to ``ENUMERATED_SWAPS`` others are
    enumerated: no seed, and no order of units, plays a part. More are sampled: p = (c + 1) / (draws + 1). A swap that
    leaves a score undefined counts as one with a difference as great.

    Args:
        a: Counts of the first system, shape (units, sets, 4): gold matched, gold, predicted matched, predicted. As
            :class:`SystemCounts`, where a system is compared more than once, with the same formulas.
        b: Counts of the second on the same units, of the same shape; a ValueError otherwise.
        formulas: The measures.
        draws: Number of swaps, where they are sampled.
        seed: The same gives the same, to the last bit, on any machine.
        level: How often the intervals shall cover.
        unit: What a unit is called in reasons.

    Returns:
        A result for each formula.
    """
    first, second = (each if isinstance(each, SystemCounts) else SystemCounts.of(each, formulas) for each in (a, b))
    if first.counts.shape != second.counts.shape:
        shapes = f"{first.counts.shape} and {second.counts.shape}"
        raise ValueError(f"counts of two systems on the same units have one shape, not {shapes}")
    if not first.formulas == second.formulas == tuple(formulas):
        raise ValueError("the counts of a system were prepared for other measures")
    differences = first.scores - second.scores
    rest_on = resampling.units_with_any(first.counts != second.counts, formulas)
    there = resampling.there((first.counts != 0) | (second.counts != 0), formulas)
    sampled = [m for m in np.flatnonzero(~np.isnan(differences)) if rest_on[m] > ENUMERATED_SWAPS]
    as_great = _sampled(first, second, [formulas[m] for m in sampled], differences[sampled], draws, seed)
    counted = dict(zip(sampled, as_great, strict=True))

    found = []
    for m, formula in enumerate(formulas):
        rests_on = int(rest_on[m])
        without = first.without[:, m] - second.without[:, m]
        result = paired_jackknife(optional(differences[m]), without, level, rests_on, unit, there[:, m])
        if result.difference is not None:
            if m in counted:
                p, attainable, method = (counted[m] + 1) / (draws + 1), 1 / (draws + 1), PERMUTATION_SAMPLED
            else:
                p, attainable, method = _exact(first, second, formula), 0.0, PERMUTATION_EXACT
            attainable = max(attainable, attainable_p(rests_on))
            result = dataclasses.replace(
                result, p=max(p, attainable), method=method, attainable_p=attainable, reason=None
            )
        found.append(result)
    return found


def _exact(first: SystemCounts, second: SystemCounts, formula: Formula) -> float:
    """The share of all swaps with a difference as great."""
    parts = list(formula.parts)
    own = [Formula(tuple(range(len(parts))), formula.kind)]
    change = second.counts[:, parts] - first.counts[:, parts]
    change = change[(change[..., : 4 if formula.kind == "f1" else 2] != 0).any(axis=(1, 2))][1:]
    swaps = np.arange(2 ** len(change))[:, None] >> np.arange(len(change)) & 1
    moved = np.tensordot(swaps.astype(np.float64), change, 1)
    sums = np.stack([first.sums[parts], second.sums[parts]])
    scores = resampling.values(sums, own)
    return _as_great(sums, lambda part: moved[:, part].T, own, scores[0] - scores[1])[0] / len(moved)


def _sampled(
    first: SystemCounts, second: SystemCounts, formulas: Sequence[Formula], differences: Floats, draws: int, seed: int
) -> list[int]:
    """How many of the sampled swaps have a difference as great, for each formula."""
    if not formulas:
        return []
    used = resampling.used_parts(formulas)
    swaps = resampling.swap_weights(len(first.counts), draws, seed)
    moved = resampling.DrawnColumns.of(swaps, second.counts, used, draws, minus=first.counts)
    return _as_great(np.stack([first.sums, second.sums]), moved.numbers, formulas, differences)


def _as_great(
    sums: Floats,
    moved: Callable[[int], Sequence[Floats] | Floats],
    formulas: Sequence[Formula],
    observed: Floats,
) -> list[int]:
    """How many swaps, which move counts from the second system to the first, have a difference as great."""
    residue = _TIE * sums.max(axis=0)

    def swapped(system: int, sign: int) -> Iterator[Floats]:
        def numbers(part: int) -> list[Floats]:
            return [
                _without_residue(total + sign * change, least)
                for total, change, least in zip(sums[system, part], moved(part), residue[part], strict=True)
            ]

        return resampling.scores_of(numbers, formulas)

    return [
        int((~(np.abs(one - other) < abs(difference) - _TIE)).sum())  # undefined ones too
        for one, other, difference in zip(swapped(0, 1), swapped(1, -1), observed, strict=True)
    ]


def _without_residue(swapped: Floats, least: float) -> Floats:
    """With 0 where fractions should have added up to 0 and rounding has left something: empty must stay empty."""
    swapped[np.abs(swapped) <= least] = 0.0
    return swapped


def paired_jackknife(
    difference: float | None,
    without: Sequence[float | None] | Floats,
    level: float = 0.95,
    differing: int | None = None,
    unit: str = "document",
    there: NDArray[np.bool_] | None = None,
) -> Paired:
    """The t test of a difference by leave-one-out, for any measure.

    The error is that of :func:`onrecord.eval.statistics.uncertainty.jackknife_error`, on the scale of the difference
    itself; the degrees of freedom are the units that the difference rests on less one. Ends beyond -1 and 1 are drawn
    in.

    No interval and no p where a value is undefined, where fewer than ``MIN_UNITS`` units differ, or where leaving out
    any unit changes nothing; but where there is no difference at all, p is 1.

    Args:
        difference: First system minus second, or None where one of them is undefined.
        without: The same without each unit; in an array NaN stands for undefined.
        level: How often the interval shall cover.
        differing: On how many units the systems differ; where it is not given, those are counted that the difference
            changes without.
        unit: What a unit is called in reasons.
        there: Which units have anything to score, shape (units,): the others are passed over. Where it is not given,
            those that the difference changes without.

    >>> paired_jackknife(0.0, [0.0, 0.0, 0.0]).p
    1.0
    >>> found = paired_jackknife(0.1, [0.12, 0.11, 0.07])
    >>> round(found.p, 3), round(found.interval.low, 3), round(found.interval.high, 3)
    (0.082, -0.031, 0.231)
    """
    left: Floats = np.asarray(without, np.float64)
    units = len(left)
    changed = changed_by(difference, left)
    differing = int(np.count_nonzero(changed)) if differing is None else differing
    left = left[changed if there is None else there]
    error = None if np.isnan(left).any() else jackknife_error(left)
    alike = difference is not None and differing == 0 and abs(difference) <= ALIKE
    if difference is None:
        reason: str | None = "one of the scores is undefined"
    elif alike:
        reason = f"the systems are alike on every {unit}"
    else:
        reason = _why_no_test(left, error, differing, units, unit)
    if reason is not None or difference is None or error is None:
        interval = Interval(None, None, level, NONE, reason, units, differing)
        if alike:
            return Paired(difference, interval, 1.0, JACKKNIFE_RAW, None, None, units, differing, None)
        return Paired(difference, interval, None, NONE, None, None, units, differing, reason)
    reach = quantile((1 + level) / 2, differing - 1) * error
    low, high = max(-1.0, difference - reach), min(1.0, difference + reach)
    return Paired(
        difference=difference,
        interval=Interval(low, high, level, JACKKNIFE_RAW, None, units, differing),
        p=two_sided_p(difference / error, differing - 1),
        method=JACKKNIFE_RAW,
        attainable_p=None,
        detectable=detectable_paired_difference(error, differing, level=1 - level),
        units=units,
        differing=differing,
        reason=None,
    )


def _why_no_test(left: Floats, error: float | None, differing: int, units: int, unit: str) -> str | None:
    """Why a difference has no test by leave-one-out."""
    if np.isnan(left).any():
        return f"without one {unit} a score is undefined"
    if differing < MIN_UNITS:
        return f"the systems differ on {differing} of {units} {unit}s: at least {MIN_UNITS} are needed"
    if error is None or error <= ALIKE:
        return f"leaving out any {unit} changes nothing"
    return None


def conclusion(result: Paired, level: float = 0.95, unit: str = "document") -> str:
    """What can be concluded from a comparison, in words, with what it could not have shown.

    >>> alike = Interval(None, None, 0.95, NONE, "", 5, 5)
    >>> conclusion(Paired(0.04, alike, 0.3125, PERMUTATION_EXACT, 0.0625, 0.091, 5, 5, None))
    'The difference of 4.0 points may be chance in the choice of documents (p = 0.3125). With 5 documents the smallest \
p that this test can give is 0.0625; differences under 9.1 points would usually go unseen.'
    """
    if result.p is None or result.difference is None:
        return f"There is no test: {result.reason}."
    points = f"difference of {100 * abs(result.difference):.1f} points"
    p = f"p = {result.p:.4g}" if result.p >= 0.001 else "p < 0.001"
    if result.p <= 1 - level + ALIKE:
        verdict = f"The {points} is more than the choice of {unit}s explains ({p})"
    else:
        verdict = f"The {points} may be chance in the choice of {unit}s ({p})"
    return f"{verdict}.{_limits(result, unit)}"


def _limits(result: Paired, unit: str) -> str:
    where = f"With {result.units} {unit}{'' if result.units == 1 else 's'}"
    if result.differing < result.units:
        where += f", {result.differing} of which the systems differ on,"
    limits = []
    if result.attainable_p is not None:
        limits.append(f"the smallest p that this test can give is {result.attainable_p:.4g}")
    if result.detectable is not None:
        limits.append(f"differences under {100 * result.detectable:.1f} points would usually go unseen")
    return f" {where} {'; '.join(limits)}." if limits else ""

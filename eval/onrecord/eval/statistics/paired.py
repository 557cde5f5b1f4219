"""Two systems on the same units: the difference of their scores, with an interval, a p-value, and what it can show.

- :func:`paired_permutation` (Fisher, 1935; for F1 Yeh, 2000): were the two systems alike, it would be chance which of
  them a unit's pair of outputs came from. The units' pairs are swapped in all ways, or in many at random; p is the
  share of ways with a difference at least as great, the given one included, so that it is never 0.
- :func:`paired_jackknife`: t test of the difference with its leave-one-out error; for any measure.

Both ask of new units like these and not of these units alone: what varies is the document or the topic, never the item.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

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


def paired_permutation(
    a: ArrayLike,
    b: ArrayLike,
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
        a: Counts of the first system, shape (units, sets, 4): gold matched, gold, predicted matched, predicted.
        b: Counts of the second on the same units, of the same shape; a ValueError otherwise.
        formulas: The measures.
        draws: Number of swaps, where they are sampled.
        seed: The same gives the same, to the last bit, on any machine.
        level: How often the intervals shall cover.
        unit: What a unit is called in reasons.

    Returns:
        A result for each formula.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"counts of two systems on the same units have one shape, not {a.shape} and {b.shape}")
    sums = np.stack([a.sum(axis=0), b.sum(axis=0)])
    scores = resampling.values(sums, formulas)
    differences = scores[0] - scores[1]
    differing = [_differing(a, b, formula) for formula in formulas]
    sampled = [m for m, at in enumerate(differing) if at.sum() > ENUMERATED_SWAPS and not math.isnan(differences[m])]
    as_great = _sampled(a, b, sums, [formulas[m] for m in sampled], differences[sampled], draws, seed)
    counted = dict(zip(sampled, as_great, strict=True))

    found = []
    for m, formula in enumerate(formulas):
        rests_on = int(differing[m].sum())
        without = resampling.leave_one_out(a, [formula]) - resampling.leave_one_out(b, [formula])
        left_out = [optional(value) for value in without[:, 0]]
        result = paired_jackknife(optional(differences[m]), left_out, level, rests_on, unit)
        if result.difference is not None:
            if m in counted:
                p, attainable, method = (counted[m] + 1) / (draws + 1), 1 / (draws + 1), PERMUTATION_SAMPLED
            else:
                p, attainable, method = _exact(a, b, sums, formula, differing[m]), 0.0, PERMUTATION_EXACT
            attainable = max(attainable, attainable_p(rests_on))
            result = dataclasses.replace(
                result, p=max(p, attainable), method=method, attainable_p=attainable, reason=None
            )
        found.append(result)
    return found


def _differing(a: Floats, b: Floats, formula: Formula) -> NDArray[np.bool_]:
    """On which units two systems have different counts, shape (units,)."""
    different = np.zeros(len(a), bool)
    for part in formula.parts:
        for number in range(4 if formula.kind == "f1" else 2):
            different |= a[:, part, number] != b[:, part, number]
    return different


def _exact(a: Floats, b: Floats, sums: Floats, formula: Formula, differing: NDArray[np.bool_]) -> float:
    """The share of all swaps with a difference as great."""
    parts = list(formula.parts)
    own = [dataclasses.replace(formula, parts=tuple(range(len(parts))))]
    change = b[differing][1:, parts] - a[differing][1:, parts]
    swaps = np.arange(2 ** len(change))[:, None] >> np.arange(len(change)) & 1
    moved = np.tensordot(swaps.astype(np.float64), change, 1)
    observed = resampling.values(sums[:, parts], own)
    return float(_as_great(sums[:, parts], moved, own, observed[0] - observed[1])[0] / len(moved))


def _sampled(
    a: Floats,
    b: Floats,
    sums: Floats,
    formulas: Sequence[Formula],
    differences: Floats,
    draws: int,
    seed: int,
) -> list[int]:
    """How many of the sampled swaps have a difference as great, for each formula."""
    if not formulas:
        return []
    used = sorted({part for formula in formulas for part in formula.parts})
    columns = (b[:, part, number] - a[:, part, number] for part in used for number in range(4))
    moved = np.zeros((draws, a.shape[1], 4))
    swaps = resampling.swap_weights(len(a), draws, seed)
    moved[:, used] = resampling.weighted_sums(swaps, columns, draws).reshape(draws, len(used), 4)
    return [int(count) for count in _as_great(sums, moved, formulas, differences)]


def _as_great(sums: Floats, moved: Floats, formulas: Sequence[Formula], observed: Floats) -> NDArray[np.int64]:
    """How many swaps, which move counts from the second system to the first, have a difference as great."""
    first, second = (
        resampling.values(_without_residue(each, sums), formulas) for each in (sums[0] + moved, sums[1] - moved)
    )
    smaller = np.abs(first - second) < np.abs(observed) - _TIE  # false where undefined
    count: NDArray[np.int64] = (~smaller).sum(axis=0)
    return count


def _without_residue(swapped: Floats, sums: Floats) -> Floats:
    """With 0 where fractions should have added up to 0 and rounding has left something: empty must stay empty."""
    return np.where(np.abs(swapped) <= _TIE * sums.max(axis=0), 0.0, swapped)


def paired_jackknife(
    difference: float | None,
    without: Sequence[float | None],
    level: float = 0.95,
    differing: int | None = None,
    unit: str = "document",
) -> Paired:
    """The t test of a difference by leave-one-out, for any measure.

    The error is that of :func:`onrecord.eval.statistics.uncertainty.jackknife_error`, on the scale of the difference
    itself; the degrees of freedom are the units that the difference rests on less one. Ends beyond -1 and 1 are drawn
    in.

    No interval and no p where a value is undefined, where fewer than ``MIN_UNITS`` units differ, or where leaving out
    any unit changes nothing; but where there is no difference at all, p is 1.

    Args:
        difference: First system minus second, or None where one of them is undefined.
        without: The same without each unit.
        level: How often the interval shall cover.
        differing: On how many units the systems differ; where it is not given, those are counted that the difference
            changes without.
        unit: What a unit is called in reasons.

    >>> paired_jackknife(0.0, [0.0, 0.0, 0.0]).p
    1.0
    >>> found = paired_jackknife(0.1, [0.12, 0.11, 0.07])
    >>> round(found.p, 3), round(found.interval.low, 3), round(found.interval.high, 3)
    (0.082, -0.031, 0.231)
    """
    units = len(without)
    known = [x for x in without if x is not None]
    if differing is None:
        differing = sum(x is None or difference is None or abs(x - difference) > ALIKE for x in without)
    error = jackknife_error(known)
    alike = difference is not None and differing == 0 and abs(difference) <= ALIKE
    reason = None
    if difference is None:
        reason = "one of the scores is undefined"
    elif alike:
        reason = f"the systems are alike on every {unit}"
    elif len(known) < units:
        reason = f"without one {unit} a score is undefined"
    elif differing < MIN_UNITS:
        reason = f"the systems differ on {differing} of {units} {unit}s: at least {MIN_UNITS} are needed"
    elif error is None or error <= ALIKE:
        reason = f"leaving out any {unit} changes nothing"
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

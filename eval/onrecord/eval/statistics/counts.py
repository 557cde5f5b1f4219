"""Additive counts and the scores that are functions of their sum.

Whatever is measured by precision and recall keeps four numbers a document; they add over documents, slices and
shards, and nothing is ever counted twice. Undefined is None with a reason, never 0, 1 or NaN.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """Numerators and denominators of recall and precision; adds."""

    gold_matched: float = 0
    """Numerator of recall."""
    gold: float = 0
    """Denominator of recall: gold items, or for link measures gold links."""
    predicted_matched: float = 0
    """Numerator of precision; equal to ``gold_matched`` for one-to-one measures."""
    predicted: float = 0
    """Denominator of precision."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.gold_matched + other.gold_matched,
            self.gold + other.gold,
            self.predicted_matched + other.predicted_matched,
            self.predicted + other.predicted,
        )

    @classmethod
    def matched(cls, matched: float, gold: float, predicted: float) -> Counts:
        """Counts of a one-to-one measure, whose two numerators are one."""
        return cls(matched, gold, matched, predicted)


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of one measure, each in [0, 1] or None; or a share, which has neither."""

    precision: float | None
    recall: float | None
    f1: float | None
    reason: str | None = None
    """Why something is None."""
    counts: Counts | None = None
    """What the score was computed from; None for means of other scores."""
    share: float | None = None
    """For a measure that is no F1 (an accuracy, recall on a slice): its one number, in [0, 1]."""

    @property
    def value(self) -> float | None:
        """The number that the measure is quoted by: its share or its F1."""
        return self.f1 if self.share is None else self.share


def score(counts: Counts) -> Score:
    """Precision, recall and their harmonic mean.

    Undefined are precision without predictions, recall without gold, and F1 without either. With only one of the two
    sides there is nothing that could match, and F1 is 0.

    >>> found = score(Counts.matched(1, 2, 4))
    >>> found.precision, found.recall, round(found.f1, 3)
    (0.25, 0.5, 0.333)
    >>> score(Counts.matched(0, 2, 0)).precision is None
    True
    """
    recall = counts.gold_matched / counts.gold if counts.gold else None
    precision = counts.predicted_matched / counts.predicted if counts.predicted else None
    if recall is None and precision is None:
        return Score(None, None, None, "nothing in gold and nothing predicted", counts)
    if recall is None:
        return Score(precision, None, 0.0, "recall: nothing in gold", counts)
    if precision is None:
        return Score(None, recall, 0.0, "precision: nothing predicted", counts)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Score(precision, recall, f1, None, counts)


def share(counts: Counts, of: str) -> Score:
    """A share of gold items, or of pairs, as a score: ``gold_matched / gold``.

    Args:
        counts: The predicted side is not looked at.
        of: What it is a share of, for the reason where there is none.

    >>> share(Counts(gold_matched=3, gold=4), "matched quotes").value
    0.75
    >>> share(Counts(), "matched quotes").reason
    'no matched quotes'
    """
    if not counts.gold:
        return Score(None, None, None, f"no {of}", counts)
    return Score(None, None, None, None, counts, counts.gold_matched / counts.gold)


def mean_f1(parts: Mapping[str, Score]) -> Score:
    """The plain mean of several F1; undefined where one of them is.

    >>> mean_f1({"a": score(Counts.matched(1, 1, 1)), "b": score(Counts.matched(0, 1, 1))}).f1
    0.5
    """
    undefined = [name for name, part in parts.items() if part.f1 is None]
    if undefined:
        return Score(None, None, None, f"{' and '.join(undefined)} undefined")
    return Score(None, None, sum(part.f1 or 0.0 for part in parts.values()) / len(parts))


def not_submitted(reason: str) -> Score:
    """The score of a layer that the file does not take part in, and why."""
    return Score(None, None, None, reason)


def total_counts(documents: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """The sum over documents, by measure."""
    total: dict[str, Counts] = {}
    for counts in documents:
        for name, each in counts.items():
            total[name] = total.get(name, Counts()) + each
    return total

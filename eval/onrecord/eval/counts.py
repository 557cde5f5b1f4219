"""Additive counts and the scores that are functions of their sum.

Whatever is measured by precision and recall keeps four numbers a document; they add over documents, slices and
shards, and nothing is ever counted twice. Undefined is None with a reason, never 0, 1 or NaN.
"""

from __future__ import annotations

import dataclasses


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
    """Precision, recall and F1 of one measure, each in [0, 1] or None."""

    precision: float | None
    recall: float | None
    f1: float | None
    reason: str | None = None
    """Why something is None."""
    counts: Counts | None = None
    """What the score was computed from; None for means of other scores."""


def score(counts: Counts) -> Score:
    """Precision, recall and their harmonic mean.

    Undefined are precision without predictions, recall without gold, and F1 without either. With only one of the two
    sides there is nothing that could match, and F1 is 0.

    >>> score(Counts.matched(1, 2, 4))
    Score(precision=0.25, recall=0.5, f1=0.3333333333333333, reason=None, counts=Counts(gold_matched=1, gold=2, \
predicted_matched=1, predicted=4))
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


def not_submitted() -> Score:
    """The score of a layer that the file has no predictions for."""
    return Score(None, None, None, "the file has no predictions for this layer")

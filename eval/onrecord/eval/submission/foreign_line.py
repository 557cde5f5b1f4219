"""The line of a prediction file whose mentions have the types of another scheme: strict in everything but these."""

from __future__ import annotations

from onrecord.dataset import records
from onrecord.eval.submission import prediction_line


class Mention(records.Mention, frozen=True, kw_only=True):
    """A mention of a type of any scheme."""

    type: str  # type: ignore[assignment]  # wider than ours on purpose: a label map says what becomes of it


class PredictionLine(prediction_line.PredictionLine, frozen=True, kw_only=True):
    """A system's output for one document."""

    mentions: tuple[Mention, ...] | None = None

"""Scores as people and programs read them: percent, rows of a table, JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from onrecord.eval.statistics.counts import Counts, Score
from onrecord.eval.statistics.sampling import Sampling
from onrecord.eval.statistics.uncertainty import Interval


def score_numbers(score: Score, interval: Interval | None) -> dict[str, float | str | None]:
    """A score as a row of a data frame."""
    counts = dataclasses.asdict(score.counts) if score.counts else {}
    return {
        "value": score.value,
        "precision": score.precision,
        "recall": score.recall,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        **{field.name: counts.get(field.name) for field in dataclasses.fields(Counts)},
        "reason": score.reason,
    }


def json_bytes(value: object) -> bytes:
    """JSON for people to read and programs to compare: sorted keys, one item a line, a line end at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode("utf-8")


def score_json(score: Score, interval: Interval | None) -> dict[str, Any]:
    """A score as JSON."""
    return {
        "value": score.value,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
        "reason": score.reason,
        "counts": dataclasses.asdict(score.counts) if score.counts else None,
        "interval": dataclasses.asdict(interval) if interval else None,
    }


ScoreRow = tuple[str, str, str, str, str, str, str]


def score_row(name: str, score: Score, interval: Interval | None, parts: bool = True) -> ScoreRow:
    """A row of a score table; ``parts`` says whether the measure has a precision and a recall."""
    counts = score.counts
    parts = parts and not (counts is None and score.value is not None)  # a mean of scores has neither
    return (
        name,
        percent(score.value),
        percent_interval(interval),
        percent(score.precision) if parts else "",
        percent(score.recall) if parts else "",
        f"{_plain(counts.gold_matched)}/{_plain(counts.gold)}" if counts else "",
        f"{_plain(counts.predicted_matched)}/{_plain(counts.predicted)}" if counts and parts else "",
    )


def _plain(count: float) -> str:
    return str(int(count)) if count == int(count) else f"{count:.4g}" if count < 1000 else f"{count:.1f}"


def percent(value: float | None) -> str:
    """A share in percent with one decimal, or a dash where it is undefined."""
    return "–" if value is None else f"{100 * value:.1f}"


def percent_interval(interval: Interval | None) -> str:
    """An interval in percent, or a dash where there is none; nothing where none was asked for."""
    if interval is None:
        return ""
    return "–" if interval.low is None else f"{percent(interval.low)}–{percent(interval.high)}"


def headings(how: Sampling | None) -> tuple[str, ...]:
    """The headings of a score table."""
    interval = f"{100 * how.level:g}% interval" if how else ""
    return ("measure", "score", interval, "P", "R", "gold found", "predictions right")


FEW_DOCUMENTS = 10
"""Slices that fewer documents contribute to are greyed."""


FEW_ITEMS = 30
"""So are slices of fewer items."""

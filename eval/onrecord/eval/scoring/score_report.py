"""A result as a table and as a data frame, with its signature."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from onrecord.eval.rendering.signature import HASH, Signature
from onrecord.eval.scoring.intervals import result_intervals
from onrecord.eval.scoring.result import Result
from onrecord.eval.spans.counting import IOU
from onrecord.eval.spans.overlaps import MIN_IOU
from onrecord.eval.statistics.counts import Counts, Score
from onrecord.eval.statistics.sampling import Sampling, sampling_policy
from onrecord.eval.statistics.uncertainty import Interval

if TYPE_CHECKING:
    import pandas as pd

SPAN_POLICY = {
    "align": "lexicographic",
    "overlap": f"iou{MIN_IOU}",
    "iou": str(IOU),
    "duplicates": "multiset",
    "optional": "ignored",
    "missing": "empty",
    "average": "micro",
}
"""The decisions that are in every score of spans; a score made under others has another signature."""

POLICY = {"unit": "codepoint", "quotes": "dice-alnum", "mentions": "predicted", "singletons": "kept", **SPAN_POLICY}
"""Those that are in every score of the dataset's layers."""


@dataclasses.dataclass(frozen=True)
class Report:
    """A result, and how sure its numbers are."""

    result: Result
    how: Sampling | None
    """None where no intervals were asked for."""
    intervals: Mapping[str, Interval]
    """By ``layer:measure``."""

    @classmethod
    def of(cls, result: Result, how: Sampling | None = None) -> Report:
        """The result with intervals made as ``how`` says; without any where it says nothing."""
        return cls(result, how, {} if how is None else result_intervals(result, how))

    @property
    def signature(self) -> Signature:
        """What was scored on what and how."""
        return Signature.of(
            task="articles",
            split=self.result.split,
            docs=str(len(self.result.documents)),
            labels=self.result.labels,
            interval=sampling_policy(self.how),
            gold=self.result.gold_hash[:HASH],
            predictions=self.result.submission_sha256[:HASH],
            **POLICY,
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a measure, indexed by layer and measure; needs pandas.

        Columns: value (F1, or the share that the measure is), precision, recall, low and high of the interval,
        gold_matched, gold, predicted_matched, predicted, reason (why something is undefined). Undefined is NaN.
        """
        import pandas as pd

        rows = [
            {
                "layer": each.layer.name,
                "measure": name,
                **score_numbers(score, self.intervals.get(f"{each.layer.name}:{name}")),
            }
            for each in self.result.layers
            for name, score in each.scores.items()
        ]
        return pd.DataFrame(rows).set_index(["layer", "measure"])


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


Row = tuple[str, str, str, str, str, str, str]


def rows(report: Report, headlines_only: bool = False, details: bool = False) -> list[Row]:
    """The score table: layer and measure, score, interval, precision, recall, matched of gold and of predictions."""
    table = []
    for each in report.result.layers:
        for measure in each.layer.measures[: 1 if headlines_only else None]:
            if details or not measure.detail:
                name = f"{each.layer.name}:{measure.name}"
                parts = not (measure.share or measure.mean_of)
                table.append(score_row(name, each.scores[measure.name], report.intervals.get(name), parts))
    return table


def score_row(name: str, score: Score, interval: Interval | None, parts: bool = True) -> Row:
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


def markdown(report: Report, headlines_only: bool = False, details: bool = False) -> str:
    """The score table as Markdown."""
    from onrecord.dataset.publishing.card import markdown_table

    lines = [(f"`{name}`", *rest) for name, *rest in rows(report, headlines_only, details)]
    return markdown_table(headings(report.how), lines)


def reasons(report: Report, details: bool = False) -> list[str]:
    """Why something in the table is undefined, a line for each reason; no line for a reason of intervals."""
    found: dict[str, list[str]] = {}
    for each in report.result.layers:
        shown = [measure.name for measure in each.layer.measures if details or not measure.detail]
        why = {name: reason for name in shown if (reason := each.scores[name].reason)}
        if len(why) == len(shown) and len(set(why.values())) == 1:
            found.setdefault(next(iter(why.values())), []).append(each.layer.name)
            continue
        for name, reason in why.items():
            found.setdefault(reason, []).append(f"{each.layer.name}:{name}")
    return [f"{', '.join(names)}: {reason}" for reason, names in found.items()]

"""A result as a table and as a data frame, with its signature."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from onrecord.eval.rendering.frames import frame
from onrecord.eval.rendering.scores import ScoreRow, headings, score_numbers, score_row
from onrecord.eval.rendering.signature import HASH, Signature
from onrecord.eval.scoring.intervals import result_intervals
from onrecord.eval.scoring.result import Result
from onrecord.eval.spans.measures import SPAN_POLICY
from onrecord.eval.statistics.sampling import Sampling, sampling_policy
from onrecord.eval.statistics.uncertainty import Interval

if TYPE_CHECKING:
    import pandas as pd


POLICY = {
    "unit": "codepoint",
    "quotes": "dice-alnum",
    "mentions": "predicted",
    "singletons": "kept",
    "actors": "acts-for",
    **SPAN_POLICY,
}
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
            probe=self.result.probe,
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

        Raises:
            ModuleNotFoundError: There is no pandas; says how it is installed.
        """
        rows = [
            {
                "layer": measure.layer,
                "measure": measure.name,
                **score_numbers(each.scores[measure.name], self.intervals.get(measure.full)),
            }
            for each in self.result.layers
            for measure in each.layer.measures
        ]
        return frame(rows, ["layer", "measure"])

    def _repr_html_(self) -> str:
        """What a notebook shows: the score table, why something is undefined, and the signature."""
        from onrecord.eval.rendering.notebook import html_lines, html_table  # with what makes pages

        return html_table(title(self.result), headings(self.how), rows(self)) + html_lines(
            [*(f"– {reason}" for reason in reasons(self)), str(self.signature)]
        )

    def _repr_markdown_(self) -> str:
        """The same as Markdown, where no HTML is shown."""
        from onrecord.eval.rendering.markdown import inert

        return f"{inert(title(self.result))}\n\n{markdown(self)}\n\n`{self.signature}`\n"


def title(result: Result) -> str:
    """What was scored on what, and which articles it has no line for."""
    what = f"{result.submission} on {len(result.documents)} articles of split {result.split}"
    return f"{what}; PARTIAL: no line for {', '.join(result.missing)}" if result.missing else what


def rows(report: Report, headlines_only: bool = False, details: bool = False) -> list[ScoreRow]:
    """The score table: layer and measure, score, interval, precision, recall, matched of gold and of predictions."""
    table = []
    for each in report.result.layers:
        for measure in [each.layer.headline] if headlines_only else each.layer.measures:
            if details or not measure.detail:
                score, interval = each.scores[measure.name], report.intervals.get(measure.full)
                table.append(score_row(measure.full, score, interval, measure.has_parts))
    return table


def markdown(report: Report, headlines_only: bool = False, details: bool = False) -> str:
    """The score table as Markdown."""
    from onrecord.dataset.publishing.card import markdown_table

    lines = [(f"`{name}`", *rest) for name, *rest in rows(report, headlines_only, details)]
    return markdown_table(headings(report.how), lines)


def reasons(report: Report, details: bool = False) -> list[str]:
    """Why something in the table is undefined, a line for each reason; no line for a reason of intervals."""
    found: dict[str, list[str]] = {}
    for each in report.result.layers:
        shown = [measure for measure in each.layer.measures if details or not measure.detail]
        why = {measure.full: reason for measure in shown if (reason := each.scores[measure.name].reason)}
        if len(why) == len(shown) and len(set(why.values())) == 1:
            found.setdefault(next(iter(why.values())), []).append(each.layer.name)
            continue
        for name, reason in why.items():
            found.setdefault(reason, []).append(name)
    return [f"{', '.join(names)}: {reason}" for reason, names in found.items()]

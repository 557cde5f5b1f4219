"""A report page for each entry of a board that has predictions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from onrecord.eval.board.entries import About
from onrecord.eval.scoring.ceiling import CeilingRow
from onrecord.eval.scoring.score_stream import StreamScoring
from onrecord.eval.scoring.stored_gold import StoredGold


@dataclasses.dataclass(frozen=True)
class PageMaker:
    """Makes an entry's page from its scoring."""

    annotators: Sequence[CeilingRow]
    """The annotators' rows."""
    made_by: str
    """Who made the gold labels, in a sentence."""

    def __post_init__(self) -> None:
        from onrecord.eval import report  # once, before processes are forked that make pages

        assert report

    def __call__(self, about: About, scoring: StreamScoring, gold: StoredGold) -> bytes:
        """The page; the scoring has kept its documents."""
        from onrecord.eval.report import html, page_view

        result = dataclasses.replace(scoring.result, submission=about.name)
        report = dataclasses.replace(scoring.report, result=result)
        return html(page_view(report, gold, scoring.submission, self.annotators, made_by=self.made_by))

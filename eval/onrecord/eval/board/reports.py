"""A report page for each entry of a board that has predictions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from onrecord.eval.board.entries import Entry
from onrecord.eval.report import html, page_view
from onrecord.eval.scoring.ceiling import CeilingRow
from onrecord.eval.scoring.record import Record
from onrecord.eval.scoring.score_stream import StreamScoring
from onrecord.eval.scoring.stored_gold import StoredGold


class EntryReports:
    """Takes entries as they are scored, and makes their pages at once: no result is kept, and none is made twice.

    Args:
        gold: What they are scored against.
        annotators: The annotators' rows.
        made_by: Who made the gold labels, in a sentence.
    """

    def __init__(self, gold: StoredGold, annotators: Sequence[CeilingRow], made_by: str) -> None:
        self._gold = gold
        self._annotators = annotators
        self._made_by = made_by
        self._pages: dict[str, bytes] = {}

    @property
    def pages(self) -> Mapping[str, bytes]:
        """By record id."""
        return self._pages

    def take(self, entry: Entry, scoring: StreamScoring, record: Record) -> None:
        """Make an entry's page, unless there is one of the same record."""
        if record.id not in self._pages:
            result = dataclasses.replace(scoring.result, submission=entry.about.name)
            report = dataclasses.replace(scoring.report, result=result)
            view = page_view(report, self._gold, scoring.submission, self._annotators, made_by=self._made_by)
            self._pages[record.id] = html(view)

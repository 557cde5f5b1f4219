"""A report page for each entry of a board that has predictions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from onrecord.dataset import Gold
from onrecord.eval.board.entries import Entry
from onrecord.eval.board.standings import Standings
from onrecord.eval.report import html, page_view
from onrecord.eval.scoring.ceiling import CeilingRow
from onrecord.eval.scoring.score_file import scored
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.submission.limits import DEFAULT
from onrecord.eval.submission.unpacking import content


def entry_reports(
    entries: Sequence[Entry], found: Standings, gold: Gold, annotators: Sequence[CeilingRow], made_by: str
) -> dict[str, bytes]:
    """Pages by record id, of the entries whose predictions could be scored.

    Args:
        entries: The entries, with their predictions.
        found: Where they stand.
        gold: What they were scored against.
        annotators: The annotators' rows.
        made_by: Who made the gold labels, in a sentence.
    """
    records = {(row.about.team, row.about.system): row.record for row in found.rows if row.provenance == "rescored"}
    pages: dict[str, bytes] = {}
    for entry in entries:
        record = records.get((entry.about.team, entry.about.system))
        if record is None or entry.predictions is None or record.id in pages:
            continue
        asked = found.asked
        raw = content(entry.predictions, DEFAULT, follow_links=False)
        made = scored(entry.predictions, raw, gold, asked.split, asked.labels, allow_missing=True)
        result = dataclasses.replace(made.result, submission=entry.about.name)
        view = page_view(Report.of(result, asked.how), gold, made.submission, annotators, made_by=made_by)
        pages[record.id] = html(view)
    return pages

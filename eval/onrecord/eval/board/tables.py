"""The board as JSON, which is exact, and as CSV, which opens in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.eval.board.standings import Standing, Standings
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.rendering.scores import json_bytes
from onrecord.eval.rendering.spreadsheet import csv_bytes
from onrecord.eval.scoring.ceiling import CeilingRow
from onrecord.eval.scoring.record import RecordScore
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.paired import Paired

FORMAT = "onrecord-board/1"


def headlines() -> list[Measure]:
    """The headline of every layer."""
    return [layer.headline for layer in scored_layers()]


def board_json(found: Standings, annotators: Sequence[CeilingRow]) -> bytes:
    """Everything that the board shows."""
    return json_bytes(
        {
            "format": FORMAT,
            "gold": found.gold_hash,
            "split": found.asked.split,
            "documents": list(found.documents),
            "entries": [_row(row) for row in found.rows],
            "annotators": [{"name": row.name, "against": row.against, "f1": row.f1} for row in annotators],
        }
    )


def _row(row: Standing) -> dict[str, Any]:
    return {
        "team": row.about.team,
        "system": row.about.system,
        "name": row.about.name,
        "kind": row.about.kind,
        "url": row.about.url,
        "date": row.about.date,
        "record": row.record.id if row.record else None,
        "provenance": row.provenance,
        "ranked": not row.excluded,
        "excluded": row.excluded,
        "note": row.note,
        "scores": {measure.full: _score(row, measure) for measure in headlines()},
        **({"gaps": {probe: _gaps(paired) for probe, paired in row.gaps.items()}} if row.gaps else {}),
    }


def _gaps(paired: Mapping[str, Paired]) -> dict[str, Any]:
    """The gap of every headline that both sides have."""
    found = {measure.full: paired[measure.full] for measure in headlines() if measure.full in paired}
    return {
        name: {"gap": each.difference, "low": each.interval.low, "high": each.interval.high, "p": each.p}
        for name, each in found.items()
    }


def _score(row: Standing, measure: Measure) -> dict[str, Any]:
    score, rank = score_of(row, measure), row.ranks.get(measure.layer)
    interval = score.interval if score else None
    return {
        "value": score.value if score else None,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "rank": [rank.best, rank.worst] if rank else None,
    }


def score_of(row: Standing, measure: Measure) -> RecordScore | None:
    """A score of an entry's record; None if it has none."""
    part = row.record.layers.get(measure.layer) if row.record else None
    return part.measures.get(measure.name) if part else None


def board_csv(found: Standings, annotators: Sequence[CeilingRow]) -> bytes:
    """A row an entry, then a row an annotator; undefined is empty."""
    header = ["team", "system", "name", "kind", "provenance", "ranked", "excluded", "record"]
    for measure in headlines():
        name = measure.full
        header += [name, f"{name} low", f"{name} high", f"{name} best rank", f"{name} worst rank"]
        header += [f"{name} gap {probe}" for probe in found.probes]
    rows: list[list[object]] = []
    for row in found.rows:
        about, record = row.about, row.record.id if row.record else ""
        ranked = "no" if row.excluded else "yes"
        cells: list[object] = [about.team, about.system, about.name, about.kind, row.provenance, ranked, row.excluded]
        cells.append(record)
        for measure in headlines():
            score = _score(row, measure)
            cells += [score["value"], score["low"], score["high"], *(score["rank"] or [None, None])]
            gaps = (row.gaps.get(probe, {}).get(measure.full) for probe in found.probes)
            cells += [None if paired is None else paired.difference for paired in gaps]
        rows.append(cells)
    for annotator in annotators:
        name = f"{annotator.name} on {annotator.against}"
        cells = ["", "", name, "annotator", "", "no", "an annotator", ""]
        for measure in headlines():
            cells += [annotator.f1.get(measure.full), None, None, None, None, *(None for _ in found.probes)]
        rows.append(cells)
    return csv_bytes(header, rows)

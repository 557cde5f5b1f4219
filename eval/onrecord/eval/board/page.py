"""The board's page."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from onrecord.eval.board.standings import Standing, Standings
from onrecord.eval.board.tables import headlines, score_of
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.rendering import html as pages
from onrecord.eval.rendering.scores import FEW_DOCUMENTS, FEW_ITEMS, percent
from onrecord.eval.scoring.ceiling import BIASED, CeilingRow
from onrecord.eval.scoring.gap import points, points_interval
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.paired import Paired
from onrecord.eval.statistics.ranks import RankInterval

_PAGE = pages.PageKind(
    package="onrecord.eval.board", template="board.html.j2", style="board.css", scripts=("board.js",)
)

PLOT = 200
"""Width of an interval's plot: two units for each point of a hundred."""


@dataclasses.dataclass(frozen=True)
class BoardCell:
    """A score as it is shown."""

    value: str
    order: float
    """What it is sorted by: -1 where undefined."""
    low: str = ""
    high: str = ""
    at: float | None = None
    """Where its dot is, in units of the plot; None where undefined."""
    left: float | None = None
    width: float | None = None
    rank: str = ""
    precision: str = ""
    recall: str = ""
    items: str = ""
    """Gold items that it is over."""
    few: bool = False
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class BoardLine:
    """An entry, or an annotator, in one layer."""

    name: str
    team: str
    kind: str
    provenance: str
    anchor: str
    report: str
    """Address of its report; empty where there is none."""
    headline: BoardCell
    gaps: tuple[BoardCell, ...]
    """The headline's, one a probe."""
    more: tuple[BoardCell, ...]
    slices: tuple[BoardCell, ...]


@dataclasses.dataclass(frozen=True)
class LayerBoard:
    """One layer."""

    name: str
    definition: str
    headline: str
    probes: tuple[str, ...]
    """Those that have a column."""
    more: tuple[tuple[str, str], ...]
    """Further measures that are read first, with their definitions."""
    slices: tuple[tuple[str, str], ...]
    lines: tuple[BoardLine, ...]
    annotators: tuple[tuple[str, BoardCell], ...]


@dataclasses.dataclass(frozen=True)
class Team:
    """Everything that a team has entered."""

    name: str
    rows: tuple[Standing, ...]
    ranked: int


def board_html(found: Standings, annotators: Sequence[CeilingRow], made_by: str) -> bytes:
    """The page, whole in one file.

    Args:
        found: The entries.
        annotators: The annotators' rows.
        made_by: Who made the gold labels, in a sentence.
    """
    names = sorted({row.about.team for row in found.rows})
    teams = [Team(name, tuple(row for row in found.rows if row.about.team == name), 0) for name in names]
    teams = [dataclasses.replace(team, ranked=sum(not row.excluded for row in team.rows)) for team in teams]
    return _PAGE.render(
        pages.environment(_PAGE.package),
        found=found,
        boards=[_layer_board(layer, found, annotators) for layer in scored_layers()],
        overview=[(row, [cell(row, each, row.ranks.get(each.layer)) for each in headlines()]) for row in found.ranked],
        reported=[(row, [cell(row, each) for each in headlines()]) for row in found.reported],
        human=[(_called(row), [_human(row, each) for each in headlines()]) for row in annotators],
        layers=[layer.name for layer in scored_layers()],
        teams=teams,
        unranked=[row for row in found.rows if row.excluded and row not in found.reported],
        anchor=anchor,
        report=_report,
        biased=BIASED,
        made_by=made_by,
        plot=PLOT,
        few=(FEW_ITEMS, FEW_DOCUMENTS),
        signature=next((row.record.key for row in found.ranked if row.record), None),
    )


def anchor(row: Standing) -> str:
    """Where an entry's line in the list of teams is; ids are harmless in an address, and have no ``/``."""
    return f"{row.about.team}/{row.about.system}"


def _called(row: CeilingRow) -> str:
    return f"{row.name} on {row.against}" + ("*" if row.against == "gold" else "")


def _report(row: Standing) -> str:
    """Address of an entry's report; empty where there is none."""
    return f"reports/{row.record.id}.html" if row.record and row.page else ""


def _layer_board(layer: Layer[Any], found: Standings, annotators: Sequence[CeilingRow]) -> LayerBoard:
    headline = layer.headline
    others = [measure for measure in layer.measures if measure is not headline]
    more = [measure for measure in others if not measure.detail]
    slices = [measure for measure in others if measure.detail]
    lines = [
        BoardLine(
            name=row.about.name,
            team=row.about.team,
            kind=row.about.kind,
            provenance=row.provenance,
            anchor=anchor(row),
            report=_report(row),
            headline=cell(row, headline, row.ranks.get(layer.name)),
            gaps=tuple(_gap(row.gaps.get(probe, {}).get(headline.full)) for probe in found.probes),
            more=tuple(cell(row, measure) for measure in more),
            slices=tuple(cell(row, measure) for measure in slices),
        )
        for row in found.ranked
    ]
    return LayerBoard(
        name=layer.name,
        definition=headline.definition,
        headline=headline.name,
        probes=found.probes,
        more=tuple((measure.name, measure.definition) for measure in more),
        slices=tuple((measure.name, measure.definition) for measure in slices),
        lines=tuple(sorted(lines, key=lambda line: -line.headline.order)),
        annotators=tuple((_called(row), _human(row, headline)) for row in annotators),
    )


def cell(row: Standing, measure: Measure, rank: RankInterval | None = None) -> BoardCell:
    """A score of an entry as it is shown."""
    score = score_of(row, measure)
    if score is None or score.value is None:
        return BoardCell("–", -1.0, reason=(score.reason or "") if score else "not submitted")
    interval, counts = score.interval, score.counts
    low, high = (interval.low, interval.high) if interval else (None, None)
    few = counts is not None and counts[1] < FEW_ITEMS
    few = few or (interval is not None and interval.contributing < FEW_DOCUMENTS)
    return BoardCell(
        value=percent(score.value),
        order=score.value,
        low=percent(low) if low is not None else "",
        high=percent(high) if high is not None else "",
        at=round(PLOT * score.value, 1),
        left=None if low is None else round(PLOT * low, 1),
        width=None if low is None or high is None else round(PLOT * (high - low), 1),
        rank="" if rank is None else f"{rank.best}" if rank.best == rank.worst else f"{rank.best}–{rank.worst}",
        precision=percent(score.precision),
        recall=percent(score.recall),
        items="" if counts is None else f"{counts[1]:g}",
        few=few,
        reason=score.reason or "",
    )


def _gap(paired: Paired | None) -> BoardCell:
    """A gap as it is shown; it is sorted by how much is lost."""
    if paired is None or paired.difference is None:
        return BoardCell(
            "–", -2.0, reason="no predictions for these articles" if paired is None else paired.reason or ""
        )
    return BoardCell(points(paired.difference), paired.difference, reason=points_interval(paired))


def _human(row: CeilingRow, measure: Measure) -> BoardCell:
    value = row.f1.get(measure.full)
    return BoardCell("–", -1.0) if value is None else BoardCell(percent(value), value, at=round(PLOT * value, 1))

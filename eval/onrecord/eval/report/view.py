"""The report as plain values: everything that a page or a text shows, and nothing about how it looks."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.dataset import Gold
from onrecord.eval.rendering.signature import SCORER_VERSION
from onrecord.eval.report.changes import Changes, changes
from onrecord.eval.report.errors import Confusion, LayerErrors, confusions, errors
from onrecord.eval.report.items import DocumentItems, items_of
from onrecord.eval.report.matrices import ClusterMatrix, StanceMatrix, cluster_matrix, registry_names, stance_matrix
from onrecord.eval.report.overview import MeasureRow, Strip, card, measures, slices, strips, width_in_words
from onrecord.eval.report.payload import document_value, index, packed
from onrecord.eval.scoring.ceiling import CeilingRow
from onrecord.eval.scoring.record import record_bytes, record_of
from onrecord.eval.scoring.result import Result
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING
from onrecord.eval.submission.reading import Submission

OPEN_GOLD = "Open gold: the labels are public, so a system may have been tuned on them."


@dataclasses.dataclass(frozen=True)
class ReportView:
    """A report, ready to be shown."""

    system: str
    result: Result
    signature: str
    version: str
    """Of the scorer."""
    made_by: str
    """Who made the gold labels, in a sentence."""
    command: str
    """Which reproduces the scores; empty where it is not known."""
    level: str
    """Of the intervals, in percent; empty where there are none."""
    card: tuple[MeasureRow, ...]
    ceiling: tuple[str, ...]
    """The annotators on the score card."""
    width: str
    """How wide the intervals are, in words."""
    measures: tuple[MeasureRow, ...]
    slices: Mapping[str, tuple[MeasureRow, ...]]
    strips: tuple[Strip, ...]
    errors: tuple[LayerErrors, ...]
    confusions: tuple[Confusion, ...]
    events: ClusterMatrix
    entities: ClusterMatrix
    stances: StanceMatrix
    changes: Changes | None
    documents: tuple[DocumentItems, ...]
    index: Mapping[str, Any]
    """What the page's script reads first."""
    texts: tuple[str, ...]
    """What it reads of each document when that is opened, see :func:`onrecord.eval.report.payload.packed`."""
    record: str
    """The result record, as its file."""


def page_view(
    report: Report,
    gold: Gold,
    submission: Submission,
    ceiling: Sequence[CeilingRow] = (),
    other: tuple[str, Result] | None = None,
    command: str = "",
    made_by: str = "",
) -> ReportView:
    """Everything that a report shows.

    Args:
        report: The result with its intervals.
        gold: The gold that it was scored against.
        submission: The predictions, for what the file calls its ids.
        ceiling: Annotators' scores on the same articles.
        other: Another system's name and its result on the same articles.
        command: What reproduces the scores.
        made_by: Who made the gold labels, see :func:`onrecord.dataset.publishing.makers.made_by`.

    Raises:
        ValueError: The other result is of different articles.
    """
    result, registries = report.result, gold.registries
    pairs = result.pairs
    documents = items_of(result)
    names = registry_names(registries)
    by_kind = {wanted: {id: name for (kind, id), name in names.items() if kind == wanted} for wanted in _KINDS}
    return ReportView(
        system=result.submission,
        result=result,
        signature=str(report.signature),
        version=SCORER_VERSION,
        made_by=made_by,
        command=command,
        level=f"{100 * report.how.level:g}" if report.how else "",
        card=card(report, ceiling),
        ceiling=tuple(f"{row.name} on {row.against}" for row in ceiling),
        width=width_in_words(report),
        measures=measures(report),
        slices=slices(report),
        strips=strips(report),
        errors=errors(documents),
        confusions=confusions(documents),
        events=cluster_matrix("events", pairs, by_kind["event"]),
        entities=cluster_matrix("entities", pairs, by_kind["entity"]),
        stances=stance_matrix(documents, pairs, registries),
        changes=None if other is None else _changes(report, documents, gold, *other),
        documents=tuple(documents),
        index=index(documents, pairs, registries, submission),
        texts=tuple(packed(document_value(each, pair.document)) for each, pair in zip(documents, pairs, strict=True)),
        record=record_bytes(record_of(report)).decode("utf-8"),
    )


_KINDS = ("entity", "event")


def _changes(report: Report, documents: Sequence[DocumentItems], gold: Gold, name: str, other: Result) -> Changes:
    before = items_of(other)
    names = (name, report.result.submission)
    return changes(other, report.result, names, report.how or DEFAULT_SAMPLING, before, documents)

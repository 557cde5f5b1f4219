"""The report as plain values: everything that a page or a text shows, and nothing about how it looks."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.dataset import Gold
from onrecord.dataset.layers import using
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.rendering.signature import SCORER_VERSION
from onrecord.eval.report.changes import Changes, ItemChanges, changes
from onrecord.eval.report.errors import Confusion, LayerErrors, Tally, confusions, errors
from onrecord.eval.report.exchanges import Exchange
from onrecord.eval.report.gaps import ShownGap, shown_gaps
from onrecord.eval.report.items import DocumentItems, documents_of
from onrecord.eval.report.matrices import ClusterCounts, ClusterMatrix, StanceCounts, StanceMatrix, registry_names
from onrecord.eval.report.overview import MeasureRow, Strip, card, measures, slices, strips, width_in_words
from onrecord.eval.report.parts import Parts
from onrecord.eval.report.payload import DocumentSummary, SystemNames, document_value, index
from onrecord.eval.report.verdicts import pen
from onrecord.eval.scoring.ceiling import CeilingRow
from onrecord.eval.scoring.gap_record import GapRecord
from onrecord.eval.scoring.record import record_bytes, record_of
from onrecord.eval.scoring.result import Result
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING
from onrecord.eval.submission.reading import Submission, SubmissionHead

OPEN_GOLD = "Open gold: the labels are public, so a system may have been tuned on them."


@dataclasses.dataclass(frozen=True)
class Background:
    """What is known beside gold and predictions."""

    rules: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What each rule of the guidelines says, see :func:`onrecord.eval.report.rules.rules_of`."""
    exchanges: Mapping[str, Exchange] = dataclasses.field(default_factory=dict)
    """What a model was asked and what it replied, by document."""


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
    documents: tuple[DocumentSummary, ...]
    index: Mapping[str, Any]
    """What the page's script reads first."""
    parts: tuple[str, ...]
    """What it reads of documents when one of them is opened, see :class:`onrecord.eval.report.parts.Parts`."""
    record: str
    """The result record, as its file."""
    gaps: tuple[ShownGap, ...] = ()
    """What the system loses on perturbed articles."""


def page_view(
    report: Report,
    gold: Gold | StoredGold,
    submission: Submission | SubmissionHead,
    ceiling: Sequence[CeilingRow] = (),
    other: tuple[str, Result] | None = None,
    command: str = "",
    made_by: str = "",
    gaps: Sequence[GapRecord] = (),
    background: Background = Background(),
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
        gaps: Of these predictions on perturbed articles.
        background: What else is known, to be read beside the items.

    Raises:
        ValueError: The other result is of different articles.
        FaultsError: A gap is of other predictions.
    """
    shown = shown_gaps(gaps, report.result)
    with using(report.result.scheme):
        view = _view(report, gold, submission, ceiling, other, command, made_by, background)
        return dataclasses.replace(view, gaps=shown)


def _view(
    report: Report,
    gold: Gold | StoredGold,
    submission: Submission | SubmissionHead,
    ceiling: Sequence[CeilingRow],
    other: tuple[str, Result] | None,
    command: str,
    made_by: str,
    background: Background,
) -> ReportView:
    result, registries = report.result, gold.registries
    if other is not None and other[1].documents != result.documents:
        raise ValueError("the results are of different articles")
    read = _read(result, None if other is None else other[1], background.exchanges)
    record = record_of(report)
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
        card=card(report, ceiling, read.counts),
        ceiling=tuple(f"{row.name} on {row.against}" for row in ceiling),
        width=width_in_words(report),
        measures=measures(report),
        slices=slices(report),
        strips=strips(report),
        errors=errors(read.counts),
        confusions=confusions(read.counts),
        events=read.events.matrix(by_kind["event"]),
        entities=read.entities.matrix(by_kind["entity"]),
        stances=read.stances.matrix(names),
        changes=None if other is None or read.changed is None else _changes(report, read.changed, *other),
        documents=tuple(read.documents),
        index=index(
            read.documents,
            read.parts.firsts,
            registries,
            read.names.rows(submission, read.ids),
            pen(record.id, result.gold_hash, result.submission_sha256, result.submission, result.split),
            background.rules,
        ),
        parts=tuple(read.parts.packed),
        record=record_bytes(record).decode("utf-8"),
    )


_KINDS = ("entity", "event")


@dataclasses.dataclass
class _Read:
    """What one pass over the documents gathers: of a document itself, only what is packed is kept."""

    changed: ItemChanges | None
    exchanges: Mapping[str, Exchange]
    ids: IdMap = dataclasses.field(default_factory=lambda: IdMap({}, {}, {}))
    counts: Tally = dataclasses.field(default_factory=Counter)
    events: ClusterCounts = dataclasses.field(default_factory=lambda: ClusterCounts("events"))
    entities: ClusterCounts = dataclasses.field(default_factory=lambda: ClusterCounts("entities"))
    stances: StanceCounts = dataclasses.field(default_factory=StanceCounts)
    names: SystemNames = dataclasses.field(default_factory=SystemNames)
    documents: list[DocumentSummary] = dataclasses.field(default_factory=list)
    parts: Parts = dataclasses.field(default_factory=Parts)

    def add(self, each: DocumentItems) -> None:
        summary = DocumentSummary.of(each)
        self.ids = each.pair.ids
        self.counts.update(summary.counts)
        self.events.add(each.pair)
        self.entities.add(each.pair)
        self.stances.add(each)
        self.names.add(each.pair.predicted)
        self.documents.append(summary)
        self.parts.add(document_value(each, self.exchanges.get(each.document)))


def _read(result: Result, other: Result | None, exchanges: Mapping[str, Exchange]) -> _Read:
    """Go through the documents once, beside those of another system where there is one."""
    if other is None:
        read = _Read(None, exchanges)
        for each in documents_of(result):
            read.add(each)
    else:
        both = [
            one.layer
            for one, two in zip(result.layers, other.layers, strict=True)
            if one.state is not None and two.state is not None
        ]
        changed = ItemChanges(both)
        read = _Read(changed, exchanges)
        for before, after in zip(documents_of(other), documents_of(result), strict=True):
            changed.add(before, after)
            read.add(after)
    read.parts.end()
    return read


def _changes(report: Report, changed: ItemChanges, name: str, other: Result) -> Changes:
    names = (name, report.result.submission)
    return changes(other, report.result, names, report.how or DEFAULT_SAMPLING, changed.shown())

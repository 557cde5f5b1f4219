"""The score of plain spans of any corpus: every measure, by type, by document, what went wrong, how sure it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from onrecord.dataset.reading.faults import Fault, Findings, refuse
from onrecord.eval.corpora.allocation import keep_memory
from onrecord.eval.corpora.plain_spans import PlainSide, PlainSpans, plain_columns
from onrecord.eval.rendering.frames import frame
from onrecord.eval.rendering.scores import ScoreRow, json_bytes, score_json, score_numbers, score_row
from onrecord.eval.rendering.signature import HASH, Signature
from onrecord.eval.spans.counting import SpanCounts, score_columns
from onrecord.eval.spans.documents import SpanDocument
from onrecord.eval.spans.measures import MODES, SPAN_POLICY, error_classes, mode_array, mode_counts, type_counts
from onrecord.eval.spans.relabel import relabel_gold, relabel_predicted, unmapped_types
from onrecord.eval.statistics.counts import Counts, Score, score
from onrecord.eval.statistics.resampling import each_f1
from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING, Sampling, sampling_policy
from onrecord.eval.statistics.uncertainty import Interval, intervals
from onrecord.eval.submission.label_maps import read_label_map, unknown_type

if TYPE_CHECKING:
    import pandas as pd

SpanCorpus = Iterable[SpanDocument] | Mapping[str, PlainSpans] | Sequence[PlainSpans]
"""Documents, spans by document id, or spans of one document after the other."""


@dataclasses.dataclass(frozen=True)
class SpanReport:
    """A score of plain spans."""

    counts: SpanCounts
    missing: tuple[str, ...] = ()
    """Gold documents that the predictions leave out; scored as empty."""
    labels: str = "as-is"
    """The label map that the types were compared by."""
    how: Sampling | None = None
    """How intervals are made; None for none."""
    gold_sha256: str = ""
    """Of the file, where gold came from one."""
    predictions_sha256: str = ""
    left_out: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """How many predictions the label map leaves out, by their type."""
    passed_over: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """What was not read of the files, by what it is."""

    @cached_property
    def scores(self) -> dict[str, Score]:
        """By measure: strict, exact, type, partial, iou, characters, coverage."""
        return {name: score(counts) for name, counts in mode_counts(self.counts.total).items()}

    @cached_property
    def by_type(self) -> dict[str, dict[str, Score]]:
        """By type, then by measure; their counts add up to those of :attr:`scores`."""
        return {
            type: {name: score(each) for name, each in counts.items()}
            for type, counts in type_counts(self.counts).items()
        }

    @cached_property
    def errors(self) -> dict[str, int]:
        """See :func:`onrecord.eval.spans.measures.error_classes`."""
        return error_classes(self.counts.total)

    @cached_property
    def confusion(self) -> dict[tuple[str | None, str | None], int]:
        """Pairs by gold and predicted type, whatever their fit; None stands for no counterpart (missed, spurious)."""
        found: dict[tuple[str | None, str | None], int] = {}
        types = self.counts.types
        for _, gold, predicted, many in self.counts.cells.tolist():
            pair = (types[gold], types[predicted])
            found[pair] = found.get(pair, 0) + many
        for code, type in enumerate(types):
            found |= {(type, None): int(self.counts.missed[code])} if self.counts.missed[code] else {}
            found |= {(None, type): int(self.counts.spurious[code])} if self.counts.spurious[code] else {}
        last = (True, "")
        return dict(sorted(found.items(), key=lambda item: [last if n is None else (False, n) for n in item[0]]))

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """By measure; nothing where none were asked for. The unit is the document."""
        if self.how is None:
            return {}
        array, formulas = mode_array(self.counts.values), each_f1(len(MODES))
        found = intervals(array, formulas, level=self.how.level, draws=self.how.draws, seed=self.how.seed)
        return dict(zip(MODES, found, strict=True))

    @property
    def signature(self) -> Signature:
        """What was scored and how."""
        return Signature.of(
            task="spans",
            docs=str(len(self.counts.documents)),
            unit="given",
            labels=self.labels,
            interval=sampling_policy(self.how),
            gold=self.gold_sha256[:HASH],
            predictions=self.predictions_sha256[:HASH],
            **SPAN_POLICY,
        )

    def rows(self) -> list[ScoreRow]:
        """The score table; see :func:`onrecord.eval.rendering.scores.headings`."""
        return [score_row(name, each, self.intervals.get(name)) for name, each in self.scores.items()]

    def type_rows(self, measure: str = "strict") -> list[ScoreRow]:
        """One measure of every type, and of all: strict, exact, type, partial or iou; the others have no types."""
        rows = [score_row(type, scores[measure], None) for type, scores in self.by_type.items()]
        return [*rows, score_row("all", self.scores[measure], None)]

    def to_frame(self, by: Literal["measure", "type", "document"] = "measure") -> pd.DataFrame:
        """The scores as a data frame: a row a measure, a type and measure, or a document and measure; needs pandas."""
        if by == "measure":
            rows = [{"measure": n, **score_numbers(s, self.intervals.get(n))} for n, s in self.scores.items()]
            return frame(rows, ["measure"])
        groups = self.by_type if by == "type" else self.by_document()
        rows = [
            {by: group, "measure": name, **score_numbers(each, None)}
            for group, scores in groups.items()
            for name, each in scores.items()
        ]
        columns = [by, "measure", *score_numbers(score(Counts()), None)]
        return frame(rows, [by, "measure"], columns)

    def by_document(self) -> dict[str, dict[str, Score]]:
        """By document, then by measure."""
        return {
            document: {name: score(each) for name, each in mode_counts(values).items()}
            for document, values in zip(self.counts.documents, self.counts.values, strict=True)
        }

    def as_json(self) -> bytes:
        """Everything but the single documents, as JSON; the same gives the same bytes."""
        value: dict[str, Any] = {
            "format": "onrecord-spans/1",
            "signature": str(self.signature),
            "status": "partial" if self.missing else "complete",
            "documents": len(self.counts.documents),
            "missing": list(self.missing),
            "left_out": dict(self.left_out),
            "measures": {name: score_json(each, self.intervals.get(name)) for name, each in self.scores.items()},
            "types": {
                type: {name: score_json(each, None) for name, each in scores.items()}
                for type, scores in self.by_type.items()
            },
            "errors": self.errors,
            "confusion": [
                {"gold": gold, "predicted": predicted, "pairs": many}
                for (gold, predicted), many in self.confusion.items()
            ],
        }
        return json_bytes(value)


def score_spans(
    gold: SpanCorpus, predicted: SpanCorpus, how: Sampling | None = DEFAULT_SAMPLING, labels: str | None = None
) -> SpanReport:
    """Score plain spans of any corpus.

    Args:
        gold: Gold spans: documents, a mapping from document id to spans, or a sequence with the spans of each document.
            A span is a :class:`~onrecord.eval.spans.documents.TypedSpan` or a tuple (start, end) or (start, end, type),
            half-open, in any unit.
        predicted: Predictions in any of these forms, with the same ids; of sequences the n-th go together. A document
            that is not there counts as one without predictions.
        how: How intervals are made; None for none.
        labels: A label map; see :mod:`onrecord.eval.submission.label_maps`.

    Raises:
        ValueError: A document is predicted that gold does not have, is there twice, or a span is none.
        FaultsError: The label map cannot be read, or does not know a type.

    >>> report = score_spans([[(0, 5, "PER"), (9, 12, "ORG")]], [[(0, 5, "PER"), (9, 14, "ORG")]], how=None)
    >>> {name: score.f1 for name, score in report.scores.items() if name in ("strict", "type", "partial")}
    {'strict': 0.5, 'type': 1.0, 'partial': 0.75}
    >>> report.errors["boundary"]
    1
    """
    one, other = _by_id(gold, "gold"), _by_id(predicted, "predicted")
    if _positional(gold) and _positional(predicted) and len(one) != len(other):
        raise ValueError(f"{len(one)} gold documents and {len(other)} predicted ones")
    if unknown := sorted(other.keys() - one.keys()):
        raise ValueError(f"predictions for documents that gold does not have: {', '.join(unknown[:5])}")
    names = list(one)
    found = count_documents(
        names,
        PlainSide(list(one.values()), lambda n: f"the gold document {names[n]!r}"),
        PlainSide([other.get(id, ()) for id in names], lambda n: f"the predicted document {names[n]!r}"),
        labels,
    )
    missing = tuple(id for id in one if id not in other)
    return SpanReport(found.counts, missing, found.labels, how, left_out=found.left_out)


@dataclasses.dataclass(frozen=True)
class CountedSpans:
    """What was counted in some documents."""

    counts: SpanCounts
    labels: str
    """What a signature calls the label map."""
    left_out: Mapping[str, int]
    """How many predictions the label map leaves out, by their type."""


def count_documents(
    names: Sequence[str], gold: PlainSide, predicted: PlainSide, labels: str | None = None
) -> CountedSpans:
    """Count the spans of documents, whose types are compared by a label map, or as they are.

    Raises:
        ValueError: A span is none.
        FaultsError: The label map cannot be read, or does not know a type.
    """
    keep_memory()
    columns = plain_columns(gold, predicted)
    if labels is None:
        return CountedSpans(score_columns(names, columns.types, columns.gold, columns.predicted), "as-is", {})
    name, mapping = read_label_map(labels)
    faults: list[Fault] = []
    for side, spans, known in (
        ("gold", columns.gold, mapping.gold),
        ("predicted", columns.predicted, mapping.predicted),
    ):
        findings = Findings(side)
        for type in unmapped_types(spans, known, columns.types):
            findings.add(unknown_type("", type, known), None)
        faults += findings.faults
    refuse(faults)
    one = relabel_gold(columns.gold, mapping.gold, columns.types)
    other, left_out = relabel_predicted(columns.predicted, mapping.predicted, columns.types)
    return CountedSpans(score_columns(names, columns.types, one, other), name, left_out)


def _positional(corpus: SpanCorpus) -> bool:
    return isinstance(corpus, Sequence) and not any(isinstance(each, SpanDocument) for each in corpus)


def _by_id(corpus: SpanCorpus, side: str) -> dict[str, PlainSpans]:
    found: dict[str, PlainSpans] = {}
    for id, spans in _pairs(corpus):
        if id in found:
            raise ValueError(f"the {side} document {id!r} is there twice")
        found[id] = spans
    return found if _positional(corpus) else dict(sorted(found.items()))


def _pairs(corpus: SpanCorpus) -> Iterable[tuple[str, PlainSpans]]:
    if isinstance(corpus, Mapping):
        yield from corpus.items()
        return
    rest: Iterable[SpanDocument | PlainSpans] = corpus
    for number, each in enumerate(rest):
        yield (each.doc_id, each.spans) if isinstance(each, SpanDocument) else (str(number), each)

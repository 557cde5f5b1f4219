"""From documents of a file to prediction lines: mentions, and entities where the file has clusters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from onrecord.dataset import Mention
from onrecord.dataset.layers import scheme
from onrecord.dataset.reading.faults import Findings, refuse
from onrecord.eval.conversion.placing import Placed, Placer
from onrecord.eval.readers import LabelledDocument, PassedOver, Reading
from onrecord.eval.spans.documents import ClusteredMention, TypedSpan
from onrecord.eval.submission.expected import KnownDocument
from onrecord.eval.submission.label_maps import LabelMap, map_faults, unknown_type
from onrecord.eval.submission.prediction_line import EntityDescription, PredictionLine


@dataclasses.dataclass(frozen=True)
class Converted:
    """What became of a file."""

    lines: tuple[PredictionLine, ...]
    """A line for each document of the dataset that the file has, in the order of the file."""
    passed_over: PassedOver
    """What the file has that the lines do not."""


@dataclasses.dataclass
class _Line:
    """A line that grows: a file may have a document in parts."""

    mentions: dict[tuple[int, int, str], str | None] = dataclasses.field(default_factory=dict)
    """Their clusters, by place and type."""
    parts: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    """Which of the document's characters that count the file has had so far."""


def convert(
    reading: Reading,
    documents: Mapping[str, KnownDocument],
    file: str,
    labels: LabelMap | None = None,
    type_of_all: str | None = None,
) -> Converted:
    """The documents of a file as prediction lines.

    Args:
        reading: The documents, and what was passed over when they were read.
        documents: Those of the dataset, by id.
        file: What faults call the file.
        labels: What their types are called here; None leaves a type out. None for types that are those of the scheme.
        type_of_all: The type of what has none.

    Raises:
        FaultsError: Documents that are none of the dataset, tokens that are not those of the text, types that are none
            of the scheme: every one of them.
    """
    if labels is not None:
        refuse(map_faults((), labels))
    findings, passed = Findings(file), PassedOver(reading.passed_over)
    placer = Placer({doc_id: document.text for doc_id, document in documents.items()})
    lines: dict[str, _Line] = {}
    types = _Types(labels, type_of_all, findings, passed)
    for document in reading.documents:
        placed = placer.placed(document)
        if not isinstance(placed, Placed):
            code, pointer, found, expected, hint = placed
            findings.add((code, document.pointer + pointer, found, expected, hint), document.line)
            continue
        line = lines.setdefault(placed.doc_id, _Line())
        if any(begin < placed.end and placed.begin < end for begin, end in line.parts):
            found, expected = f"document {placed.doc_id} again", "every document, or every part of one, once"
            findings.add(("repeated-document", document.pointer, found, expected, ""), document.line)
        line.parts.append((placed.begin, placed.end))
        _add(line, document, placed, types, passed)
    findings.refuse()
    ids = _EntityIds()
    return Converted(tuple(_line(documents[doc_id], line, ids) for doc_id, line in lines.items()), passed)


class _Types:
    """What the types of a file are called here."""

    def __init__(
        self, labels: LabelMap | None, type_of_all: str | None, findings: Findings, passed: PassedOver
    ) -> None:
        self._of_all = type_of_all
        self._findings = findings
        self._passed = passed
        words = scheme().entity_types
        self._names: Mapping[str, str | None] = {word: word for word in words} if labels is None else labels.predicted
        self._words = words
        self._said: set[str] = set()

    def of(self, type: str, document: LabelledDocument) -> str | None:
        """The name of a type; None where spans of it are left out, which is counted, or it has none, which is noted."""
        if not type and self._of_all is not None:
            return self._of_all
        if type in self._names:
            name = self._names[type]
            if name is None:
                self._passed[f"spans of the type {type!r}"] += 1
            return name
        if type in self._said:
            return None
        self._said.add(type)
        pointer, line = document.pointer, document.line
        if not type:
            wrong = "label", pointer, "spans without a type", "a type", "give --type, the type of all that have none"
            self._findings.add(wrong, line)
            return None
        hint = "--labels gives the types of another scheme their names here: conll2003, ontonotes, or a JSON file"
        self._findings.add(unknown_type(pointer, type, self._names, hint), line)
        return None


def _add(line: _Line, document: LabelledDocument, placed: Placed, types: _Types, passed: PassedOver) -> None:
    clusters: dict[tuple[int, int], str] = {}
    for each in document.mentions:
        if _is_contiguous(each, passed) and (place := placed.place(each.start, each.end)):
            clusters.setdefault(place, each.cluster)
    typed: set[tuple[int, int]] = set()
    for span in document.spans:
        if document.mentions and span.fragments:  # the mention has been counted
            continue
        if not _is_contiguous(span, passed):
            continue
        place = placed.place(span.start, span.end)
        if place is None:
            passed["spans of white space alone"] += 1
            continue
        typed.add(place)
        if (type := types.of(span.type, document)) is not None:
            if (*place, type) in line.mentions:
                passed["spans that are there twice"] += 1
            line.mentions.setdefault((*place, type), clusters.get(place))
    for place, cluster in clusters.items():
        if place not in typed and (type := types.of("", document)) is not None:
            line.mentions.setdefault((*place, type), cluster)


def _is_contiguous(span: TypedSpan | ClusteredMention, passed: PassedOver) -> bool:
    if span.fragments:
        passed["discontinuous spans"] += 1
    return not span.fragments


class _EntityIds:
    """Ids for clusters: ``e1``, ``e2``, ... in the order of their first mentions."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def of(self, cluster: str) -> str:
        """The id of a cluster."""
        return self._ids.setdefault(cluster, f"e{len(self._ids) + 1}")


def _line(document: KnownDocument, line: _Line, ids: _EntityIds) -> PredictionLine:
    text = document.text
    mentions = []
    for (start, end, type), cluster in sorted(line.mentions.items(), key=lambda each: each[0]):
        entity = None if cluster is None else ids.of(cluster)
        mentions.append(Mention(start=start, end=end, text=text[start:end], type=type, entity=entity))  # type: ignore[arg-type]  # of the scheme in force
    return PredictionLine(
        doc_id=document.id,
        text_sha256=document.text_sha256,
        mentions=tuple(mentions),
        entities=_described(mentions),
    )


def _described(mentions: Sequence[Mention]) -> tuple[EntityDescription, ...]:
    """The entities of a line, each by its longest mention."""
    names: dict[str, str] = {}
    for each in mentions:
        if each.entity is not None and len(each.text) > len(names.get(each.entity, "")):
            names[each.entity] = each.text
    return tuple(EntityDescription(id=id, name=name) for id, name in names.items())

"""Spans of two tools for annotating: Prodigy and doccano, each a document a line.

- Prodigy: ``{"text": "...", "spans": [{"start": 0, "end": 5, "label": "PER"}], "answer": "accept"}``. What was
  rejected or ignored is passed over. A document is called by ``doc_id`` or ``id``, in its ``meta`` too.
- doccano: ``{"id": 1, "text": "...", "label": [[0, 5, "PER"]]}``, or with relations ``"entities": [{"start_offset": 0,
  "end_offset": 5, "label": "PER"}]``. Older versions call the triples ``labels``.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from onrecord.dataset.reading.faults import Findings
from onrecord.dataset.records import Offset
from onrecord.eval.readers.json_records import JsonValue, documents_of, name_of, place_wrong, record, records
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.readers.spacy_docs import triples
from onrecord.eval.spans.documents import TypedSpan


class ProdigySpan(msgspec.Struct, frozen=True):
    """A span of a task."""

    start: Offset
    end: Offset
    label: str
    text: str | None = None


class ProdigyTask(msgspec.Struct, frozen=True):
    """A task of Prodigy."""

    text: str
    spans: list[object] = []
    answer: str = "accept"


class DoccanoEntity(msgspec.Struct, frozen=True):
    """A span of an export with relations."""

    start_offset: Offset
    end_offset: Offset
    label: str


class DoccanoTriples(msgspec.Struct, frozen=True):
    """A document with triples."""

    text: str
    label: list[object]


class OldDoccanoTriples(msgspec.Struct, frozen=True):
    """The same of older versions."""

    text: str
    labels: list[object]


class DoccanoRelations(msgspec.Struct, frozen=True):
    """A document with relations."""

    text: str
    entities: list[object]


def read_prodigy(path: Path | str, raw: bytes | None = None) -> Reading:
    """The documents that were accepted.

    Raises:
        FaultsError: With every fault of the file.
    """
    return documents_of(path, raw, _prodigy)


def _prodigy(value: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    task = record(value, ProdigyTask, findings, passed)
    if task is None:
        return None
    if "spans" not in value.value and "answer" not in value.value:
        expected = "the field 'spans' of a task, or its 'answer'"
        findings.add(("missing-field", f"{value.pointer}/spans", "nothing", expected, ""), value.line)
        return None
    if task.answer != "accept":
        passed[f"documents with the answer {task.answer[:40]!r}"] += 1
        return None
    spans = []
    for each, span in records(value, "spans", ProdigySpan, findings, passed):
        if wrong := place_wrong(span.start, span.end, task.text, span.text):
            findings.add((wrong[0], each.pointer, *wrong[1:]), each.line)
        spans.append(TypedSpan(span.start, span.end, span.label))
    name = name_of(value, "doc_id", "id")
    return LabelledDocument(name, tuple(spans), text=task.text, line=value.line, pointer=value.pointer)


def read_doccano(path: Path | str, raw: bytes | None = None) -> Reading:
    """The documents of either export.

    Raises:
        FaultsError: With every fault of the file.
    """
    return documents_of(path, raw, _doccano)


def _doccano(value: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    there = value.value if isinstance(value.value, dict) else {}
    if "entities" in there:
        made = record(value, DoccanoRelations, findings, passed)
        if made is None:
            return None
        spans = []
        for each, entity in records(value, "entities", DoccanoEntity, findings, passed):
            if wrong := place_wrong(entity.start_offset, entity.end_offset, made.text):
                findings.add((wrong[0], each.pointer, *wrong[1:]), each.line)
            spans.append(TypedSpan(entity.start_offset, entity.end_offset, entity.label))
        text = made.text
    else:
        field = "labels" if "labels" in there and "label" not in there else "label"
        plain: OldDoccanoTriples | DoccanoTriples | None
        if field == "labels":
            plain = record(value, OldDoccanoTriples, findings, passed)
        else:
            plain = record(value, DoccanoTriples, findings, passed)
        if plain is None:
            return None
        text, spans = plain.text, triples(value, field, plain.text, findings)
    return LabelledDocument(
        name_of(value, "doc_id", "id"), tuple(spans), text=text, line=value.line, pointer=value.pointer
    )

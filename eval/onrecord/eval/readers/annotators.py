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
from onrecord.eval.readers.json_records import JsonValue, json_values, name_of, place_wrong, record, records
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.readers.spacy_docs import triples
from onrecord.eval.spans.documents import TypedSpan


class _ProdigySpan(msgspec.Struct, frozen=True):
    start: Offset
    end: Offset
    label: str
    text: str | None = None


class _ProdigyTask(msgspec.Struct, frozen=True):
    text: str
    spans: list[object] = []
    answer: str = "accept"


class _DoccanoEntity(msgspec.Struct, frozen=True):
    start_offset: Offset
    end_offset: Offset
    label: str


class _DoccanoTriples(msgspec.Struct, frozen=True):
    text: str
    label: list[object]


class _OldDoccanoTriples(msgspec.Struct, frozen=True):
    text: str
    labels: list[object]


class _DoccanoRelations(msgspec.Struct, frozen=True):
    text: str
    entities: list[object]


def read_prodigy(path: Path | str, raw: bytes | None = None) -> Reading:
    """The documents that were accepted.

    Raises:
        FaultsError: With every fault of the file.
    """
    findings, passed = Findings(str(path)), PassedOver()
    found: list[LabelledDocument | None] = []
    for value in json_values(path, raw, findings):
        found += [_prodigy(each, findings, passed) for each in value.elements()]
    findings.refuse()
    return Reading(tuple(each for each in found if each is not None), passed)


def _prodigy(value: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    task = record(value, _ProdigyTask, findings, passed)
    if task is None:
        return None
    if task.answer != "accept":
        passed[f"documents with the answer {task.answer[:40]!r}"] += 1
        return None
    spans = []
    for each, span in records(value, "spans", _ProdigySpan, findings, passed):
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
    findings, passed = Findings(str(path)), PassedOver()
    found: list[LabelledDocument | None] = []
    for value in json_values(path, raw, findings):
        found += [_doccano(each, findings, passed) for each in value.elements()]
    findings.refuse()
    return Reading(tuple(each for each in found if each is not None), passed)


def _doccano(value: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    there = value.value if isinstance(value.value, dict) else {}
    if "entities" in there:
        made = record(value, _DoccanoRelations, findings, passed)
        if made is None:
            return None
        spans = []
        for each, entity in records(value, "entities", _DoccanoEntity, findings, passed):
            if wrong := place_wrong(entity.start_offset, entity.end_offset, made.text):
                findings.add((wrong[0], each.pointer, *wrong[1:]), each.line)
            spans.append(TypedSpan(entity.start_offset, entity.end_offset, entity.label))
        text = made.text
    else:
        field = "labels" if "labels" in there and "label" not in there else "label"
        plain: _OldDoccanoTriples | _DoccanoTriples | None
        if field == "labels":
            plain = record(value, _OldDoccanoTriples, findings, passed)
        else:
            plain = record(value, _DoccanoTriples, findings, passed)
        if plain is None:
            return None
        text, spans = plain.text, triples(value, field, plain.text, findings)
    return LabelledDocument(
        name_of(value, "doc_id", "id"), tuple(spans), text=text, line=value.line, pointer=value.pointer
    )

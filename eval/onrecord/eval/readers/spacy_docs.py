"""Entities of spaCy: ``Doc.to_json``, its training tuples of version 2, and packed ``DocBin`` files.

Of a ``Doc`` the text and ``ents`` are read; tokens, groups of spans, parses and categories are passed over. A training
tuple is ``["text", {"entities": [[0, 5, "PER"]]}]``. Source: spacy.io/api/doc and spacy.io/api/docbin.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.reading.faults import Findings
from onrecord.dataset.records import Offset
from onrecord.eval.readers.json_records import JsonValue, documents_of, name_of, place_wrong, record, records
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.readers.lines import given_or_read
from onrecord.eval.spans.documents import TypedSpan

Triple = tuple[Offset, Offset, str]


class SpacyEntity(msgspec.Struct, frozen=True):
    """One of its entities."""

    start: Offset
    end: Offset
    label: str


class SpacyDoc(msgspec.Struct, frozen=True):
    """A ``Doc`` as JSON."""

    text: str
    ents: Annotated[list[object], msgspec.Meta(description="an array of entities")]


class TrainingEntities(msgspec.Struct, frozen=True):
    """What training data of version 2 says of a text."""

    entities: list[object]


def read_spacy(path: Path | str, raw: bytes | None = None) -> Reading:
    """The documents of a file of JSON.

    Raises:
        FaultsError: With every fault of the file.
    """
    return documents_of(path, raw, _any, lambda value: value.elements() if _is_array_of_docs(value) else (value,))


def _any(value: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    read = _tuple if isinstance(value.value, list) else _doc
    return read(value, findings, passed)


def _is_array_of_docs(value: JsonValue) -> bool:
    return isinstance(value.value, list) and not (value.value and isinstance(value.value[0], str))


def _doc(value: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    doc = record(value, SpacyDoc, findings, passed)
    if doc is None:
        return None
    spans = []
    for each, entity in records(value, "ents", SpacyEntity, findings, passed):
        if wrong := place_wrong(entity.start, entity.end, doc.text):
            findings.add((wrong[0], each.pointer, *wrong[1:]), each.line)
        spans.append(TypedSpan(entity.start, entity.end, entity.label))
    name = name_of(value, "doc_id")
    return LabelledDocument(name, tuple(spans), text=doc.text, line=value.line, pointer=value.pointer)


def _tuple(value: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    match value.value:
        case [str() as text, dict() as about]:
            pass
        case _:
            expected = 'a Doc as JSON, or ["text", {"entities": [[0, 5, "PER"]]}]'
            findings.add(("type", value.pointer, value.value, expected, ""), value.line)
            return None
    inner = value.at(1, about)
    if record(inner, TrainingEntities, findings, passed) is None:
        return None
    spans = triples(inner, "entities", text, findings)
    return LabelledDocument("", tuple(spans), text=text, line=value.line, pointer=value.pointer)


def triples(value: JsonValue, field: str, text: str, findings: Findings) -> list[TypedSpan]:
    """The spans of an array of triples: start, end, label."""
    spans = []
    for each in value.at(field, value.value[field]).elements():
        try:
            start, end, label = msgspec.convert(each.value, Triple)
        except (msgspec.ValidationError, UnicodeEncodeError):
            findings.add(
                ("type", each.pointer, each.value, 'start, end and label, such as [0, 5, "PER"]', ""), each.line
            )
            continue
        if wrong := place_wrong(start, end, text):
            findings.add((wrong[0], each.pointer, *wrong[1:]), each.line)
        spans.append(TypedSpan(start, end, label))
    return spans


def read_docbin(path: Path | str, raw: bytes | None = None) -> Reading:
    """The documents of a ``.spacy`` file.

    Raises:
        ModuleNotFoundError: spaCy is not installed.
        FaultsError: The file is none.
    """
    import spacy
    from spacy.tokens import DocBin

    content = given_or_read(path, raw)
    try:
        docs = list(DocBin().from_bytes(content).get_docs(spacy.blank("xx").vocab))
    except Exception as error:  # whatever zlib, msgpack, numpy or spaCy make of bytes that are none
        found = f"{type(error).__name__}: {error}"[:200]
        raise FaultsError(
            [Fault("docbin", str(path), None, "", found, "a DocBin, as DocBin.to_disk writes it")]
        ) from None
    passed = PassedOver()
    for doc in docs:
        passed.update({f"spans of the group {key!r}": len(group) for key, group in doc.spans.items() if len(group)})
    return Reading(
        tuple(
            LabelledDocument(
                "", tuple(TypedSpan(each.start_char, each.end_char, each.label_) for each in doc.ents), text=doc.text
            )
            for doc in docs
        ),
        passed,
    )

"""What models say of a text: the lists that GLiNER and the pipelines of Hugging Face return, written as JSON.

A file is one such list, a list of them, or one a line. A list by itself has no text: each entity's surface tells which
text is meant. Or it is in an object beside it: ``{"doc_id": "d", "text": "...", "entities": [...]}``.

- GLiNER: ``{"start": 0, "end": 5, "text": "Putin", "label": "person", "score": 0.98}``.
- Token classification, aggregated: ``{"entity_group": "PER", "score": 0.98, "word": "Putin", "start": 0, "end": 5}``.
- Not aggregated: a piece of a word each, ``{"entity": "B-PER", "index": 1, "word": "Pu", "start": 0, "end": 2}``.
  Pieces of one type are a span as long as their indices follow each other and no B- begins another; a piece that goes
  on with a word (``##tin``) begins none.

Scores and indices are passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from onrecord.dataset.reading.faults import Findings, show
from onrecord.dataset.records import Offset
from onrecord.eval.readers.json_records import JsonValue, json_values, name_of, place_wrong, record
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.spans.documents import TypedSpan

Found = list[tuple[TypedSpan, str]]
"""Spans and their surfaces."""

FIELDS = ("entities", "predictions", "spans", "output")
"""Where an object may have the list."""


class GlinerEntity(msgspec.Struct, frozen=True):
    """An entity that GLiNER found."""

    start: Offset
    end: Offset
    text: str
    label: str


class PipelineEntity(msgspec.Struct, frozen=True):
    """An entity of an aggregated output."""

    entity_group: str
    word: str
    start: Offset
    end: Offset


class PipelinePiece(msgspec.Struct, frozen=True):
    """A piece of a word with its tag."""

    entity: str
    word: str
    start: Offset
    end: Offset
    index: int | None = None


class ModelOutput(msgspec.Struct, frozen=True):
    """What a list of entities may be in."""

    text: str | None = None


def read_gliner(path: Path | str, raw: bytes | None = None) -> Reading:
    """The documents of a file.

    Raises:
        FaultsError: With every fault of the file.
    """
    return _read(path, raw, pipeline=False)


def read_hf_pipeline(path: Path | str, raw: bytes | None = None) -> Reading:
    """The documents of a file, of either kind.

    Raises:
        FaultsError: With every fault of the file.
    """
    return _read(path, raw, pipeline=True)


def _read(path: Path | str, raw: bytes | None, pipeline: bool) -> Reading:
    findings, passed = Findings(str(path)), PassedOver()
    found: list[LabelledDocument] = []
    for value in json_values(path, raw, findings):
        for each in _documents(value):
            around = each.value if isinstance(each.value, dict) else {}
            field = next((name for name in FIELDS if isinstance(around.get(name), list)), None)
            text: str | None = None
            entities = each
            if field is not None:
                about = record(each, ModelOutput, findings, PassedOver())
                text = about.text if about else None
                for key in around.keys() - {field, "text", "doc_id", "id"}:
                    passed[f"field '{show(key)}'"] += 1
                entities = each.at(field, around[field])
            spans = _entities(entities, pipeline, text, findings, passed)
            found.append(
                LabelledDocument(
                    name_of(each, "doc_id", "id") if around else "",
                    tuple(span for span, _ in spans),
                    text=text,
                    surfaces=tuple(surface for _, surface in spans) if text is None else (),
                    line=each.line,
                    pointer=each.pointer,
                )
            )
    findings.refuse()
    return Reading(tuple(found), passed)


def _documents(value: JsonValue) -> Sequence[JsonValue]:
    """The documents of a value: a list of entities is one, a list of lists or of objects around lists several."""
    there = value.value
    if isinstance(there, list) and there and all(isinstance(each, list) or _is_around(each) for each in there):
        return list(value.elements())
    return [value]


def _is_around(value: object) -> bool:
    return isinstance(value, dict) and any(isinstance(value.get(name), list) for name in FIELDS)


def _entities(value: JsonValue, pipeline: bool, text: str | None, findings: Findings, passed: PassedOver) -> Found:
    if not isinstance(value.value, list):
        findings.add(("type", value.pointer, value.value, "a list of entities", ""), value.line)
        return []
    found: Found = []
    pieces: list[PipelinePiece] = []
    for each in value.elements():
        there = each.value if isinstance(each.value, dict) else {}
        entity: GlinerEntity | PipelineEntity | PipelinePiece | None
        if not pipeline:
            entity = record(each, GlinerEntity, findings, passed)
        elif "entity" in there and "entity_group" not in there:
            if there.get("start", 0) is None:
                hint = "slow tokenizers have no offsets: give the pipeline a fast one"
                findings.add(("offset", f"{each.pointer}/start", "null", "an offset", hint), each.line)
                continue
            entity = record(each, PipelinePiece, findings, passed)
        else:
            entity = record(each, PipelineEntity, findings, passed)
        if entity is None:
            continue
        surface = entity.text if isinstance(entity, GlinerEntity) else None
        if wrong := place_wrong(entity.start, entity.end, text, surface):
            findings.add((wrong[0], each.pointer, *wrong[1:]), each.line)
        if isinstance(entity, PipelinePiece):
            pieces.append(entity)
        elif isinstance(entity, PipelineEntity):
            found.append((TypedSpan(entity.start, entity.end, entity.entity_group), entity.word))
        else:
            found.append((TypedSpan(entity.start, entity.end, entity.label), entity.text))
    return found + grouped(pieces)


def grouped(pieces: Sequence[PipelinePiece]) -> Found:
    """The spans that pieces of words stand for."""
    found: list[list[PipelinePiece]] = []
    for piece in pieces:
        letter, type = _tag(piece.entity)
        if letter == "O":
            continue
        before = found[-1][-1] if found else None
        goes_on = before is not None and _follows(before, piece) and _tag(before.entity)[1] == type
        if goes_on and (letter != "B" or _within_word(piece)):
            found[-1].append(piece)
        else:
            found.append([piece])
    return [
        (TypedSpan(each[0].start, each[-1].end, _tag(each[0].entity)[1]), "".join(piece.word for piece in each))
        for each in found
    ]


def _tag(entity: str) -> tuple[str, str]:
    if entity == "O":
        return "O", ""
    return (entity[0], entity[2:]) if entity[1:2] == "-" and entity[0] in "BIESLU" else ("", entity)


def _follows(before: PipelinePiece, piece: PipelinePiece) -> bool:
    if before.index is None or piece.index is None:
        return before.end <= piece.start <= before.end + 1
    return piece.index == before.index + 1


def _within_word(piece: PipelinePiece) -> bool:
    return piece.word.startswith("##")

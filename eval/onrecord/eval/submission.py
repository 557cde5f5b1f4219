"""Prediction files: JSON Lines, one document a line, any subset of the layers; read and checked whole.

The labels of a line are those of the record model; ids are the file's own. What an id means is said by the mentions
that bear it, by a description in ``entities``, ``claims`` or ``event_descriptions``, or, for an id that the file does
not declare, by the dataset's registries. One line may describe an id and others merely name it; two descriptions that
differ are a fault, so that the order of lines never decides.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from onrecord.dataset import Document, Fault, Labels, Registries
from onrecord.dataset.check import Wrong, check_quotes, check_spans, faults_of
from onrecord.dataset.faults import nearest, refuse, show
from onrecord.dataset.files import sha256
from onrecord.dataset.reading import read_lines, untyped_lines
from onrecord.dataset.records import LAYERS, UNKNOWN, Layer
from onrecord.eval.predictions import ClaimDescription, EntityDescription, EventDescription, PredictionLine
from onrecord.eval.salvage import salvage

Description = EntityDescription | ClaimDescription | EventDescription
D = TypeVar("D", EntityDescription, ClaimDescription, EventDescription)


@dataclasses.dataclass(frozen=True)
class Submission:
    """A prediction file that has been checked."""

    name: str
    sha256: str
    """Of the file's bytes."""
    documents: Mapping[str, Labels]
    """Labels by document id."""
    layers: frozenset[Layer]
    """Layers that the file makes predictions for, be they none in some documents."""
    entities: Mapping[str, EntityDescription]
    claims: Mapping[str, ClaimDescription]
    event_descriptions: Mapping[str, EventDescription] = dataclasses.field(default_factory=dict)


def read_submission(path: Path | str, raw: bytes, documents: Sequence[Document], registries: Registries) -> Submission:
    """Read and check a prediction file.

    Args:
        path: The name that faults give the file.
        raw: Its bytes.
        documents: Every document of the dataset, of all splits.
        registries: The published ids.

    Raises:
        FaultsError: With every fault of every line.
    """
    file = str(path)
    lines, faults = read_lines(file, raw, PredictionLine)
    by_id = {document.id: document for document in documents}
    checked = lines
    if faults:
        misshapen = untyped_lines(raw, {fault.line for fault in faults if fault.line is not None})
        salvaged = [(number, salvage(value, by_id, registries)) for number, value in misshapen.items()]
        checked = sorted([*lines, *((number, line) for number, line in salvaged if line)], key=lambda each: each[0])
    faults += _check_documents(file, checked, by_id)
    faults += _check_layers(file, checked)
    faults += _check_ids(file, checked, registries)
    refuse(sorted(faults, key=lambda fault: (fault.line or 0, fault.pointer)))
    return Submission(
        name=Path(file).name,
        sha256=sha256(raw),
        documents={line.doc_id: line.labels for _, line in lines},
        layers=frozenset(layer for layer in LAYERS if any(getattr(line, layer) is not None for _, line in lines)),
        entities=_by_id(each for _, line in lines for each in line.entities),
        claims=_by_id(each for _, line in lines for each in line.claims),
        event_descriptions=_by_id(each for _, line in lines for each in line.event_descriptions),
    )


def _by_id(rows: Iterable[D]) -> dict[str, D]:
    """Descriptions by id; of several that do not differ in what they say, one that says something."""
    by_id: dict[str, D] = {}
    for row in rows:
        if row.id not in by_id or _says_something(row):
            by_id[row.id] = row
    return by_id


def _check_documents(
    file: str, lines: Sequence[tuple[int, PredictionLine]], documents: Mapping[str, Document]
) -> list[Fault]:
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for number, line in lines:
        if line.doc_id in first:
            found, expected = f"{show(line.doc_id)} again", "a document on one line"
            faults.append(
                Fault("repeated-document", file, number, "/doc_id", found, expected, f"see line {first[line.doc_id]}")
            )
            continue
        first[line.doc_id] = number
        document = documents.get(line.doc_id)
        if document is None:
            hint = nearest(line.doc_id, documents)
            faults.append(
                Fault("document", file, number, "/doc_id", show(line.doc_id), "a document of the dataset", hint)
            )
        elif line.text_sha256 != document.text_sha256:
            hint = "the predictions were made on another version of the text; load the dataset again"
            faults.append(
                Fault("hash", file, number, "/text_sha256", show(line.text_sha256), document.text_sha256, hint)
            )
        else:
            faults += faults_of(file, number, check_spans(line.labels, document.text))
        faults += faults_of(file, number, check_quotes(line.labels.quotes))
    return faults


def _check_layers(file: str, lines: Sequence[tuple[int, PredictionLine]]) -> list[Fault]:
    """A layer is on every line or on none: one that is left out of some could be empty or forgotten."""
    faults: list[Fault] = []
    for layer in LAYERS:
        having = [number for number, line in lines if getattr(line, layer) is not None]
        if having:
            faults += [
                Fault(
                    "missing-layer",
                    file,
                    number,
                    f"/{layer}",
                    "nothing",
                    f"{layer}, as on line {having[0]}",
                    f'where there are none, write "{layer}": []',
                )
                for number, line in lines
                if getattr(line, layer) is None
            ]
    return faults


def _check_ids(file: str, lines: Sequence[tuple[int, PredictionLine]], registries: Registries) -> list[Fault]:
    declared = [line for _, line in lines]
    entities = {m.entity for line in declared for m in line.labels.mentions if m.entity}
    entities |= {each.id for line in declared for each in line.entities}
    events = {each.event for line in declared for each in line.labels.events}
    events |= {each.id for line in declared for each in line.event_descriptions}
    claims = {each.id for line in declared for each in line.claims}
    known: dict[str, set[str]] = {
        "entity": entities | {row.id for row in registries.entities},
        "event": events | {row.id for row in registries.events},
        "claim": claims | {row.id for row in registries.claims},
    }
    faults: list[Fault] = []
    said: dict[tuple[str, str], tuple[int, Description]] = {}
    for number, line in lines:
        faults += faults_of(file, number, _dangling(line.labels, known))
        faults += faults_of(file, number, _dangling_places(line.event_descriptions, known["entity"]))
        faults += faults_of(file, number, _repeated_ids(line.labels))
        described: tuple[tuple[str, tuple[Description, ...]], ...] = (
            ("entities", line.entities),
            ("claims", line.claims),
            ("event_descriptions", line.event_descriptions),
        )
        for kind, rows in described:
            for index, row in enumerate(rows):
                if not _says_something(row):
                    continue
                line_before, before = said.setdefault((kind, row.id), (number, row))
                if before != row:
                    expected = f"the same description as on line {line_before}"
                    pointer = f"/{kind}/{index}"
                    faults.append(Fault("contradiction", file, number, pointer, show(row.id), expected))
    return faults


def _says_something(row: Description) -> bool:
    if isinstance(row, EventDescription):
        return row != EventDescription(id=row.id)
    return bool(row.text if isinstance(row, ClaimDescription) else row.name or row.wikidata)


def _repeated_ids(labels: Labels) -> Iterator[Wrong]:
    for layer in LAYERS:
        seen: set[str] = set()
        for index, item in enumerate(getattr(labels, layer)):
            if item.id is not None and item.id in seen:
                yield "repeated-id", f"/{layer}/{index}/id", item.id, "an id used once in a layer of a document", ""
            seen.add(item.id)


def _undeclared(id: str, kind: str, pointer: str, known: Iterable[str]) -> Wrong:
    where = {"entity": "mentions or entities", "event": "events or event_descriptions"}.get(kind, f"{kind}s")
    expected = f"an id that {where} of this file declare, or one of the {kind} registry"
    return "reference", pointer, id, expected, nearest(id, known)


def _dangling_places(descriptions: Sequence[EventDescription], entities: set[str]) -> Iterator[Wrong]:
    for index, description in enumerate(descriptions):
        if description.place is not None and description.place not in entities:
            yield _undeclared(description.place, "entity", f"/event_descriptions/{index}/place", entities)


def _dangling(labels: Labels, known: Mapping[str, set[str]]) -> Iterator[Wrong]:
    quotes = {quote.id for quote in labels.quotes if quote.id}

    def check(id: str, kind: str, pointer: str, also: str = "") -> Iterator[Wrong]:
        if id not in known[kind] and id != also:
            yield _undeclared(id, kind, pointer, known[kind])

    for index, quote in enumerate(labels.quotes):
        for place, id in enumerate(quote.speaker):
            yield from check(id, "entity", f"/quotes/{index}/speaker/{place}", also=UNKNOWN)
        for place, id in enumerate(quote.relays):
            yield from check(id, "entity", f"/quotes/{index}/relays/{place}")
    for index, stance in enumerate(labels.stances):
        yield from check(stance.holder, "entity", f"/stances/{index}/holder")
        yield from check(stance.target.id, stance.target.kind, f"/stances/{index}/target/id")
        if stance.quote is not None and stance.quote not in quotes:
            hint = nearest(stance.quote, quotes)
            yield "reference", f"/stances/{index}/quote", stance.quote, "the id of a quote of this line", hint

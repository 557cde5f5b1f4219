"""What must hold of one prediction line beside its types: references within it, ids, names, numbers of items."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Literal, NamedTuple

import msgspec

from onrecord.dataset import Labels, Span
from onrecord.dataset.reading.faults import Wrong, nearest
from onrecord.dataset.records import LAYERS, UNKNOWN, Layer
from onrecord.eval.submission.prediction_line import (
    ClaimDescription,
    EntityDescription,
    EventDescription,
    PredictionLine,
)

Kind = Literal["entity", "event", "claim"]

Description = EntityDescription | ClaimDescription | EventDescription

DESCRIPTIONS = ("entities", "claims", "event_descriptions")
"""The fields of a line that say what an id stands for."""


class Reference(NamedTuple):
    """An id that must be declared somewhere in the file, or be in a registry."""

    kind: Kind
    id: str
    pointer: str


def references(line: PredictionLine) -> Iterator[Reference]:
    """Every id in a line that stands for something said elsewhere."""
    for index, quote in enumerate(line.labels.quotes):
        for place, id in enumerate(quote.speaker):
            if id != UNKNOWN:
                yield Reference("entity", id, f"/quotes/{index}/speaker/{place}")
        for place, id in enumerate(quote.relays):
            yield Reference("entity", id, f"/quotes/{index}/relays/{place}")
    for index, stance in enumerate(line.labels.stances):
        yield Reference("entity", stance.holder, f"/stances/{index}/holder")
        yield Reference(stance.target.kind, stance.target.id, f"/stances/{index}/target/id")
    for index, event in enumerate(line.event_descriptions):
        if event.place is not None:
            yield Reference("entity", event.place, f"/event_descriptions/{index}/place")


def declared(line: PredictionLine) -> Iterator[tuple[Kind, str]]:
    """Every id that a line itself gives a meaning to."""
    for mention in line.labels.mentions:
        if mention.entity:
            yield "entity", mention.entity
    for event in line.labels.events:
        yield "event", event.event
    for entity in line.entities:
        yield "entity", entity.id
    for claim in line.claims:
        yield "claim", claim.id
    for described in line.event_descriptions:
        yield "event", described.id


def descriptions(line: PredictionLine) -> Iterator[tuple[str, int, Description]]:
    """What a line says of ids, with the field and the place in it; bare ids say nothing."""
    for field in DESCRIPTIONS:
        rows: tuple[Description, ...] = getattr(line, field)
        for index, row in enumerate(rows):
            if says_something(row):
                yield field, index, row


def says_something(row: Description) -> bool:
    """Whether a description is more than an id."""
    if isinstance(row, EventDescription):
        return row != EventDescription(id=row.id)
    return bool(row.text if isinstance(row, ClaimDescription) else row.name or row.wikidata)


def check_ids(line: PredictionLine) -> Iterator[Wrong]:
    """Ids used twice in a layer, stances of quotes that are not there, places that are in two clusters."""
    for layer in LAYERS:
        seen: set[str] = set()
        for index, item in enumerate(getattr(line.labels, layer)):
            if item.id is not None and item.id in seen:
                yield "repeated-id", f"/{layer}/{index}/id", item.id, "an id used once in a layer of a document", ""
            seen.add(item.id)
    quotes = {quote.id: None for quote in line.labels.quotes if quote.id}
    for index, stance in enumerate(line.labels.stances):
        if stance.quote is not None and stance.quote not in quotes:
            close = partial(nearest, stance.quote, quotes)
            yield "reference", f"/stances/{index}/quote", stance.quote, "the id of a quote of this line", close
    for layer, spans in _clustered(line.labels):
        first: dict[tuple[int, int], tuple[int, str]] = {}
        for index, span, id in spans:
            where, other = first.setdefault((span.start, span.end), (index, id))
            if other != id:
                field = "entity" if layer == "mentions" else "event"
                hint = f"see /{layer}/{where}/{field}; one place refers to one {field}"
                yield "cluster", f"/{layer}/{index}/{field}", f"{id}, and {other} at the same place", "one id", hint


def _clustered(labels: Labels) -> Iterator[tuple[Layer, list[tuple[int, Span, str]]]]:
    yield "mentions", [(i, m.span, m.entity) for i, m in enumerate(labels.mentions) if m.entity]
    yield "events", [(i, e.span, e.event) for i, e in enumerate(labels.events)]


def check_names(line: PredictionLine) -> Iterator[Wrong]:
    """Control characters in names, titles and wordings."""
    for field, index, row in descriptions(line):
        for name in ("name", "text", "title", "type"):
            value = getattr(row, name, None)
            if isinstance(value, str) and any(unicodedata.category(c) == "Cc" for c in value):
                hint = "a name is one line of text without control characters"
                yield "unicode", f"/{field}/{index}/{name}", value, "text without control characters", hint


def check_numbers(line: PredictionLine, most: int) -> Iterator[Wrong]:
    """Layers, and what is inside their items, that are too many for a document."""
    for layer in (*LAYERS, *DESCRIPTIONS):
        many = len(getattr(line, layer) or ())
        if many > most:
            hint = "more than any reading of the text can hold (--max-items)"
            yield "too-many", f"/{layer}", f"{many} items", f"at most {most}", hint
    inside = Counter[str]()
    for quote in line.labels.quotes:
        inside["quotes"] += len(quote.content) + len(quote.speaker) + len(quote.relays)
    for stance in line.labels.stances:
        inside["stances"] += len(stance.evidence)
    for layer, many in inside.items():
        if many > 4 * most:
            yield "too-many", f"/{layer}", f"{many} segments, speakers, relays or evidence", f"at most {4 * most}", ""


def repeated_items(labels: Labels) -> Iterator[Wrong]:
    """Items that say again what another of their layer says: only one of them can be right."""
    for layer in LAYERS:
        first: dict[object, int] = {}
        for index, item in enumerate(getattr(labels, layer)):
            where = first.setdefault(msgspec.structs.replace(item, id=None), index)
            if where != index:
                hint = f"the same as /{layer}/{where}; both are counted, and only one can be right"
                yield "repeated-item", f"/{layer}/{index}", "the same item again", "every item once", hint


def degenerate(line: PredictionLine) -> Iterator[Wrong]:
    """Clusterings that need no reading: all mentions of a document in one cluster."""
    for layer, spans in _clustered(line.labels):
        if len(spans) >= _MANY and len({id for _, _, id in spans}) == 1:
            found = f"all {len(spans)} {layer} in one cluster"
            yield "degenerate", f"/{layer}", found, "more than one cluster", "a score of this is that of a baseline"


_MANY = 20
"""So few mentions may well be of one entity."""

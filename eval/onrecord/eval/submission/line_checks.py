"""What must hold of one prediction line beside its types: references within it, ids, names, numbers of items."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import partial

import msgspec

from onrecord.dataset import Labels, Span, walk
from onrecord.dataset.check import check_spans
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.reading.faults import Wrong, nearest
from onrecord.dataset.records import SpanItem
from onrecord.dataset.walk import IdReference
from onrecord.eval.submission.expected import KnownDocument
from onrecord.eval.submission.prediction_line import PLACED, Description, PredictionLine, says_something

KINDS = ("entity", "event", "claim")
"""What an id may stand for that holds across documents and must be declared; whoever names an utterance declares it."""

DESCRIPTIONS = ("entities", "claims", "event_descriptions")
"""The fields of a line that say what an id stands for."""


def references(line: PredictionLine) -> Iterator[IdReference]:
    """Every id in a line that must be declared somewhere in the file, or be in a registry."""
    return (each for each in walk.references(line) if each.use == "uses" and each.kind in KINDS and scheme().ids)


def descriptions(line: PredictionLine) -> Iterator[tuple[str, int, Description]]:
    """What a line says of ids, with the field and the place in it; bare ids say nothing."""
    for field in DESCRIPTIONS:
        rows: tuple[Description, ...] = getattr(line, field)
        for index, row in enumerate(rows):
            if says_something(row):
                yield field, index, row


def check_text(line: PredictionLine, document: KnownDocument) -> Iterator[Wrong]:
    """Another text than the document's; else spans that are not of it."""
    if is_of(line, document):
        yield from check_spans(line.labels, document.text)
    else:
        yield other_text(line, document)


def is_of(line: PredictionLine, document: KnownDocument) -> bool:
    """Whether a line is of this version of a text, as far as it says so: without a hash, its surfaces tell."""
    return line.text_sha256 is None or line.text_sha256 == document.text_sha256


def other_text(line: PredictionLine, document: KnownDocument) -> Wrong:
    """The fault of a line that was made on another text."""
    hint = "the predictions were made on another version of the text; load the dataset again"
    return "hash", "/text_sha256", line.text_sha256, document.text_sha256, hint


def check_tells_text(line: PredictionLine) -> Iterator[Wrong]:
    """Nothing that tells which version of the text a line was made on."""
    if line.text_sha256 is None and not any(getattr(line, layer) for layer in LAYERS):
        hint = "add text_sha256 as the dataset gives it, or leave it so if there is nothing to predict"
        yield "unchecked", "", "neither text_sha256 nor any item", "something that tells which text was read", hint


def blank_edges(line: PredictionLine) -> Iterator[tuple[str, SpanItem]]:
    """Items that begin or end in white space, which no gold span does, with their pointers."""
    for layer, kind in LAYERS.items():
        if issubclass(kind, SpanItem):
            for index, item in enumerate(getattr(line, layer) or ()):
                if item.text != item.text.strip():
                    yield f"/{layer}/{index}", item


def check_unplaced(line: PredictionLine) -> Iterator[Wrong]:
    """What is not in the text, and of no layer that could have it, or of none that the line has."""
    for index, each in enumerate(line.unplaced):
        at = f"/unplaced/{index}"
        there = [layer for layer in PLACED if layer in LAYERS]
        if each.layer not in there:
            yield "label", f"{at}/layer", each.layer, f"one of {', '.join(there)}", partial(nearest, each.layer, there)
        elif getattr(line, each.layer) is None:
            hint = f'where nothing else is predicted, write "{each.layer}": []'
            yield "reference", f"{at}/layer", each.layer, "a layer that the line has", hint
        kinds = scheme().mention_kinds if each.layer == "mentions" else ()
        if each.kind is not None and each.kind not in kinds:
            expected = f"one of {', '.join(kinds)}" if kinds else "no kind, which mentions alone have"
            yield "label", f"{at}/kind", each.kind, expected, partial(nearest, each.kind, kinds)


def check_all_placed(line: PredictionLine) -> Iterator[Wrong]:
    """Items that are not in the text, which labels of the text cannot be."""
    for index, item in enumerate(line.unplaced):
        yield "surface", f"/unplaced/{index}", item.text, "items whose words are in the text", "leave it out"


def check_ids(labels: Labels) -> Iterator[Wrong]:
    """Ids used twice in a layer, places that are in two clusters."""
    for layer in LAYERS:
        seen: set[str] = set()
        for index, item in enumerate(labels.of(layer)):
            if item.id is not None and item.id in seen:
                yield "repeated-id", f"/{layer}/{index}/id", item.id, "an id used once in a layer of a document", ""
            seen.add(item.id)
    for layer, field, spans in _clustered(labels):
        first: dict[tuple[int, int], tuple[int, str]] = {}
        for index, span, id in spans:
            where, other = first.setdefault((span.start, span.end), (index, id))
            if other != id:
                hint = f"see /{layer}/{where}/{field}; one place refers to one {field}"
                yield "cluster", f"/{layer}/{index}/{field}", f"{id}, and {other} at the same place", "one id", hint


def _clustered(labels: Labels) -> Iterator[tuple[str, str, list[tuple[int, Span, str]]]]:
    """Layer and field of each kind of cluster, with the place and the id of every item that is in one."""
    for layer, kind in LAYERS.items():
        field = walk.cluster_field(kind)
        if field is not None:
            items = [(index, item, getattr(item, field)) for index, item in enumerate(labels.of(layer))]
            yield layer, field, [(index, item.span, id) for index, item, id in items if id]


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
    for layer in (*LAYERS, *DESCRIPTIONS, "unplaced"):
        many = len(getattr(line, layer) or ())
        if many > most:
            hint = "more than any reading of the text can hold (--max-items)"
            yield "too-many", f"/{layer}", f"{many} items", f"at most {most}", hint
    for layer, kind in LAYERS.items():
        several = [field.name for field in walk.fields(kind) if field.many]
        many = sum(len(getattr(item, name)) for item in getattr(line, layer) or () for name in several)
        if many > 4 * most:
            yield "too-many", f"/{layer}", f"{many} segments, speakers, relays or evidence", f"at most {4 * most}", ""


def repeated_items(labels: Labels) -> Iterator[Wrong]:
    """Items that say again what another of their layer says: only one of them can be right."""
    for layer in LAYERS:
        first: dict[object, int] = {}
        for index, item in enumerate(labels.of(layer)):
            where = first.setdefault(msgspec.structs.replace(item, id=None), index)
            if where != index:
                hint = f"the same as /{layer}/{where}; both are counted, and only one can be right"
                yield "repeated-item", f"/{layer}/{index}", "the same item again", "every item once", hint


def degenerate(line: PredictionLine) -> Iterator[Wrong]:
    """Clusterings that need no reading: all mentions of a document in one cluster."""
    for layer, _, spans in _clustered(line.labels):
        if len(spans) >= MANY and len({id for _, _, id in spans}) == 1:
            found = f"all {len(spans)} {layer} in one cluster"
            yield "degenerate", f"/{layer}", found, "more than one cluster", "a score of this is that of a baseline"


MANY = 20
"""So few mentions may well be of one entity."""

"""What an annotator can mend before labels are used: looked for when they are pulled, and said in the page's terms."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.regions import ResultItem, item_of
from onrecord.dataset.check import check_document
from onrecord.dataset.reading.faults import Fault, Wrong, fault_of, show
from onrecord.dataset.records import Labels, SpanItem
from onrecord.dataset.walk import anchor

WORDS = 60
"""Characters of a region's words that a fault quotes."""


def look_over(labels: Labels, result: Sequence[ResultItem], text: str) -> Iterator[Wrong]:
    """What is wrong with labels although every one of them can be read.

    Args:
        labels: As read from ``result``.
        result: As exported.
        text: The document's text.

    Yields:
        White space at the ends of a region, regions marked twice, and whatever else must hold of gold within a
        document; each with a JSON pointer into ``result``.
    """
    yield from _edges(result, text)
    places = {item_of(item): index for index, item in _marked(result)}
    told: set[str | None] = set()
    for code, pointer, found, expected, hint in check_document(labels):
        _, layer, index, *_ = pointer.split("/")
        id = labels.of(layer)[int(index)].id
        told.add(id)
        yield code, f"/{places[str(id)]}", found, expected, hint
    yield from _copies(labels, places, told)


def _marked(result: Sequence[ResultItem]) -> Iterator[tuple[int, ResultItem]]:
    for index, item in enumerate(result):
        if isinstance(item, dict) and item.get("type") == "labels" and isinstance(item.get("value"), dict):
            yield index, item


def _edges(result: Sequence[ResultItem], text: str) -> Iterator[Wrong]:
    for index, item in _marked(result):
        start, end = _offsets(item, text)
        words = text[start:end]
        if words != words.strip():
            expected = show(repr(words.strip())) if words.strip() else "words"
            yield (
                "white-space",
                f"/{index}/value",
                repr(words),
                expected,
                "draw the region anew, without the white space",
            )


def _copies(labels: Labels, places: Mapping[str, int], told: set[str | None]) -> Iterator[Wrong]:
    """Items of several regions that a copied region made twice; a span marked twice is told of already."""
    for form in page().forms:
        seen: set[bytes] = set()
        for item in labels.of(form.layer):
            if isinstance(item, SpanItem) or item.id in told:
                continue
            said = msgspec.json.encode([anchor(item), *(getattr(item, ask.field) for ask in form.asks)])
            if said in seen:
                one = form.layer.removesuffix("s")
                found = f"the same {one} a second time"
                yield (
                    "repeated-item",
                    f"/{places[str(item.id)]}",
                    found,
                    f"a {one} marked once",
                    "delete one of the two",
                )
            seen.add(said)


def _offsets(item: ResultItem, text: str) -> tuple[int, int]:
    """The offsets of a region; of nothing where it has none in the text."""
    value = item.get("value")
    start, end = (value.get("start"), value.get("end")) if isinstance(value, dict) else (0, 0)
    return (start, end) if type(start) is type(end) is int and 0 <= start <= end <= len(text) else (0, 0)


def told(
    file: str, pointer: str, wrong: Sequence[Wrong], result: Sequence[Any], document: tuple[str, str], task: str
) -> list[Fault]:
    """Faults of one annotation that say which words of which article they are about, and where it is mended.

    Args:
        file: The export.
        pointer: JSON pointer of ``result`` in it.
        wrong: What is wrong, with pointers into ``result``.
        result: As exported.
        document: Id and text of the document.
        task: Where the task is.
    """
    id, text = document
    regions = {str(item.get("id")): item for _, item in _marked(result)}
    faults = []
    for code, place, found, expected, hint in wrong:
        fault = fault_of(file, None, (code, place, found, expected, hint), pointer)
        words = _words(place, result, regions, text)
        told = fault.found.startswith(words) or f"on {words}" in fault.found
        about = fault.found if told else f"{fault.found}, on {words}"
        where = f"in {id}, at {task}"
        hint = f"{fault.hint}; {where}" if fault.hint else where
        faults.append(dataclasses.replace(fault, found=about, hint=hint, document=id))
    return faults


def _words(place: str, result: Sequence[Any], regions: Mapping[str, ResultItem], text: str) -> str:
    """The words that a part of a result is about; empty where it is about none."""
    step = place.split("/")[1] if place else ""
    item = result[int(step)] if step.isdecimal() else None
    if not isinstance(item, dict):
        return ""
    ids = [item.get("from_id"), item.get("to_id")] if item.get("type") == "relation" else [item.get("id")]
    ends = [_offsets(regions[str(each)], text) for each in ids if str(each) in regions]
    return " and ".join(show(repr(text[start:end]), WORDS) for start, end in ends if start < end)

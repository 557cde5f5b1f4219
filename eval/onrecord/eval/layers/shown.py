"""What a reader is shown of an item: its places in the text, and its fields in words."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import Item, SpanItem

Place = tuple[int, int, str]
"""Start and end in code points, and the part of the item: the field's name, or nothing for an item that is a span."""


def places(item: Item) -> tuple[Place, ...]:
    """The stretches of the text that an item consists of, the one that it has its place by first."""
    if isinstance(item, SpanItem):
        return ((item.start, item.end, ""),)
    return tuple((span.start, span.end, pointer.split("/")[1]) for pointer, span in walk.spans(item))


def in_words(item: Item) -> str:
    """The words by which an item has its place."""
    return " … ".join(span.text for span in walk.anchor(item))


def shown_fields(item: msgspec.Struct, without: str = "") -> tuple[tuple[str, str], ...]:
    """Name and value of every field that is no span, as the file has it; several values have a name each.

    Args:
        item: An item.
        without: A field that is shown elsewhere.
    """
    found: list[tuple[str, str]] = []
    for name, many in _shown(type(item), without):
        value = getattr(item, name)
        if value is None:
            continue
        for each in value if many else (value,):
            if type(each) is str:
                found.append((name, each))
            elif isinstance(each, msgspec.Struct):
                found += _referring(name, each)
            elif each is not None:
                found.append((name, str(each)))
    return tuple(found)


@functools.cache
def _shown(kind: type[msgspec.Struct], without: str) -> tuple[tuple[str, bool], ...]:
    """The fields of a type that are shown, and which of them have many values."""
    left_out = {*Item.__struct_fields__, without}
    if issubclass(kind, SpanItem):
        left_out |= {"start", "end", "text"}
    return tuple(
        (field.name, field.many)
        for field in walk.fields(kind)
        if field.name not in left_out
        and not field.is_span
        and not (field.refers is not None and field.refers.to in LAYERS)  # an item of the same document
    )


def _referring(name: str, value: msgspec.Struct) -> Iterator[tuple[str, str]]:
    for reference in walk.references(value):
        yield f"{name} {reference.kind}", reference.id


def given(fields: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    """The fields that have a value."""
    return tuple((name, value) for name, value in fields if value is not None)

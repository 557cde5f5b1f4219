"""What a reader is shown of an item: its places in the text, and its fields in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.records import LAYERS, Item, SpanItem

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
    left_out = {*Item.__struct_fields__, without}
    if isinstance(item, SpanItem):
        left_out |= {"start", "end", "text"}
    return given(_fields(item, left_out))


def _fields(item: msgspec.Struct, left_out: Collection[str]) -> Iterator[tuple[str, str | None]]:
    for field in walk.fields(type(item)):
        within = field.refers is not None and field.refers.to in LAYERS  # an item of the same document
        if field.name in left_out or field.is_span or within:
            continue
        value = getattr(item, field.name)
        for each in value if field.many else (value,):
            if isinstance(each, msgspec.Struct):
                yield from _referring(field.name, each)
            else:
                yield field.name, None if each is None else str(each)


def _referring(name: str, value: msgspec.Struct) -> Iterator[tuple[str, str]]:
    for reference in walk.references(value):
        yield f"{name} {reference.kind}", reference.id


def given(fields: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    """The fields that have a value."""
    return tuple((name, value) for name, value in fields if value is not None)

"""Predictions in words, an article at a time, for whoever has no gold to hold them against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.reading.foreign import one_line
from onrecord.dataset.records import Item, SpanItem
from onrecord.eval.layers.shown import in_words

Called = Mapping[tuple[str, str], str]
"""What an id is called, by ``entity``, ``event`` or ``claim`` and the id."""

LONGEST = 100
"""Characters of the words of an item that are shown."""


Unplaced = tuple[str, str, str]
"""What is no prediction: its layer, why, and the item as it was."""


def listed(
    id: str, title: str, items: Mapping[str, Sequence[Item]], called: Called, unplaced: Sequence[Unplaced] = ()
) -> Iterator[str]:
    """The lines that show the items of an article: for each its place in code points, its words, and what it says.

    Args:
        id: The article's.
        title: Its title, or how it begins.
        items: The predictions, by layer.
        called: Names for ids; an id without one is shown as it is.
        unplaced: What the file keeps beside them.
    """
    yield f"{one_line(id)}: {_short(title)}"
    for layer, there in items.items():
        yield f"  {layer}: {len(there)}"
        rows = [(_place(item), _short(in_words(item)), ", ".join(_said(item, called))) for item in there]
        wide = max((len(place) for place, *_ in rows), default=0)
        for place, words, said in rows:
            yield f"    {place:>{wide}}  {words}  ({said})"
    if unplaced:
        yield f"  no predictions: {len(unplaced)}"
    yield from (f"    {one_line(layer)}, {one_line(why)}: {_short(item)}" for layer, why, item in unplaced)


def _place(item: Item) -> str:
    return " + ".join(f"{span.start}-{span.end}" for span in walk.anchor(item)) or "-"


def _said(record: msgspec.Struct, called: Called) -> Iterator[str]:
    """What a record says beside where it is: its labels, and its other fields with their names."""
    hidden = set(Item.__struct_fields__) | (set(SpanItem.__struct_fields__) if isinstance(record, SpanItem) else set())
    shown = [field for field in walk.fields(type(record)) if field.name not in hidden]
    place = next((field.name for field in shown if field.is_span), None)
    for field in shown:
        value = getattr(record, field.name)
        values = value if field.many else () if value is None else (value,)
        if field.is_span:
            said = [] if field.name == place else [_short(each.text) for each in values]
        elif field.struct is not None:
            said = [_called(each.kind, each.id, called) for inner in values for each in walk.references(inner)]
        elif field.refers is not None:
            said = [_called(field.refers.to, each, called) for each in values]
        else:
            yield from (one_line(str(each)) for each in values)
            continue
        if said:
            yield f"{field.name} {' and '.join(said)}"


def _called(kind: str, id: str, called: Called) -> str:
    return _short(called.get((kind, id), id))


def _short(text: str) -> str:
    """Text on one line, its end left out where it is long."""
    line = one_line(" ".join(text.split()))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"

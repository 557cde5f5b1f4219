"""Items with words and no offsets as items with both: the spans of any type of item, found by its types."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.records import Item, SpanItem
from onrecord.eval.grounding.placing import place, place_near, split
from onrecord.eval.grounding.quoted import HOWS, Placed, Quoted
from onrecord.eval.grounding.searching import SearchedText

AROUND = ("before", "after")
"""Fields of a span in words that say what stands around it."""

SPAN_FIELDS = ("start", "end", "text", *AROUND)


@dataclasses.dataclass(frozen=True)
class Grounded:
    """An item whose words were looked for."""

    value: dict[str, Any]
    """The item with the spans that were found; those that were not are left out."""
    placed: tuple[Placed, ...]
    lost: tuple[tuple[str, str], ...]
    """JSON pointer within the item, and the words, of what is not in the text."""
    repeated: int
    """How many segments of the same field lay on another one, and are left out."""
    is_there: bool
    """Whether the spans that the item must have are in the text."""

    def why(self, kind: type[Item]) -> str:
        """Why an item of a type is not there: its words are not in the text, or it has none; empty where it is."""
        return "" if self.is_there else "lost" if self.lost_words(kind) else "shape"

    def lost_words(self, kind: type[Item]) -> str:
        """The words by which an item of a type has its place, as far as they are not in the text."""
        at = "/text" if issubclass(kind, SpanItem) else f"/{_anchor(kind)}"
        return " … ".join(words.strip() for pointer, words in self.lost if pointer.startswith(at) and words.strip())


@dataclasses.dataclass
class Tally:
    """How many spans of a layer were found, and how."""

    found: Counter[str] = dataclasses.field(default_factory=Counter)
    """By ``exact``, ``normalised``, ``edited``; ``lost``: not in the text; ``repeated``: found, and lying on another
    segment of the same field."""
    ambiguous: Counter[str] = dataclasses.field(default_factory=Counter)
    """Of those that are found, the ones that may stand elsewhere, by what decided: ``near``, ``order``."""

    def take(self, grounded: Grounded) -> None:
        """Count the spans of an item."""
        self.found.update(each.how for each in grounded.placed)
        self.found["lost"] += len(grounded.lost)
        self.found["repeated"] += grounded.repeated
        self.ambiguous.update(each.decided for each in grounded.placed if each.ambiguous)

    def as_json(self) -> dict[str, Any]:
        """As written into reports."""
        return {
            **{how: self.found[how] for how in (*HOWS, "lost", "repeated")},
            "ambiguous": dict(sorted(self.ambiguous.items())),
        }


def ground(text: SearchedText, kind: type[Item], rows: Sequence[Mapping[str, Any]]) -> list[Grounded]:
    """The items of a layer with their offsets.

    Each item is placed by the span that says where it is, in the order of the items; its other spans are then looked
    for near that one. A span is an object with ``text``, and may have ``before`` and ``after``, or is the words alone.
    One that has offsets already keeps them where its words stand there; else it is looked for near them.

    Args:
        text: The text that they are of.
        kind: The type of the items.
        rows: The items as they were parsed, of any shape.
    """
    firsts = [_first(kind, row) for row in rows]
    places = dict(_placed_first(text, firsts))
    return [_Item(text, kind, row).grounded(firsts[index], places.get(index)) for index, row in enumerate(rows)]


@functools.cache  # msgspec looks types up anew each time
def fields_of(kind: type[msgspec.Struct]) -> tuple[tuple[walk.Field, bool], ...]:
    """The fields of a type of records, and whether each must be there."""
    infos = msgspec.structs.fields(kind)
    return tuple((field, info.required) for field, info in zip(walk.fields(kind), infos, strict=True))


def quoted_of(raw: Any) -> Quoted | None:
    """What is looked for, of a span in words; None where there are no words."""
    if isinstance(raw, str):
        return Quoted(raw) if raw.strip() else None
    if not isinstance(raw, Mapping) or not isinstance(raw.get("text"), str) or not raw["text"].strip():
        return None
    before, after = (raw.get(side) if isinstance(raw.get(side), str) else "" for side in AROUND)
    return Quoted(raw["text"], before or "", after or "")


def said_start(raw: Any) -> int | None:
    """The offset that a span says it begins at."""
    start = raw.get("start") if isinstance(raw, Mapping) else None
    return start if isinstance(start, int) and not isinstance(start, bool) and start >= 0 else None


def _anchor(kind: type[Item]) -> str:
    """The field by which an item that is no span has its place; empty for none."""
    return next((field.name for field in walk.fields(kind) if field.is_span), "")


def _first(kind: type[Item], row: Mapping[str, Any]) -> Any:
    """The span by which an item is placed, as it is in the reply; None for none."""
    if issubclass(kind, SpanItem):
        return row
    for field in walk.fields(kind):
        if field.is_span:
            values = _values(row.get(field.name), field.many)
            return values[0] if values else None
    return None


def _placed_first(text: SearchedText, firsts: Sequence[Any]) -> Iterator[tuple[int, Placed]]:
    """By the number of the item, the places of the spans that say where items are."""
    for index, raw in enumerate(firsts):
        kept = _kept(text, raw)
        if kept is not None:
            yield index, kept
    asked = [(index, quoted_of(raw)) for index, raw in enumerate(firsts) if _kept(text, raw) is None]
    row = [(index, quoted) for index, quoted in asked if quoted is not None]
    near = [said_start(firsts[index]) for index, _ in row]
    for (index, _), found in zip(row, place(text, [quoted for _, quoted in row], near), strict=True):
        if found is not None:
            yield index, found


def _kept(text: SearchedText, raw: Any) -> Placed | None:
    """The place of a span whose offsets and words agree."""
    start, quoted = said_start(raw), quoted_of(raw)
    if start is None or quoted is None:
        return None
    end = raw.get("end")
    agree = end == start + len(quoted.text) and text.text.startswith(quoted.text, start)
    return Placed(start, end, "exact", "only", 1) if agree else None


def _values(raw: Any, many: bool) -> list[Any]:
    """The spans of a field, one or several of them however they are written."""
    values = raw if isinstance(raw, list) else [raw]
    return [each for each in values if quoted_of(each) is not None][: None if many else 1]


class _Item:
    """One item on its way."""

    def __init__(self, text: SearchedText, kind: type[Item], row: Mapping[str, Any]) -> None:
        self._text = text
        self._kind = kind
        self._row = row
        self._placed: list[Placed] = []
        self._lost: list[tuple[str, str]] = []
        self._repeated = 0

    def grounded(self, first: Any, place: Placed | None) -> Grounded:
        """The item, given its first span and where that is."""
        self._first, self._place = first, place
        own = issubclass(self._kind, SpanItem)
        gone = AROUND if own else ()
        value = {name: each for name, each in self._row.items() if name not in gone}
        is_there = True
        if own:
            is_there = self._take(value, first, place)
        is_there = self._fields(self._kind, self._row, value, "") and is_there
        return Grounded(value, tuple(self._placed), tuple(self._lost), self._repeated, is_there)

    def _take(self, value: dict[str, Any], raw: Any, place: Placed | None) -> bool:
        if place is None:
            quoted = quoted_of(raw)
            self._lost.append(("/text", quoted.text if quoted else ""))
            return False
        self._placed.append(place)
        value.update(self._span(place))
        return True

    def _fields(self, kind: type[msgspec.Struct], row: Mapping[str, Any], value: dict[str, Any], at: str) -> bool:
        """Exchange the spans of a record; whether those it must have are there."""
        is_there = True
        for field, required in fields_of(kind):
            raw = row.get(field.name)
            if field.is_span:
                spans = self._field(field, raw, f"{at}/{field.name}")
                value.pop(field.name, None)
                if spans or (field.many and field.name in row):
                    value[field.name] = spans if field.many else spans[0]
                is_there = is_there and (bool(spans) or not required)
            elif field.struct is not None and isinstance(raw, Mapping) and not field.many:
                inner = dict(raw)
                value[field.name] = inner
                is_there = self._fields(field.struct, raw, inner, f"{at}/{field.name}") and is_there
        return is_there

    def _field(self, field: walk.Field, raw: Any, at: str) -> list[dict[str, Any]]:
        made: list[Placed] = []
        values = _values(raw, field.many)
        for index, each in enumerate(values):
            quoted = quoted_of(each)
            assert quoted is not None
            found = [self._one(each, quoted, made)]
            if found == [None] and field.many:
                found = list(split(self._text, quoted))
            if not found or found == [None]:
                self._lost.append((f"{at}/{index}" if field.many else at, quoted.text))
            made += [one for one in found if one is not None]
        self._placed += made
        kept: list[Placed] = []
        for one in sorted(made, key=lambda each: (each.start, -each.end)):
            if not kept or one.start >= kept[-1].end:
                kept.append(one)  # the segments of an item are in order and apart from each other
        self._repeated += len(made) - len(kept)
        return [self._span(one) for one in kept]

    def _one(self, raw: Any, quoted: Quoted, before: Sequence[Placed]) -> Placed | None:
        if raw is self._first:
            return self._place
        kept = _kept(self._text, raw)
        if kept is not None:
            return kept
        where = said_start(raw)
        if where is None and before:
            where = before[-1].end
        if where is None and self._place is not None:
            where = self._place.start
        return place(self._text, [quoted])[0] if where is None else place_near(self._text, quoted, where)

    def _span(self, place: Placed) -> dict[str, Any]:
        return {"start": place.start, "end": place.end, "text": self._text.text[place.start : place.end]}

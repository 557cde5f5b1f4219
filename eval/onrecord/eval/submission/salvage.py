"""What can still be checked of a prediction line that has the wrong shape somewhere.

Every error of a file is to be reported at once, so a line with an unknown label is still searched for wrong offsets and
dangling references. Nothing is made up to that end: items that are right are checked as ever, among themselves; of the
others those parts are taken that are right by themselves, their spans and their ids, and these are compared with no
other item. What they may have declared, and nobody can read, is counted (:class:`Lost`): a reference to it is no fault.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from onrecord.dataset import Span, walk
from onrecord.dataset.check import dangling
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.reading.faults import Wrong
from onrecord.dataset.records import UNKNOWN, Id, Item, Offset, SpanItem
from onrecord.dataset.walk import IdReference
from onrecord.eval.submission.expected import KnownDocument
from onrecord.eval.submission.line_checks import KINDS
from onrecord.eval.submission.prediction_line import PredictionLine

CALLED = ("document", "id", "document_id", "docid", "doc", "article", "article_id")
"""What other formats call ``doc_id``: where it is not there, one of these says which document a line is about."""


@dataclasses.dataclass
class Lost:
    """Ids that are declared where nobody can read them."""

    many: Counter[str] = dataclasses.field(default_factory=Counter)
    """How many, by what they stand for: a kind, or a layer for an item of the document."""
    said: set[str] = dataclasses.field(default_factory=set)
    """Words in fields that no record has: an id in a field of the wrong name is among them."""
    everything: bool = False
    """Whether it is not even known how many."""

    def add(self, other: Lost) -> None:
        """Add what another line lost."""
        self.many += other.many
        self.said |= other.said
        self.everything = self.everything or other.everything

    def excuses(self, kind: str, ids: set[str]) -> bool:
        """Whether ids that nothing declares may all be among these."""
        return self.everything or len(ids - self.said) <= self.many[kind]


@dataclasses.dataclass(frozen=True)
class Salvaged:
    """A line of which something is misshapen."""

    line: PredictionLine
    """With those items and descriptions alone that are right; its ``doc_id`` is empty where it is not known."""
    places: Mapping[str, Sequence[int]]
    """By field, where each of these stands in the line as it was written."""
    spans: list[tuple[str, Span]]
    """Every span of the line that can be read, those of misshapen items among them, with its pointer."""
    references: list[IdReference]
    """Likewise every id; that of an item itself declares one of its layer."""
    lost: Lost
    broken: frozenset[str]
    """The fields of which something is not."""

    def placed(self, wrong: Wrong) -> Wrong:
        """What is wrong with :attr:`line`, by the places of the line as it was written."""
        code, pointer, found, expected, hint = wrong
        return code, self.place(pointer), found, expected, self.place(hint) if isinstance(hint, str) else hint

    def place(self, text: str) -> str:
        """A text whose pointers are those of :attr:`line`, by the places of the line as it was written."""
        return _placed(text, self.places)


def _placed(text: str, places: Mapping[str, Sequence[int]]) -> str:
    def one(match: re.Match[str]) -> str:
        field, index = match[1], int(match[2])
        known = places.get(field, ())
        return f"/{field}/{known[index]}" if index < len(known) else match[0]

    return re.sub(r"(?<![^\s])/([a-z_]+)/(\d+)", one, text)


def salvage(value: Any, kind: type[PredictionLine], documents: Mapping[str, KnownDocument]) -> Salvaged | None:
    """What is right of a misshapen line; None where it is no object.

    Args:
        value: The line as it was parsed.
        kind: What it should be.
        documents: Those of the dataset.
    """
    if not isinstance(value, dict):
        return None
    id = _document_id(value, documents)
    document = documents.get(id)
    parts = _Parts(document.text if document else None)
    rows = {
        field.name: parts.rows(field, value.get(field.name))
        for field in walk.fields(kind)
        if field.many and field.struct is not None
    }
    known = {field.name for field in walk.fields(kind)}
    others = [each for name, each in value.items() if name not in known]
    parts.lost.everything |= any(_is_rows(each) for each in others)
    digest = value.get("text_sha256")
    line = kind(
        doc_id=id,
        text_sha256=digest if isinstance(digest, str) else None,
        **{name: each for name, each in rows.items() if each is not None},
    )
    return Salvaged(line, parts.places, parts.spans, parts.references, parts.lost, frozenset(parts.broken))


def _document_id(value: Mapping[str, Any], documents: Mapping[str, KnownDocument]) -> str:
    given = value.get("doc_id")
    if given is None:
        others = (value[name] for name in CALLED if isinstance(value.get(name), str))
        return next((each for each in others if each in documents), "")
    return given if _sound(given, Id) else ""


def _is_rows(value: Any) -> bool:
    """Whether a field that no line has may be a layer."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value))


def _sound(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind, strict=True)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return False
    return True


class _Parts:
    """Takes what is right of the rows of a line.

    Args:
        text: The document's; None where it is not known.
    """

    def __init__(self, text: str | None) -> None:
        self.places: dict[str, list[int]] = {}
        self.spans: list[tuple[str, Span]] = []
        self.references: list[IdReference] = []
        self.lost = Lost()
        self.broken: set[str] = set()
        self._text = text

    def rows(self, field: walk.Field, rows: Any) -> tuple[Any, ...] | None:
        """The rows of a field that are right; None where it is not there."""
        assert field.struct is not None
        if rows is None:
            return None
        if not isinstance(rows, list):
            self.lost.everything = True
            self.broken.add(field.name)
            return ()
        made: list[Any] = []
        places = self.places.setdefault(field.name, [])
        for index, row in enumerate(rows):
            pointer = f"/{field.name}/{index}"
            try:
                record = msgspec.convert(row, field.struct, strict=True)
            except (msgspec.ValidationError, UnicodeEncodeError):
                self._misshapen(field.struct, row, pointer, field.name)
                self.broken.add(field.name)
                continue
            made.append(record)
            places.append(index)
            self._right(record, pointer, field.name)
        return tuple(made)

    def _right(self, record: msgspec.Struct, pointer: str, layer: str = "") -> None:
        self.spans += walk.spans(record, pointer)
        self.references += walk.references(record, pointer)
        if layer and isinstance(record, Item) and record.id is not None:
            self.references.append(IdReference(layer, record.id, f"{pointer}/id", "declares", ""))

    def _misshapen(self, kind: type[msgspec.Struct], raw: Any, pointer: str, layer: str = "") -> None:
        """Take what is right of a record that is not."""
        values: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        fields = walk.fields(kind)
        names = {field.name for field in fields}
        self.lost.said |= {each for name, each in values.items() if name not in names and isinstance(each, str)}
        if issubclass(kind, Span | SpanItem):
            self._span(values, pointer)
        for field, info in zip(fields, msgspec.structs.fields(kind), strict=True):
            value = values.get(field.name)
            if layer and issubclass(kind, Item) and field.name == "id":
                self._id(layer, "declares", "", value, f"{pointer}/id", not values)
            elif field.refers is not None:
                self._refer(field, values, pointer, not isinstance(raw, dict) or (info.required and value is None))
            elif field.struct is not None:
                for place, each in _each(field, value, pointer):
                    self._inner(field.struct, each, place)

    def _inner(self, kind: type[msgspec.Struct], value: Any, pointer: str) -> None:
        try:
            record = msgspec.convert(value, kind, strict=True)
        except (msgspec.ValidationError, UnicodeEncodeError):
            self._misshapen(kind, value, pointer)
        else:
            if isinstance(record, Span):
                self.spans.append((pointer, record))
            else:
                self._right(record, pointer)

    def _span(self, values: Mapping[str, Any], pointer: str) -> None:
        start, end, surface = (values.get(name) for name in ("start", "end", "text"))
        if not (_sound(start, Offset) and _sound(end, Offset)):
            return
        assert isinstance(start, int)
        assert isinstance(end, int)
        if _sound(surface, str):
            self.spans.append((pointer, Span(start=start, end=end, text=str(surface))))
        elif self._text is not None:  # its place can be wrong all the same
            self.spans.append((pointer, Span(start=start, end=end, text=self._text[start:end])))

    def _refer(self, field: walk.Field, values: Mapping[str, Any], pointer: str, gone: bool) -> None:
        refers = field.refers
        assert refers is not None
        kind = values.get(refers.by) if refers.by else refers.to
        if not isinstance(kind, str) or (refers.by and kind not in KINDS):
            return
        for place, value in _each(field, values.get(field.name), pointer):
            use = "reserved" if refers.unknown and value == UNKNOWN else refers.use
            self._id(kind, use, refers.also, value, place)
        if gone and refers.use in ("declares", "clusters"):
            self.lost.many[kind] += 1

    def _id(self, kind: str, use: Any, also: str, value: Any, pointer: str, gone: bool = False) -> None:
        if _sound(value, Id):
            self.references.append(IdReference(kind, value, pointer, use, also))
        elif use in ("declares", "clusters") and (gone or value is not None):
            self.lost.many[kind] += 1


def _each(field: walk.Field, value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """The values of a field with their places, as far as it has the right shape for them."""
    if not field.many:
        if value is not None:
            yield f"{pointer}/{field.name}", value
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield f"{pointer}/{field.name}/{index}", each


def check_salvaged_references(salvaged: Salvaged) -> Iterator[Wrong]:
    """References of a misshapen line to items of its document that are not there."""
    for layer in LAYERS:
        here = [each for each in salvaged.references if each.kind == layer]
        there = {each.id: None for each in here if each.use == "declares"}
        waiting = [each for each in here if each.use == "uses" and each.id not in there]
        if not salvaged.lost.excuses(layer, {each.id for each in waiting}):
            yield from (dangling(each, there) for each in waiting)


def across(salvaged: Salvaged) -> list[IdReference]:
    """The ids of a misshapen line that stand for something in the whole file."""
    return [each for each in salvaged.references if each.kind in KINDS and scheme().ids]

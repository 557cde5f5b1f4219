"""The one walker over the types of records: the spans and the references that a record holds, and the same record with
other ones.

What is a span and what refers to what is said by the types of the fields (:class:`~onrecord.dataset.records.Span`,
:class:`~onrecord.dataset.records.Refers`). Whoever checks, renames, strips or publishes records asks here, so that a
field that is added to a record, or a whole new record, is checked and published with nothing else changed.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, get_args, get_origin

import msgspec

from onrecord.dataset.records import REGISTERED, UNKNOWN, Refers, Span, SpanItem, Use, Verbatim

R = TypeVar("R", bound=msgspec.Struct)


class IdReference(NamedTuple):
    """An id that stands for something."""

    kind: str
    """``entity``, ``event``, ``claim`` or ``utterance``; or a layer, for an item of the same document."""
    id: str
    pointer: str
    """JSON pointer (RFC 6901) of the id within the record."""
    use: Use
    also: str
    """A second kind that it may be of; empty for none."""


@dataclasses.dataclass(frozen=True)
class Field:
    """What a field of a record is, its annotations taken apart."""

    name: str
    kind: Any
    """The type of its value, or of each value where there are many; without None and without annotations."""
    many: bool
    """Whether its value is a tuple of any length."""
    optional: bool
    """Whether it may be None."""
    refers: Refers | None
    """What its value, or each of them, refers to; None for what is no reference."""
    verbatim: bool = False
    """Whether it holds words of an article."""
    default: Any = msgspec.NODEFAULT
    """What it is where it is left out; ``NODEFAULT`` where it may not be."""

    @property
    def struct(self) -> type[msgspec.Struct] | None:
        """The type of its value or values where that is a record."""
        return self.kind if isinstance(self.kind, type) and issubclass(self.kind, msgspec.Struct) else None

    @property
    def is_span(self) -> bool:
        """Whether its value, or each of them, is a span."""
        return self.kind is Span


@functools.cache
def fields(kind: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields of a type of records, in their order."""
    return tuple(
        dataclasses.replace(_field(each.name, each.type), default=each.default) for each in msgspec.structs.fields(kind)
    )


def _field(name: str, kind: Any) -> Field:
    many = optional = verbatim = False
    refers: Refers | None = None
    while True:
        if get_origin(kind) is Annotated:
            kind, *said = get_args(kind)
            refers = next((each for each in said if isinstance(each, Refers)), refers)
            verbatim = verbatim or any(isinstance(each, Verbatim) for each in said)
        elif get_origin(kind) in (typing.Union, types.UnionType):
            options = [each for each in get_args(kind) if each is not types.NoneType]
            if len(options) > 1:
                return Field(name, kind, many, True, refers, verbatim)
            optional, kind = True, options[0]
        elif get_origin(kind) is tuple and get_args(kind)[1:] == (...,):
            many, kind = True, get_args(kind)[0]
        else:
            return Field(name, kind, many, optional, refers, verbatim)


@functools.cache
def _walked(kind: type[msgspec.Struct]) -> tuple[tuple[Field, bool], ...]:
    """The fields that hold spans or references, or records that do; and whether it is the latter."""
    found = []
    for field in fields(kind):
        inner = field.struct
        deeper = inner is not None and not field.is_span and bool(_walked(inner) or issubclass(inner, SpanItem))
        if field.is_span or field.refers is not None or deeper:
            found.append((field, deeper))
    return tuple(found)


def spans(record: msgspec.Struct, pointer: str = "") -> Iterator[tuple[str, Span]]:
    """Every span of a record, with the JSON pointer of the object that holds it.

    Args:
        record: Any record.
        pointer: What the pointers begin with.
    """
    if isinstance(record, SpanItem):
        yield pointer, record.span
    for field, deeper in _walked(type(record)):
        if deeper or field.is_span:
            for place, value in _values(record, field, pointer):
                if deeper:
                    yield from spans(value, place)
                else:
                    yield place, value


def references(record: msgspec.Struct, pointer: str = "") -> Iterator[IdReference]:
    """Every id of a record that refers to something, or is reserved for nothing; see :func:`spans`."""
    for field, deeper in _walked(type(record)):
        refers = field.refers
        if deeper:
            for place, value in _values(record, field, pointer):
                yield from references(value, place)
        elif refers is not None:
            kind = getattr(record, refers.by) if refers.by else refers.to
            for place, id in _values(record, field, pointer):
                use = "reserved" if refers.unknown and id == UNKNOWN else refers.use
                yield IdReference(kind, id, place, use, refers.also)


def _values(record: msgspec.Struct, field: Field, pointer: str) -> Iterator[tuple[str, Any]]:
    value = getattr(record, field.name)
    if field.many:
        for index, each in enumerate(value or ()):
            yield f"{pointer}/{field.name}/{index}", each
    elif value is not None:
        yield f"{pointer}/{field.name}", value


def all_spans(kind: type[msgspec.Struct], records: Iterable[Any]) -> list[Any]:
    """What :func:`spans` finds in records of one type, field by field and without places; items are spans themselves.

    Args:
        kind: Their type.
        records: The records.
    """
    kept = list(records)
    found = kept if issubclass(kind, SpanItem) else []
    for field, deeper in _walked(kind):
        if deeper and field.struct is not None:
            found = found + all_spans(field.struct, _column(kept, field))
        elif field.is_span:
            found = found + _column(kept, field)
    return found


def all_ids(kind: type[msgspec.Struct], records: Sequence[Any]) -> Iterator[tuple[str, Use, set[str]]]:
    """What :func:`references` finds in records of one type, as sets of ids with what they refer to and how."""
    for get, field, struct in _with_ids(kind):
        refers = field.refers
        if struct is not None:
            inner = _column(records, field)
            if inner:
                yield from all_ids(struct, inner)
        elif refers is not None:
            values = map(get, records)
            for to, ids in _by_kind(records, values, field, refers):
                if refers.unknown and UNKNOWN in ids:
                    ids.remove(UNKNOWN)
                    yield to, "reserved", {UNKNOWN}
                yield to, refers.use, ids


@functools.cache
def _with_ids(
    kind: type[msgspec.Struct],
) -> tuple[tuple[attrgetter[Any], Field, type[msgspec.Struct] | None], ...]:
    """The fields that hold references, with what gets them; and records that do, with their type."""
    found = []
    for field, deeper in _walked(kind):
        struct = field.struct if deeper else None
        if field.refers is not None or (struct is not None and _with_ids(struct)):
            found.append((attrgetter(field.name), field, struct))
    return tuple(found)


def _by_kind(
    records: Sequence[Any], values: Iterable[Any], field: Field, refers: Refers
) -> Iterable[tuple[str, set[str]]]:
    """The ids of a field by what they refer to; the values are those that the records have of it."""
    if not refers.by:
        ids = set(chain.from_iterable(filter(None, values))) if field.many else {*values}
        ids.discard(None)
        return ((refers.to, ids),)
    found: dict[str, set[str]] = {}
    for to, value in {*zip(map(attrgetter(refers.by), records), values, strict=True)}:
        found.setdefault(to, set()).update(value if field.many else () if value is None else (value,))
    return found.items()


def _column(records: Iterable[Any], field: Field) -> list[Any]:
    values = map(attrgetter(field.name), records)
    if field.many:
        return list(chain.from_iterable(filter(None, values)))
    return [value for value in values if value is not None]


def with_spans(record: R, change: Callable[[Span], Span]) -> R:
    """The record with every span exchanged."""
    changed: dict[str, Any] = {}
    if isinstance(record, SpanItem):
        span = change(record.span)
        changed = {"start": span.start, "end": span.end, "text": span.text}
    for field, deeper in _walked(type(record)):
        if deeper:
            changed[field.name] = _each(record, field, lambda inner: with_spans(inner, change))
        elif field.is_span:
            changed[field.name] = _each(record, field, change)
    return msgspec.structs.replace(record, **changed) if changed else record


def with_spans_left(record: R, change: Callable[[Span], Span | None]) -> R | None:
    """The record with every span exchanged or, where there is None for it, left out.

    None where it cannot be without one of them: where it is that span itself, or has no other by which it has its
    place, or lacks one that it must have.
    """
    changed: dict[str, Any] = {}
    if isinstance(record, SpanItem):
        span = change(record.span)
        if span is None:
            return None
        changed = {"start": span.start, "end": span.end, "text": span.text}
    for field, deeper in _walked(type(record)):
        value = getattr(record, field.name)
        if not value or not (deeper or field.is_span):
            continue
        one: Callable[[Any], Any] = (lambda inner: with_spans_left(inner, change)) if deeper else change
        left = tuple(each for each in map(one, value) if each is not None) if field.many else one(value)
        if left is None and not field.optional:
            return None
        changed[field.name] = left
    by = _anchoring(record)
    if by is not None and not changed[by]:
        return None
    return msgspec.structs.replace(record, **changed) if changed else record


def with_references(record: R, change: Callable[[str, str], str]) -> R:
    """The record with every id that refers to something exchanged, but for the reserved one.

    Where several ids become one in a field of many, it is there once.

    Args:
        record: Any record.
        change: Given what an id refers to and the id, gives the other one.
    """
    changed: dict[str, Any] = {}
    for field, deeper in _walked(type(record)):
        refers = field.refers
        if deeper:
            changed[field.name] = _each(record, field, lambda inner: with_references(inner, change))
        elif refers is not None:
            kind = getattr(record, refers.by) if refers.by else refers.to

            def one(id: str, kind: str = kind, reserved: bool = refers.unknown) -> str:
                return id if reserved and id == UNKNOWN else change(kind, id)

            value = _each(record, field, one)
            changed[field.name] = tuple(dict.fromkeys(value)) if field.many else value
    return msgspec.structs.replace(record, **changed) if changed else record


def without_ids(record: R) -> R:
    """The record without ids that hold across documents, for one whose fields of these may be left out."""
    gone = {
        info.name: info.default
        for field, info in zip(fields(type(record)), msgspec.structs.fields(type(record)), strict=True)
        if field.refers is not None and (field.refers.to in REGISTERED) and not info.required
    }
    return msgspec.structs.replace(record, **gone) if gone else record


def renamed(record: R, maps: Mapping[str, Mapping[str, str]]) -> R:
    """The record with its ids renamed by what they refer to; an id that is in no map stays."""
    return with_references(record, lambda kind, id: maps.get(kind, {}).get(id, id))


def _each(record: msgspec.Struct, field: Field, change: Callable[[Any], Any]) -> Any:
    value = getattr(record, field.name)
    if value is None:
        return None
    return tuple(change(each) for each in value) if field.many else change(value)


@functools.cache
def vocabulary(kind: type[msgspec.Struct], name: str) -> tuple[str, ...]:
    """The words that a field may have; empty where it may have any."""
    (field,) = (each for each in fields(kind) if each.name == name)
    return get_args(field.kind) if get_origin(field.kind) is Literal else ()


@functools.cache
def referents(kind: type[msgspec.Struct]) -> frozenset[str]:
    """What the ids of a record may refer to, as far as its type alone says it."""
    found: set[str] = set()
    for field, deeper in _walked(kind):
        if deeper and field.struct is not None:
            found |= referents(field.struct)
        elif field.refers is not None and field.refers.to:
            found |= {field.refers.to, field.refers.also} - {""}
    return frozenset(found)


@functools.cache
def cluster_field(kind: type[msgspec.Struct]) -> str | None:
    """The field whose equal ids are one cluster; None where items are in no clusters."""
    found = (field.name for field in fields(kind) if field.refers is not None and field.refers.use == "clusters")
    return next(found, None)


def anchor(record: msgspec.Struct) -> tuple[Span, ...]:
    """The spans by which an item has its place in the text: itself, or those of its first field that has any."""
    if isinstance(record, SpanItem):
        return (record.span,)
    name = _anchoring(record)
    value = () if name is None else getattr(record, name)
    return value if isinstance(value, tuple) else (value,)


def _anchoring(record: msgspec.Struct) -> str | None:
    """The field by which an item that is no span itself has its place; None where it has no span."""
    if isinstance(record, SpanItem):
        return None
    names = (field.name for field, deeper in _walked(type(record)) if field.is_span and not deeper)
    return next((name for name in names if getattr(record, name)), None)

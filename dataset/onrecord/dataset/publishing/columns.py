"""Columns of records: their Arrow types from the types of their fields, and their meaning from the docstrings."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable

import msgspec
import pyarrow as pa

from onrecord.dataset import walk
from onrecord.dataset.reading.json_schema import field_docs
from onrecord.dataset.records import Item, Stance

_SCALARS = {bool: pa.bool_(), int: pa.int32()}

_LATER: dict[type[msgspec.Struct], tuple[str, ...]] = {Stance: ("evidence", "quote")}
"""Fields that stand behind the others of their record, as they have since the first release."""

_NULL = re.compile(r"(?:^|[;,.]? )null where (?P<where>.+?)\.?$", re.IGNORECASE)
"""The end of a docstring that says when its field is null."""


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a table, or a part of a record in one."""

    name: str
    type: pa.DataType
    meaning: str
    """What it says, in plain words; the docstring of the field."""
    null: str = ""
    """When it is null; empty where it never is."""
    words: tuple[str, ...] = ()
    """Its vocabulary; empty where it may say anything."""
    vocabulary: str = ""
    """What its vocabulary is called; columns of the same field of the same type share one."""
    parts: tuple[Column, ...] = ()
    """Of a record, or of each of a list of them."""
    verbatim: bool = False
    """Whether it holds words of an article."""

    def renamed(self, name: str) -> Column:
        """The same by another name."""
        return dataclasses.replace(self, name=name)


def columns(kind: type[msgspec.Struct], without: Collection[str] = ()) -> list[Column]:
    """The column of every field of a record.

    Of an item, its id comes first and who marked it last. Vocabularies are strings, offsets have 32 bits.

    Args:
        kind: The type of the records.
        without: Fields that are left out.
    """
    names = [name for name in kind.__struct_fields__ if name not in without]
    if issubclass(kind, Item):
        about = Item.__struct_fields__
        later = next((names for each, names in _LATER.items() if issubclass(kind, each)), ())
        own = [name for name in names if name not in about]
        names = ["id", *(name for name in own if name not in later), *later, *(n for n in about if n != "id")]
    by_name, said = {field.name: field for field in walk.fields(kind)}, field_docs(kind)
    return [_column(kind, by_name[name], said.get(name, "")) for name in names]


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """The Arrow schema of some columns."""
    return pa.schema([(column.name, column.type) for column in columns])


def record_type(parts: Iterable[Column]) -> pa.DataType:
    """The Arrow type of a record of some columns."""
    return pa.struct([(part.name, part.type) for part in parts])


def _column(kind: type[msgspec.Struct], field: walk.Field, said: str) -> Column:
    parts = () if field.struct is None else tuple(columns(field.struct))
    inner = record_type(parts) if parts else _SCALARS.get(field.kind, pa.string())
    words = walk.vocabulary(kind, field.name)
    null = _NULL.search(said)
    return Column(
        name=field.name,
        type=pa.list_(inner) if field.many else inner,
        meaning=_sentence(said[: null.start()] if null else said),
        null=null["where"] if null else "",
        words=words,
        vocabulary=f"{_slug(kind.__name__)}_{field.name}" if words else "",
        parts=parts,
        verbatim=field.verbatim,
    )


def _sentence(said: str) -> str:
    return said and said.rstrip(".") + "."


def _slug(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removesuffix("Facts")).lower()

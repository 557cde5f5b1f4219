"""Arrow columns of records, from the types of their fields."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import pyarrow as pa

from onrecord.dataset import walk
from onrecord.dataset.records import Item, Stance

ArrowColumns = list[tuple[str, pa.DataType]]

_SCALARS = {bool: pa.bool_(), int: pa.int32()}

_LATER: dict[type[msgspec.Struct], tuple[str, ...]] = {Stance: ("evidence", "quote")}
"""Fields that stand behind the others of their record, as they have since the first release."""


def columns(kind: type[msgspec.Struct], without: Collection[str] = ()) -> ArrowColumns:
    """Name and Arrow type of every field of a record.

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
    by_name = {field.name: field for field in walk.fields(kind)}
    return [(name, _type(by_name[name])) for name in names]


def _type(field: walk.Field) -> pa.DataType:
    inner = _SCALARS.get(field.kind, pa.string()) if field.struct is None else pa.struct(columns(field.struct))
    return pa.list_(inner) if field.many else inner

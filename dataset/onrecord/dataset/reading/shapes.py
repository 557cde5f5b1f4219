"""Types with the fields of a record and nothing more: what decodes as one keeps which keys were written.

A record has a value for every field, so that it does not tell which of them stood in its JSON. Its shape has those
alone that did, and takes any values, which is read in a fraction of the time.
"""

from __future__ import annotations

import functools
from typing import Any, Union

import msgspec


@functools.cache
def written_keys(kind: type[msgspec.Struct]) -> msgspec.json.Decoder[Any] | None:
    """What decodes JSON of a type to something that is encoded with just the keys that the JSON has, each once.

    Strings and numbers within are not checked to be what the type wants.

    Args:
        kind: The type; unknown fields of its records are refused.

    Returns:
        None for a type that is within itself or has no such shape: remembered, since finding it out takes long.
    """
    from msgspec.inspect import type_info

    try:
        return msgspec.json.Decoder(_shape(type_info(kind)))
    except (RecursionError, TypeError, msgspec.MsgspecError):
        return None


def _shape(info: Any) -> Any:
    from msgspec.inspect import CollectionType, Metadata, NoneType, StructType, UnionType, VarTupleType

    if isinstance(info, Metadata):
        return _shape(info.type)
    if isinstance(info, UnionType):
        shapes = [_shape(each) for each in info.types if not isinstance(each, NoneType)]
        return Union[shapes[0], None] if len(shapes) == 1 else Any  # noqa: UP007
    if isinstance(info, (VarTupleType, CollectionType)):
        return list[_shape(info.item_type)]  # type: ignore[misc]
    if not isinstance(info, StructType) or info.array_like:
        return Any
    fields = [
        (each.name, Union[_shape(each.type), msgspec.UnsetType], msgspec.UNSET)  # noqa: UP007
        for each in info.fields
    ]
    names = {each.name: each.encode_name for each in info.fields}
    return msgspec.defstruct(info.cls.__name__, fields, rename=names, gc=False, forbid_unknown_fields=True)

"""Columns in a file: arrays one after the other as numpy writes them, after a list of their names and of the words."""

from __future__ import annotations

import dataclasses
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from onrecord.eval.layers.columns import (
    Codes,
    MentionColumns,
    QuoteColumns,
    Ragged,
    SideColumns,
    StanceColumns,
    Vocabularies,
)

Array = NDArray[Any]

_TABLES = {"mentions": MentionColumns, "events": MentionColumns, "quotes": QuoteColumns, "stances": StanceColumns}


class _Header(msgspec.Struct, frozen=True):
    arrays: list[str]
    words: dict[str, list[str]]


def write_columns(file: BinaryIO, columns: SideColumns) -> None:
    """Append the columns of a side."""
    arrays = arrays_of(columns)
    words = {field.name: getattr(columns.codes, field.name).words for field in dataclasses.fields(Vocabularies)}
    header = msgspec.json.encode(_Header(list(arrays), words))
    np.save(file, np.frombuffer(header, np.uint8), allow_pickle=False)
    for array in arrays.values():
        np.save(file, array, allow_pickle=False)


def read_columns(file: BinaryIO) -> SideColumns:
    """Columns from where the file stands.

    Raises:
        ValueError: There are none.
    """
    try:
        header = msgspec.json.decode(np.load(file, allow_pickle=False).tobytes(), type=_Header)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    arrays = {name: np.load(file, allow_pickle=False) for name in header.arrays}
    codes = Vocabularies(**{name: Codes(words) for name, words in header.words.items()})
    return SideColumns(codes, **{name: _table(name, kind, arrays) for name, kind in _TABLES.items()})


def arrays_of(columns: SideColumns) -> dict[str, Array]:
    """Every array by the path of its field."""
    found: dict[str, Array] = {}
    for table in _TABLES:
        for field in dataclasses.fields(getattr(columns, table)):
            value = getattr(getattr(columns, table), field.name)
            if isinstance(value, Ragged):
                found[f"{table}.{field.name}.first"] = value.first
                found[f"{table}.{field.name}.values"] = value.values
            else:
                found[f"{table}.{field.name}"] = value
    return found


def _table(name: str, kind: type[Any], arrays: dict[str, Array]) -> Any:
    def value(field: str) -> Array | Ragged:
        path = f"{name}.{field}"
        return arrays[path] if path in arrays else Ragged(arrays[f"{path}.first"], arrays[f"{path}.values"])

    try:
        return kind(**{field.name: value(field.name) for field in dataclasses.fields(kind)})
    except KeyError as error:
        raise ValueError(f"there is no array {error}") from error

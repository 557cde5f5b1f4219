"""Columns in a file: arrays one after the other as numpy writes them, after a list of their names and of the words."""

from __future__ import annotations

import dataclasses
import math
import mmap
from collections.abc import Callable
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


def write_columns(file: BinaryIO, columns: SideColumns, step: int = 1) -> None:
    """Append the columns of a side.

    Args:
        file: Where to.
        columns: The columns.
        step: Every array begins at a multiple of so many bytes.
    """
    arrays = arrays_of(columns)
    words = {field.name: getattr(columns.codes, field.name).words for field in dataclasses.fields(Vocabularies)}
    header = msgspec.json.encode(_Header(list(arrays), words))
    for array in (np.frombuffer(header, np.uint8), *arrays.values()):
        file.write(bytes(-file.tell() % step))
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)


def mapped_columns(file: BinaryIO, memory: mmap.mmap | bytes, step: int) -> SideColumns:
    """Columns from where a file stands; of one that is mapped, read from the disk where and when somebody looks.

    Args:
        file: The file.
        memory: All of it, mapped or read.
        step: What it was written with.

    Raises:
        ValueError: There are none.
    """

    def array() -> Array:
        file.seek(-file.tell() % step, 1)
        if np.lib.format.read_magic(file) != (1, 0):  # type: ignore[no-untyped-call]
            raise ValueError("the array is of another version")
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)  # type: ignore[no-untyped-call]
        if by_column or min(shape, default=0) < 0:
            raise ValueError("the array is of another form")
        first, size = file.tell(), math.prod(shape) * dtype.itemsize
        file.seek(size, 1)
        if first + size > len(memory):
            raise ValueError("the file has an end too early")
        return np.frombuffer(memory, dtype, math.prod(shape), first).reshape(shape) if size else np.zeros(shape, dtype)

    return _columns(array)


def _columns(array: Callable[[], Array]) -> SideColumns:
    try:
        header = msgspec.json.decode(array().tobytes(), type=_Header)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    if any(len(set(words)) < len(words) for words in header.words.values()):
        raise ValueError("a word has two codes")
    arrays = {name: array() for name in header.arrays}
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

"""Arrow columns as numpy arrays: by their buffers, since Arrow's own functions would import pandas.

Arrow itself is imported by whoever makes columns: where nobody does, these cost nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


def numbers_of(column: pa.Array, nothing: int = 0) -> Any:
    """The whole numbers of a column as an array, shape (n,), without a copy where none is null.

    Args:
        column: The column, of 32 bits.
        nothing: What a null is.
    """
    valid, values = column.buffers()
    if not len(column):
        return np.zeros(0, np.int32)
    found = np.frombuffer(values, np.int32, len(column), 4 * column.offset)
    return np.where(_bits(valid, column), found, np.int32(nothing)) if column.null_count else found


def flags_of(column: pa.Array) -> Any:
    """The truth values of a column as an array, shape (n,); a null is false."""
    valid, values = column.buffers()
    if not len(column):
        return np.zeros(0, bool)
    found = _bits(values, column)
    return found & _bits(valid, column) if column.null_count else found


def _bits(buffer: pa.Buffer, column: pa.Array) -> Any:
    first, many = column.offset, len(column)
    return np.unpackbits(np.frombuffer(buffer, np.uint8), count=first + many, bitorder="little")[first:].view(bool)


def words_of(column: pa.Array) -> list[str]:
    """The words of a column, of which none is null."""
    raw, bounds = bytes_of(column)
    pairs = itertools.pairwise(bounds.tolist())
    if raw.isascii():
        text = raw.decode("ascii")
        return [text[first:last] for first, last in pairs]
    return [raw[first:last].decode("utf-8") for first, last in pairs]


def bytes_of(column: pa.Array) -> tuple[bytes, Any]:
    """All words of a column one after the other, in UTF-8, and the bounds between them, shape (n + 1,)."""
    if not len(column):
        return b"", np.zeros(1, np.int32)
    _, offsets, values = column.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(column) + 1, 4 * column.offset)
    first, last = bounds[[0, -1]].tolist()
    return (values.slice(first, last - first).to_pybytes() if last > first else b""), bounds - bounds[0]


def places_of(rows: Any) -> pa.Array:
    """Places of rows, shape (n,), as Arrow takes them."""
    import pyarrow as pa

    rows = np.ascontiguousarray(rows, np.int64)
    return pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(rows)])


def numbers_as_column(numbers: Any) -> pa.Array:
    """Whole numbers, shape (n,), as a column of 32 bits."""
    import pyarrow as pa

    numbers = np.ascontiguousarray(numbers, np.int32)
    return pa.Array.from_buffers(pa.int32(), len(numbers), [None, pa.py_buffer(numbers)])


def flags_as_column(flags: Any) -> pa.Array:
    """Truth values, shape (n,), as a column."""
    import pyarrow as pa

    bits = np.packbits(np.ascontiguousarray(flags, bool), bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(flags), [None, pa.py_buffer(bits)])


def texts_as_column(texts: Sequence[str]) -> pa.StringArray:
    """Texts as a column."""
    import pyarrow as pa

    raw = [each.encode() for each in texts]
    bounds = np.zeros(len(raw) + 1, np.int32)
    np.cumsum([len(each) for each in raw], out=bounds[1:])
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(b"".join(raw))]
    return pa.Array.from_buffers(pa.string(), len(raw), buffers)


def same_text(text: str) -> pa.StringScalar:
    """A text that stands for a column of it."""
    return texts_as_column([text])[0]

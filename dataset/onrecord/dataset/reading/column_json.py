"""JSON of records that are Arrow columns, byte by byte what msgspec makes of each as a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import compute

from onrecord.dataset import walk
from onrecord.dataset.reading.arrow_columns import (
    flags_as_column,
    flags_of,
    numbers_of,
    places_of,
    same_text,
    texts_as_column,
)

_NULL = "null"
_FOLDED = 4096
"""Columns beside each other that say no more than so many things together are one piece of the JSON."""


def json_of(kind: type[msgspec.Struct], records: pa.StructArray, end: str = "") -> pa.StringArray:
    """The JSON of each record.

    Args:
        kind: Their type.
        records: Columns as :class:`~onrecord.dataset.reading.typed_columns.TypedColumns` gives them.
        end: What comes after each.
    """
    pieces = _Pieces()
    for place, field in enumerate(walk.fields(kind)):
        pieces.text(f'{"," if place else "{"}"{field.name}":')
        column = records.field(field.name)
        if field.many:
            _add_lists(pieces, field, column)
        elif field.struct is not None:
            made = json_of(field.struct, column)
            pieces.column(compute.if_else(column.is_valid(), made, same_text(_NULL)) if column.null_count else made)
        elif field.kind is bool:
            there = flags_of(column.is_valid())
            pieces.coded(np.where(there, flags_of(column).astype(np.int64), -1), ["false", "true", _NULL])
        elif field.kind is int:
            pieces.column(_or_null(column.cast(pa.string())))
        elif isinstance(column, pa.DictionaryArray):
            pieces.coded(*_words(column))
        else:
            pieces.quoted(_escaped(column))
    return pieces.joined("}" + end)


def _add_lists(pieces: _Pieces, field: walk.Field, column: pa.ListArray) -> None:
    inner = column.flatten()
    if field.struct is not None:
        made = json_of(field.struct, inner)
    elif isinstance(inner, pa.DictionaryArray):
        codes, words = _words(inner)
        made = _taken(codes, words)
    else:
        made = _quoted(_escaped(inner))
    lists = compute.binary_join(pa.ListArray.from_arrays(column.offsets, made), same_text(","))
    pieces.text("[")
    if field.struct is None:
        coded = lists.dictionary_encode()
        pieces.coded(numbers_of(coded.indices), coded.dictionary.to_pylist())
    else:
        pieces.column(lists)
    pieces.text("]")


class _Pieces:
    """What the JSON of every record is put together of, from left to right."""

    def __init__(self) -> None:
        self._done: list[Any] = []
        self._codes: Any = None
        self._words: Sequence[str] = ()
        self._text = ""

    def text(self, text: str) -> None:
        """The same text for all."""
        self._text += text

    def coded(self, codes: Any, words: Sequence[str]) -> None:
        """One of some words for each; ``codes`` has the shape (n,), and -1 is the last word."""
        words = [self._text + word for word in words]
        codes = np.where(codes < 0, len(words) - 1, codes).astype(np.int64)
        self._text = ""
        if self._codes is not None and len(self._words) * len(words) <= _FOLDED:
            both = places_of(self._codes * len(words) + codes).dictionary_encode()
            pairs = [divmod(each, len(words)) for each in both.dictionary.to_pylist()]
            words = [self._words[one] + words[other] for one, other in pairs]
            codes = numbers_of(both.indices).astype(np.int64)
        elif self._codes is not None:
            self._close()
        self._codes, self._words = codes, words

    def column(self, texts: pa.StringArray) -> None:
        """A text for each."""
        self._close()
        self._done.append(texts)

    def quoted(self, texts: pa.StringArray) -> None:
        """A text for each, between quotation marks; a null without."""
        if texts.null_count:
            self.column(_or_null(_quoted(texts)))
        else:
            self.text('"')
            self.column(texts)
            self.text('"')

    def joined(self, end: str) -> pa.StringArray:
        """All of it."""
        self.text(end)
        self._close()
        return self._done[0] if len(self._done) == 1 else _joined(self._done)

    def _close(self) -> None:
        if self._codes is not None:
            self._done.append(_taken(self._codes, [word + self._text for word in self._words]))
        elif self._text:
            self._done.append(same_text(self._text))
        self._codes, self._text = None, ""


def _words(column: pa.DictionaryArray) -> tuple[Any, list[str]]:
    """Codes and words as JSON; the last word is what no word is."""
    words = [msgspec.json.encode(word).decode() for word in column.dictionary.to_pylist()]
    return numbers_of(column.indices, -1), [*words, _NULL]


def _taken(codes: Any, words: Sequence[str]) -> pa.StringArray:
    return texts_as_column(words).take(places_of(np.where(codes < 0, len(words) - 1, codes)))


def _joined(pieces: Sequence[Any]) -> pa.StringArray:
    return compute.binary_join_element_wise(*pieces, same_text(""))


def _quoted(texts: pa.StringArray) -> pa.StringArray:
    mark = same_text('"')
    return _joined([mark, texts, mark])


def _or_null(texts: pa.StringArray) -> pa.StringArray:
    return compute.coalesce(texts, same_text(_NULL)) if texts.null_count else texts


def _escaped(texts: pa.StringArray) -> pa.StringArray:
    """Texts as they stand between quotation marks; a null stays one."""
    _, offsets, values = texts.buffers()
    if values is None or not len(texts):
        return texts
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(values, np.uint8)[bounds[0] : bounds[-1]]
    special = np.flatnonzero((letters < 0x20) | (letters == ord('"')) | (letters == ord("\\")))
    if not len(special):
        return texts
    rows = np.unique(np.searchsorted(bounds[1:] - bounds[0], special, "right"))
    some = [msgspec.json.encode(each)[1:-1].decode() for each in texts.take(places_of(rows)).to_pylist()]
    mask = np.zeros(len(texts), bool)
    mask[rows] = True
    return compute.replace_with_mask(texts, flags_as_column(mask), texts_as_column(some))

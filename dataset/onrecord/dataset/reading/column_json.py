"""JSON of records that are Arrow columns, byte by byte what msgspec makes of each as a record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import compute

from onrecord.dataset import walk
from onrecord.dataset.reading.arrow_columns import (
    flags_as_column,
    flags_of,
    numbers_as_column,
    numbers_of,
    places_of,
    same_text,
    texts_as_column,
)

_NULL = "null"
_FOLDED = 16
"""Columns beside each other are one piece of the JSON where what they say together is said so often on average."""

_NUMBERS = 2**62
"""There are so many numbers for what columns or lists say."""


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
            codes = flags_of(column).astype(np.int32)
            if column.null_count:
                codes[~flags_of(column.is_valid())] = -1
            pieces.coded(codes, ["false", "true", _NULL])
        elif field.kind is int:
            pieces.column(_or_null(column.cast(pa.string())))
        elif isinstance(column, pa.DictionaryArray):
            pieces.coded(*_words(column))
        else:
            pieces.quoted(_escaped(column))
    return pieces.joined("}" + end)


def _add_lists(pieces: _Pieces, field: walk.Field, column: pa.ListArray) -> None:
    inner = column.flatten()
    bounds = numbers_of(column.offsets) if len(column) else np.zeros(1, np.int32)
    coded = _coded_lists(inner, bounds) if isinstance(inner, pa.DictionaryArray) else None
    if coded is not None:
        pieces.coded(*coded)
        return
    if field.struct is not None:
        made = json_of(field.struct, inner)
    elif isinstance(inner, pa.DictionaryArray):
        made = _taken(*_words(inner))
    else:
        made = _quoted(_escaped(inner))
    pieces.text("[")
    pieces.column(compute.binary_join(pa.ListArray.from_arrays(column.offsets, made), same_text(",")))
    pieces.text("]")


def _coded_lists(inner: pa.DictionaryArray, bounds: Any) -> tuple[Any, list[str]] | None:
    """Lists of words as codes, and the JSON of each that differs; None where they are too long to be numbered.

    The number of a list has a digit for each of its words, the first word the last digit.
    """
    words, many = [msgspec.json.encode(word).decode() for word in inner.dictionary.to_pylist()], np.diff(bounds)
    base = len(words) + 1
    longest = int(many.max(initial=0))
    if base**longest > _NUMBERS:
        return None
    place = np.arange(len(inner)) - np.repeat(bounds[:-1] - bounds[0], many)
    digits = (numbers_of(inner.indices) + 1) * np.array([base**digit for digit in range(longest)], np.int64)[place]
    numbers = np.diff(np.append(0, np.cumsum(digits))[bounds - bounds[0]])
    lists = places_of(numbers).dictionary_encode()
    return numbers_of(lists.indices), [f"[{','.join(_list(number, words))}]" for number in lists.dictionary.to_pylist()]


def _list(number: int, words: Sequence[str]) -> Iterator[str]:
    while number:
        number, digit = divmod(number, len(words) + 1)
        yield words[digit - 1]


class _Pieces:
    """What the JSON of every record is put together of, from left to right."""

    def __init__(self) -> None:
        self._done: list[Any] = []
        self._run: list[tuple[Any, Sequence[str]]] = []
        self._text = ""

    def text(self, text: str) -> None:
        """The same text for all."""
        self._text += text

    def coded(self, codes: Any, words: Sequence[str]) -> None:
        """One of some words for each; ``codes`` has the shape (n,), and -1 is the last word."""
        words = [self._text + word for word in words]
        self._text = ""
        self._run.append((codes, words))

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
        if self._run:
            *before, (codes, words) = self._run
            self._done += _folded([*before, (codes, [word + self._text for word in words])])
        elif self._text:
            self._done.append(same_text(self._text))
        self._run, self._text = [], ""


def _folded(run: Sequence[tuple[Any, Sequence[str]]]) -> list[pa.StringArray]:
    """Columns of words beside each other as one, or as few as there can be."""
    if len(run) == 1:
        return [_taken(*run[0])]
    if math.prod(len(words) for _, words in run) <= _NUMBERS:
        numbers = np.zeros(len(run[0][0]), np.int64)
        for codes, words in run:
            numbers *= len(words)
            numbers += _places(codes, words)
        both = places_of(numbers).dictionary_encode()
        if len(both.dictionary) * _FOLDED <= len(both):
            return [_taken(numbers_of(both.indices), _together(both.dictionary.to_pylist(), run))]
    middle = len(run) // 2
    return [*_folded(run[:middle]), *_folded(run[middle:])]


def _together(numbers: Iterable[int], run: Sequence[tuple[Any, Sequence[str]]]) -> list[str]:
    found = []
    for number in numbers:
        made = ""
        for _, words in reversed(run):
            number, code = divmod(number, len(words))
            made = words[code] + made
        found.append(made)
    return found


def _words(column: pa.DictionaryArray) -> tuple[Any, list[str]]:
    """Codes and words as JSON; the last word is what no word is."""
    words = [msgspec.json.encode(word).decode() for word in column.dictionary.to_pylist()]
    return numbers_of(column.indices, -1), [*words, _NULL]


def _taken(codes: Any, words: Sequence[str]) -> pa.StringArray:
    return texts_as_column(words).take(numbers_as_column(_places(codes, words)))


def _places(codes: Any, words: Sequence[str]) -> Any:
    """Codes of which none is negative: -1 is the last word."""
    return np.where(codes < 0, len(words) - 1, codes) if codes.min(initial=0) < 0 else codes


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

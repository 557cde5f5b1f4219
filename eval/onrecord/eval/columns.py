"""Spans of many documents as columns of numbers: what alignment and counting work on.

A hundred thousand spans are handled by a few operations on arrays instead of a hundred thousand steps. Documents and
types are codes that gold and predictions share; see :class:`Vocabulary`.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.corpus import Fragment, PlainSpan, TypedSpan

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Vocabulary:
    """Words and their codes, 0 upwards in order of first use."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._codes = {word: code for code, word in enumerate(dict.fromkeys(words))}

    @property
    def words(self) -> tuple[str, ...]:
        """The word of each code."""
        return tuple(self._codes)

    def code(self, word: str) -> int:
        """The code of a word; a new word gets the next one."""
        return self._codes.setdefault(word, len(self._codes))

    def types_of(self, spans: Sequence[TypedSpan | PlainSpan]) -> list[int]:
        """The code of each span's type."""
        codes = self._codes
        try:
            return [codes[span.type] for span in spans]
        except KeyError:
            return [self.code(span.type) for span in spans]

    def ranks(self) -> Ints:
        """The place of each code's word in alphabetical order, shape (words,)."""
        ranks = np.empty(len(self._codes), np.int64)
        ranks[[self._codes[word] for word in sorted(self._codes)]] = np.arange(len(self._codes))
        return ranks


@dataclasses.dataclass(frozen=True)
class Variant:
    """One of the other right answers of a gold span."""

    start: int
    end: int
    type: int
    fragments: tuple[Fragment, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class SpanColumns:
    """n spans; every array has the shape (n,)."""

    document: Ints
    """Index of the document, ascending."""
    start: Ints
    end: Ints
    """Half-open; more than ``start``."""
    type: Ints
    """Code of the type."""
    kind: Ints | None = None
    """Code of the kind; None where no span has one."""
    optional: Bools | None = None
    """None where none is optional."""
    fragments: Mapping[int, tuple[Fragment, ...]] = dataclasses.field(default_factory=dict)
    """By row, of the discontinuous spans alone."""
    alternatives: Mapping[int, tuple[Variant, ...]] = dataclasses.field(default_factory=dict)
    """By row, of the spans that have some."""

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: Ints) -> SpanColumns:
        """Some of the spans, by ascending row."""
        place = {int(row): n for n, row in enumerate(rows)} if self.fragments or self.alternatives else {}
        return SpanColumns(
            document=self.document[rows],
            start=self.start[rows],
            end=self.end[rows],
            type=self.type[rows],
            kind=None if self.kind is None else self.kind[rows],
            optional=None if self.optional is None else self.optional[rows],
            fragments={place[row]: each for row, each in self.fragments.items() if row in place},
            alternatives={place[row]: each for row, each in self.alternatives.items() if row in place},
        )

    def parts(self, row: int) -> tuple[Fragment, ...]:
        """The contiguous parts of a span."""
        return self.fragments.get(row) or ((int(self.start[row]), int(self.end[row])),)

    @property
    def is_optional(self) -> Bools:
        """Whether each span is optional."""
        return np.zeros(len(self), bool) if self.optional is None else self.optional

    @property
    def size(self) -> Ints:
        """How many positions each span covers."""
        size = self.end - self.start
        for row, fragments in self.fragments.items():
            size[row] = sum(end - start for start, end in fragments)
        return size


def span_columns(
    documents: Iterable[Sequence[TypedSpan | PlainSpan]], types: Vocabulary, kinds: Vocabulary | None = None
) -> SpanColumns:
    """The columns of the spans of some documents.

    Args:
        documents: The spans of each document, in any order.
        types: Codes of the types; new ones are added.
        kinds: Codes of the kinds, where they are to break ties.
    """
    builder = ColumnBuilder(types, kinds)
    builder.add(list(documents))
    return builder.columns()


class ColumnBuilder:
    """Columns that are made some documents at a time, so that their spans need not be held together."""

    def __init__(self, types: Vocabulary, kinds: Vocabulary | None = None) -> None:
        self._types, self._kinds = types, kinds
        self._sizes = array("q")
        self._start, self._end, self._type, self._kind = (array("q") for _ in range(4))
        self._rare: list[tuple[int, TypedSpan]] = []

    def add(self, documents: Sequence[Sequence[TypedSpan | PlainSpan]]) -> None:
        """The spans of the next documents; fastest for so few that they are in the processor's cache still."""
        spans = list(chain.from_iterable(documents))
        if any(isinstance(span, TypedSpan) for each in documents for span in each[:1]):
            first = len(self._start)
            self._rare += [(first + n, span) for n, span in enumerate(spans) if _is_rare(span)]
        # an array of a list is made fast, and added to another fast; adding the list itself is slow
        self._sizes += array("q", list(map(len, documents)))
        self._start += array("q", [span.start for span in spans])
        self._end += array("q", [span.end for span in spans])
        self._type += array("q", self._types.types_of(spans))
        if self._kinds is not None:
            self._kind += array("q", [self._kinds.code(getattr(span, "kind", "")) for span in spans])

    def columns(self) -> SpanColumns:
        """The columns of all documents so far."""
        optional = None
        if any(span.optional for _, span in self._rare):
            optional = np.zeros(len(self._start), bool)
            optional[[row for row, span in self._rare if span.optional]] = True
        sizes = _ints(self._sizes)
        return SpanColumns(
            document=np.repeat(np.arange(len(sizes)), sizes),
            start=_ints(self._start),
            end=_ints(self._end),
            type=_ints(self._type),
            kind=None if self._kinds is None else _ints(self._kind),
            optional=optional,
            fragments={row: span.fragments for row, span in self._rare if span.fragments},
            alternatives={row: _variants(span, self._types) for row, span in self._rare if span.alternatives},
        )


def _is_rare(span: TypedSpan | PlainSpan) -> TypeGuard[TypedSpan]:
    return isinstance(span, TypedSpan) and bool(span.optional or span.fragments or span.alternatives)


def _ints(values: array[int]) -> Ints:
    return np.frombuffer(values, np.int64)


def _variants(span: TypedSpan, types: Vocabulary) -> tuple[Variant, ...]:
    return tuple(Variant(each.start, each.end, types.code(each.type), each.fragments) for each in span.alternatives)

"""Spans of many documents as columns of numbers: what alignment and counting work on.

A hundred thousand spans are handled by a few operations on arrays instead of a hundred thousand steps. Documents and
types are codes that gold and predictions share; see :class:`Vocabulary`.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.spans.documents import Fragment, TypedSpan

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
if TYPE_CHECKING:
    Numbers = array[int] | Ints
    """Of 64 bits."""


class Plain(Protocol):
    """A contiguous span with a type and nothing else."""

    @property
    def start(self) -> int:
        """First position."""

    @property
    def end(self) -> int:
        """One past the last position."""

    @property
    def type(self) -> str:
        """Its label."""


class _Codes(dict[str, int]):
    def __missing__(self, word: str) -> int:
        code = self[word] = len(self)
        return code


class Vocabulary:
    """Words and their codes, 0 upwards in order of first use."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._codes = _Codes((word, code) for code, word in enumerate(dict.fromkeys(words)))

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def words(self) -> tuple[str, ...]:
        """The word of each code."""
        return tuple(self._codes)

    def code(self, word: str) -> int:
        """The code of a word; a new word gets the next one."""
        return self._codes[word]

    def codes(self, words: Sequence[str]) -> list[int]:
        """The code of each word; new ones get the next."""
        return list(map(self._codes.__getitem__, words))

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
    """Code of the kind, 0 for none; None where no span has one."""
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
        return dataclasses.replace(
            self._rows(rows),
            fragments={place[row]: each for row, each in self.fragments.items() if row in place},
            alternatives={place[row]: each for row, each in self.alternatives.items() if row in place},
        )

    def of_documents(self, first: int, last: int) -> SpanColumns:
        """The spans of the documents from ``first`` to before ``last``, which become the documents from 0 on."""
        low, high = np.searchsorted(self.document, [first, last]).tolist()
        some = self.take(np.arange(low, high)) if self.fragments or self.alternatives else self._rows(slice(low, high))
        return dataclasses.replace(some, document=some.document - first)

    def _rows(self, rows: Ints | slice) -> SpanColumns:
        return SpanColumns(
            document=self.document[rows],
            start=self.start[rows],
            end=self.end[rows],
            type=self.type[rows],
            kind=None if self.kind is None else self.kind[rows],
            optional=None if self.optional is None else self.optional[rows],
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
    documents: Iterable[Sequence[TypedSpan]], types: Vocabulary, kinds: Vocabulary | None = None
) -> SpanColumns:
    """The columns of the spans of some documents.

    Args:
        documents: The spans of each document, in any order.
        types: Codes of the types; new ones are added.
        kinds: Codes of the kinds, where they are to break ties; see :func:`kind_codes`.
    """
    builder = ColumnBuilder(types)
    builder.add(list(documents))
    return builder.columns(kinds)


def kind_codes(kinds: Iterable[str]) -> Vocabulary | None:
    """Codes of kinds that depend on nothing but their names, 0 for none; None where there is no kind at all."""
    names = sorted({"", *kinds})
    return Vocabulary(names) if len(names) > 1 else None


class ColumnBuilder:
    """Columns that are made some documents at a time, so that their spans need not be held together."""

    def __init__(self, types: Vocabulary) -> None:
        self.types = types
        """Codes of the types."""
        # joined at the end: an array that grows is copied again and again
        self._sizes: list[Numbers] = []
        self._start: list[Numbers] = []
        self._end: list[Numbers] = []
        self._type: list[Numbers] = []
        self._many = 0
        self._rare: list[tuple[int, TypedSpan]] = []

    def add(self, documents: Sequence[Sequence[TypedSpan]]) -> None:
        """The spans of the next documents."""
        first = self._many
        self.add_plain(documents)
        self._rare += [
            (row, span)
            for row, span in enumerate(chain.from_iterable(documents), first)
            if span.kind or span.optional or span.fragments or span.alternatives
        ]

    def add_plain(self, documents: Sequence[Sequence[Plain]]) -> None:
        """The spans of the next documents; fastest for so few that they are in the processor's cache still.

        Raises:
            OverflowError: An offset is below 0 or has more than 64 bits; nothing is added then.
        """
        spans = list(chain.from_iterable(documents))
        offsets = [span.start for span in spans], [span.end for span in spans]
        self.add_fields(list(map(len, documents)), *offsets, [span.type for span in spans])

    def add_fields(self, sizes: Sequence[int], start: Sequence[int], end: Sequence[int], type: Sequence[str]) -> None:
        """The spans of the next documents, field by field.

        Args:
            sizes: How many spans each document has.
            start: Of every span, one document after the other.
            end: Likewise.
            type: Likewise.

        Raises:
            OverflowError: An offset is below 0 or has more than 64 bits; nothing is added then.
        """
        # unsigned numbers are taken up faster, and there are none below 0
        starts, ends = array("Q", start), array("Q", end)
        self.add_arrays(array("Q", sizes), starts, ends, array("Q", self.types.codes(type)))

    def add_arrays(self, sizes: Numbers, start: Numbers, end: Numbers, type: Numbers) -> None:
        """The spans of the next documents as :meth:`add_fields` takes them, but the types as codes."""
        self._sizes.append(sizes)
        self._start.append(start)
        self._end.append(end)
        self._type.append(type)
        self._many += len(start)

    @property
    def kinds(self) -> set[str]:
        """The kinds that some span has."""
        return {span.kind for _, span in self._rare} - {""}

    def columns(self, kinds: Vocabulary | None = None) -> SpanColumns:
        """The columns of all documents so far."""
        rows = np.array([row for row, _ in self._rare], np.int64)
        optional = kind = None
        if any(span.optional for _, span in self._rare):
            optional = np.zeros(self._many, bool)
            optional[rows] = [span.optional for _, span in self._rare]
        if kinds is not None:
            kind = np.full(self._many, kinds.code(""), np.int64)
            kind[rows] = [kinds.code(span.kind) for _, span in self._rare]
        sizes = _ints(self._sizes)
        return SpanColumns(
            document=np.repeat(np.arange(len(sizes)), sizes),
            start=_ints(self._start),
            end=_ints(self._end),
            type=_ints(self._type),
            kind=kind,
            optional=optional,
            fragments={row: span.fragments for row, span in self._rare if span.fragments},
            alternatives={row: _variants(span, self.types) for row, span in self._rare if span.alternatives},
        )


def _ints(parts: Sequence[Numbers]) -> Ints:
    buffers = cast("Sequence[bytes]", parts)  # which numpy's types do not say of arrays
    return np.frombuffer(b"".join(buffers), np.int64)


def _variants(span: TypedSpan, types: Vocabulary) -> tuple[Variant, ...]:
    return tuple(Variant(each.start, each.end, types.code(each.type), each.fragments) for each in span.alternatives)

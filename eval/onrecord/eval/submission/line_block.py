"""Several lines of a prediction file as columns: what there is of the items without a record for each."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.arrow_columns import flags_of, numbers_of, places_of, words_of
from onrecord.dataset.records import UNKNOWN, Refers, SpanItem
from onrecord.eval.submission.prediction_line import NotInText

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[Any]
Bools = NDArray[np.bool_]

NO_WORD = -1
"""The code of no word."""


@dataclasses.dataclass(frozen=True, eq=False)
class Coded:
    """n words as codes."""

    codes: Ints
    """Shape (n,): the place of each in ``words``; :data:`NO_WORD` for none."""
    words: list[str]

    @classmethod
    def of(cls, column: pa.Array) -> Coded:
        """From words, which may be dictionary-encoded already."""
        coded = column.dictionary_encode()
        return cls(numbers_of(coded.indices, NO_WORD), words_of(coded.dictionary))

    def by(self, codes: Any, default: str | None = None) -> Ints:
        """The words by the codes of somebody else, shape (n,).

        Args:
            codes: Gives the code of a word.
            default: What no word stands for.
        """
        to = [codes[word] for word in self.words]
        to.append(codes[default] if self.codes.min(initial=0) < 0 else 0)  # which is at the place NO_WORD
        return np.array(to, np.int32)[self.codes]


@dataclasses.dataclass(frozen=True, eq=False)
class Strand:
    """n records of one type, in the order of the lines."""

    kind: type[msgspec.Struct]
    records: pa.StructArray
    line: Ints
    """Shape (n,): the place in the block of the line that each is on."""

    def __len__(self) -> int:
        return len(self.records)

    def field(self, name: str) -> walk.Field:
        """What there is to know of a field."""
        return next(field for field in walk.fields(self.kind) if field.name == name)

    def column(self, name: str) -> pa.Array:
        """The values of a field."""
        return self.records.field(name)

    def coded(self, name: str) -> Coded:
        """The values of a field of words, or all of those that are in its arrays."""
        if name not in self._coded:
            column = self.column(name)
            self._coded[name] = Coded.of(column.flatten() if hasattr(column, "offsets") else column)
        return self._coded[name]

    def has_codes(self, name: str) -> bool:
        """Whether a field has one word, of those that are kept as codes."""
        return hasattr(self.column(name), "dictionary")

    def flags(self, name: str) -> Bools:
        """The values of a field of truth values, of which null is false, shape (n,)."""
        found: Bools = flags_of(self.column(name))
        return found

    @functools.cached_property
    def spans(self) -> tuple[Ints, Ints]:
        """Start and end of each, where they are spans or items that are."""
        return numbers_of(self.column("start")), numbers_of(self.column("end"))

    def many(self, name: str) -> Ints:
        """How many values each record has in a field of many, shape (n,)."""
        return np.diff(numbers_of(self.column(name).offsets))

    def one(self, name: str) -> Strand:
        """The records of a field of one that may be null; where it is, so is all within."""
        kind = self.field(name).struct
        assert kind is not None
        return Strand(kind, self.column(name), self.line)

    def take(self, places: Ints) -> Strand:
        """Some of the records."""
        return Strand(self.kind, self.records.take(places_of(places)), self.line[places])

    def inner(self, field: walk.Field) -> Strand:
        """The records of a field that has records for values, one after the other."""
        if field.name not in self._inner:
            values, owners = self.values(field)
            assert field.struct is not None
            self._inner[field.name] = Strand(field.struct, values, self.line[owners])
        return self._inner[field.name]

    def values(self, field: walk.Field) -> tuple[pa.Array, Ints | slice]:
        """The values of a field that are there, and the record that each is of."""
        column = self.column(field.name)
        if field.many:
            return column.flatten(), np.repeat(np.arange(len(self)), self.many(field.name))
        if not column.null_count:
            return column, slice(None)
        there = np.flatnonzero(flags_of(column.is_valid()))
        return column.take(places_of(there)), there

    def all_spans(self) -> Iterator[Strand]:
        """Every span in them, with what is a span itself."""
        if issubclass(self.kind, SpanItem):
            yield self
        for field in walk.fields(self.kind):
            if field.is_span:
                yield self.inner(field)
            elif field.struct is not None:
                yield from self.inner(field).all_spans()

    def all_references(self) -> Iterator[References]:
        """Every id in them that refers to something."""
        for field in walk.fields(self.kind):
            if field.refers is not None:
                owners = np.repeat(np.arange(len(self)), self.many(field.name)) if field.many else slice(None)
                by = self.coded(field.refers.by) if field.refers.by else None
                kinds = None if by is None else Coded(by.codes[owners], by.words)
                yield References(field.refers, self.coded(field.name), self.line[owners], kinds)
            elif field.struct is not None:
                yield from self.inner(field).all_references()

    @functools.cached_property
    def _coded(self) -> dict[str, Coded]:
        return {}

    @functools.cached_property
    def _inner(self) -> dict[str, Strand]:
        return {}


@dataclasses.dataclass(frozen=True, eq=False)
class References:
    """n ids of one field, of which some may be none."""

    refers: Refers
    ids: Coded
    line: Ints
    """Shape (n,): the place in the block of the line that each is on."""
    kinds: Coded | None
    """What each refers to, where that differs."""

    def by_kind(self) -> Iterator[tuple[str, Ints, Coded]]:
        """Ids by what they refer to, with the line of each; the reserved one is none."""
        ids, there = self.ids, self.ids.codes >= 0
        if self.refers.unknown and UNKNOWN in ids.words:
            there &= ids.codes != ids.words.index(UNKNOWN)
        if self.kinds is None:
            yield self.refers.to, self.line[there], Coded(ids.codes[there], ids.words)
        else:
            for code, kind in enumerate(self.kinds.words):
                some = there & (self.kinds.codes == code)
                used, codes = np.unique(ids.codes[some], return_inverse=True)
                yield kind, self.line[some], Coded(codes.ravel(), [ids.words[n] for n in used.tolist()])


@dataclasses.dataclass(frozen=True, eq=False)
class LineBlock:
    """L lines on end, each of which is what its type wants; whether they are right is another question.

    Args:
        kind: The type of the lines.
        rows: The lines.
        numbers: Their numbers.
        raw: What is written on each, without what ends it.
    """

    kind: type[msgspec.Struct]
    rows: pa.StructArray
    numbers: Sequence[int]
    raw: Sequence[bytes]

    def __len__(self) -> int:
        return len(self.rows)

    @functools.cached_property
    def documents(self) -> list[str]:
        """The document that each line is of."""
        ids = self._lines.coded("doc_id")
        return [ids.words[code] for code in ids.codes.tolist()]

    def is_there(self, field: str) -> Bools:
        """Whether each line has a field, shape (L,)."""
        found: Bools = flags_of(self.rows.field(field).is_valid())
        return found

    def several(self, field: str) -> Strand:
        """The records of a field of the lines, such as a layer."""
        return self._lines.inner(self._lines.field(field))

    @functools.cached_property
    def layers(self) -> dict[str, Strand]:
        """The items of each layer."""
        return {layer: self.several(layer) for layer in LAYERS}

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(map(len, self.layers.values()))

    def many(self, field: str) -> Ints:
        """How many records each line has in a field, shape (L,)."""
        return self._lines.many(field)

    @functools.cached_property
    def references(self) -> list[References]:
        """Every id on the lines that refers to something."""
        strands = [self.several(field.name) for field in walk.fields(self.kind) if field.struct is not None]
        return [each for strand in strands for each in strand.all_references()]

    def rows_of(self, field: str) -> list[Any]:
        """The records of a field, all of whose values are words: each that differs."""
        kind = self.several(field).kind
        return [kind(**dict(zip(kind.__struct_fields__, row, strict=True))) for _, row in self.values_of(field)]

    def values_of(self, field: str) -> list[tuple[int, tuple[Any, ...]]]:
        """The values of each of these records, with the number of the first line that has it."""
        if field not in self._values:
            strand = self.several(field)
            coded = [strand.coded(name) for name in strand.kind.__struct_fields__]
            places = _firsts([each.codes for each in coded])
            columns = [map([*each.words, None].__getitem__, each.codes[places].tolist()) for each in coded]
            numbers = map(self.numbers.__getitem__, strand.line[places].tolist())
            self._values[field] = list(zip(numbers, zip(*columns, strict=True), strict=True))
        return self._values[field]

    @functools.cached_property
    def unplaced(self) -> dict[str, tuple[NotInText, ...]]:
        """What is not in the text, by the document of its line; of those that have any."""
        items = self.several("unplaced")
        found: dict[str, list[Any]] = {}
        for line, row in zip(items.line.tolist(), items.records.to_pylist(), strict=True):
            found.setdefault(self.documents[line], []).append(row)
        return {id: msgspec.convert(rows, tuple[NotInText, ...]) for id, rows in found.items()}

    def of_documents(self, ids: Collection[str]) -> LineBlock:
        """The lines of some documents."""
        return self.some([place for place, id in enumerate(self.documents) if id in ids])

    def some(self, places: Sequence[int]) -> LineBlock:
        """Some of the lines."""
        if len(places) == len(self):
            return self
        taken = self.rows.take(places_of(places))
        numbers, raw = [self.numbers[place] for place in places], [self.raw[place] for place in places]
        return LineBlock(self.kind, taken, numbers, raw)

    @functools.cached_property
    def _lines(self) -> Strand:
        return Strand(self.kind, self.rows, np.arange(len(self.rows)))

    @functools.cached_property
    def _values(self) -> dict[str, list[tuple[int, tuple[Any, ...]]]]:
        return {}


def _firsts(columns: Sequence[Ints]) -> Ints:
    """The places of the first of all rows that are alike in every column of codes, ascending."""
    key: Ints = np.zeros(len(columns[0]), np.int64)
    for codes in columns:
        many = int(codes.max(initial=NO_WORD)) + 2
        if int(key.max(initial=0)) > (2**62) // many:
            key = np.unique(key, return_inverse=True)[1]
        key = key * many + codes - NO_WORD
    places: Ints = np.unique(key, return_index=True)[1]
    return np.sort(places)


def parents_of(quotes: Strand) -> Ints:
    """The place among the quotes of the one that each is inside, shape (n,); -1 for none.

    Args:
        quotes: Quotes no two of which have one id on a line; what they refer to is there.
    """
    parents, ids = quotes.coded("parent"), quotes.coded("id")
    found = np.full(len(quotes), NO_WORD, np.int64)
    there = np.flatnonzero(parents.codes >= 0)
    if len(there):
        place = {word: code for code, word in enumerate(ids.words)}
        codes = np.array([place[word] for word in parents.words])[parents.codes[there]]
        wanted = quotes.line[there] * len(ids.words) + codes
        with_id = np.flatnonzero(ids.codes >= 0)
        keys = quotes.line[with_id] * len(ids.words) + ids.codes[with_id]
        order = np.argsort(keys)
        found[there] = with_id[order[np.searchsorted(keys[order], wanted)]]
    return found

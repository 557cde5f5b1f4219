"""One side of many documents as columns of numbers: what the layers are paired and counted on.

A corpus of a million items is handled by a few operations on arrays instead of a few on every item. Ids, types and
labels are codes; what belongs to an item in any number (segments, speakers, evidence) is a ragged column.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from onrecord.dataset.layers import Words
from onrecord.dataset.records import TargetKind

Ints = NDArray[Any]
"""Whole numbers of 32 or 64 bits."""
Codes32 = Ints
Bools = NDArray[np.bool_]

NONE = -1
"""The code of no id, and the offset of no span."""

MODES = Words("quote_modes")
LABELS = Words("all_labels")
BASES = Words("stance_bases")
MODALITIES = Words("event_modalities")
KINDS: tuple[str, ...] = get_args(TargetKind)

_THAT = re.compile(r"\W*that\b", re.IGNORECASE)


def narrow(numbers: Ints) -> Ints:
    """The same whole numbers in as few bits as they take."""
    low, high = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    return np.ascontiguousarray(numbers, np.min_scalar_type(min(low, -high - 1) if low < 0 else high))


class Codes(dict[str | None, int]):
    """Words and their codes, 0 upwards in order of first use; no word is :data:`NONE`."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        super().__init__({None: NONE})
        for word in words:
            self[word]

    def __missing__(self, word: str | None) -> int:
        code = self[word] = len(self) - 1
        return code

    @property
    def words(self) -> list[str]:
        """The word of each code."""
        return list(self)[1:]  # type: ignore[return-value]  # no word comes first

    def ranks(self) -> Ints:
        """The place of each code's word in alphabetical order, shape (words,)."""
        words = self.words
        ranks = np.empty(len(words), np.int64)
        ranks[[self[word] for word in sorted(words)]] = np.arange(len(words))
        return ranks


def together(several: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], list[Ints]]:
    """Distinct words of several lists in order of first sight, and the place there of each word of each list."""
    longest = tuple(several[int(np.argmax([len(words) for words in several]))]) if several else ()
    if all(tuple(words) == longest[: len(words)] for words in several):  # codes that grew
        return longest, [np.arange(len(words)) for words in several]
    numbers: dict[str, int] = {}
    places = [np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64) for words in several]
    return tuple(numbers), places


@dataclasses.dataclass
class Vocabularies:
    """The codes of one side; those of types and kinds of mentions are common to both."""

    type: Codes
    kind: Codes
    entity: Codes = dataclasses.field(default_factory=Codes)
    event: Codes = dataclasses.field(default_factory=Codes)
    claim: Codes = dataclasses.field(default_factory=Codes)

    def of(self, kind: int) -> Codes:
        """The codes of the targets of a kind, see :data:`KINDS`."""
        return (self.entity, self.event, self.claim)[("entity", "event", "claim").index(KINDS[kind])]


@dataclasses.dataclass(frozen=True, eq=False)
class Ragged:
    """Any number of values for each of n rows."""

    first: Ints
    """Shape (n + 1,): where the values of each row begin."""
    values: Codes32
    """Shape (values,), or (values, 2) for stretches."""

    def row(self, row: int) -> list[Any]:
        """The values of a row."""
        return [*self.values[self.first[row] : self.first[row + 1]].tolist()]

    def lists(self, rows: Ints) -> list[list[Any]]:
        """The values of each of some rows."""
        some = self.take(rows)
        first, values = some.first.tolist(), some.values.tolist()
        return [values[start:end] for start, end in itertools.pairwise(first)]

    @property
    def many(self) -> Ints:
        """How many values each row has, shape (n,)."""
        return np.diff(self.first)

    def owners(self) -> Ints:
        """The row of each value, shape (values,)."""
        return np.repeat(np.arange(len(self.first) - 1), self.many)

    def take(self, rows: Ints | slice) -> Ragged:
        """Some of the rows; rows on end, given as a slice with both ends, are not copied."""
        if isinstance(rows, slice):
            first = self.first[rows.start : rows.stop + 1]
            return Ragged(first - first[0], self.values[first[0] : first[-1]])
        many = self.many[rows]
        first = np.concatenate([[0], np.cumsum(many)])
        at = np.arange(first[-1]) - np.repeat(first[:-1], many) + np.repeat(self.first[rows], many)
        return Ragged(first, self.values[at])

    @classmethod
    def joined(cls, several: Sequence[Ragged]) -> Ragged:
        """The rows of several, one after the other."""
        many = np.concatenate([each.many for each in several])
        first = np.concatenate([[0], np.cumsum(many, dtype=np.int64)])
        return cls(first, np.concatenate([each.values for each in several]))

    @classmethod
    def of(cls, many: Sequence[int], values: Sequence[Any], width: int = 1) -> Ragged:
        """From the number of values of each row, and all values."""
        array = np.array(values, np.int32)
        return cls(
            np.concatenate([[0], np.cumsum(np.array(many, np.int64))]), array.reshape(-1, 2) if width == 2 else array
        )


def alike(one: Ragged, other: Ragged) -> Bools:
    """Of each row, whether both sides have the same values in the same order; shape (n,)."""
    same: Bools = one.many == other.many
    rows = np.flatnonzero(same & (one.many > 0))
    some = one.take(rows)
    differs = some.values != other.take(rows).values
    if differs.ndim > 1:
        differs = differs.any(axis=1)
    same[rows[some.owners()[differs]]] = False
    return same


@dataclasses.dataclass(frozen=True, eq=False)
class MentionColumns:
    """n mentions, of entities or of events, in reading order; every array has the shape (n,)."""

    document: Codes32
    start: Codes32
    end: Codes32
    type: Codes32
    kind: Codes32
    """Of an event a code of :data:`MODALITIES`."""
    optional: Bools
    id: Codes32
    """Of the cluster; :data:`NONE` for none."""

    def __len__(self) -> int:
        return len(self.start)


@dataclasses.dataclass(frozen=True, eq=False)
class QuoteColumns:
    """n quotes in the order of the file; every array has the shape (n,)."""

    document: Codes32
    content: Ragged
    """Start and end of every segment."""
    letters: Ragged
    """The same in letters and digits, as parts; a leading ``that`` left out."""
    pieces: Codes32
    """Shape (segments, 2): the letters and digits of every segment, each as if it were a quote of its own."""
    speaker: Ragged
    """Entity codes."""
    relays: Ragged
    mode: Codes32
    source: Codes32
    """Shape (n, 2): start and end; :data:`NONE` without."""
    cue: Codes32
    parent: Codes32
    """Row of the quote that each is inside; :data:`NONE` for none, -2 for one that is not there."""
    optional: Bools
    slices: Codes32
    """Bits of what kinds of quote each is; of gold alone."""

    def __len__(self) -> int:
        return len(self.mode)


@dataclasses.dataclass(frozen=True, eq=False)
class StanceColumns:
    """n stances in the order of the file; every array has the shape (n,)."""

    document: Codes32
    holder: Codes32
    kind: Codes32
    """A code of :data:`KINDS`."""
    target: Codes32
    """A code of the target's kind."""
    label: Codes32
    basis: Codes32
    optional: Bools
    evidence: Ragged
    """Parts."""

    def __len__(self) -> int:
        return len(self.label)


@dataclasses.dataclass(frozen=True, eq=False)
class SideColumns:
    """One side of some documents, documents by their index."""

    codes: Vocabularies
    mentions: MentionColumns
    events: MentionColumns
    quotes: QuoteColumns
    stances: StanceColumns


class Letters:
    """Where the letters and digits of texts are."""

    def __init__(self) -> None:
        self._known = np.zeros(0x110000, np.int8)  # 0 for not looked at, 1 for a letter or digit, 2 for another

    def before(self, text: str) -> Ints:
        """How many letters and digits stand before each offset; one entry more than the text has code points."""
        raw = text.encode("utf-16-le", "surrogatepass")
        if len(raw) == 2 * len(text):  # which takes half the time
            points = np.frombuffer(raw, "<u2")
        else:
            points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        found = self._known.take(points)
        if not found.all():
            new = np.unique(points[found == 0])
            self._known[new] = [1 if chr(point).isalnum() else 2 for point in new.tolist()]
            found = self._known.take(points)
        before = np.zeros(len(points) + 1, np.int32)
        np.cumsum(found == 1, dtype=np.int32, out=before[1:])
        return before


def without_that(start: int, end: int, text: str) -> tuple[int, int]:
    """A segment of a text without a leading ``that``."""
    that = _THAT.match(text, start, end)
    return (start, end) if that is None else (that.end(), end)

"""What became of the items of many documents, as arrays, and what changed from one system to another.

The verdicts are those of :attr:`onrecord.eval.layers.layer.Layer.verdicts` that count, in the same order; of what an
item is only that is kept by which it is found again in another system, and how it is put into words.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from onrecord.eval.layers.columns import Bools, Ints

InWords = Callable[[int, str], str]
"""A row and the text of its document to the item in a few words."""


@dataclasses.dataclass(frozen=True, eq=False)
class Coded:
    """A column of values as codes; those of another system are other codes of the same values."""

    codes: Ints
    """Shape (n,)."""
    values: Sequence[Hashable]
    """The value of each code."""

    @classmethod
    def of(cls, values: Sequence[Hashable]) -> Coded:
        """Of n values."""
        known: dict[Hashable, int] = {}
        codes = [known.setdefault(value, len(known)) for value in values]
        return cls(np.array(codes, np.int64), tuple(known))

    def with_codes_of(self, other: Coded) -> Ints:
        """The column in the codes of another, shape (n,); what it does not have is numbered from its last on."""
        known = {value: code for code, value in reversed([*enumerate(other.values)])}
        used = np.unique(self.codes)
        to = np.zeros(int(used[-1]) + 1 if len(used) else 0, np.int64)
        to[used] = [known.setdefault(self.values[code], len(other.values) + len(known)) for code in used.tolist()]
        return to[self.codes]


@dataclasses.dataclass(frozen=True, eq=False)
class GoldVerdicts:
    """What became of n gold items that count: documents ascending, in each in the order of the verdicts."""

    document: Ints
    """Shape (n,)."""
    outcome: Ints
    """Shape (n,): a place in the outcomes, the first for right."""
    words: InWords


@dataclasses.dataclass(frozen=True, eq=False)
class SpuriousVerdicts:
    """n predictions that answer no gold; order as of gold."""

    document: Ints
    """Shape (n,)."""
    places: tuple[Ints, ...]
    """What each is, as far as it is numbers; each of the shape (n,)."""
    ids: tuple[Coded, ...]
    """What else each is, in gold's terms."""
    words: InWords

    def copies(self, other: SpuriousVerdicts) -> tuple[Bools, Bools]:
        """Which of these the other system predicts as well, and which of its own these do; copies one by one."""
        mine, its = ([each.document, *each.places] for each in (self, other))
        for one, two in zip(self.ids, other.ids, strict=True):
            mine.append(one.with_codes_of(one))  # equal values may have several codes
            its.append(two.with_codes_of(one))
        key = row_codes([np.concatenate(both) for both in zip(mine, its, strict=True)])
        many = int(key.max(initial=-1)) + 1
        here, there = key[: len(self.document)], key[len(self.document) :]
        in_mine, in_its = (np.bincount(each, minlength=many) for each in (here, there))
        return _number_among_equal(here) < in_its[here], _number_among_equal(there) < in_mine[there]


@dataclasses.dataclass(frozen=True, eq=False)
class VerdictColumns:
    """What became of the items of a layer: gold that is not optional, and predictions that answer none."""

    outcomes: tuple[str, ...]
    """What may become of gold: right, missed, or what is wrong."""
    gold: GoldVerdicts
    spurious: SpuriousVerdicts
    unplaced: SpuriousVerdicts = dataclasses.field(default_factory=lambda: _not_in_text((), ()))
    """Predictions that are not in the text."""

    def with_unplaced(self, document: Sequence[int], words: Sequence[str]) -> VerdictColumns:
        """The same with predictions that are not in the text: the document of each, ascending, and its words."""
        return dataclasses.replace(self, unplaced=_not_in_text(document, words))


def _not_in_text(document: Sequence[int], words: Sequence[str]) -> SpuriousVerdicts:
    return SpuriousVerdicts(np.array(document, np.int64), (), (Coded.of(words),), lambda row, _: words[row])


def row_codes(columns: Sequence[Ints]) -> Ints:
    """A number below n for each of n rows, the same for equal rows."""
    key: Ints = np.zeros(len(columns[0]), np.int64)
    many = 1
    for column in columns:
        low = int(column.min(initial=0))
        width = int(column.max(initial=0)) - low + 1
        if many * width >= 2**62:
            key, many = _dense(key), len(key) + 1
        key = key * width + (column - low)
        many *= width
    return _dense(key)


def _dense(key: Ints) -> Ints:
    return np.unique(key, return_inverse=True)[1].reshape(-1)


def _number_among_equal(key: Ints) -> Ints:
    """How many of the equal ones come before each, shape (n,)."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    found = np.empty(len(key), np.int64)
    found[order] = np.arange(len(key)) - np.searchsorted(ordered, ordered)
    return found

"""What many documents add to a layer's scores, as arrays: counts by document and measure, and what else adds.

Everything that is uncertain is computed from these: no item is read twice, and nothing is built anew for what is left
out.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.columns import Ints
from onrecord.eval.statistics.counts import Counts, Score

Floats = NDArray[np.float64]
Numbers = NDArray[Any]
"""Whole numbers or fractions."""


class Whole(Protocol):
    """What the measures that do not add are functions of, for some documents."""

    def scores(self) -> Mapping[str, Counts | Score]:
        """Of all documents; by name of the measure, or of the part of one."""

    def documents(self) -> int | None:
        """How many documents have clusters; None for what is no function of clusters."""

    def parts(self, document: int) -> tuple[tuple[Table, ...], tuple[Any, ...]]:
        """The tables of one document, and what else it adds."""

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """Every measure without each group of documents.

        Args:
            group: Shape (documents,): the group of each; -1 for one that is never left out.
            groups: How many there are.

        Returns:
            By measure, shape (groups,); NaN where it is undefined.
        """


@dataclasses.dataclass(frozen=True, eq=False)
class StateColumns:
    """What D documents add to a layer's scores.

    Many of the numbers are the same ones (all measures of quotes have one number of gold quotes), and nearly all are
    whole: each distinct column is kept once, in as few bits as it takes.
    """

    size: int
    """D."""
    names: tuple[str, ...]
    """What is counted."""
    places: Ints
    """Shape (names, 4): which column is the gold matched, gold, predicted matched and predicted of each name."""
    columns: tuple[NDArray[Any], ...]
    """The distinct columns, each of the shape (D,), of whole numbers or of fractions."""
    wholes: tuple[Whole, ...] = ()
    """Of the measures that do not add."""

    @classmethod
    def of(cls, names: Sequence[str], counts: Floats, wholes: Sequence[Whole] = ()) -> StateColumns:
        """From counts of the shape (D, names, 4)."""
        sheet = Sheet(len(counts))
        for place, name in enumerate(names):
            sheet.put(name, counts[:, place])
        return sheet.columns(wholes)

    @classmethod
    def joined(cls, parts: Sequence[StateColumns], index: Sequence[Ints], wholes: Sequence[Whole] = ()) -> StateColumns:
        """Those of parts, which count the same.

        Args:
            parts: What is joined.
            index: Of each part, the place in the whole of each of its documents.
            wholes: Of the measures that do not add.
        """
        at = np.concatenate(index)
        sheet = Sheet(len(at))

        @functools.cache
        def column(numbers: tuple[int, ...]) -> Numbers:
            joined = np.concatenate([part.columns[number] for part, number in zip(parts, numbers, strict=True)])
            found: Numbers = np.empty_like(joined)
            found[at] = joined
            return found

        places = np.stack([part.places for part in parts], axis=-1).tolist()
        for name, row in zip(parts[0].names, places, strict=True):
            sheet.add(name, [column(tuple(numbers)) for numbers in row])
        return sheet.columns(wholes)

    def counts(self, names: Sequence[str]) -> Floats:
        """The counts of some names, zero for one that is not there; shape (D, names, 4)."""
        at = {name: place for place, name in enumerate(self.names)}
        found = np.zeros((self.size, len(names), 4))
        for n, name in enumerate(names):
            if name in at:
                for number, column in enumerate(self.places[at[name]].tolist()):
                    found[:, n, number] = self.columns[column]
        return found

    def with_more(self, predicted: Mapping[str, Numbers]) -> StateColumns:
        """The same with more predictions, none of them right.

        Args:
            predicted: How many more of each document, by name; each of the shape (D,).
        """
        sheet = Sheet(self.size)
        for name in self.names:
            counts = self.counts([name])[:, 0]
            if name in predicted:
                counts[:, 3] += predicted[name]
            sheet.put(name, counts)
        return sheet.columns(self.wholes)

    def total(self) -> dict[str, Counts]:
        """The sum over documents, by name; fractions are added in the order of the documents."""
        sums = [_sum(column) for column in self.columns]
        return {
            name: Counts(*(sums[at] for at in row)) for name, row in zip(self.names, self.places.tolist(), strict=True)
        }

    def document(self, document: int) -> dict[str, Counts]:
        """The counts of one document, by name."""
        values = [_plain(column[document].item()) for column in self.columns]
        return {
            name: Counts(*(values[at] for at in row))
            for name, row in zip(self.names, self.places.tolist(), strict=True)
        }


def _sum(column: NDArray[Any]) -> float:
    if not len(column):
        return 0
    if column.dtype.kind != "f":
        return int(column.sum(dtype=np.int64))
    # not np.sum, which adds in an order that depends on how many there are
    return _plain(float(np.add.accumulate(column)[-1]))


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() else number


class Sheet:
    """Counts of D documents that are put together measure by measure."""

    def __init__(self, documents: int) -> None:
        self._documents = documents
        self._names: list[str] = []
        self._places: list[list[int]] = []
        self._columns: list[NDArray[Any]] = []
        self._known: dict[bytes, int] = {}

    def matched(self, name: str, matched: Numbers, gold: Numbers, predicted: Numbers) -> None:
        """A one-to-one measure, whose two numerators are one; each of the shape (D,)."""
        self.add(name, (matched, gold, matched, predicted))

    def share(self, name: str, matched: Numbers, of: Numbers) -> None:
        """A share; each of the shape (D,)."""
        none = np.zeros(self._documents)
        self.add(name, (matched, of, none, none))

    def put(self, name: str, counts: Numbers) -> None:
        """Counts of the shape (D, 4)."""
        self.add(name, tuple(counts.T))

    def add(self, name: str, columns: Sequence[Numbers]) -> None:
        """Counts as four columns, each of the shape (D,)."""
        self._names.append(name)
        self._places.append([self._place(column) for column in columns])

    def _place(self, column: Numbers) -> int:
        least = _least(column)
        key = least.dtype.char.encode() + hashlib.blake2b(least.tobytes()).digest()
        if key not in self._known:
            self._known[key] = len(self._columns)
            self._columns.append(least)
        return self._known[key]

    def columns(self, wholes: Sequence[Whole] = ()) -> StateColumns:
        """Everything that was put together."""
        places = np.array(self._places, np.int64).reshape(-1, 4)
        return StateColumns(self._documents, tuple(self._names), places, tuple(self._columns), tuple(wholes))


def _least(column: Numbers) -> NDArray[Any]:
    """The same numbers in as few bits as they take."""
    column = np.ascontiguousarray(column)
    if column.dtype.kind == "f":
        whole = column.astype(np.int64)
        if not np.array_equal(whole, column):
            return column.astype(np.float64)
        column = whole
    return column.astype(np.min_scalar_type(int(column.max(initial=0))))


def by_document(document: NDArray[np.integer], which: NDArray[np.bool_] | None, documents: int) -> Ints:
    """How many rows there are of each document, of some or of all; shape (documents,)."""
    return np.bincount(document if which is None else document[which], minlength=documents)


def f1_of(matched: Floats, gold: Floats, predicted_matched: Floats, predicted: Floats) -> Floats:
    """The F1 of :func:`onrecord.eval.statistics.counts.score` on arrays, NaN where it is undefined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, precision = matched / gold, predicted_matched / predicted
        f1 = np.where(precision + recall > 0, 2 * precision * recall / (precision + recall), 0.0)
    f1[(gold == 0) | (predicted == 0)] = 0.0
    f1[(gold == 0) & (predicted == 0)] = np.nan
    return f1

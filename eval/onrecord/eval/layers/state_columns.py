"""What many documents add to a layer's scores, as arrays: counts by document and measure, and what else adds.

Everything that is uncertain is computed from these: no item is read twice, and nothing is built anew for what is left
out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.columns import Ints
from onrecord.eval.statistics.counts import Counts, Score

Floats = NDArray[np.float64]


class Whole(Protocol):
    """What the measures that do not add are functions of, for some documents."""

    def scores(self) -> Mapping[str, Counts | Score]:
        """Of all documents; by name of the measure, or of the part of one."""

    def documents(self) -> int | None:
        """How many documents have clusters; None for what is no function of clusters."""

    def parts(self, document: int) -> tuple[tuple[Table, ...], object]:
        """The tables of one document, and what else it adds; None for nothing."""

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
    """What D documents add to a layer's scores."""

    names: tuple[str, ...]
    """What is counted: the second axis of ``counts``."""
    counts: Floats
    """Shape (D, names, 4): gold matched, gold, predicted matched, predicted."""
    wholes: tuple[Whole, ...] = ()
    """Of the measures that do not add."""

    def total(self) -> dict[str, Counts]:
        """The sum over documents, by name; fractions are added in the order of the documents."""
        if not len(self.counts):
            return {name: Counts() for name in self.names}
        # not np.sum, which adds in an order that depends on how many there are
        sums = np.add.accumulate(self.counts, axis=0)[-1] if self.fractional else self.counts.sum(axis=0)
        return {name: counts_of(row) for name, row in zip(self.names, sums.tolist(), strict=True)}

    @property
    def fractional(self) -> bool:
        """Whether some count is no whole number."""
        return bool((self.counts % 1).any())

    def document(self, document: int) -> dict[str, Counts]:
        """The counts of one document, by name."""
        return {name: counts_of(row) for name, row in zip(self.names, self.counts[document].tolist(), strict=True)}


def counts_of(row: Sequence[float]) -> Counts:
    """Counts from four numbers."""
    return Counts(*(int(number) if number.is_integer() else number for number in row))


class Sheet:
    """Counts of D documents that are put together measure by measure."""

    def __init__(self, documents: int) -> None:
        self._documents = documents
        self._columns: dict[str, Floats] = {}

    def matched(
        self, name: str, matched: NDArray[np.number], gold: NDArray[np.number], predicted: NDArray[np.number]
    ) -> None:
        """A one-to-one measure, whose two numerators are one; each of the shape (D,)."""
        self._columns[name] = np.stack([matched, gold, matched, predicted], axis=1).astype(np.float64)

    def share(self, name: str, matched: NDArray[np.number], of: NDArray[np.number]) -> None:
        """A share; each of the shape (D,)."""
        none = np.zeros(self._documents)
        self._columns[name] = np.stack([matched, of, none, none], axis=1).astype(np.float64)

    def put(self, name: str, counts: Floats) -> None:
        """Counts of the shape (D, 4)."""
        self._columns[name] = counts

    def columns(self, wholes: Sequence[Whole] = ()) -> StateColumns:
        """Everything that was put together."""
        names = tuple(self._columns)
        counts = (
            np.stack([self._columns[name] for name in names], axis=1) if names else np.zeros((self._documents, 0, 4))
        )
        return StateColumns(names, counts, tuple(wholes))


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

"""The contingency table of two clusterings: the state that every cluster measure is read off.

``n_ij`` mentions are shared by gold cluster i and predicted cluster j; ``a_i`` and ``b_j`` are the cluster sizes,
mentions that the other side lacks included. Only cells above zero are kept, so the table is never larger than the
mentions are many. Tables of disjoint sets of mentions (documents, shards) add up to that of the whole, also where
clusters run across them.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from onrecord.eval.matching.reduction import IntArray

Membership = tuple[Hashable | None, Hashable | None]
"""The gold and the predicted cluster of one mention; None where that side lacks the mention."""

Duplicates = Literal["refuse", "intersection"]
"""What becomes of a mention that one side has twice; see :meth:`Table.of_clusters`."""


@dataclasses.dataclass(frozen=True)
class Repeat:
    """A mention that one side has more than once."""

    side: Literal["gold", "predicted"]
    mention: Hashable
    clusters: tuple[int, ...]
    """Positions of the clusters that it is in, one for each time."""


class RepeatedMentionsError(ValueError):
    """A mention is in two clusters of one side, or twice in one, where only a partition can be scored."""

    def __init__(self, repeats: Sequence[Repeat]) -> None:
        self.repeats = tuple(repeats)
        """Every such mention, those of gold first."""
        shown = "; ".join(f"{each.side} {each.mention!r} in clusters {list(each.clusters)}" for each in repeats[:5])
        more = f" and {len(repeats) - 5} more" if len(repeats) > 5 else ""
        super().__init__(f"mentions in more than one place: {shown}{more}")


@dataclasses.dataclass(frozen=True, eq=False)
class Table:
    """A contingency table of two clusterings; adds.

    Cells and clusters are in the order in which their mentions were first seen, and those of :meth:`of_labels` in
    ascending order. Two tables are equal when they name the same clusters with the same sizes and cells.
    """

    gold_ids: Sequence[Hashable]
    """Names of the gold clusters."""
    predicted_ids: Sequence[Hashable]
    """Names of the predicted clusters."""
    gold_sizes: IntArray
    """Mentions of each gold cluster, above zero."""
    predicted_sizes: IntArray
    """Mentions of each predicted cluster, above zero."""
    rows: IntArray
    """Gold cluster of each cell, as a position in ``gold_ids``."""
    columns: IntArray
    """Predicted cluster of each cell, as a position in ``predicted_ids``."""
    shared: IntArray
    """Mentions of each cell, above zero."""
    overlapping: bool = False
    """Whether clusters of one side share mentions, which measures of partitions are not defined for."""

    @classmethod
    def of(cls, memberships: Iterable[Membership]) -> Table:
        """The table of a set of mentions, each given once by its gold and its predicted cluster.

        >>> Table.of([("a", "x"), ("b", "x"), ("a", "x"), ("b", None)]).cells
        {('a', 'x'): 2, ('b', 'x'): 1}
        """
        return cls.of_cells(Counter(memberships))

    @classmethod
    def of_labels(cls, gold: npt.ArrayLike, predicted: npt.ArrayLike) -> Table:
        """The table of mentions given by two arrays of cluster numbers, one entry for each mention.

        Args:
            gold: Gold cluster of each mention, below zero where gold lacks the mention.
            predicted: Predicted cluster of each mention, below zero where the predictions lack it.

        Raises:
            ValueError: The arrays differ in length or are not of integers.
        """
        g, p = (np.asarray(labels) for labels in (gold, predicted))
        if g.ndim != 1 or g.shape != p.shape:
            raise ValueError(f"labels must be two arrays of one length, not of shapes {g.shape} and {p.shape}")
        if g.size and not (np.issubdtype(g.dtype, np.integer) and np.issubdtype(p.dtype, np.integer)):
            raise ValueError(f"labels must be integers, not {g.dtype} and {p.dtype}")
        gold_ids, gold_sizes, row = _numbered(g.astype(np.int64, copy=False))
        predicted_ids, predicted_sizes, column = _numbered(p.astype(np.int64, copy=False))
        both = (row >= 0) & (column >= 0)
        cells = np.sort(row[both] * len(predicted_ids) + column[both])
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        rows, columns = np.divmod(cells[starts], max(len(predicted_ids), 1))
        return cls(
            tuple(gold_ids.tolist()),
            tuple(predicted_ids.tolist()),
            gold_sizes,
            predicted_sizes,
            rows,
            columns,
            np.diff(starts, append=cells.size),
        )

    @classmethod
    def of_clusters(
        cls,
        gold: Iterable[Iterable[Hashable]],
        predicted: Iterable[Iterable[Hashable]],
        duplicates: Duplicates = "refuse",
    ) -> Table:
        """The table of two lists of clusters of mentions; a cluster is named by its position.

        Args:
            gold: Gold clusters; one without mentions does not count.
            predicted: Predicted clusters.
            duplicates: ``refuse`` takes partitions only. ``intersection`` takes each cluster as a set of mentions and
                the number of mentions that two sets have in common as their cell, so that a mention counts in each of
                its clusters. Of the measures only CEAF is defined on such a table.

        Raises:
            RepeatedMentionsError: A mention is twice on one side, which ``refuse`` does not take.
        """
        sides = {"gold": _places(gold), "predicted": _places(predicted)}
        if duplicates == "refuse":
            repeats = [
                Repeat("gold" if side == "gold" else "predicted", mention, tuple(places))
                for side, mentions in sides.items()
                for mention, places in mentions.items()
                if len(places) > 1
            ]
            if repeats:
                raise RepeatedMentionsError(repeats)
        once = [{mention: dict.fromkeys(places) for mention, places in side.items()} for side in sides.values()]
        gold_sizes, predicted_sizes = (
            Counter[Hashable](at for places in side.values() for at in places) for side in once
        )
        shared = Counter[tuple[Hashable, Hashable]](
            (g, p) for mention, places in once[0].items() for g in places for p in once[1].get(mention, ())
        )
        overlapping = any(len(places) > 1 for side in once for places in side.values())
        return cls._of_counts(shared, gold_sizes, predicted_sizes, overlapping)

    @classmethod
    def total(cls, tables: Iterable[Table]) -> Table:
        """The sum of tables of disjoint sets of mentions; clusters of the same name are the same cluster."""
        parts = list(tables)
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return cls.of(())
        gold_ids, row = _joined([part.gold_ids for part in parts])
        predicted_ids, column = _joined([part.predicted_ids for part in parts])
        rows = row[_stacked([part.rows for part in parts], [len(part.gold_ids) for part in parts])]
        columns = column[_stacked([part.columns for part in parts], [len(part.predicted_ids) for part in parts])]
        cells, first, cell = np.unique(rows * len(predicted_ids) + columns, return_index=True, return_inverse=True)
        seen = np.argsort(first)
        return cls(
            gold_ids,
            predicted_ids,
            _summed(row, np.concatenate([part.gold_sizes for part in parts]), len(gold_ids)),
            _summed(column, np.concatenate([part.predicted_sizes for part in parts]), len(predicted_ids)),
            rows[first[seen]],
            columns[first[seen]],
            _summed(cell, np.concatenate([part.shared for part in parts]), len(cells))[seen],
            any(part.overlapping for part in parts),
        )

    def __add__(self, other: Table) -> Table:
        return Table.total((self, other))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        mine, its = ((each.cells, each.gold, each.predicted, each.overlapping) for each in (self, other))
        return mine == its

    def apart(self, name: Hashable) -> Table:
        """The table with each id as (name, id), so that no cluster is joined with one of another name."""
        return dataclasses.replace(
            self,
            gold_ids=tuple((name, id) for id in self.gold_ids),
            predicted_ids=tuple((name, id) for id in self.predicted_ids),
        )

    @property
    def cells(self) -> dict[tuple[Hashable, Hashable], int]:
        """Mentions shared by a gold and a predicted cluster, by their ids; only cells above zero."""
        places = zip(self.rows.tolist(), self.columns.tolist(), self.shared.tolist(), strict=True)
        return {(self.gold_ids[row], self.predicted_ids[column]): n for row, column, n in places}

    @property
    def gold(self) -> dict[Hashable, int]:
        """Size of every gold cluster by its id."""
        return dict(zip(self.gold_ids, self.gold_sizes.tolist(), strict=True))

    @property
    def predicted(self) -> dict[Hashable, int]:
        """Size of every predicted cluster by its id."""
        return dict(zip(self.predicted_ids, self.predicted_sizes.tolist(), strict=True))

    @classmethod
    def of_cells(cls, mentions: Counter[Membership]) -> Table:
        """The table of mentions counted by their gold and their predicted cluster."""
        shared: dict[tuple[Hashable, Hashable], int] = {}
        gold: dict[Hashable, int] = {}
        predicted: dict[Hashable, int] = {}
        for (g, p), n in mentions.items():
            if g is not None:
                gold[g] = gold.get(g, 0) + n
                if p is not None:
                    shared[g, p] = n
            if p is not None:
                predicted[p] = predicted.get(p, 0) + n
        return cls._of_counts(shared, gold, predicted)

    @classmethod
    def _of_counts(
        cls,
        shared: dict[tuple[Hashable, Hashable], int],
        gold: dict[Hashable, int],
        predicted: dict[Hashable, int],
        overlapping: bool = False,
    ) -> Table:
        row, column = ({id: at for at, id in enumerate(side)} for side in (gold, predicted))
        return cls(
            tuple(gold),
            tuple(predicted),
            np.array(list(gold.values()), dtype=np.int64),
            np.array(list(predicted.values()), dtype=np.int64),
            np.array([row[g] for g, _ in shared], dtype=np.int64),
            np.array([column[p] for _, p in shared], dtype=np.int64),
            np.array(list(shared.values()), dtype=np.int64),
            overlapping,
        )


def without_singletons(table: Table) -> Table:
    """The view in which clusters of one mention are left out on both sides, each side by its own clusters.

    A mention whose cluster is left out on one side stays in its cluster of the other side, as a mention that the one
    side lacks. So a gold singleton that the predictions merge with something else still costs precision, which it
    would not if it were deleted from both sides. Sizes do not change; what is left out is told by the whole corpus,
    so apply it after adding.
    """
    kept_gold, kept_predicted = table.gold_sizes > 1, table.predicted_sizes > 1
    cells = np.flatnonzero(kept_gold[table.rows] & kept_predicted[table.columns])
    return dataclasses.replace(
        table,
        gold_ids=_selected(table.gold_ids, kept_gold),
        predicted_ids=_selected(table.predicted_ids, kept_predicted),
        gold_sizes=table.gold_sizes[kept_gold],
        predicted_sizes=table.predicted_sizes[kept_predicted],
        rows=(np.cumsum(kept_gold) - 1)[table.rows[cells]],
        columns=(np.cumsum(kept_predicted) - 1)[table.columns[cells]],
        shared=table.shared[cells],
    )


def _selected(ids: Sequence[Hashable], kept: npt.NDArray[np.bool_]) -> tuple[Hashable, ...]:
    return tuple(ids[at] for at in np.flatnonzero(kept).tolist())


def _numbered(labels: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Distinct labels ascending, how often each is there, and each label's position among them or -1."""
    top = max(int(labels.max()), -1) if labels.size else -1
    if top > 4 * labels.size + 1000:
        present = labels >= 0
        ids, position = np.unique(labels[present], return_inverse=True)
        at = np.full(labels.size, -1)
        at[present] = position
        return ids, np.bincount(position, minlength=ids.size), at
    # counted from -1, so that one array serves the mentions that are not there as well
    counts = np.bincount(np.maximum(labels, -1) + 1, minlength=top + 2)
    counts[0] = 0
    ids = np.flatnonzero(counts)
    at = np.full(top + 2, -1)
    at[ids] = np.arange(ids.size)
    return ids - 1, counts[ids], at[np.maximum(labels, -1) + 1]


def _places(clusters: Iterable[Iterable[Hashable]]) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = {}
    for position, mentions in enumerate(clusters):
        for mention in mentions:
            places.setdefault(mention, []).append(position)
    return places


def _joined(sides: Sequence[Sequence[Hashable]]) -> tuple[tuple[Hashable, ...], IntArray]:
    """Distinct ids of several tables, and the position of each of theirs, one table after the other."""
    position: dict[Hashable, int] = {}
    places = [position.setdefault(id, len(position)) for ids in sides for id in ids]
    return tuple(position), np.array(places, dtype=np.int64)


def _stacked(positions: Sequence[IntArray], sizes: Sequence[int]) -> IntArray:
    starts = np.cumsum([0, *sizes[:-1]])
    stacked: IntArray = np.concatenate(positions) + np.repeat(starts, [each.size for each in positions])
    return stacked


def _summed(at: IntArray, values: IntArray, size: int) -> IntArray:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, at, values)
    return sums

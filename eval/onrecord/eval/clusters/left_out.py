"""Every cluster measure without each group of documents, from what changes: no table is made anew.

Without a group only the clusters shrink that it has mentions of. Every measure but CEAF is read off sums over cells and
over clusters, so the cells in the rows and columns of those clusters are taken from the sums of the whole and put back
as they are without the group. The alignments of CEAF are solved again in the connected components that have such a
cell. Differences lose digits where next to nothing is left; there, what is untouched is added up instead.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from onrecord.eval.clusters.rows import MembershipRows, choose_2, grouped_sum
from onrecord.eval.clusters.sums import (
    CELL_SUMS,
    Sums,
    cell_sums,
    cell_totals,
    cluster_sums,
    f1_of_parts,
    values_across,
    values_within,
)
from onrecord.eval.matching.reduction import FloatArray, IntArray, components
from onrecord.eval.matching.sparse import match

AT_ONCE = 1 << 15
"""Edges up to which the alignments of several groups are solved together."""

LITTLE = 1 / 16
"""Share of all mentions below which what is left is added up, and not what is taken away."""


def without_each(rows: MembershipRows, group: IntArray, groups: int) -> dict[str, FloatArray]:
    """The value of every cluster measure, in all views, without each group of documents.

    Args:
        rows: The mentions of all documents.
        group: Group of each document, below ``groups``; -1 for one that is never left out.
        groups: Number of groups.

    Returns:
        F1 by the names of ``cluster_views``, each of shape (groups,); nan where undefined.
    """
    order = np.argsort(group[rows.document], kind="stable")
    rows = rows.take(order)
    stops = np.searchsorted(group[rows.document], np.arange(groups + 1))
    bounds = [slice(start, stop) for start, stop in pairwise(stops.tolist())]
    across = _System.of(rows).without(bounds)
    rows = rows.apart()
    within = _System.of(rows).without(bounds)
    return {**values_across(across), **values_within(within, *_pairs_within(rows, group, groups))}


def b3_without_each(rows: MembershipRows, group: IntArray, groups: int) -> FloatArray:
    """The ``b3`` of :func:`without_each` alone, shape (groups,): without alignments, and without a step for each group.

    Args:
        rows: The mentions of all documents.
        group: Group of each document, below ``groups``; -1 for one that is never left out.
        groups: Number of groups.
    """
    of = group[rows.document]
    found = _b3_parts(rows, of, groups)
    mentions = rows.count.sum()
    taken = grouped_sum(of[of >= 0], rows.count[of >= 0], groups)
    for number in np.flatnonzero(mentions - taken < LITTLE * mentions).tolist():
        rest = rows.take(np.flatnonzero(of != number))
        found[:, number] = _b3_parts(rest, np.full(rest.count.size, -1), 1)[:, 0]
    return f1_of_parts(*found)


def _b3_parts(rows: MembershipRows, of: IntArray, groups: int) -> FloatArray:
    """Of gold and of the predictions the sum of B-cubed and the mentions, without each group; shape (4, groups).

    Args:
        rows: Mentions.
        of: Group of each row; -1 for none.
        groups: Number of groups.
    """
    both = np.flatnonzero((rows.gold >= 0) & (rows.predicted >= 0))
    width = int(rows.predicted.max(initial=0)) + 1
    keys, cell = np.unique(rows.gold[both] * width + rows.predicted[both], return_inverse=True)
    shared = grouped_sum(cell, rows.count[both], keys.size)
    inside = of[both] >= 0
    taken, at = np.unique(of[both][inside] * max(keys.size, 1) + cell[inside], return_inverse=True)
    by, of_cell = np.divmod(taken, max(keys.size, 1))
    less = shared[of_cell] - grouped_sum(at, rows.count[both][inside], taken.size)
    fewer = shared[of_cell] ** 2 - less**2
    parts = []
    for codes, owner in zip((rows.gold, rows.predicted), np.divmod(keys, width), strict=True):
        clusters = int(codes.max(initial=0)) + 1
        there, leaving = codes >= 0, (codes >= 0) & (of >= 0)
        sizes = grouped_sum(codes[there], rows.count[there], clusters)
        squares = grouped_sum(owner, shared**2, clusters)
        touched, at = np.unique(of[leaving] * clusters + codes[leaving], return_inverse=True)
        number, cluster = np.divmod(touched, clusters)
        gone = grouped_sum(at, rows.count[leaving], touched.size)
        lost = grouped_sum(np.searchsorted(touched, by * clusters + owner[of_cell]), fewer, touched.size)
        now = (squares[cluster] - lost) / np.maximum(sizes[cluster] - gone, 1)
        change = np.bincount(number, now - squares[cluster] / sizes[cluster], groups)
        parts += [
            (squares / np.maximum(sizes, 1)).sum() + change,
            sizes.sum() - np.bincount(number, gone, groups),
        ]
    return np.stack(parts)


def _pairs_within(rows: MembershipRows, group: IntArray, groups: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pairs of mentions of one document, without each group: of gold, of the predictions, of both; (groups,) each."""
    by_document = []
    for kept in (rows.gold >= 0, rows.predicted >= 0, (rows.gold >= 0) & (rows.predicted >= 0)):
        by_document.append(choose_2(grouped_sum(rows.document[kept], rows.count[kept], group.size)))
    gold, predicted, both = (
        (pairs.sum() - grouped_sum(group[group >= 0], pairs[group >= 0], groups)).astype(np.float64)
        for pairs in by_document
    )
    return gold, predicted, both


@dataclasses.dataclass(frozen=True)
class _Lists:
    """The cells of each cluster, or of each component, one list after the other."""

    cells: IntArray
    starts: IntArray

    @classmethod
    def of(cls, owner: IntArray, size: int) -> _Lists:
        starts = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=size))))
        return cls(np.argsort(owner, kind="stable").astype(np.int32), starts)

    def __getitem__(self, owners: IntArray) -> IntArray:
        lengths = self.starts[owners + 1] - self.starts[owners]
        skipped = np.repeat(self.starts[owners] - np.cumsum(lengths) + lengths, lengths)
        found: IntArray = self.cells[skipped + np.arange(lengths.sum())]
        return found


@dataclasses.dataclass(frozen=True)
class _System:
    """All mentions of a corpus as cells and clusters, with what the whole adds up to."""

    rows: MembershipRows
    cell: npt.NDArray[np.int32]
    """Of each row its cell; -1 where a side lacks the mentions."""
    gold: IntArray
    """Gold cluster of each cell."""
    predicted: IntArray
    shared: IntArray
    sizes: tuple[IntArray, IntArray]
    """Mentions by cluster, of gold and of the predictions."""
    common: tuple[IntArray, IntArray]
    """Those of them that the other side has."""
    lists: tuple[_Lists, _Lists]
    """Cells of each cluster."""
    component: IntArray
    """Of each cell."""
    members: _Lists
    """Cells of each component."""
    aligned: FloatArray
    """What each cell adds to the best alignment by CEAFm, by CEAFe, and by CEAFe without singletons; (3, cells)."""

    @classmethod
    def of(cls, rows: MembershipRows) -> _System:
        counts = [int(codes.max(initial=-1)) + 1 for codes in (rows.gold, rows.predicted)]
        both = (rows.gold >= 0) & (rows.predicted >= 0)
        width = max(counts[1], 1)
        keys, at = np.unique(rows.gold[both] * width + rows.predicted[both], return_inverse=True)
        cell = np.full(rows.count.size, -1, np.int32)
        cell[both] = at
        gold, predicted = np.divmod(keys, width)
        shared = grouped_sum(at, rows.count[both], keys.size)
        del keys, at, both  # what follows is the peak of a score
        sizes = []
        for codes, count in zip((rows.gold, rows.predicted), counts, strict=True):
            sizes.append(grouped_sum(codes[codes >= 0], rows.count[codes >= 0], count))
        a, b = sizes[0][gold], sizes[1][predicted]
        whole = np.zeros((3, gold.size))
        for aligned, weights in zip(whole, _weights(shared, a, b), strict=True):
            chosen = match(gold, predicted, weights)
            aligned[chosen] = weights[chosen]
        del a, b, chosen, weights
        component = components(gold, predicted)
        return cls(
            rows=rows,
            cell=cell,
            gold=gold,
            predicted=predicted,
            shared=shared,
            sizes=(sizes[0], sizes[1]),
            common=(grouped_sum(gold, shared, counts[0]), grouped_sum(predicted, shared, counts[1])),
            lists=(_Lists.of(gold, counts[0]), _Lists.of(predicted, counts[1])),
            component=component,
            members=_Lists.of(component, counts[0]),
            aligned=whole,
        )

    def adding(self, cells: IntArray) -> FloatArray:
        """What some cells add to each sum of ``CELL_SUMS``; shape (sums, cells)."""
        return cell_sums(self.shared[cells], self.sizes[0][self.gold[cells]], self.sizes[1][self.predicted[cells]])

    def without(self, bounds: Sequence[slice]) -> Sums:
        """All sums without the rows in each of some slices."""
        found = np.zeros((len(bounds), len(CELL_SUMS)))
        sides = np.zeros((2, len(bounds), 6))
        aligned = np.zeros((len(bounds), 3))
        whole = [cluster_sums(*side) for side in zip(self.sizes, self.common, strict=True)]
        added = cell_totals(self.shared, self.sizes[0][self.gold], self.sizes[1][self.predicted])
        best = self.aligned.sum(axis=1)
        taken = _Taken.nothing(self)
        problems: list[_Problem] = []
        mentions = int(self.rows.count.sum())
        for number, rows in enumerate(bounds):
            touched = taken.take(self, rows)
            little = mentions - int(self.rows.count[rows].sum()) < LITTLE * mentions
            cells = _distinct(np.concatenate([self.lists[side][touched[side]] for side in (0, 1)]), taken.marked)
            found[number] = _outside(self.adding, self.shared.size, added, cells, little)
            found[number] += cell_totals(*taken.left(self, cells))
            for side, clusters in enumerate(touched):
                sizes, common = self.sizes[side][clusters], self.common[side][clusters]
                less, fewer = taken.sizes[side][clusters], taken.common[side][clusters]
                sides[side, number] = whole[side] - cluster_sums(sizes, common)
                sides[side, number] += cluster_sums(sizes - less, common - fewer)
            joined = self.members[np.unique(self.component[cells])]
            aligned[number] = _outside(lambda some: self.aligned[:, some], self.shared.size, best, joined, little)
            nodes = taken.numbered(self.gold[joined], 0), taken.numbered(self.predicted[joined], 1)
            problems.append(_Problem(number, *nodes, *taken.left(self, joined)))
            if number + 1 == len(bounds) or sum(each.shared.size for each in problems) > AT_ONCE:
                _solve(problems, aligned)
                problems = []
            taken.undo(self, rows)
        return Sums(dict(zip(CELL_SUMS, found.T, strict=True)), sides[0].T, sides[1].T, aligned.T)


@dataclasses.dataclass(frozen=True)
class _Taken:
    """How many mentions a group takes from each cell and cluster; one set of arrays serves all groups in turn."""

    shared: IntArray
    sizes: tuple[IntArray, IntArray]
    common: tuple[IntArray, IntArray]
    marked: npt.NDArray[np.bool_]
    place: tuple[IntArray, IntArray]
    """Some place of each cluster in the list that was numbered last."""

    @classmethod
    def nothing(cls, system: _System) -> _Taken:
        sizes, common = ((np.zeros_like(one), np.zeros_like(two)) for one, two in (system.sizes, system.common))
        return cls(
            np.zeros_like(system.shared),
            (sizes[0], sizes[1]),
            (common[0], common[1]),
            np.zeros(system.shared.size, bool),
            (np.zeros_like(sizes[0], np.int32), np.zeros_like(sizes[1], np.int32)),
        )

    def numbered(self, clusters: IntArray, side: int) -> IntArray:
        """A number of each of some clusters, the same for the same, below how many there are."""
        self.place[side][clusters] = np.arange(clusters.size)
        found: IntArray = self.place[side][clusters]
        return found

    def take(self, system: _System, rows: slice) -> tuple[IntArray, IntArray]:
        """Take some rows; the gold and the predicted clusters that they touch."""
        cell, count = system.cell[rows], system.rows.count[rows]
        both = cell >= 0
        np.add.at(self.shared, cell[both], count[both])
        touched = []
        for side, codes in enumerate((system.rows.gold[rows], system.rows.predicted[rows])):
            np.add.at(self.sizes[side], codes[codes >= 0], count[codes >= 0])
            np.add.at(self.common[side], codes[both], count[both])
            touched.append(np.unique(codes[codes >= 0]))
        return touched[0], touched[1]

    def undo(self, system: _System, rows: slice) -> None:
        """Give them back."""
        cell = system.cell[rows]
        self.shared[cell[cell >= 0]] = 0
        for side, codes in enumerate((system.rows.gold[rows], system.rows.predicted[rows])):
            self.sizes[side][codes[codes >= 0]] = 0
            self.common[side][codes[codes >= 0]] = 0

    def left(self, system: _System, cells: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """What is left of some cells, and of the gold and the predicted cluster of each."""
        gold, predicted = system.gold[cells], system.predicted[cells]
        return (
            system.shared[cells] - self.shared[cells],
            system.sizes[0][gold] - self.sizes[0][gold],
            system.sizes[1][predicted] - self.sizes[1][predicted],
        )


@dataclasses.dataclass(frozen=True)
class _Problem:
    """The components that a group touches, as they are without it; an entry for each cell."""

    number: int
    gold: IntArray
    """A number of the gold cluster, below the number of cells."""
    predicted: IntArray
    shared: IntArray
    gold_size: IntArray
    predicted_size: IntArray


def _solve(problems: Sequence[_Problem], aligned: FloatArray) -> None:
    """Add the best alignments of some problems to those of the components that stayed; all are solved at once."""
    sizes = [each.shared.size for each in problems]
    number = np.repeat([each.number for each in problems], sizes)
    # numbered on, so that no node is of two problems
    first = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
    rows = first + np.concatenate([each.gold for each in problems])
    columns = first + np.concatenate([each.predicted for each in problems])
    shared, a, b = (
        np.concatenate(parts)
        for parts in zip(*((p.shared, p.gold_size, p.predicted_size) for p in problems), strict=True)
    )
    for measure, weights in enumerate(_weights(shared, a, b)):
        chosen = match(rows, columns, weights)
        aligned[:, measure] += np.bincount(number[chosen], weights=weights[chosen], minlength=len(aligned))


def _weights(shared: IntArray, a: IntArray, b: IntArray) -> Iterator[FloatArray]:
    """What CEAFm, CEAFe, and CEAFe without singletons align by."""
    yield shared.astype(np.float64)
    dice = 2 * shared / np.maximum(a + b, 1)
    yield dice
    yield np.where((a > 1) & (b > 1), dice, 0.0)


def _distinct(cells: IntArray, marked: npt.NDArray[np.bool_]) -> IntArray:
    """Each cell once, ascending; ``marked`` is false throughout, before and after."""
    if cells.size * 8 < marked.size:
        return np.unique(cells)
    marked[cells] = True
    found = np.flatnonzero(marked)
    marked[found] = False
    return found


def _outside(
    values: Callable[[IntArray], FloatArray], many: int, whole: FloatArray, cells: IntArray, little: bool
) -> FloatArray:
    """Sums over all cells but some.

    Args:
        values: What some cells add to each sum, shape (sums, cells).
        many: How many cells there are.
        whole: The sums over all of them.
        cells: Those that are left out.
        little: Whether what is left is so little that it is added up.
    """
    if cells.size == many:
        return np.zeros(len(whole))
    if little:
        kept = np.ones(many, dtype=bool)
        kept[cells] = False
        return np.asarray(values(np.flatnonzero(kept)).sum(axis=1))
    return np.asarray(whole - values(cells).sum(axis=1))

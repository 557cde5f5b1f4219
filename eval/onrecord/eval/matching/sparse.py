"""Exact maximum-weight one-to-one assignment on sparse arrays of edges, for graphs of any size.

What :func:`onrecord.eval.matching.assignment.assign` is to a handful of edges, :func:`match` is to millions. Nothing
dense and nothing quadratic is made of the whole graph:

1. *Kernel.* An edge that weighs at least as much as the best other edge of its row and the best other edge of its
   column together is in some optimum: exchanging it for whatever an optimum has at its two ends loses nothing. It is
   taken and its ends are removed, again and again. Of several leaves on one node only the heaviest can be of use.
2. *Components* of what is left are solved one by one: by enumeration where one side is small, from the leaves to the
   root where they are trees but for a few edges (paths and cycles are), and else by the Hungarian method (Jonker and
   Volgenant, 1987), on a dense matrix up to :data:`DENSE` entries and on a sparse one beyond. Only that imports scipy.
"""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import numpy.typing as npt

from onrecord.eval.matching.assignment import SMALL, assign

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

DENSE = 4_000_000
"""Entries (rows times columns) up to which a component is solved as a dense matrix of 8 bytes each."""

ENUMERATION = 1 << 16
"""Steps (edges times subsets of the smaller side) up to which a component is enumerated in Python."""

INSTANT = 1 << 10
"""Steps up to which enumeration is not worth avoiding."""

EXTRA = 3
"""Edges beyond those of a tree up to which a component is solved as one, once for each choice among them."""

FEW = 64
"""Edges up to which the kernel goes on as long as it finds anything."""

PAYS = 1 / 32
"""Share of the edges that a round of the kernel has to clear away, for another round to be worth it."""


def match(rows: IntArray, columns: IntArray, weights: FloatArray) -> IntArray:
    """Choose edges, no two of which share a row or a column, with the largest possible sum of weights.

    Args:
        rows: Row of each edge, numbered from 0. At most one edge for each row and column; where several choices are
            equally good, their order decides.
        columns: Column of each edge, numbered from 0.
        weights: Weight of each edge; those of weight 0 or less are never chosen.

    Returns:
        Indices of the chosen edges, ascending. Optimal up to the rounding of sums of two weights.
    """
    chosen, left = kernel(rows, columns, weights)
    if left.size:
        chosen = np.concatenate((chosen, left[_by_component(rows[left], columns[left], weights[left])]))
    return np.sort(chosen)


def kernel(rows: IntArray, columns: IntArray, weights: FloatArray) -> tuple[IntArray, IntArray]:
    """Edges that are in some optimum together, and the edges that remain to be decided, as indices.

    None of the remaining shares an end with one that was chosen; an optimum of the remaining completes an optimum.
    """
    left = np.flatnonzero(weights > 0)
    chosen = [left[:0]]
    while left.size:
        r, c, w = rows[left], columns[left], weights[left]
        safe = np.flatnonzero(w >= _best_other(r, w) + _best_other(c, w))
        if not safe.size:
            break
        # two safe edges with a common end are leaves of equal weight: the first will do
        safe = safe[_first_of_each(r[safe])]
        safe = safe[_first_of_each(c[safe])]
        chosen.append(left[safe])
        kept = left[_untouched(r, safe) & _untouched(c, safe)]
        cleared, left = left.size - kept.size, kept
        if cleared < PAYS * kept.size and kept.size > FEW:
            break
    if left.size:
        left = left[_without_lesser_leaves(rows[left], columns[left], weights[left])]
        left = left[_without_lesser_leaves(columns[left], rows[left], weights[left])]
    return np.concatenate(chosen), left


def components(rows: IntArray, columns: IntArray) -> IntArray:
    """The connected component of each edge, named by its smallest row.

    Every round hooks each tree of nodes onto its smallest neighbour and flattens the trees (Liu and Tarjan, 2022); the
    number of rounds grows with the logarithm of the number of nodes at most squared.
    """
    offset = int(rows.max()) + 1 if rows.size else 0
    parent = np.arange(offset + (int(columns.max()) + 1 if columns.size else 0))
    u, v = rows, columns + offset
    while True:
        roots, others = parent[u], parent[v]
        apart = roots != others
        if not apart.any():
            return parent[rows]
        u, v = u[apart], v[apart]
        roots, others = roots[apart], others[apart]
        np.minimum.at(parent, np.maximum(roots, others), np.minimum(roots, others))
        while not np.array_equal(grand := parent[parent], parent):
            parent = grand


def _best_other(node: IntArray, weight: FloatArray) -> FloatArray:
    """For each edge the weight of the best other edge at its end ``node``, 0 where there is none."""
    size = int(node.max()) + 1
    best = np.zeros(size)
    np.maximum.at(best, node, weight)
    top = weight == best[node]
    sole = top & (np.bincount(node[top], minlength=size)[node] == 1)
    second = np.zeros(size)
    np.maximum.at(second, node[~top], weight[~top])
    return np.where(sole, second[node], best[node])


def _first_of_each(values: IntArray) -> IntArray:
    if values.size < 2:
        return np.arange(values.size)
    return np.sort(np.unique(values, return_index=True)[1])


def _untouched(node: IntArray, chosen: IntArray) -> npt.NDArray[np.bool_]:
    free = np.ones(int(node.max()) + 1, dtype=bool)
    free[node[chosen]] = False
    return free[node]


def _without_lesser_leaves(node: IntArray, leaf: IntArray, weight: FloatArray) -> IntArray:
    """Indices of the edges that remain when each node keeps only the heaviest of the leaves hanging on it."""
    leaves = np.flatnonzero(np.bincount(leaf)[leaf] == 1)
    heaviest = leaves[np.lexsort((leaves, -weight[leaves], node[leaves]))]
    keep = np.ones(node.size, dtype=bool)
    keep[heaviest[1:][node[heaviest[1:]] == node[heaviest[:-1]]]] = False
    return np.flatnonzero(keep)


def _by_component(rows: IntArray, columns: IntArray, weights: FloatArray) -> IntArray:
    label = np.unique(components(rows, columns), return_inverse=True)[1]
    edges = np.bincount(label)
    height, width = (np.bincount(label[np.unique(node, return_index=True)[1]]) for node in (rows, columns))
    side = np.minimum(height, width)
    steps = np.where(side <= SMALL, edges << np.minimum(side, SMALL), ENUMERATION + 1)
    tree = (edges - (height + width - 1) <= EXTRA) & (steps > INSTANT)
    few = (steps <= ENUMERATION) & ~tree
    at = np.flatnonzero(few[label])
    triples = zip(rows[at].tolist(), columns[at].tolist(), weights[at].tolist(), strict=True)
    chosen = [at[np.array(assign(list(triples)), dtype=np.int64)]]
    order = np.argsort(label, kind="stable")
    stops = np.cumsum(edges)
    for component in np.flatnonzero(~few).tolist():
        at = order[stops[component] - edges[component] : stops[component]]
        r, c = (np.unique(node[at], return_inverse=True)[1] for node in (rows, columns))
        chosen.append(at[(_by_tree if tree[component] else _by_matrix)(r, c, weights[at])])
    return np.concatenate(chosen)


def _by_matrix(rows: IntArray, columns: IntArray, weights: FloatArray) -> IntArray:
    """One component by the Hungarian method, dense or sparse; rows and columns are numbered without a gap."""
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    if rows.max() > columns.max():
        rows, columns = columns, rows
    height, width = int(rows.max()) + 1, int(columns.max()) + 1
    if height * width <= DENSE:
        matrix = np.zeros((height, width))
        matrix[rows, columns] = weights
        pairs = linear_sum_assignment(matrix, maximize=True)
    else:
        # every row may stay alone, in a column of its own; no cost may be zero, which would be no edge
        most = float(weights.max())
        alone = np.arange(height)
        costs = np.concatenate((2 * most - weights, np.full(height, 2 * most)))
        places = np.concatenate((rows, alone)), np.concatenate((columns, width + alone))
        pairs = min_weight_full_bipartite_matching(csr_array((costs, places), shape=(height, width + height)))
    partner = np.full(height, -1)
    partner[pairs[0]] = pairs[1]
    return np.flatnonzero(partner[rows] == columns)


@dataclasses.dataclass(frozen=True)
class _Tree:
    """A spanning tree of a component; nodes are numbered, rows first."""

    order: list[int]
    """Nodes, each after its parent."""
    parent: list[int]
    """By node; -1 for the root."""
    edge: list[int]
    """The edge to the parent, by node; -1 for the root."""

    @classmethod
    def spanning(cls, ends: tuple[IntArray, IntArray]) -> _Tree:
        """The tree of a walk in breadth from node 0."""
        node = np.concatenate(ends)
        edges = (np.argsort(node, kind="stable") % ends[0].size).tolist()
        stops = np.cumsum(np.bincount(node)).tolist()
        across = (ends[0] + ends[1]).tolist()
        order = [0]
        parent, edge, seen = [-1] * len(stops), [-1] * len(stops), [False] * len(stops)
        seen[0] = True
        for one in order:
            start = stops[one - 1] if one else 0
            for via in edges[start : stops[one]]:
                other = across[via] - one
                if not seen[other]:
                    seen[other], parent[other], edge[other] = True, one, via
                    order.append(other)
        return cls(order, parent, edge)

    def best(self, weights: list[float], without: set[int]) -> list[int]:
        """The edges of the tree's best matching that leaves some nodes alone."""
        # gain of a node: how much better its subtree does when the node itself may be matched in it
        gain, child = [0.0] * len(self.order), [-1] * len(self.order)
        for node in reversed(self.order[1:]):
            above = self.parent[node]
            if node not in without and above not in without:
                offer = weights[self.edge[node]] - gain[node]
                if offer > gain[above]:
                    gain[above], child[above] = offer, node
        chosen, taken = [], [False] * len(self.order)
        for node in self.order:
            below = child[node]
            if below >= 0 and not taken[node]:
                taken[below] = True
                chosen.append(self.edge[below])
        return chosen


def _by_tree(rows: IntArray, columns: IntArray, weights: FloatArray) -> IntArray:
    """One component by dynamic programming on a spanning tree, for every choice among the edges beyond it."""
    ends = rows, columns + int(rows.max()) + 1
    tree = _Tree.spanning(ends)
    extra = np.setdiff1d(np.arange(rows.size), tree.edge).tolist()
    weight = weights.tolist()
    choices: list[list[int]] = []
    for number in range(len(extra) + 1):
        for forced in itertools.combinations(extra, number):
            touched = [int(side[edge]) for edge in forced for side in ends]
            if len(set(touched)) == len(touched):
                choices.append([*forced, *tree.best(weight, set(touched))])
    best = max(choices, key=lambda edges: math.fsum(weight[edge] for edge in edges))
    return np.array(best, dtype=np.int64)

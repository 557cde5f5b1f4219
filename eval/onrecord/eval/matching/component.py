"""One connected component of a graph of edges, solved exactly: the best choice that shares no row and no column.

A component whose smaller side has few nodes is solved by dynamic programming over subsets, in whatever numbers its
weights are; one that is a tree but for a few edges from the leaves to the root; and any by the Hungarian method (Jonker
and Volgenant, 1987), on a dense matrix up to :data:`DENSE` entries and on a sparse one beyond. Only that imports scipy.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from onrecord.eval.matching.reduction import FloatArray, IntArray

Edge = tuple[Hashable, Hashable, float]
"""row, column, weight; a weight must be positive to be worth choosing."""

SMALL = 10
"""Nodes on the smaller side up to which subsets are enumerated."""

DENSE = 4_000_000
"""Entries (rows times columns) up to which a component is solved as a dense matrix of 8 bytes each."""


def solve(edges: Sequence[Edge]) -> list[int]:
    """Choose among the edges of one component, all of positive weight.

    Args:
        edges: At most one for each row and column. Where several choices are equally good, their order decides.

    Returns:
        Indices of the chosen edges, in no particular order.
    """
    if len(edges) == 1:
        return [0]
    rows, columns = (list(dict.fromkeys(edge[side] for edge in edges)) for side in (0, 1))
    if min(len(rows), len(columns)) <= SMALL:
        return _by_subsets(edges, *((0, 1) if len(rows) >= len(columns) else (1, 0)))
    row_of, column_of = ({node: n for n, node in enumerate(nodes)} for nodes in (rows, columns))
    row, column = np.array([row_of[edge[0]] for edge in edges]), np.array([column_of[edge[1]] for edge in edges])
    chosen: list[int] = by_matrix(row, column, np.array([edge[2] for edge in edges], np.float64)).tolist()
    return chosen


def _by_subsets(edges: Sequence[Edge], long: int, short: int) -> list[int]:
    """Go through the nodes of the larger side; the state is the set of nodes of the smaller side already taken."""
    bit = {node: 1 << n for n, node in enumerate(dict.fromkeys(edge[short] for edge in edges))}
    at: dict[Hashable, list[int]] = defaultdict(list)
    for index, edge in enumerate(edges):
        at[edge[long]].append(index)
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0, ())}
    for incident in at.values():
        reached = dict(best)
        for taken, (total, path) in best.items():
            for index in incident:
                mask = bit[edges[index][short]]
                if not taken & mask:
                    weight = total + edges[index][2]
                    if taken | mask not in reached or weight > reached[taken | mask][0]:
                        reached[taken | mask] = (weight, (*path, index))
        best = reached
    return list(max(best.values(), key=lambda reached: reached[0])[1])


def by_matrix(rows: IntArray, columns: IntArray, weights: FloatArray) -> IntArray:
    """Indices of the edges chosen by the Hungarian method; rows and columns are numbered from 0 without a gap."""
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


def by_tree(rows: IntArray, columns: IntArray, weights: FloatArray) -> IntArray:
    """Indices of the edges chosen by dynamic programming on a spanning tree, for every choice among those beyond it.

    Rows and columns are numbered from 0 without a gap.
    """
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

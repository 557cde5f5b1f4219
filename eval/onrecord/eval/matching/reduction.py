"""What is settled before any component of a graph of edges is solved, on arrays: safe edges, and the components.

An edge that weighs at least as much as the best other edge of its row and the best other edge of its column together
is in some optimum: exchanging it for whatever an optimum has at its two ends loses nothing. It is taken and its ends
are removed, again and again.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def exchanges(rows: IntArray, columns: IntArray, weights: FloatArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Rounds of the exchange argument, until none finds a safe edge; whoever takes them may stop at any.

    Args:
        rows: Row of each edge, numbered from 0. At most one edge for each row and column; of safe edges that share an
            end the first is taken.
        columns: Column of each edge, numbered from 0.
        weights: Weight of each edge, all positive.

    Yields:
        Of each round the edges that are safe, and all that remain: none of these shares an end with an edge that was
        taken, and an optimum of theirs completes an optimum. Indices, ascending.
    """
    left: IntArray = np.arange(rows.size)
    while left.size:
        r, c, w = rows[left], columns[left], weights[left]
        safe = np.flatnonzero(w >= _best_other(r, w) + _best_other(c, w))
        if not safe.size:
            return
        # two safe edges with a common end are leaves of equal weight: the first will do
        safe = safe[_first_of_each(r[safe])]
        safe = safe[_first_of_each(c[safe])]
        taken, left = left[safe], left[_untouched(r, safe) & _untouched(c, safe)]
        yield taken, left


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


def grouped(label: IntArray) -> Iterator[IntArray]:
    """The indices of each label's edges, ascending; labels in their order."""
    order = np.argsort(label, kind="stable")
    stops = np.flatnonzero(np.diff(label[order], append=-1)) + 1
    start = 0
    for stop in stops.tolist():
        yield order[start:stop]
        start = stop


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

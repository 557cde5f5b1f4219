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
        safe = _safe(r, c, w)
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


def _safe(rows: IntArray, columns: IntArray, weight: FloatArray) -> IntArray:
    """Edges that weigh as much as the best other edges of their row and of their column together."""
    heaviest = (weight == _heaviest(rows, weight)[rows]) & (weight == _heaviest(columns, weight)[columns])
    top = np.flatnonzero(heaviest)  # none but the heaviest of both its ends can be safe
    others = weight.copy()
    others[top] = 0.0
    best = np.zeros(top.size)
    for node in (rows, columns):
        ends, second = node[top], _heaviest(node, others)
        best += np.where(np.bincount(ends)[ends] > 1, weight[top], second[ends])
    found: IntArray = top[weight[top] >= best]
    return found


def _heaviest(node: IntArray, weight: FloatArray) -> FloatArray:
    """The weight of the heaviest edge of each node; 0 where there is none."""
    heaviest = np.zeros(int(node.max()) + 1)
    np.maximum.at(heaviest, node, weight)
    return heaviest


def _first_of_each(values: IntArray) -> IntArray:
    """Indices of the first of equal values, ascending."""
    if values.size < 2 or np.bincount(values).max() == 1:
        return np.arange(values.size)
    return np.sort(np.unique(values, return_index=True)[1])


def _untouched(node: IntArray, chosen: IntArray) -> npt.NDArray[np.bool_]:
    free = np.ones(int(node.max()) + 1, dtype=bool)
    free[node[chosen]] = False
    return free[node]

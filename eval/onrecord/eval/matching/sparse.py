"""Exact maximum-weight one-to-one assignment on sparse arrays of edges, for graphs of any size.

What :func:`onrecord.eval.matching.assignment.assign` is to a handful of edges, :func:`match` is to millions. Nothing
dense and nothing quadratic is made of the whole graph:

1. *Kernel.* Safe edges are taken (:func:`onrecord.eval.matching.reduction.exchanges`), as long as that pays. Of several
   leaves on one node only the heaviest can be of use.
2. *Components* of what is left are solved one by one (:mod:`onrecord.eval.matching.component`): by enumeration where
   one side is small, from the leaves to the root where they are trees but for a few edges (paths and cycles are), and
   else by the Hungarian method.
"""

from __future__ import annotations

import numpy as np

from onrecord.eval.matching.component import SMALL, by_matrix, by_tree, solve
from onrecord.eval.matching.reduction import FloatArray, IntArray, components, exchanges, grouped

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
    positive = np.flatnonzero(weights > 0)
    left: IntArray = np.arange(positive.size)
    r, c, w = rows[positive], columns[positive], weights[positive]
    chosen = [left[:0]]
    for safe, kept in exchanges(r, c, w):
        chosen.append(safe)
        cleared, left = left.size - kept.size, kept
        if cleared < PAYS * kept.size and kept.size > FEW:
            break
    if left.size:
        left = left[_without_lesser_leaves(r[left], c[left], w[left])]
        left = left[_without_lesser_leaves(c[left], r[left], w[left])]
    return positive[np.concatenate(chosen)], positive[left]


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
    chosen = []
    for at, enumerated, like_a_tree in zip(grouped(label), few.tolist(), tree.tolist(), strict=True):
        if enumerated:
            one = zip(rows[at].tolist(), columns[at].tolist(), weights[at].tolist(), strict=True)
            chosen.append(at[solve(list(one))])
        else:
            r, c = (np.unique(node[at], return_inverse=True)[1] for node in (rows, columns))
            chosen.append(at[(by_tree if like_a_tree else by_matrix)(r, c, weights[at])])
    return np.concatenate(chosen)

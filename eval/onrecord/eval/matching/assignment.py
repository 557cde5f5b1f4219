"""Exact maximum-weight one-to-one assignment on a sparse graph.

Every alignment and CEAF rest on it. The graph is cut into connected components first; a component whose smaller side
has few nodes is solved by dynamic programming over subsets in exact integers, a larger one by
:func:`scipy.optimize.linear_sum_assignment`, which is only then imported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

Edge = tuple[Hashable, Hashable, float]
"""row, column, weight; a weight must be positive to be worth choosing."""

SMALL = 10
"""Nodes on the smaller side up to which subsets are enumerated."""


def assign(edges: Sequence[Edge]) -> list[int]:
    """Choose edges, no two of which share a row or a column, with the largest possible sum of weights.

    Args:
        edges: At most one for each row and column. Where several choices are equally good, their order decides, so
            callers give them in an order that depends on content alone.

    Returns:
        Indices of the chosen edges, ascending. The result is optimal; edges of weight 0 or less are never chosen.
    """
    chosen: list[int] = []
    for component in components(edges):
        if len(component) == 1:
            chosen += component
            continue
        rows = list(dict.fromkeys(edges[i][0] for i in component))
        columns = list(dict.fromkeys(edges[i][1] for i in component))
        if min(len(rows), len(columns)) <= SMALL:
            chosen += _by_subsets(edges, component, by_row=len(rows) >= len(columns))
        else:
            chosen += _by_matrix(edges, component, rows, columns)
    return sorted(chosen)


def components(edges: Sequence[Edge]) -> list[list[int]]:
    """Indices of the edges of each connected component, without those of weight 0 or less."""
    parent: dict[tuple[bool, Hashable], tuple[bool, Hashable]] = {}

    def find(node: tuple[bool, Hashable]) -> tuple[bool, Hashable]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for row, column, weight in edges:
        if weight > 0:
            parent[find((True, row))] = find((False, column))
    grouped: dict[tuple[bool, Hashable], list[int]] = defaultdict(list)
    for index, (row, _, weight) in enumerate(edges):
        if weight > 0:
            grouped[find((True, row))].append(index)
    return list(grouped.values())


def _by_subsets(edges: Sequence[Edge], component: Sequence[int], by_row: bool) -> list[int]:
    """Go through the nodes of the larger side; the state is the set of nodes of the smaller side already taken."""
    long, short = (0, 1) if by_row else (1, 0)
    bit = {node: 1 << n for n, node in enumerate(dict.fromkeys(edges[i][short] for i in component))}
    at: dict[Hashable, list[int]] = defaultdict(list)
    for index in component:
        at[edges[index][long]].append(index)
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


def _by_matrix(
    edges: Sequence[Edge], component: Sequence[int], rows: list[Hashable], columns: list[Hashable]
) -> list[int]:
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    row_of = {node: n for n, node in enumerate(rows)}
    column_of = {node: n for n, node in enumerate(columns)}
    weights = np.zeros((len(rows), len(columns)))
    edge_of: dict[tuple[int, int], int] = {}
    for index in component:
        place = row_of[edges[index][0]], column_of[edges[index][1]]
        weights[place] = edges[index][2]
        edge_of[place] = index
    pairs = zip(*linear_sum_assignment(weights, maximize=True), strict=True)
    return [edge_of[pair] for row, column in pairs if (pair := (int(row), int(column))) in edge_of]

"""Exact maximum-weight one-to-one assignment on a sparse graph.

The door for a handful of edges, whose nodes may be anything: the graph is cut into connected components, and each is
solved by :mod:`onrecord.eval.matching.component`. For millions of edges there is :mod:`onrecord.eval.matching.sparse`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

from onrecord.eval.matching.component import Edge, solve


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
        chosen += [component[index] for index in solve([edges[i] for i in component])]
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

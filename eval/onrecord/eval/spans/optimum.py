"""The optimal choice among pairs of spans that compete with each other.

Most are decided by the exchange argument of :mod:`onrecord.eval.matching.reduction`; the few that remain are solved
exactly, a connected component at a time.
"""

from __future__ import annotations

from itertools import islice

import numpy as np

from onrecord.eval.matching.component import SMALL, Edge, solve
from onrecord.eval.matching.reduction import components, exchanges, grouped
from onrecord.eval.matching.sparse import match
from onrecord.eval.spans.columns import Ints, SpanColumns
from onrecord.eval.spans.pairs import Pairs

ROUNDS = 32
"""Of the exchange argument; a long chain of spans, of which it decides the two ends at a time, is solved as a whole."""

_SECOND = 8192
"""More than two pairs' second-rank weights differ by."""


def optimum(edges: Pairs, gold: SpanColumns, predicted: SpanColumns, type_rank: Ints | None) -> Ints:
    """Indices of the edges of an optimal matching."""
    many = len(edges.gold)
    if not many:
        return np.empty(0, np.int64)
    alone = (np.bincount(edges.gold)[edges.gold] == 1) & (np.bincount(edges.predicted)[edges.predicted] == 1)
    chosen = [np.flatnonzero(alone)]
    left = np.flatnonzero(~alone)
    if len(left):
        contested = edges.take(left)
        # in an order that content decides, so that ties do not depend on the order of the input
        content = _content(predicted, contested.predicted, type_rank) + _content(gold, contested.gold, type_rank)
        order = np.lexsort(content)
        left, contested = left[order], contested.take(order)
        chosen.append(left[_solve(contested, _second_rank(contested, gold, predicted))])
    return np.sort(np.concatenate(chosen))


def _content(side: SpanColumns, rows: Ints, type_rank: Ints | None) -> list[Ints]:
    """Least significant first, as ``lexsort`` takes them."""
    types = side.type[rows] if type_rank is None else type_rank[side.type[rows]]
    columns = [types, side.end[rows], side.start[rows], side.document[rows]]
    if side.optional is not None:
        columns.insert(0, side.optional[rows].astype(np.int64))
    if side.kind is not None:
        columns.insert(0, side.kind[rows])
    return columns


def _second_rank(edges: Pairs, gold: SpanColumns, predicted: SpanColumns) -> Ints:
    rank: Ints = 1024 * (2 * edges.shared >= edges.union) + np.minimum(1023, 1000 * edges.shared // edges.union)
    # what costs is another kind and optional gold: with neither a document weighs the same among whatever others
    if gold.kind is not None and predicted.kind is not None:
        rank = rank - 2048 * (gold.kind[edges.gold] != predicted.kind[edges.predicted])
    if gold.optional is not None:
        rank = rank - 4096 * gold.optional[edges.gold]
    return rank


def _solve(edges: Pairs, second: Ints) -> Ints:
    """Indices of an optimal choice among edges in order of content."""
    row, column = (np.unique(node, return_inverse=True)[1] for node in (edges.gold, edges.predicted))
    # three edges at a time are weighed against each other: with a base above two their ranks do not carry over
    weight = (3**edges.fit * (4 * _SECOND) + second).astype(np.float64)
    left: Ints = np.arange(len(weight))
    chosen: list[Ints] = []
    for safe, kept in islice(exchanges(row, column, weight), ROUNDS):
        chosen.append(safe)
        left = kept
    if len(left):
        for at in grouped(components(row[left], column[left])):
            component = left[at]
            chosen.append(component[_solve_component(edges.take(component), second[component])])
    return np.concatenate(chosen)


def _solve_component(edges: Pairs, second: Ints) -> Ints | list[int]:
    """Indices of an optimal choice among the edges of one component."""
    rows, columns = edges.gold.tolist(), edges.predicted.tolist()
    side = min(len(set(rows)), len(set(columns)))
    if side > SMALL:
        return _solve_large(edges, second, side)
    base = 1 + side
    ranks = zip(rows, columns, edges.fit.tolist(), second.tolist(), strict=True)
    weighted: list[Edge] = [(row, column, base ** (1 + fit) * _SECOND + tie) for row, column, fit, tie in ranks]
    return solve(weighted)


def _solve_large(edges: Pairs, second: Ints, side: int) -> Ints:
    """An optimal choice in a component whose smaller side has ``side`` spans.

    The ranks are digits of one number that doubles can hold: as many fits as the component has, and ties as finely as
    there is room for, which in a tangle of ten thousand spans is not at all.
    """
    levels, rank = np.unique(edges.fit, return_inverse=True)
    base = 1 + side
    room = max(1, min(4 * _SECOND, 2**52 // base ** (len(levels) + 1)))
    tie = (second + 2 * _SECOND) * room // (4 * _SECOND)
    weight = float(base) ** (1 + rank) * room + tie
    row, column = (np.unique(node, return_inverse=True)[1] for node in (edges.gold, edges.predicted))
    return match(row, column, weight)

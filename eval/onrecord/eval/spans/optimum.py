"""The optimal choice among pairs of spans that compete with each other.

Most are decided by an exchange argument on arrays; the few that remain are solved exactly, a connected component at a
time, by :func:`onrecord.eval.matching.assignment.assign`.
"""

from __future__ import annotations

import numpy as np

from onrecord.eval.matching.assignment import SMALL, assign, components
from onrecord.eval.matching.sparse import match
from onrecord.eval.spans.columns import Bools, Ints, SpanColumns
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
    """Indices of an optimal choice among edges in order of content.

    An edge that weighs as much as the best other edge at its one end and the best other edge at its other end together
    is in some optimum: exchanging those two for it loses nothing. With a base above two the ranks of so few edges add
    up without carrying over.
    """
    weight = 3**edges.fit * (4 * _SECOND) + second
    left: Ints = np.arange(len(weight))
    chosen: list[Ints] = []
    for _ in range(ROUNDS):
        row, column, heavy = edges.gold[left], edges.predicted[left], weight[left]
        safe = heavy >= _best_other(row, heavy) + _best_other(column, heavy)
        safe[safe] = _first_of(row[safe]) & _first_of(column[safe])
        if not safe.any():
            break
        chosen.append(left[safe])
        free = ~np.isin(row, row[safe]) & ~np.isin(column, column[safe])
        left = left[free]
        if not len(left):
            break
    if len(left):
        chosen.append(left[_solve_exactly(edges.take(left), second[left])])
    return np.concatenate(chosen)


def _best_other(node: Ints, weight: Ints) -> Ints:
    """For each edge the largest weight of another edge at the same node, 0 where there is none."""
    order = np.lexsort((-weight, node))
    first = np.ones(len(node), bool)
    first[1:] = node[order][1:] != node[order][:-1]
    start = np.maximum.accumulate(np.where(first, np.arange(len(node)), 0))
    ranked = np.append(weight[order], 0)
    is_best = np.append(first, True)
    next_best = np.where(is_best[start + 1], 0, ranked[start + 1])
    other = np.empty(len(node), np.int64)
    other[order] = np.where(first, next_best, ranked[start])
    return other


def _first_of(node: Ints) -> Bools:
    """Whether each edge is the first at its node."""
    first = np.zeros(len(node), bool)
    first[np.unique(node, return_index=True)[1]] = True
    return first


def _solve_exactly(edges: Pairs, second: Ints) -> list[int]:
    rows, columns = edges.gold.tolist(), edges.predicted.tolist()
    fits, ties = edges.fit.tolist(), second.tolist()
    chosen: list[int] = []
    for component in components([(row, column, 1) for row, column in zip(rows, columns, strict=True)]):
        side = min(len({rows[i] for i in component}), len({columns[i] for i in component}))
        if side > SMALL:
            at = np.array(component, np.int64)
            chosen += at[_solve_large(edges.take(at), second[at], side)].tolist()
            continue
        base = 1 + side
        weighted = [(rows[i], columns[i], base ** (1 + fits[i]) * _SECOND + ties[i]) for i in component]
        chosen += [component[i] for i in assign(weighted)]
    return chosen


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

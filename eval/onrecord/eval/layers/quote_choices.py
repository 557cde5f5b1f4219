"""Which predicted quote answers which gold quote where there is a choice; the definition is that of
:mod:`onrecord.eval.layers.quote_pairing`.

Most choices are plain: every gold quote of a connected component is most like another prediction, or every prediction
another gold quote; or what a single quote has to choose from says the same. Only the other components are weighed, one
at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from onrecord.dataset.records import UNKNOWN
from onrecord.eval.layers.columns import MODES, NONE, Bools, Ints, alike
from onrecord.eval.layers.quote_pairing import MILLION, QuotePair, Saying, best_pairs
from onrecord.eval.layers.quote_sides import UNKNOWN_CODE, PairedQuotes, Quotes
from onrecord.eval.layers.state_columns import Floats
from onrecord.eval.matching.reduction import components


def decided(quotes: Quotes, g: Ints, p: Ints, similarity: Floats, same: Bools) -> PairedQuotes:
    """The best of some possible pairs of rows: first of the required gold, then of the optional with what is left.

    Args:
        quotes: Both sides.
        g: Gold row of each pair, shape (k,).
        p: Predicted row.
        similarity: How alike they are.
        same: Whether they have the same speakers.
    """
    optional = quotes.gold.optional[g]
    every = PairedQuotes(g, p, similarity, same)
    required = np.flatnonzero(~optional)
    chosen = required[_best(quotes, every.take(required))]
    free = np.ones(len(quotes.predicted), bool)
    free[p[chosen]] = False
    rest = np.flatnonzero(optional & free[p])
    return every.take(np.concatenate([chosen, rest[_best(quotes, every.take(rest))]]))


def _best(quotes: Quotes, pairs: PairedQuotes) -> Ints:
    """Indices of the best one-to-one pairs."""
    if not len(pairs.gold):
        return np.zeros(0, np.int64)
    settled, open_ = _settled(quotes, pairs)
    return np.concatenate([settled, open_[_weighed(quotes, pairs.take(open_))]]) if len(open_) else settled


def _settled(quotes: Quotes, pairs: PairedQuotes) -> tuple[Ints, Ints]:
    """Indices of the pairs of all components without a real choice, and of all pairs of the other components.

    Where each node of one side of a component has an edge heavier than its others, and these end apart, no other
    choice has as many pairs and as large a sum. Of edges of one node alone that weigh the same and lead to quotes that
    say the same, the first is taken.

    Args:
        quotes: Both sides.
        pairs: In order of the gold row and then of the predicted one, as far as components go.
    """
    # similarity, then right speakers, then agreement: sums of each rank are largest where each edge is
    weight = 2 * np.rint(MILLION * pairs.similarity).astype(np.int64) + pairs.speaker
    fields = _alike(quotes, (0, pairs.gold), (1, pairs.predicted))
    weight = (len(fields) + 1) * weight + np.sum(fields, axis=0)
    row, column = (np.unique(node, return_inverse=True)[1] for node in (pairs.gold, pairs.predicted))
    component = components(row, column)
    plain, chosen = np.zeros(len(weight), bool), np.zeros(len(weight), bool)
    for node, other, side, at in ((row, column, 1, pairs.predicted), (column, row, 0, pairs.gold)):
        heaviest = np.zeros(int(node.max()) + 1, np.int64)
        np.maximum.at(heaviest, node, weight)
        top = np.flatnonzero(weight == heaviest[node])
        first = np.zeros_like(heaviest)
        first[node[top[::-1]]] = top[::-1]
        _, one_of_each = np.unique(node, return_index=True)
        single = np.bincount(component[one_of_each], minlength=int(row.max()) + 1) == 1
        again = np.flatnonzero((first[node[top]] != top) & single[component[top]])
        twins = again[_say_the_same(quotes, side, at[top[again]], at[first[node[top[again]]]])]
        top = np.delete(top, twins)
        torn = np.zeros(int(row.max()) + 1, bool)  # components are named by rows
        for ends in (node[top], other[top]):
            torn[component[top[np.bincount(ends)[ends] > 1]]] = True
        new = ~torn[component] & ~plain
        chosen[top[new[top]]] = True
        plain |= new
    return np.flatnonzero(chosen), np.flatnonzero(~plain)


Some = tuple[int, Ints]
"""A side, 0 for gold, and rows of it."""


def _alike(quotes: Quotes, one: Some, other: Some) -> list[Bools]:
    """Of each pair of quotes, in which fields beside content and speakers they agree; see :class:`Saying`."""
    (side, rows), (other_side, others) = one, other
    columns = (quotes.gold, quotes.predicted)[side], (quotes.gold, quotes.predicted)[other_side]
    parents = columns[0].parent[rows], columns[1].parent[others]
    around = (each.content.take(np.maximum(at, 0)) for each, at in zip(columns, parents, strict=True))
    nested = parents[0] >= 0, parents[1] >= 0
    return [
        alike(quotes.said[side].relays.take(rows), quotes.said[other_side].relays.take(others)),
        columns[0].mode[rows] == columns[1].mode[others],
        (columns[0].source[rows] == columns[1].source[others]).all(axis=1),
        (columns[0].cue[rows] == columns[1].cue[others]).all(axis=1),
        (nested[0] == nested[1]) & (alike(*around) | ~nested[0]),
    ]


def _say_the_same(quotes: Quotes, side: int, rows: Ints, others: Ints) -> Bools:
    """Of each pair of quotes of one side, whether there is nothing to tell them apart by."""
    content, speaker = (quotes.gold, quotes.predicted)[side].content, quotes.said[side].speaker
    fields = _alike(quotes, (side, rows), (side, others))
    fields += [alike(each.take(rows), each.take(others)) for each in (content, speaker)]
    same: Bools = np.logical_and.reduce(fields)
    return same


def _weighed(quotes: Quotes, pairs: PairedQuotes) -> Ints:
    """Indices of the best pairs, agreement and place considered."""
    gold, other = _sayings(quotes, 0, np.unique(pairs.gold)), _sayings(quotes, 1, np.unique(pairs.predicted))
    columns = (each.tolist() for each in (pairs.gold, pairs.predicted, pairs.similarity, pairs.speaker))
    possible = [QuotePair(*row) for row in zip(*columns, strict=True)]
    order = sorted(range(len(possible)), key=lambda n: (possible[n].gold, possible[n].predicted))
    order.sort(key=lambda n: (gold[possible[n].gold], other[possible[n].predicted]))
    place = {(possible[n].gold, possible[n].predicted): n for n in order}
    best = best_pairs([possible[n] for n in order], gold, other)
    return np.array([place[pair.gold, pair.predicted] for pair in best], np.int64)


def _sayings(quotes: Quotes, side: int, rows: Ints) -> dict[int, Saying]:
    """What some quotes say, by their row, as the pairing of one document sees it."""
    columns, said = (quotes.gold, quotes.predicted)[side], quotes.said[side]
    parent, modes, words = columns.parent[rows], tuple(MODES), quotes.words
    # a stranger has no name in gold; the unknown speaker has its own
    names = {UNKNOWN_CODE: UNKNOWN}
    fields = zip(
        rows.tolist(),
        map(_places, columns.content.lists(rows)),
        said.speaker.lists(rows),
        said.relays.lists(rows),
        columns.mode[rows].tolist(),
        columns.source[rows].tolist(),
        columns.cue[rows].tolist(),
        (parent >= 0).tolist(),
        map(_places, columns.content.lists(np.maximum(parent, 0))),
        strict=True,
    )
    return {
        row: Saying(
            content=content,
            speakers=tuple(sorted({words[code] if code >= 0 else names.get(code, "") for code in speakers})),
            relays=tuple(words[code] if code >= 0 else "" for code in relays),
            mode=modes[mode],
            source=() if source[0] == NONE else _places([source]),
            cue=() if cue[0] == NONE else _places([cue]),
            parent=around if nested else (),
        )
        for row, content, speakers, relays, mode, source, cue, nested, around in fields
    }


def _places(spans: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in spans)

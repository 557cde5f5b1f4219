"""Spans at equal positions, paired by sorting: the first step of an alignment, and of most spans the last.

As many strict pairs as possible are in every lexicographic optimum. Equal spans that also agree in kind, and in being
optional or not, are interchangeable, so they are paired copy by copy. Where equal spans differ in that, it matters to
others which of them is taken: only pairs that lose nothing by it are made here. Of exact pairs only those without a
choice are made: positions that are left just once on either side.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from onrecord.eval.matching.keys import sorting
from onrecord.eval.spans.columns import Bools, Ints, SpanColumns
from onrecord.eval.spans.documents import Fragment


@dataclasses.dataclass(frozen=True, eq=False)
class Places:
    """Both sides on one axis, each document in a stretch of its own."""

    gold_start: Ints
    gold_end: Ints
    start: Ints
    end: Ints
    gold_key: Ints
    """Equal where the positions are."""
    key: Ints
    types: int
    gold_plain: Bools | None
    """Whether the document is without alternative answers; None where all are."""
    plain: Bools | None

    @classmethod
    def of(cls, gold: SpanColumns, predicted: SpanColumns) -> Places:
        """Where the spans of both sides are."""
        width = 1 + max(gold.end.max(initial=0), predicted.end.max(initial=0))
        shift, other_shift = gold.document * width, predicted.document * width
        sizes, other_sizes = gold.end - gold.start, predicted.end - predicted.start
        longest = 1 + int(max(sizes.max(initial=0), other_sizes.max(initial=0)))
        starts, other_starts = gold.start + shift, predicted.start + other_shift
        last = 1 + int(max(starts.max(initial=0), other_starts.max(initial=0)))
        types = 1 + int(max(gold.type.max(initial=0), predicted.type.max(initial=0)))
        ranks, other_ranks = starts, other_starts
        if last * longest * types >= 2**62:  # far offsets: their ranks take their place in the keys
            ranks, other_ranks, _ = _ranked(starts, other_starts)
            sizes, other_sizes, longest = _ranked(sizes, other_sizes)
        key, other_key = ranks * longest + sizes, other_ranks * longest + other_sizes
        if gold.fragments or predicted.fragments:
            shapes: dict[tuple[Fragment, ...], int] = {}
            shape, other_shape = (_shape_codes(len(side), side.fragments.items(), shapes) for side in (gold, predicted))
            key, other_key, _ = _ranked(key, other_key)
            key, other_key = key * (len(shapes) + 1) + shape, other_key * (len(shapes) + 1) + other_shape
        plain = other_plain = None
        if gold.alternatives:
            marked = np.unique(gold.document[list(gold.alternatives)])
            plain, other_plain = (~np.isin(side.document, marked) for side in (gold, predicted))
        return cls(
            starts,
            gold.end + shift,
            other_starts,
            predicted.end + other_shift,
            key,
            other_key,
            types,
            plain,
            other_plain,
        )


def _ranked(one: Ints, other: Ints) -> tuple[Ints, Ints, int]:
    values, ranks = np.unique(np.concatenate([one, other]), return_inverse=True)
    return ranks[: len(one)], ranks[len(one) :], len(values)


def _shape_codes(
    many: int, fragments: Iterable[tuple[int, tuple[Fragment, ...]]], shapes: dict[tuple[Fragment, ...], int]
) -> Ints:
    codes = np.zeros(many, np.int64)
    for row, parts in fragments:
        codes[row] = shapes.setdefault(parts, len(shapes) + 1)
    return codes


MOST_MIXED = 2**12
"""Equal spans of several kinds with more pairs than that are paired in the order of their kinds, without weighing what
that leaves to others."""


def strict_pairs(gold: SpanColumns, predicted: SpanColumns, places: Places) -> tuple[Ints, Ints, tuple[Ints, Ints]]:
    """Rows left on either side, and strict pairs that are in an optimum."""
    gold_left = np.arange(len(gold)) if places.gold_plain is None else np.flatnonzero(places.gold_plain)
    left = np.arange(len(predicted)) if places.plain is None else np.flatnonzero(places.plain)
    gold_key, key = places.gold_key * places.types + gold.type, places.key * places.types + predicted.type
    found: list[tuple[Ints, Ints]] = []

    def take(pairs: tuple[Ints, Ints]) -> None:
        nonlocal gold_left, left
        found.append(pairs)
        gold_left, left = _without(gold_left, pairs[0], len(gold)), _without(left, pairs[1], len(predicted))

    has_kinds = gold.kind is not None and predicted.kind is not None
    if has_kinds:  # of one kind, and not optional: whatever else either could be paired with would gain no more
        rows = gold_left if gold.optional is None else gold_left[~gold.optional[gold_left]]
        take(_same_kind(rows, left, gold, predicted, gold_key, key))
    if has_kinds or gold.optional is not None:
        mixed = _mixed(gold, predicted, gold_key, key, gold_left, left)
        rows, columns = (some[~np.isin(of[some], mixed)] for some, of in ((gold_left, gold_key), (left, key)))
        rows, columns = _in_order(gold, rows), _in_order(predicted, columns)
    else:
        rows, columns = gold_left, left
    pairs = _equal(gold_key[rows], key[columns])
    take((rows[pairs[0]], columns[pairs[1]]))
    matched = np.concatenate([rows for rows, _ in found]), np.concatenate([rows for _, rows in found])
    if places.gold_plain is not None and places.plain is not None:
        gold_left = np.sort(np.concatenate([gold_left, np.flatnonzero(~places.gold_plain)]))
        left = np.sort(np.concatenate([left, np.flatnonzero(~places.plain)]))
    return gold_left, left, matched


def _mixed(gold: SpanColumns, predicted: SpanColumns, gold_key: Ints, key: Ints, gold_left: Ints, left: Ints) -> Ints:
    """Keys of equal spans, some on either side, that are not all alike on one of them; without crowds."""
    keys = np.intersect1d(gold_key[gold_left], key[left])
    differ = np.zeros(len(keys), bool)
    crowd = np.ones(len(keys), np.int64)
    for side, of, rows in ((gold, gold_key, gold_left), (predicted, key, left)):
        rows = rows[np.isin(of[rows], keys)]
        place, what = np.searchsorted(keys, of[rows]), _alike(side)[rows]
        least, most = np.full(len(keys), np.iinfo(np.int64).max), np.full(len(keys), -1)
        np.minimum.at(least, place, what)
        np.maximum.at(most, place, what)
        differ |= least != most
        crowd *= np.bincount(place, minlength=len(keys))
    return keys[differ & (crowd <= MOST_MIXED)]


def _alike(side: SpanColumns) -> Ints:
    """A number that is the same for spans of one kind that are optional, or not, both; shape (n,)."""
    kind = np.zeros(len(side), np.int64) if side.kind is None else side.kind.astype(np.int64)
    return kind if side.optional is None else kind + (1 + int(kind.max(initial=0))) * side.optional


def _in_order(side: SpanColumns, rows: Ints) -> Ints:
    return rows[np.argsort(_alike(side)[rows], kind="stable")]


def _without(rows: Ints, taken: Ints, many: int) -> Ints:
    keep = np.ones(many, bool)
    keep[taken] = False
    kept: Ints = rows[keep[rows]]
    return kept


def _equal(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Index pairs of equal keys: the first copy with the first, the second with the second, and so on."""
    order, other_order = sorting(one), sorting(other)
    sorted_ = one if order is None else one[order]
    other_sorted = other if other_order is None else other[other_order]
    place = np.searchsorted(other_sorted, sorted_)
    again = np.zeros(len(sorted_), bool)
    np.equal(sorted_[1:], sorted_[:-1], out=again[1:])
    if again.any():
        at = np.arange(len(sorted_))
        place += at - np.maximum.accumulate(np.where(again, 0, at))
    inside = place < len(other_sorted)
    found = np.flatnonzero(inside) if not inside.all() else np.arange(len(sorted_))
    found = found[other_sorted[place[found]] == sorted_[found]]
    return _at(order, found), _at(other_order, place[found])


def _at(order: Ints | None, places: Ints) -> Ints:
    """What stands at some places of an order."""
    return places if order is None else order[places]


def _same_kind(
    rows: Ints, columns: Ints, gold: SpanColumns, predicted: SpanColumns, gold_key: Ints, key: Ints
) -> tuple[Ints, Ints]:
    assert gold.kind is not None
    assert predicted.kind is not None
    ranks, other_ranks = gold_key[rows], key[columns]
    kind, other_kind = gold.kind[rows], predicted.kind[columns]
    kinds = 1 + int(max(kind.max(initial=0), other_kind.max(initial=0)))
    if (1 + int(max(ranks.max(initial=0), other_ranks.max(initial=0)))) * kinds >= 2**62:
        ranks, other_ranks, _ = _ranked(ranks, other_ranks)
    pairs = _equal(ranks * kinds + kind, other_ranks * kinds + other_kind)
    return rows[pairs[0]], columns[pairs[1]]


def forced_exact_pairs(gold_left: Ints, left: Ints, places: Places) -> tuple[Ints, Ints, tuple[Ints, Ints]]:
    """Exact pairs without a choice: positions that are left once on each side. The others are solved with the rest."""
    rows = gold_left if places.gold_plain is None else gold_left[places.gold_plain[gold_left]]
    columns = left if places.plain is None else left[places.plain[left]]
    key, other_key = places.gold_key[rows], places.key[columns]
    once, other_once = _once(key), _once(other_key)
    pairs = _equal(key[once], other_key[other_once])
    matched = rows[once][pairs[0]], columns[other_once][pairs[1]]
    return (
        _without(gold_left, matched[0], len(places.gold_key)),
        _without(left, matched[1], len(places.key)),
        matched,
    )


def _once(keys: Ints) -> Ints:
    """Indices of the keys that occur once."""
    order = sorting(keys)
    sorted_ = keys if order is None else keys[order]
    differs = np.ones(len(keys) + 1, bool)
    differs[1:-1] = sorted_[1:] != sorted_[:-1]
    once = np.flatnonzero(differs[1:] & differs[:-1])
    return once if order is None else np.sort(order[once])

"""Gold with several right answers: each alternative is a candidate, and a pair says which of them it was read as."""

from __future__ import annotations

import dataclasses

import numpy as np

from onrecord.eval.matching.similarity import shared_positions
from onrecord.eval.spans.columns import Ints, SpanColumns, Variant
from onrecord.eval.spans.documents import Fragment
from onrecord.eval.spans.pairs import Pairs


def variant_edges(gold: SpanColumns, predicted: SpanColumns, left: Ints) -> Pairs:
    """The pairs of predictions and alternative answers, under the row of the gold span that they stand for.

    Args:
        gold: Gold spans.
        predicted: Predictions.
        left: The predictions to look at, by row.
    """
    made: list[tuple[int, int, int, int, int]] = []
    by_document: dict[int, list[int]] = {}
    for row in left[np.isin(predicted.document[left], gold.document[list(gold.alternatives)])].tolist():
        by_document.setdefault(int(predicted.document[row]), []).append(row)
    for g, variants in gold.alternatives.items():
        for p in by_document.get(int(gold.document[g]), ()):
            made += [(g, p, *_fit(_parts(variant), variant.type, predicted, p)) for variant in variants]
    columns = np.array(made, np.int64).reshape(-1, 5)
    return Pairs(*columns.T)


def best_variant(edges: Pairs, variants: Pairs) -> Pairs:
    """Of several edges between the same two spans, the best: best fit first, then the largest overlap."""
    both = Pairs.joined(edges, variants)
    thousandths = 1000 * both.shared // both.union
    order = np.lexsort((-thousandths, -both.fit, both.predicted, both.gold))
    both = both.take(order)
    first = np.ones(len(order), bool)
    first[1:] = (both.gold[1:] != both.gold[:-1]) | (both.predicted[1:] != both.predicted[:-1])
    return both.take(np.flatnonzero(first))


def as_read(gold: SpanColumns, predicted: SpanColumns, pairs: Pairs) -> SpanColumns:
    """The gold spans, each that is paired by an alternative in the place and with the type of that alternative.

    Of several that fit equally well the span itself comes first, then the one that stands first in the text.
    """
    start, end, type_, fragments = gold.start.copy(), gold.end.copy(), gold.type.copy(), dict(gold.fragments)
    for g, p in zip(pairs.gold.tolist(), pairs.predicted.tolist(), strict=True):
        if g not in gold.alternatives:
            continue
        own = _rank(gold.parts(g), int(gold.type[g]), predicted, p)
        others = sorted(gold.alternatives[g], key=lambda each: (_parts(each), each.type))
        best = max(others, key=lambda each: _rank(_parts(each), each.type, predicted, p))
        if _rank(_parts(best), best.type, predicted, p) <= own:
            continue
        start[g], end[g], type_[g] = best.start, best.end, best.type
        fragments.pop(g, None)
        if best.fragments:
            fragments[g] = best.fragments
    return dataclasses.replace(gold, start=start, end=end, type=type_, fragments=fragments)


def _parts(variant: Variant) -> tuple[Fragment, ...]:
    return variant.fragments or ((variant.start, variant.end),)


def _fit(own: tuple[Fragment, ...], type_: int, predicted: SpanColumns, p: int) -> tuple[int, int, int]:
    """Fit, shared positions, and those of either."""
    parts = predicted.parts(p)
    shared = shared_positions(own, parts)
    size = sum(end - start for start, end in own) + sum(end - start for start, end in parts)
    return 2 * (own == parts) + (type_ == int(predicted.type[p])), shared, size - shared


def _rank(own: tuple[Fragment, ...], type_: int, predicted: SpanColumns, p: int) -> tuple[int, int]:
    fit, shared, union = _fit(own, type_, predicted, p)
    return fit, 1000 * shared // union

"""One optimal one-to-one alignment of gold and predicted spans, from which every mode and error class is read.

Within each document it is lexicographically optimal: as many strict pairs (same positions, same type) as possible, then
exact ones (same positions), then overlapping ones of the same type, then overlapping ones. Ties go to gold that is not
optional, to pairs of the same kind, to an intersection over union of at least one half, to the larger one. It does not
depend on the order of either side. MUC (1995) aligns objects once and then scores their slots; SemEval-2013 task 9.1
(Segura-Bedmar et al., 2013), whose modes are read off it, leaves open what is paired with what.

Equal spans are paired by sorting; what is left is nearly always a pair that nothing competes with, or one that is in
some optimum by an exchange argument; the few that remain are solved exactly.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from onrecord.eval.matching.similarity import shared_positions
from onrecord.eval.spans.columns import Ints, SpanColumns
from onrecord.eval.spans.equal import Places, forced_exact_pairs, strict_pairs
from onrecord.eval.spans.optimum import optimum
from onrecord.eval.spans.overlaps import MIN_IOU, overlapping
from onrecord.eval.spans.pairs import Fit, Pairs
from onrecord.eval.spans.readings import best_variant, variant_edges


@dataclasses.dataclass(frozen=True, eq=False)
class Alignment:
    """The pairs of some documents, and what was torn apart or lumped together."""

    pairs: Pairs
    """One to one, in no order; each has an intersection over union of at least :data:`MIN_IOU`."""
    split: Ints
    """Rows of gold spans not found exactly that two or more predictions, exact nowhere, cut up: each of them could be
    aligned with it and lies at least half inside it."""
    merged: Ints
    """Rows of predictions that in the same way hold two or more gold spans."""
    touching: Pairs
    """All pairs that could have been aligned, of spans that have no equal on the other side."""
    places: Places
    """Where the spans are."""


def align_columns(gold: SpanColumns, predicted: SpanColumns, type_rank: Ints | None = None) -> Alignment:
    """Align the spans of many documents.

    Args:
        gold: Gold spans.
        predicted: Predictions, whose codes of documents, types and kinds are those of gold.
        type_rank: What the types rank by where nothing else decides between them, shape (types,); their codes where it
            is not given. Ranks that follow the names make the choice independent of the order of the input.
    """
    places = Places.of(gold, predicted)
    gold_left, predicted_left, strict = strict_pairs(gold, predicted, places)
    gold_left, predicted_left, exact = forced_exact_pairs(gold_left, predicted_left, places)
    edges = touching_pairs(gold, predicted, places, gold_left, predicted_left)
    if gold.alternatives:
        edges = best_variant(edges, _enough(variant_edges(gold, predicted, predicted_left)))
    pairs = Pairs.joined(
        _equal_pairs(gold, *strict, Fit.STRICT),
        _equal_pairs(gold, *exact, Fit.EXACT),
        edges.take(optimum(edges, gold, predicted, type_rank)),
    )
    inside = 2 * edges.shared >= predicted.size[edges.predicted]
    around = 2 * edges.shared >= gold.size[edges.gold]
    torn = edges.fit < Fit.EXACT
    return Alignment(
        pairs,
        split=_repeated(edges.gold[inside & torn]),
        merged=_repeated(edges.predicted[around & torn]),
        touching=edges,
        places=places,
    )


def _equal_pairs(gold: SpanColumns, rows: Ints, columns: Ints, fit: Fit) -> Pairs:
    size = gold.end[rows] - gold.start[rows]
    for at in _involved(rows, gold):
        size[at] = gold.size[rows[at]]
    return Pairs(rows, columns, np.full(len(rows), fit), size, size)


def _repeated(rows: Ints) -> Ints:
    values, counts = np.unique(rows, return_counts=True)
    return values[counts > 1]


def touching_pairs(gold: SpanColumns, predicted: SpanColumns, places: Places, gold_left: Ints, left: Ints) -> Pairs:
    """All pairs of some gold spans and some predictions that overlap enough to be aligned, given by their rows."""
    row, column = overlapping(
        places.gold_start[gold_left], places.gold_end[gold_left], places.start[left], places.end[left]
    )
    row, column = gold_left[row], left[column]
    if gold.fragments or predicted.fragments:
        row, column = _with_discontinuous(gold, predicted, places, gold_left, left, row, column)
    shared = np.minimum(places.gold_end[row], places.end[column]) - np.maximum(
        places.gold_start[row], places.start[column]
    )
    same_place = places.gold_key[row] == places.key[column]
    for edge in sorted({*_involved(row, gold), *_involved(column, predicted)}):
        g, p = int(row[edge]), int(column[edge])
        shared[edge] = shared_positions(gold.parts(g), predicted.parts(p))
    union = gold.size[row] + predicted.size[column] - shared
    same_type = gold.type[row] == predicted.type[column]
    return _enough(Pairs(row, column, 2 * same_place + same_type, shared, union))


def _enough(edges: Pairs) -> Pairs:
    return edges.take(np.flatnonzero(edges.shared >= MIN_IOU * edges.union))


def _involved(rows: Ints, side: SpanColumns) -> list[int]:
    """Indices of the discontinuous spans among some rows."""
    return np.flatnonzero(np.isin(rows, list(side.fragments))).tolist() if side.fragments else []


def _with_discontinuous(
    gold: SpanColumns, predicted: SpanColumns, places: Places, gold_left: Ints, left: Ints, row: Ints, column: Ints
) -> tuple[Ints, Ints]:
    """The pairs, and those of discontinuous spans, whose extent says nothing of their size."""
    found = {(int(g), int(p)) for g, p in zip(row, column, strict=True)}
    broken, other_broken = np.isin(gold_left, list(gold.fragments)), np.isin(left, list(predicted.fragments))
    for rows, columns in ((gold_left[broken], left), (gold_left, left[other_broken])):
        g, p = overlapping(
            places.gold_start[rows], places.gold_end[rows], places.start[columns], places.end[columns], near=63
        )
        found.update(zip(rows[g].tolist(), columns[p].tolist(), strict=True))
    pairs = np.array(sorted(found), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]

"""Stances of many documents on columns; the definitions are those of :mod:`onrecord.eval.layers.stances` and
:mod:`onrecord.eval.layers.corpus_stances`.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from onrecord.eval.layers.columns import (
    BASES,
    KINDS,
    LABELS,
    NONE,
    Bools,
    Ints,
    StanceColumns,
    Vocabularies,
    alike,
    narrow,
)
from onrecord.eval.layers.ids import MIN_DICE
from onrecord.eval.layers.quote_columns import exact_sums
from onrecord.eval.layers.said_stances import CHARGED, EXCUSED, OPTIONAL, REQUIRED, Said
from onrecord.eval.layers.state_columns import Floats, Sheet, by_document
from onrecord.eval.matching.keys import distinct, row_keys
from onrecord.eval.matching.similarity import dice


@dataclasses.dataclass(frozen=True, eq=False)
class Stances:
    """Both sides of the stances of D documents, with what answers what."""

    documents: int
    gold: StanceColumns
    predicted: StanceColumns
    kept: Bools
    """Which gold stances count: of those with one holder and target in a document the last."""
    order: Ints
    """The rows of these, in the order of the first of those with one holder and target."""
    answers: Ints
    """Shape (predicted,): the row of the gold stance with the holder and target of each; -1 for none."""
    excused: Bools
    """Predictions left out because they answer optional gold."""
    holder: Ints
    """Shape (predicted,): the holder in gold's codes; -1 for one that means nothing there."""
    target: Ints
    """Likewise."""
    said: Ints
    """Shape (predicted,): the code in :func:`sayings` of what each says."""


def read_stances(
    documents: int,
    sides: tuple[StanceColumns, StanceColumns],
    maps: tuple[Ints, Ints, Ints],
) -> Stances:
    """Bring both sides together.

    Args:
        documents: How many there are.
        sides: Gold and predictions.
        maps: Of the file's codes of entities, events and claims to gold's; -1 for none.
    """
    gold, predicted = sides
    holder = _mapped(maps[0], predicted.holder)
    target = np.full(len(predicted), NONE, np.int64)
    for name, mapping in zip(("entity", "event", "claim"), maps, strict=True):
        rows = predicted.kind == KINDS.index(name)
        target[rows] = _mapped(mapping, predicted.target[rows])
    high = 2 + max(int(each.max(initial=0)) for each in (gold.holder, gold.target, holder, target))

    def key(document: Ints, holder: Ints, kind: Ints, target: Ints) -> Ints:
        return ((document.astype(np.int64) * len(KINDS) + kind) * high + holder) * high + target

    keys = key(gold.document, gold.holder, gold.kind, gold.target)
    first, of = distinct(keys)
    last = np.zeros(len(first), np.int64)
    last[of] = np.arange(len(keys))  # of equal keys the last is written last
    kept = np.zeros(len(gold), bool)
    kept[last] = True
    order = last[np.argsort(first)]
    known = np.flatnonzero((holder != NONE) & (target != NONE))
    asked = key(predicted.document[known], holder[known], predicted.kind[known], target[known])
    answers = np.full(len(predicted), NONE)
    if len(first):
        there = keys[first]
        at = np.minimum(np.searchsorted(there, asked), len(there) - 1)
        answers[known] = np.where(there[at] == asked, last[at], NONE)
    said = _said(predicted, holder, target)
    excused = np.zeros(len(predicted), bool)
    of_optional: dict[int, list[int]] = {}
    for row in np.flatnonzero((answers != NONE) & gold.optional[answers]).tolist() if len(gold) else ():
        of_optional.setdefault(int(answers[row]), []).append(row)
    for g, rows in of_optional.items():
        # one with its label, if there is one; of several what the content says
        excused[min(rows, key=lambda row: (said[row] != gold.label[g], content(predicted, row)))] = True
    return Stances(documents, gold, predicted, kept, order, answers, excused, holder, target, said)


def _said(predicted: StanceColumns, holder: Ints, target: Ints) -> Ints:
    """What each prediction says, as :func:`sayings` has it: of several labels for one holder and target none."""
    if not len(predicted):
        return np.zeros(0, np.int64)
    own = 1 + max(int(holder.max()), int(target.max()))
    columns = (
        predicted.document,
        predicted.kind,
        np.where(holder == NONE, own + predicted.holder.astype(np.int64), holder),
        np.where(target == NONE, own + predicted.target.astype(np.int64), target),
    )
    _, of = distinct(row_keys(columns))
    once, _ = distinct(row_keys([of, predicted.label]))
    hedged = np.bincount(of[once])[of] > 1
    return np.where(hedged, len(LABELS), 0) + predicted.label.astype(np.int64)


def _mapped(mapping: Ints, codes: Ints) -> Ints:
    return mapping[codes] if len(codes) else np.zeros(0, np.int64)


def content(stances: StanceColumns, row: int) -> tuple[str, list[tuple[int, int]], str, int]:
    """What equal stances are ordered by."""
    parts = [tuple(part) for part in stances.evidence.row(row)]
    return LABELS[stances.label[row]], parts, BASES[stances.basis[row]], row


def stance_sheet(stances: Stances) -> Sheet:
    """The counts of the layer of stances, but for those over the corpus."""
    gold, predicted = stances.gold, stances.predicted
    sheet, documents = Sheet(stances.documents), stances.documents
    required = stances.kept & ~gold.optional
    charged = ~stances.excused
    answers = np.flatnonzero(stances.answers != NONE)
    answers = answers[required[stances.answers[answers]]] if len(gold) else answers
    to = stances.answers[answers]
    agreeing = stances.said[answers] == gold.label[to]
    found, right = np.zeros(len(gold), bool), np.zeros(len(gold), bool)
    found[to], right[to[agreeing]] = True, True
    overlap = np.zeros(len(gold))
    np.maximum.at(overlap, to[agreeing], _overlaps(stances, answers[agreeing], to[agreeing]))

    def gold_of(which: Bools) -> Ints:
        return by_document(gold.document, which, documents)

    def predicted_of(which: Bools) -> Ints:
        return by_document(predicted.document, which, documents)

    all_gold, all_predicted = gold_of(required), predicted_of(charged)
    rows = np.flatnonzero(right)
    evidence = exact_sums(gold.document[rows].astype(np.int64), overlap[rows], documents)
    for name, matched in (("tuple", gold_of(right)), ("pair", gold_of(found)), ("evidence", evidence)):
        sheet.matched(name, matched, all_gold, all_predicted)
    answering = np.zeros(len(predicted), bool)
    answering[answers] = True
    for code, name in enumerate(LABELS):
        of_gold, of_predicted = gold.label == code, predicted.label == code
        counts = gold_of(right & of_gold), gold_of(found & of_gold), predicted_of(answering & of_predicted)
        sheet.matched(f"label[{name}]", *counts)
        counts = gold_of(right & of_gold), gold_of(required & of_gold), predicted_of(charged & of_predicted)
        sheet.matched(f"tuple[{name}]", *counts)
    for code, name in enumerate(KINDS):
        of_gold, of_predicted = gold.kind == code, predicted.kind == code
        counts = gold_of(right & of_gold), gold_of(required & of_gold), predicted_of(charged & of_predicted)
        sheet.matched(f"tuple[{name}]", *counts)
    for code, name in enumerate(BASES):
        of_gold = gold.basis == code
        sheet.share(f"tuple[{name}]", gold_of(right & of_gold), gold_of(required & of_gold))
    return sheet


def _overlaps(stances: Stances, predicted: Ints, gold: Ints) -> Floats:
    """Dice of the evidence, nothing below one half; 1 where neither has any."""
    mine, theirs = stances.gold.evidence.take(gold), stances.predicted.evidence.take(predicted)
    found = np.ones(len(gold))
    rest = np.flatnonzero(~alike(mine, theirs))
    for row, one, other in zip(rest.tolist(), mine.lists(rest), theirs.lists(rest), strict=True):
        value = dice(tuple(map(tuple, one)), tuple(map(tuple, other)))
        found[row] = value if value >= MIN_DICE else 0.0
    return found


def said_of(stances: Stances, codes: tuple[Vocabularies, Vocabularies]) -> Said:
    """What the stances of both sides say."""
    gold, predicted = stances.gold, stances.predicted
    rows = np.flatnonzero(stances.kept)
    words, strangers = ((*(side.of(kind).words for kind in range(len(KINDS))), side.entity.words) for side in codes)
    first = np.array([len(each) for each in words])
    holder = np.where(stances.holder == NONE, first[-1] + predicted.holder, stances.holder)
    target = np.where(stances.target == NONE, first[predicted.kind] + predicted.target, stances.target)
    return Said(
        document=narrow(np.concatenate([gold.document[rows], predicted.document])),
        role=narrow(
            np.concatenate(
                [np.where(gold.optional[rows], OPTIONAL, REQUIRED), np.where(stances.excused, EXCUSED, CHARGED)]
            )
        ),
        holder=narrow(np.concatenate([gold.holder[rows], holder])),
        kind=narrow(np.concatenate([gold.kind[rows], predicted.kind])),
        target=narrow(np.concatenate([gold.target[rows], target])),
        label=narrow(np.concatenate([gold.label[rows], stances.said])),
        words=words,
        strangers=strangers,
    )

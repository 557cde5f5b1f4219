"""Stances of many documents on columns; the definitions are those of :mod:`onrecord.eval.layers.stances` and
:mod:`onrecord.eval.layers.corpus_stances`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from onrecord.eval.clusters.table import Table
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
    together,
)
from onrecord.eval.layers.corpus_stances import (
    CorpusTuple,
    SidedId,
    StanceSets,
    TargetKey,
    corpus_counts,
    counts_by_target,
    counts_over,
)
from onrecord.eval.layers.ids import MIN_DICE
from onrecord.eval.layers.quote_columns import exact_sums
from onrecord.eval.layers.state_columns import Floats, Sheet, by_document, f1_of
from onrecord.eval.matching.keys import distinct, row_keys, sorting
from onrecord.eval.matching.similarity import dice
from onrecord.eval.statistics.counts import Counts, Score

REQUIRED, OPTIONAL, CHARGED, EXCUSED = range(4)
"""What a stance is to the corpus measures."""


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


def sayings() -> tuple[str, ...]:
    """What a prediction may say, by the scheme in force: a label, or as a part of a hedge none.

    See :func:`onrecord.eval.layers.stance_pairing.said_labels`.
    """
    return (*LABELS, *(f"{label}?" for label in LABELS))


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


@dataclasses.dataclass(frozen=True, eq=False)
class Said:
    """What is said in documents: r rows, one for each stance; every array has the shape (r,)."""

    document: Ints
    role: Ints
    """:data:`REQUIRED`, :data:`OPTIONAL`, :data:`CHARGED` or :data:`EXCUSED`."""
    holder: Ints
    """In gold's codes; an id that means nothing there has one of the file's own, from ``strangers`` on."""
    kind: Ints
    target: Ints
    label: Ints
    words: tuple[Sequence[str], ...]
    """By kind, and last of holders: the id of each of gold's codes."""
    strangers: tuple[Sequence[str], ...]
    """Likewise of the file's."""

    @classmethod
    def of(cls, stances: Stances, codes: tuple[Vocabularies, Vocabularies]) -> Said:
        """What the stances of both sides say."""
        gold, predicted = stances.gold, stances.predicted
        rows = np.flatnonzero(stances.kept)
        words, strangers = ((*(side.of(kind).words for kind in range(len(KINDS))), side.entity.words) for side in codes)
        first = np.array([len(each) for each in words])
        holder = np.where(stances.holder == NONE, first[-1] + predicted.holder, stances.holder)
        target = np.where(stances.target == NONE, first[predicted.kind] + predicted.target, stances.target)
        return cls(
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

    @classmethod
    def joined(cls, parts: Sequence[Self], index: Sequence[Ints], documents: Sequence[str]) -> Self:
        """What parts say together; see :class:`~onrecord.eval.layers.added_states.PartState`."""
        places = range(len(parts[0].words))
        words, gold = zip(*(together([part.words[k] for part in parts]) for k in places), strict=True)
        strangers, file = zip(*(together([part.strangers[k] for part in parts]) for k in places), strict=True)
        codes = [[np.concatenate([gold[k][n], len(words[k]) + file[k][n]]) for k in places] for n in range(len(parts))]

        def every(of: Callable[[Self, Ints, list[Ints]], Ints]) -> Ints:
            return narrow(np.concatenate([of(*each) for each in zip(parts, index, codes, strict=True)]))

        def target(part: Self, _: Ints, tables: list[Ints]) -> Ints:
            found = np.zeros(len(part.target), np.int64)
            for kind in range(len(KINDS)):
                rows = np.flatnonzero(part.kind == kind)
                found[rows] = tables[kind][part.target[rows]]
            return found

        joined = cls(
            document=every(lambda part, at, _: at[part.document]),
            role=every(lambda part, *_: part.role),
            holder=every(lambda part, _, tables: tables[-1][part.holder]),
            kind=every(lambda part, *_: part.kind),
            target=every(target),
            label=every(lambda part, *_: part.label),
            words=words,
            strangers=strangers,
        )
        order = sorting(joined.document)
        return joined if order is None else joined.take(order)

    def take(self, rows: Ints) -> Self:
        """Some of the rows."""
        columns = {
            name: getattr(self, name)[rows] for name in ("document", "role", "holder", "kind", "target", "label")
        }
        return dataclasses.replace(self, **columns)

    def sets(self) -> StanceSets:
        """The tuples, by what they are."""
        columns = (self.role, self.holder, self.kind, self.target, self.label)
        said = sayings()
        return _union(
            (role, (self.id_of(-1, holder), KINDS[kind], self.id_of(kind, target), said[label]))
            for role, holder, kind, target, label in zip(*(each.tolist() for each in columns), strict=True)
        )

    def id_of(self, kind: int, code: int) -> SidedId:
        """What a code of a kind stands for; -1 for the kind is that of holders."""
        words = self.words[kind]
        return ("gold", words[code]) if code < len(words) else ("file", self.strangers[kind][code - len(words)])

    def documents(self) -> None:
        """There are no clusters."""

    def parts(self, document: int) -> tuple[tuple[Table, ...], tuple[Any, ...]]:
        """What one document says."""
        return (), (self.take(np.flatnonzero(self.document == document)).sets(),)

    def scores(self) -> Mapping[str, Counts | Score]:
        """The measures over the corpus."""
        return corpus_counts(self.distinct().sets())

    def distinct(self) -> Said:
        """The same without repetitions, whatever the document."""
        return self.take(np.sort(distinct(self._keys())[0]))

    def _keys(self) -> Ints:
        """A number of what each row says, whatever the document."""
        key: Ints = np.zeros(len(self.role), np.int64)
        for column, many in (
            (self.role, 4),
            (self.kind, len(KINDS)),
            (self.label, len(sayings())),
            (self.holder, 1 + int(self.holder.max(initial=0))),
            (self.target, 1 + int(self.target.max(initial=0))),
        ):
            key = key * many + column
        return key

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """See :class:`~onrecord.eval.layers.state_columns.Whole`.

        Without a group those tuples are missing that no other group has; only the targets of these are counted again.
        """
        tuples, lost = self._lost(group, groups)
        whole = counts_by_target(_union(tuples))
        total = {name: counts_over(each.values()) for name, each in whole.items()}
        counts = {
            name: np.tile([float(each.gold_matched), each.gold, each.predicted], (groups, 1))
            for name, each in total.items()
        }
        about: dict[TargetKey, list[int]] = {}
        touched: dict[tuple[int, TargetKey], None] = {}
        for row, ((_, (_, kind, target, _)), left_out) in enumerate(zip(tuples, lost, strict=True)):
            about.setdefault((kind, target), []).append(row)
            if left_out >= 0:
                touched[left_out, (kind, target)] = None
        for left_out, key in touched:
            now = counts_by_target(_union([tuples[row] for row in about[key] if lost[row] != left_out]))
            for name, each in counts.items():
                before, after = whole[name].get(key, (0, 0, 0)), now[name].get(key, (0, 0, 0))
                each[left_out] += [b - a for a, b in zip(before, after, strict=True)]
        return {name: f1_of(each[:, 0], each[:, 1], each[:, 0], each[:, 2]) for name, each in counts.items()}

    def _lost(self, group: Ints, groups: int) -> tuple[list[tuple[int, CorpusTuple]], list[int]]:
        """Every distinct tuple of codes with its role, and the group without which it is missing; -1 for none."""
        first, place = distinct(self._keys())
        pairs = np.unique(place * (groups + 1) + group[self.document] + 1)
        tuple_, of = np.divmod(pairs, groups + 1)
        alone = np.bincount(tuple_)[tuple_] == 1
        lost = np.full(len(first), -1)
        lost[tuple_[alone]] = of[alone] - 1
        columns = (self.role, self.holder, self.kind, self.target, self.label)
        rows = zip(*(each[first].tolist() for each in columns), strict=True)
        said = sayings()
        return [(role, (h, KINDS[kind], t, said[label])) for role, h, kind, t, label in rows], lost.tolist()


def _union(tuples: Iterable[tuple[int, CorpusTuple]]) -> StanceSets:
    found: tuple[set[CorpusTuple], ...] = (set(), set(), set(), set())
    for role, each in tuples:
        found[role].add(each)
    return StanceSets(*map(frozenset, found))

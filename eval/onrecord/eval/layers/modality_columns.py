"""Modality of the event mentions of many documents, on columns; the definitions are those of
:mod:`onrecord.eval.layers.modalities`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.columns import MODALITIES, NONE, Bools, Codes, Ints, narrow, together
from onrecord.eval.layers.modalities import DENIED, ModalitySets, SaidEvent
from onrecord.eval.layers.span_pairing import SpanPairing
from onrecord.eval.layers.state_columns import Floats, Sheet, by_document, f1_of
from onrecord.eval.matching.keys import distinct, row_keys, sorting
from onrecord.eval.statistics.counts import Counts, Score

REQUIRED, OPTIONAL, CHARGED, EXCUSED = range(4)
"""What a mention is to the contradictions."""


def put_modalities(sheet: Sheet, pairing: SpanPairing) -> None:
    """The counts that add."""
    gold, predicted, documents = pairing.gold, pairing.predicted, pairing.documents
    found = np.flatnonzero(pairing.exact & ~gold.optional)
    right = gold.kind[found] == predicted.kind[pairing.partner[found]]
    of = gold.document[found]
    matched = by_document(of, right, documents)
    sheet.share("modality", matched, by_document(of, None, documents))
    required = by_document(gold.document, ~gold.optional, documents)
    sheet.matched("mention+modality", matched, required, by_document(predicted.document, ~pairing.excused, documents))


@dataclasses.dataclass(frozen=True, eq=False)
class Modalities:
    """What documents say of events: r rows, a document, role, event and side once; arrays of the shape (r,)."""

    document: Ints
    role: Ints
    event: Ints
    """In gold's codes; an id that means nothing there has one of the file's own, from ``strangers`` on."""
    denied: Bools
    words: tuple[str, ...]
    """The id of each of gold's codes."""
    strangers: tuple[str, ...]
    """Likewise of the file's."""

    @classmethod
    def of(cls, pairing: SpanPairing, codes: tuple[Codes, Codes], mapping: Ints) -> Self:
        """What the mentions of both sides say.

        Args:
            pairing: The mentions.
            codes: Gold's of events, and the file's.
            mapping: The gold code of each of the file's; -1 for none.
        """
        gold, predicted = pairing.gold, pairing.predicted
        words, strangers = (tuple(each.words) for each in codes)
        denied = MODALITIES.index(DENIED) if DENIED in MODALITIES else NONE
        known = mapping[predicted.id] if len(predicted) else np.zeros(0, np.int64)
        columns = [
            np.concatenate([gold.document, predicted.document]),
            np.concatenate([np.where(gold.optional, OPTIONAL, REQUIRED), np.where(pairing.excused, EXCUSED, CHARGED)]),
            np.concatenate([gold.id, np.where(known == NONE, len(words) + predicted.id, known)]),
            np.concatenate([gold.kind, predicted.kind]) == denied,
        ]
        first, _ = distinct(row_keys(columns))
        return cls._of([column[first] for column in columns], words, strangers)

    @classmethod
    def _of(cls, rows: Sequence[Ints], words: tuple[str, ...], strangers: tuple[str, ...]) -> Self:
        document, role, event, denied = rows
        return cls(narrow(document), narrow(role), narrow(event), denied.astype(bool), words, strangers)

    @classmethod
    def joined(cls, parts: Sequence[Self], index: Sequence[Ints], documents: Sequence[str]) -> Self:
        """What parts say together; see :class:`~onrecord.eval.layers.added_states.PartState`."""
        words, gold = together([part.words for part in parts])
        strangers, file = together([part.strangers for part in parts])
        rows = []
        for part, at, known, others in zip(parts, index, gold, file, strict=True):
            codes = np.concatenate([known, len(words) + others])
            rows.append((at[part.document], part.role, codes[part.event], part.denied))
        every = [np.concatenate(column) for column in zip(*rows, strict=True)]
        order = sorting(every[0])
        return cls._of(every if order is None else [column[order] for column in every], words, strangers)

    def take(self, rows: Ints) -> Self:
        """Some of the rows."""
        columns = {name: getattr(self, name)[rows] for name in ("document", "role", "event", "denied")}
        return dataclasses.replace(self, **columns)

    def sets(self) -> ModalitySets:
        """The same by what they are."""
        found: tuple[set[SaidEvent], ...] = (set(), set(), set(), set())
        for role, event, denied in zip(self.role.tolist(), self.event.tolist(), self.denied.tolist(), strict=True):
            found[role].add((*self.id_of(event), denied))
        return ModalitySets(*map(frozenset, found))

    def id_of(self, code: int) -> tuple[str, str]:
        """Whose id a code stands for, ``gold`` or ``file``, and the id."""
        many = len(self.words)
        return ("gold", self.words[code]) if code < many else ("file", self.strangers[code - many])

    def documents(self) -> None:
        """There are no clusters."""

    def parts(self, document: int) -> tuple[tuple[Table, ...], tuple[Any, ...]]:
        """What one document says."""
        return (), (self.take(np.flatnonzero(self.document == document)).sets(),)

    def scores(self) -> Mapping[str, Counts | Score]:
        """The contradictions over the corpus."""
        matched, gold, predicted = _counts(self._by_event()).sum(axis=0).tolist()
        return {"contradictions": Counts.matched(matched, gold, predicted)}

    def _by_event(self) -> Ints:
        """How many documents say of each event in each role that it is not denied, or that it is; shape (events, 8)."""
        events = 1 + int(self.event.max(initial=0))
        return np.bincount(self.event.astype(np.int64) * 8 + self._side(), minlength=8 * events).reshape(events, 8)

    def _side(self) -> Ints:
        return 2 * self.role.astype(np.int64) + self.denied

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """See :class:`~onrecord.eval.layers.state_columns.Whole`: only events that a group speaks of change."""
        of = group[self.document]
        total = self._by_event()
        events, side = len(total), self._side()
        whole = _counts(total)
        counts = np.tile(whole.sum(axis=0), (groups, 1))
        pairs, inverse = np.unique(of.astype(np.int64) * events + self.event, return_inverse=True)
        lost = np.zeros((len(pairs), 8), np.int64)
        np.add.at(lost, (inverse.reshape(-1), side), 1)
        left_out, event = np.divmod(pairs, events)
        rows = left_out >= 0
        change = _counts(total[event[rows]] - lost[rows]) - whole[event[rows]]
        np.add.at(counts, left_out[rows], change)
        matched, gold, predicted = counts.T.astype(np.float64)
        return {"contradictions": f1_of(matched, gold, matched, predicted)}


def _counts(said: Ints) -> Ints:
    """What events add to the contradictions: matched, gold, predicted; from how often each role says each side."""
    there = said > 0

    def opposed(*roles: int) -> Bools:
        sides = [np.logical_or.reduce([there[:, 2 * role + side] for role in roles]) for side in (0, 1)]
        both: Bools = sides[0] & sides[1]
        return both

    required, gold = opposed(REQUIRED), opposed(REQUIRED, OPTIONAL)
    found = required & opposed(CHARGED, EXCUSED)
    return np.stack([found, required, found | (opposed(CHARGED) & ~gold)], axis=1).astype(np.int64)

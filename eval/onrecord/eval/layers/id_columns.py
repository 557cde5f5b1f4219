"""What a system's ids mean, found out on columns; the rules are those of :mod:`onrecord.eval.layers.ids`.

What decides is evidence that adds over documents (:class:`IdEvidence`): the parts of a submission are looked at apart,
on whatever machine, and their sum says what the ids mean, to the last tie: what comes first in the corpus comes first
in a sum, whichever part it is from.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from onrecord.dataset import Registries
from onrecord.dataset.derive import actors
from onrecord.eval.clusters.measures import best_cells
from onrecord.eval.clusters.rows import MembershipRows
from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.columns import BASES, KINDS, LABELS, NONE, Ints, Ragged, SideColumns, narrow, together
from onrecord.eval.layers.ids import (
    MIN_DICE,
    Evidence,
    IdMap,
    claim_map,
    map_entities,
    map_events,
    map_links,
    registry_links,
    worded_claims,
)
from onrecord.eval.layers.mention_states import memberships
from onrecord.eval.layers.span_pairing import SpanPairing, all_overlapping
from onrecord.eval.matching.keys import by_sight, distinct, row_keys, sorting
from onrecord.eval.spans.columns import Vocabulary
from onrecord.eval.submission.prediction_line import (
    ClaimDescription,
    EntityDescription,
    EventDescription,
    says_something,
)


@dataclasses.dataclass(frozen=True)
class Described:
    """What a whole file says of its ids, in documents that are not scored too; adds."""

    entities: Mapping[str, EntityDescription]
    claims: Mapping[str, ClaimDescription]
    events: Mapping[str, EventDescription]
    used_entities: frozenset[str]
    """Ids that a mention bears."""
    used_events: frozenset[str]
    sources: frozenset[tuple[str, str]]
    """Speaker and row of the registry of the quotes whose source names one; see
    :func:`onrecord.eval.layers.ids.named_by_sources`."""
    bare: bool = False
    """Whether a mention bears no id."""

    def __reduce__(self) -> tuple[Callable[[bytes], Described], tuple[bytes]]:
        """For other processes: pickled row by row it would take several times as long."""
        return _unpacked, (msgspec.msgpack.encode(self),)

    @classmethod
    def total(cls, parts: Iterable[Described]) -> Described:
        """Of parts that describe no id in two ways; of a description that says something and a bare id the former."""
        every = list(parts)
        described: tuple[dict[str, Any], dict[str, Any], dict[str, Any]] = {}, {}, {}
        for part in every:
            of_part: tuple[Mapping[str, Any], ...] = part.entities, part.claims, part.events
            for into, rows in zip(described, of_part, strict=True):
                into.update({id: row for id, row in rows.items() if id not in into or says_something(row)})
        return cls(
            *described,
            frozenset().union(*(each.used_entities for each in every)),
            frozenset().union(*(each.used_events for each in every)),
            frozenset().union(*(each.sources for each in every)),
            any(each.bare for each in every),
        )


def _unpacked(packed: bytes) -> Described:
    return msgspec.msgpack.decode(packed, type=Described)


NOTHING_DESCRIBED = Described({}, {}, {}, frozenset(), frozenset(), frozenset())

OWN = -2
"""The code of a cluster of one mention without an id."""


@dataclasses.dataclass(frozen=True, eq=False)
class ClusterEvidence:
    """What the mentions of some documents say of one kind of ids; adds."""

    gold_words: tuple[str, ...]
    """The gold id of each code."""
    words: tuple[str, ...]
    """The file's."""
    cells: Ints
    """Shape (n, 5): gold code or :data:`NONE`, the file's code, :data:`NONE` or :data:`OWN`, mentions that are in both,
    and the first of them: its document and its place there. A row for each pair of clusters, and for each single
    mention without an id that is gold."""
    votes: Ints
    """Shape (m, 6): the file's code, gold code, overlapping pairs of mentions, and the first gold mention of these: its
    document, start and end."""

    @classmethod
    def of(cls, pairing: SpanPairing, gold: Sequence[str], predicted: Sequence[str], places: Ints) -> ClusterEvidence:
        """That of some documents.

        Args:
            pairing: Their mentions.
            gold: The gold id of each code.
            predicted: The file's.
            places: Shape (D,): the place of each document in the whole corpus.
        """
        rows = memberships(pairing, len(predicted), skip_optional=False)
        own = rows.predicted >= len(predicted)
        column = np.where(own, OWN, rows.predicted)
        first = np.searchsorted(rows.document, np.arange(len(places)))
        at = np.arange(len(column)) - first[rows.document]
        cells = [rows.gold, column, rows.count, places[rows.document], at]
        nobody = own & (rows.gold == NONE)
        if nobody.any():  # which says nothing
            cells = [each[~nobody] for each in cells]
        return cls(tuple(gold), tuple(predicted), _summed(cells), _summed(_overlaps(pairing, places)))

    @classmethod
    def total(cls, parts: Iterable[ClusterEvidence]) -> ClusterEvidence:
        """The sum over parts that have no document in common."""
        every = list(parts)
        gold, rows = together([each.gold_words for each in every])
        words, columns = together([each.words for each in every])
        cells: list[Ints] = [np.zeros((0, 5), np.int64)]
        votes: list[Ints] = [np.zeros((0, 6), np.int64)]
        for each, *codes in zip(every, rows, columns, strict=True):
            row, column = (np.append(of, [OWN, NONE]) for of in codes)  # which -2 and -1 look up
            cells.append(np.column_stack([row[each.cells[:, 0]], column[each.cells[:, 1]], each.cells[:, 2:]]))
            votes.append(np.column_stack([column[each.votes[:, 0]], row[each.votes[:, 1]], each.votes[:, 2:]]))
        return cls(gold, words, _summed(np.concatenate(cells).T), _summed(np.concatenate(votes).T))

    def by_mentions(self) -> dict[str, str]:
        """The file's ids to gold ids: by the best alignment of clusters; else by the mentions that overlap."""
        gold, words = self.gold_words, self.words
        found = {words[p]: gold[g] for p, g in self._voted()}
        column = self.cells[:, 1].copy()
        own = column == OWN
        column[own] = len(words) + np.arange(np.count_nonzero(own))
        table = table_of(MembershipRows(self.cells[:, 3], self.cells[:, 0], column, self.cells[:, 2]))
        chosen = best_cells(table)
        g, p = np.array(table.gold_ids)[table.rows[chosen]], np.array(table.predicted_ids)[table.columns[chosen]]
        named = p < len(words)
        return found | {words[p]: gold[g] for g, p in zip(g[named].tolist(), p[named].tolist(), strict=True)}

    def _voted(self) -> list[tuple[int, int]]:
        """The file's id, and the gold id that most of its mentions overlap with; of several the one seen first."""
        by, to, many, document, start, end = self.votes.T
        ranks = Vocabulary(self.gold_words).ranks() if self.gold_words else np.zeros(0, np.int64)
        best = np.lexsort((ranks[to], end, start, document, -many, by))
        chosen = best[np.flatnonzero(np.diff(by[best], prepend=-1))]
        return list(zip(by[chosen].tolist(), to[chosen].tolist(), strict=True))


def _summed(columns: Sequence[Ints] | Ints) -> Ints:
    """Rows of two codes, a number and a place, the numbers of the same codes added at their first place, in order.

    Args:
        columns: Each of the shape (k,).

    Returns:
        Shape (rows, columns).
    """
    one, other, many, *where = columns
    order = sorting(row_keys(where))
    if order is not None:
        one, other, many = one[order], other[order], many[order]
    codes = [one, other]
    if len(own := np.flatnonzero(other == OWN)):
        apart = np.zeros(len(one), np.int64)
        apart[own] = own
        codes.append(apart)
    first, place = distinct(row_keys(codes))
    seen = np.argsort(first)
    first, total = first[seen], np.bincount(place, many, len(first)).astype(np.int64)[seen]
    at = first if order is None else order[first]
    return np.stack([one[first], other[first], total, *(each[at] for each in where)], axis=1)


def _overlaps(pairing: SpanPairing, places: Ints) -> list[Ints]:
    """Pairs of mentions with ids that overlap enough, as the columns of votes."""
    gold, predicted = pairing.gold, pairing.predicted
    rows, columns = np.flatnonzero(gold.id != NONE), np.flatnonzero(predicted.id != NONE)
    width = 1 + max(int(each.end.max(initial=0)) for each in (gold, predicted))
    axis = [
        (
            side.document[at].astype(np.int64) * width + side.start[at],
            side.document[at].astype(np.int64) * width + side.end[at],
        )
        for side, at in ((gold, rows), (predicted, columns))
    ]
    g, p = all_overlapping(*axis[0], *axis[1])
    shared = np.minimum(axis[0][1][g], axis[1][1][p]) - np.maximum(axis[0][0][g], axis[1][0][p])
    total = axis[0][1][g] - axis[0][0][g] + axis[1][1][p] - axis[1][0][p]
    enough = 2 * shared >= MIN_DICE * total
    g, p = rows[g[enough]], columns[p[enough]]
    one = np.ones(len(g), np.int64)
    return [predicted.id[p], gold.id[g], one, places[gold.document[g]], gold.start[g], gold.end[g]]


@dataclasses.dataclass(frozen=True, eq=False)
class ClaimEvidence:
    """The stances on claims that have evidence, of some documents of one side; adds. Arrays have the shape (n,)."""

    document: Ints
    """Its place in the whole corpus."""
    claim: Ints
    """A code of ``words``."""
    label: Ints
    basis: Ints
    parts: Ragged
    """The evidence."""
    words: tuple[str, ...]

    @classmethod
    def of(cls, side: SideColumns, places: Ints) -> ClaimEvidence:
        """Those of a side."""
        stances = side.stances
        rows = np.flatnonzero((stances.kind == KINDS.index("claim")) & (stances.evidence.many > 0))
        used, claim = np.unique(stances.target[rows], return_inverse=True)
        words = side.codes.claim.words
        return cls(
            narrow(places[stances.document[rows]]),
            narrow(claim),
            narrow(stances.label[rows]),
            narrow(stances.basis[rows]),
            stances.evidence.take(rows),
            tuple(words[code] for code in used.tolist()),
        )

    @classmethod
    def total(cls, parts: Sequence[ClaimEvidence]) -> ClaimEvidence:
        """The sum over parts that have no document in common, documents ascending."""
        words, codes = together([part.words for part in parts])
        claim = [code[part.claim] for code, part in zip(codes, parts, strict=True)]
        joined = cls(
            np.concatenate([part.document for part in parts]),
            narrow(np.concatenate(claim)),
            np.concatenate([part.label for part in parts]),
            np.concatenate([part.basis for part in parts]),
            Ragged.joined([part.parts for part in parts]),
            words,
        )
        return joined._take(np.argsort(joined.document, kind="stable"))

    def about(self, claims: Collection[str]) -> ClaimEvidence:
        """Those on some claims."""
        asked = np.array([word in claims for word in self.words], bool)
        return self._take(np.flatnonzero(asked[self.claim]))

    def within(self, documents: Ints) -> ClaimEvidence:
        """Those in some documents."""
        return self._take(np.flatnonzero(np.isin(self.document, documents)))

    def each(self) -> list[Evidence]:
        """One by one."""
        first, values = self.parts.first.tolist(), self.parts.values.tolist()
        columns = (each.tolist() for each in (self.document, self.claim, self.label, self.basis))
        labels, bases = tuple(LABELS), tuple(BASES)
        return [
            Evidence(document, self.words[claim], tuple(map(tuple, values[low:high])), labels[label], bases[basis])
            for document, claim, label, basis, (low, high) in zip(*columns, itertools.pairwise(first), strict=True)
        ]

    def _take(self, rows: Ints) -> ClaimEvidence:
        columns = {name: getattr(self, name)[rows] for name in ("document", "claim", "label", "basis")}
        return dataclasses.replace(self, **columns, parts=self.parts.take(rows))


@dataclasses.dataclass(frozen=True, eq=False)
class IdEvidence:
    """All that the meaning of a file's ids follows from, of some documents; adds."""

    entities: ClusterEvidence
    events: ClusterEvidence
    gold_claims: ClaimEvidence
    claims: ClaimEvidence
    """The file's."""
    described: Described

    @classmethod
    def of(
        cls,
        sides: tuple[SideColumns, SideColumns],
        mentions: SpanPairing,
        events: SpanPairing,
        described: Described,
        places: Ints,
    ) -> IdEvidence:
        """That of some documents.

        Args:
            sides: Their gold labels, and what the file says of them.
            mentions: The mentions of entities, paired.
            events: Those of events.
            described: What the file says of its ids.
            places: Shape (D,): the place of each document in the whole corpus.
        """
        gold, predicted = (side.codes for side in sides)
        return cls(
            ClusterEvidence.of(mentions, gold.entity.words, predicted.entity.words, places),
            ClusterEvidence.of(events, gold.event.words, predicted.event.words, places),
            ClaimEvidence.of(sides[0], places),
            ClaimEvidence.of(sides[1], places),
            described,
        )

    @classmethod
    def total(cls, parts: Iterable[IdEvidence]) -> IdEvidence:
        """The sum over parts that have no document in common and describe no id in two ways."""
        every = list(parts)
        return cls(
            ClusterEvidence.total(each.entities for each in every),
            ClusterEvidence.total(each.events for each in every),
            ClaimEvidence.total([each.gold_claims for each in every]),
            ClaimEvidence.total([each.claims for each in every]),
            Described.total(each.described for each in every),
        )

    def id_map(self, registries: Registries) -> IdMap:
        """What the ids mean, given the gold ids."""
        described = self.described
        claims = described.claims
        sources: dict[str, frozenset[str]] = {}
        for id, row in described.sources:
            if id not in described.used_entities:
                sources[id] = sources.get(id, frozenset()) | {row}
        worded = worded_claims(claims, registries)
        predicted = self.claims.about(claims.keys() - worded.keys())
        gold = self.gold_claims.within(predicted.document)
        return IdMap(
            entity=map_entities(
                self.entities.by_mentions(),
                described.used_entities | set(described.entities),
                described.entities,
                registries,
                sources,
            ),
            event=map_events(self.events.by_mentions(), described.used_events, registries, described.events),
            claim=claim_map(gold.each(), predicted.each(), claims, registries, worded),
            links=map_links(described.entities, registries),
            gold_links=registry_links(registries),
            described_events=described.events,
            gold_events={row.id: row for row in registries.events},
            actors=actors(registries.entities),
            has_entities=bool(described.used_entities) or not described.bare,
        )


def table_of(rows: MembershipRows) -> Table:
    """The table of all documents, clusters named by their codes and in order of first sight."""
    gold_ids, gold_sizes, row = _numbered(rows.gold, rows.count)
    ids, sizes, column = _numbered(rows.predicted, rows.count)
    both = np.flatnonzero((row >= 0) & (column >= 0))
    first, cell = distinct(row_keys([row[both], column[both]]))
    seen = np.argsort(first)
    shared = np.bincount(cell, rows.count[both], len(first)).astype(np.int64)[seen]
    cells = both[first[seen]]
    return Table(tuple(gold_ids.tolist()), tuple(ids.tolist()), gold_sizes, sizes, row[cells], column[cells], shared)


def _numbered(codes: Ints, count: Ints) -> tuple[Ints, Ints, Ints]:
    """Distinct codes in order of first sight, how much there is of each, and the place of each of ``codes`` or -1."""
    there = np.flatnonzero(codes != NONE)
    found, place = by_sight(codes[there])
    at = np.full(len(codes), NONE, np.int64)
    at[there] = place
    sizes = np.bincount(place, count[there], len(found)).astype(np.int64)
    return found, sizes, at

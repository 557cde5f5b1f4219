"""What a system's ids mean, found out on columns; the rules are those of :mod:`onrecord.eval.layers.ids`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from onrecord.dataset import Registries
from onrecord.eval.clusters.measures import best_alignment
from onrecord.eval.clusters.rows import MembershipRows
from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.columns import BASES, KINDS, LABELS, NONE, Ints, MentionColumns, SideColumns
from onrecord.eval.layers.ids import (
    MIN_DICE,
    Evidence,
    IdMap,
    claim_map,
    map_entities,
    map_events,
    map_links,
    registry_links,
)
from onrecord.eval.layers.mention_states import memberships
from onrecord.eval.layers.span_pairing import SpanPairing, all_overlapping
from onrecord.eval.spans.columns import Vocabulary
from onrecord.eval.submission.prediction_line import ClaimDescription, EntityDescription, EventDescription

Described = tuple[Mapping[str, EntityDescription], Mapping[str, ClaimDescription], Mapping[str, EventDescription]]
"""What a file says of its entities, claims and events, by id."""


def id_map(
    gold: SideColumns,
    predicted: SideColumns,
    mentions: SpanPairing,
    events: SpanPairing,
    described: tuple[Mapping[str, EntityDescription], Mapping[str, ClaimDescription], Mapping[str, EventDescription]],
    registries: Registries,
) -> IdMap:
    """What the ids of a file mean.

    Args:
        gold: All documents.
        predicted: What the file says of them.
        mentions: The mentions of entities, paired.
        events: Those of events.
        described: What the file says of its entities, claims and events.
        registries: The gold ids.
    """
    entities, claims, of_events = described
    return IdMap(
        entity=map_entities(
            _by_mentions(mentions, gold.codes.entity.words, predicted.codes.entity.words),
            frozenset(_used(predicted.mentions, predicted.codes.entity.words) | set(entities)),
            entities,
            registries,
        ),
        event=map_events(
            _by_mentions(events, gold.codes.event.words, predicted.codes.event.words),
            frozenset(_used(predicted.events, predicted.codes.event.words)),
            registries,
            of_events,
        ),
        claim=claim_map(*_evidence(gold, predicted, claims), claims, registries),
        links=map_links(entities, registries),
        gold_links=registry_links(registries),
        described_events=of_events,
        gold_events={row.id: row for row in registries.events},
    )


def _used(mentions: MentionColumns, words: Sequence[str]) -> set[str]:
    return {words[code] for code in np.unique(mentions.id).tolist() if code != NONE}


def _by_mentions(pairing: SpanPairing, gold: Sequence[str], predicted: Sequence[str]) -> dict[str, str]:
    """By the best alignment of clusters; else by the mentions that overlap."""
    found = {predicted[p]: gold[g] for p, g in _votes(pairing, gold)}
    table = table_of(memberships(pairing, len(predicted), skip_optional=False))
    clusters = ((int(str(g)), int(str(p))) for g, p, _ in best_alignment(table))
    return found | {predicted[p]: gold[g] for g, p in clusters if p < len(predicted)}


def table_of(rows: MembershipRows) -> Table:
    """The table of all documents, clusters named by their codes and in order of first sight."""
    gold_ids, gold_sizes, row = _numbered(rows.gold, rows.count)
    ids, sizes, column = _numbered(rows.predicted, rows.count)
    both = np.flatnonzero((row >= 0) & (column >= 0))
    cells, first, inverse = np.unique(
        row[both] * max(len(ids), 1) + column[both], return_index=True, return_inverse=True
    )
    seen = np.argsort(first)
    shared = np.bincount(inverse, rows.count[both], len(cells)).astype(np.int64)[seen]
    rows_, columns = np.divmod(cells[seen], max(len(ids), 1))
    return Table(tuple(gold_ids.tolist()), tuple(ids.tolist()), gold_sizes, sizes, rows_, columns, shared)


def _numbered(codes: Ints, count: Ints) -> tuple[Ints, Ints, Ints]:
    """Distinct codes in order of first sight, how much there is of each, and the place of each of ``codes`` or -1."""
    there = np.flatnonzero(codes != NONE)
    found, first, inverse = np.unique(codes[there], return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    at = np.full(len(codes), NONE, np.int64)
    at[there] = place[inverse]
    sizes = np.bincount(at[there], count[there], len(order)).astype(np.int64)
    return found[order], sizes, at


def _votes(pairing: SpanPairing, gold_ids: Sequence[str]) -> list[tuple[int, int]]:
    """Predicted id, and the gold id that most of its mentions overlap with; of several the one seen first."""
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
    ranks = Vocabulary(gold_ids).ranks() if len(gold_ids) else np.zeros(0, np.int64)
    order = np.lexsort((ranks[gold.id[g]], gold.end[g], gold.start[g], gold.document[g]))
    voted = predicted.id[p[order]].astype(np.int64) * max(len(gold_ids), 1) + gold.id[g[order]]
    pairs, first, many = np.unique(voted, return_index=True, return_counts=True)
    by, to = np.divmod(pairs, max(len(gold_ids), 1))
    best = np.lexsort((first, -many, by))
    chosen = best[np.flatnonzero(np.diff(by[best], prepend=-1))]
    return list(zip(by[chosen].tolist(), to[chosen].tolist(), strict=True))


def _evidence(
    gold: SideColumns, predicted: SideColumns, described: Mapping[str, ClaimDescription]
) -> tuple[list[Evidence], list[Evidence]]:
    """The stances on claims that have evidence, of either side; of the file's those on claims that it describes."""
    sides = []
    for side, known in ((gold, None), (predicted, described)):
        stances, words = side.stances, side.codes.claim.words
        of_claims = np.flatnonzero((stances.kind == KINDS.index("claim")) & (stances.evidence.many > 0))
        evidence = stances.evidence.take(of_claims)
        first, values = evidence.first.tolist(), evidence.values.tolist()
        columns = (stances.document, stances.target, stances.label, stances.basis)
        rows = zip(*(each[of_claims].tolist() for each in columns), itertools.pairwise(first), strict=True)
        sides.append(
            [
                Evidence(document, words[target], tuple(map(tuple, values[low:high])), LABELS[label], BASES[basis])
                for document, target, label, basis, (low, high) in rows
                if known is None or words[target] in known
            ]
        )
    return sides[0], sides[1]

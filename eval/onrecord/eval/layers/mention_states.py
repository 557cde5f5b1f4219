"""Counts of mentions of entities and of events, from columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from onrecord.dataset.layers import scheme
from onrecord.eval.clusters.rows import MembershipRows
from onrecord.eval.layers.columns import NONE, Bools, Ints, MentionColumns, Vocabularies
from onrecord.eval.layers.span_pairing import SpanPairing, pair_spans, strict_by_type
from onrecord.eval.layers.state_columns import Sheet
from onrecord.eval.matching.keys import sorting
from onrecord.eval.spans.counting import Selection
from onrecord.eval.spans.measures import MODES, mode_array


def pair_entities(
    documents: Sequence[str], gold: MentionColumns, predicted: MentionColumns, codes: Vocabularies
) -> tuple[SpanPairing, Ints]:
    """The mentions of entities aligned, and the counts of the names among them, shape (D, 15)."""
    sides = names_of(gold, codes), names_of(predicted, codes)
    pairing, (names,) = pair_spans(
        documents, gold, predicted, codes.type, codes.kind.ranks(), [Selection(*sides)], coverage=False
    )
    return pairing, names


def names_of(mentions: MentionColumns, codes: Vocabularies) -> Bools:
    """Which mentions are names."""
    names: Bools = mentions.kind == codes.kind[scheme().mention_kinds[0]]
    return names


def entity_sheet(
    pairing: SpanPairing, names: Ints, codes: Vocabularies, types: Sequence[str], of_all: Sequence[str]
) -> Sheet:
    """The counts of the layer of entities.

    Args:
        pairing: Of all mentions.
        names: Counts of the names, shape (D, 15).
        codes: Of types and kinds.
        types: The types that are counted apart.
        of_all: Modes that are counted for mentions of all kinds too.
    """
    sheet = Sheet(pairing.documents)
    of_names, of_every = mode_array(names), mode_array(pairing.everything)
    for n, mode in enumerate(MODES):
        sheet.put(mode, of_names[:, n])
    for mode in of_all:
        sheet.put(f"{mode}[all]", of_every[:, MODES.index(mode)])
    sides = names_of(pairing.gold, codes), names_of(pairing.predicted, codes)
    by_type = strict_by_type(pairing, *sides, len(codes.type.words))
    nothing = np.zeros(pairing.documents)
    for type in types:
        counts = by_type[:, codes.type[type]].T if type in codes.type else (nothing, nothing, nothing)
        sheet.matched(f"strict[{type}]", *counts)
    return sheet


def own_clusters(mentions: MentionColumns, clusters: int) -> Ints:
    """The cluster of each mention; one without an id is a cluster of its own, numbered from ``clusters`` on."""
    return np.where(mentions.id == NONE, clusters + np.arange(len(mentions)), mentions.id)


def memberships(pairing: SpanPairing, clusters: int, skip_optional: bool) -> MembershipRows:
    """The gold and the predicted cluster of every mention; two are the same mention where their offsets agree.

    In order of the documents, and in each of them gold in reading order and then what only the prediction has.

    Args:
        pairing: The pairing.
        clusters: How many predicted ids there are.
        skip_optional: Whether optional gold and what is paired with it is left out on both sides.
    """
    gold, predicted = pairing.gold, pairing.predicted
    own = own_clusters(predicted, clusters)
    rows = np.flatnonzero(~gold.optional) if skip_optional else np.arange(len(gold))
    partner = np.where(pairing.exact, pairing.partner, NONE)
    left = np.ones(len(predicted), bool)
    left[partner[partner >= 0]] = False
    if skip_optional:
        left &= ~pairing.excused
    others = np.flatnonzero(left)
    found = np.where(partner[rows] >= 0, own[partner[rows]], NONE) if len(own) else np.full(len(rows), NONE)
    document = np.concatenate([gold.document[rows], predicted.document[others]]).astype(np.int64)
    first = np.concatenate([gold.id[rows].astype(np.int64), np.full(len(others), NONE)])
    second = np.concatenate([found, own[others]])
    both = MembershipRows(document, first, second, np.ones(len(document), np.int64))
    order = sorting(document)
    return both if order is None else both.take(order)

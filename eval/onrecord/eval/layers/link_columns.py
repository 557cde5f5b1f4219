"""Linking on columns; the definitions are those of :mod:`onrecord.eval.layers.links`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from onrecord.eval.clusters.rows import MembershipRows
from onrecord.eval.layers.columns import NONE, Bools, Codes, Ints, MentionColumns, Vocabularies
from onrecord.eval.layers.ids import NIL, Link
from onrecord.eval.layers.mention_states import names_of, own_clusters
from onrecord.eval.layers.span_pairing import SpanPairing
from onrecord.eval.layers.state_columns import Sheet, by_document
from onrecord.eval.matching.keys import sorting


@dataclasses.dataclass(frozen=True, eq=False)
class Links:
    """The link of each mention of a side; shape (n,)."""

    wikidata: Ints
    """A code, or :data:`NONE`."""
    row: Ints
    """Of the registry: a code, or :data:`NONE`."""
    judged: Bools
    """See :attr:`onrecord.eval.layers.ids.Link.judged`."""

    def at(self, rows: Ints) -> Links:
        """Those of some mentions."""
        return Links(self.wikidata[rows], self.row[rows], self.judged[rows])


def _links(
    mentions: MentionColumns, words: Sequence[str], links: Mapping[str, Link], codes: tuple[Codes, Codes]
) -> Links:
    used = np.flatnonzero(np.bincount(mentions.id + 1, minlength=1)[1:])
    found = [links.get(words[code], NIL) for code in used.tolist()] + [NIL]
    place = np.full(len(words) + 1, len(used))  # NONE is the last
    place[used] = np.arange(len(used))
    at = place[mentions.id]
    wikidata = np.array([codes[0][link.wikidata] for link in found], np.int64)
    row = np.array([codes[1][link.row] for link in found], np.int64)
    judged = np.array([link.judged for link in found], bool)
    return Links(wikidata[at], row[at], judged[at])


def _right(gold: Links, predicted: Links) -> Bools:
    known = (gold.wikidata != NONE) | (predicted.wikidata != NONE)
    found: Bools = np.where(
        known, gold.wikidata == predicted.wikidata, (predicted.row == NONE) | (predicted.row == gold.row)
    )
    return found


@dataclasses.dataclass(frozen=True, eq=False)
class LinkedMentions:
    """All mentions of both sides with what they are linked to, and what answers what."""

    pairing: SpanPairing
    gold: Links
    predicted: Links
    partner: Ints
    """Shape (gold,): the prediction that answers each, whatever its offsets; -1 for none."""
    found: Bools
    """Which gold mentions are found with their offsets and type."""
    linked: Bools
    """Which of these have the right link; of those that are asked for."""
    asked: Bools
    """Gold mentions that count: not optional, and with a link that can be judged."""
    excused: Bools
    """Predictions that are left out: paired with gold that is."""
    names: tuple[Bools, Bools]
    """Which mentions of either side are names."""
    words: tuple[tuple[str, ...], tuple[str, ...]]
    """The Wikidata id, and the row of the registry, of each code."""
    clusters: int
    """How many ids the file has."""


def linked_mentions(
    pairing: SpanPairing,
    sides: tuple[Vocabularies, Vocabularies],
    gold_links: Mapping[str, Link],
    links: Mapping[str, Link],
) -> LinkedMentions:
    """Bring both sides together.

    Args:
        pairing: Of all mentions.
        sides: Codes of gold and of the file.
        gold_links: What the registry's ids are linked to.
        links: What the file's are.
    """
    gold, predicted, codes = pairing.gold, pairing.predicted, (Codes(), Codes())
    of_gold = _links(gold, sides[0].entity.words, gold_links, codes)
    of_predicted = _links(predicted, sides[1].entity.words, links, codes)
    words = tuple(codes[0].words), tuple(codes[1].words)
    partner = _exchanged(pairing, of_gold, of_predicted, words)
    rows = np.flatnonzero(partner >= 0)
    at = rows[
        (gold.start[rows] == predicted.start[partner[rows]])
        & (gold.end[rows] == predicted.end[partner[rows]])
        & (gold.type[rows] == predicted.type[partner[rows]])
    ]
    found, linked = np.zeros(len(gold), bool), np.zeros(len(gold), bool)
    found[at] = True
    linked[at] = _right(of_gold.at(at), of_predicted.at(partner[at]))
    asked = ~gold.optional & of_gold.judged
    linked &= asked
    excused = np.zeros(len(predicted), bool)
    excused[partner[rows[~asked[rows]]]] = True
    names = names_of(gold, sides[0]), names_of(predicted, sides[0])
    clusters = len(sides[1].entity.words)
    return LinkedMentions(
        pairing, of_gold, of_predicted, partner, found, linked, asked, excused, names, words, clusters
    )


def link_sheet(mentions: LinkedMentions) -> tuple[Sheet, MembershipRows]:
    """The counts of the layer of links, and the clusters of the names that are found with their link."""
    pairing, partner = mentions.pairing, mentions.partner
    gold, predicted = pairing.gold, pairing.predicted
    sheet = Sheet(pairing.documents)
    every = np.ones(len(gold), bool), np.ones(len(predicted), bool)
    for suffix, (one, other) in (("", mentions.names), ("[kinds]", every)):
        right = mentions.linked & one
        right[right] = other[partner[right]]
        which = right, one & mentions.asked, other & ~mentions.excused
        has = mentions.gold.wikidata != NONE
        known = has, has, mentions.predicted.wikidata != NONE
        documents = gold.document, gold.document, predicted.document
        total, part = (
            [
                by_document(of, each & both, pairing.documents)
                for of, each, both in zip(documents, which, limit, strict=True)
            ]
            for limit in ((True, True, True), known)
        )
        sheet.matched(f"all{suffix}", *total)
        sheet.matched(f"link{suffix}", *part)
        sheet.matched(f"nil{suffix}", *(a - b for a, b in zip(total, part, strict=True)))
    return sheet, _memberships(mentions)


def _memberships(mentions: LinkedMentions) -> MembershipRows:
    pairing, partner, names = mentions.pairing, mentions.partner, mentions.names
    gold, predicted = pairing.gold, pairing.predicted
    own = own_clusters(predicted, mentions.clusters)
    rows = np.flatnonzero(names[0] & mentions.asked)
    answer = np.where(mentions.linked[rows], partner[rows], NONE)
    answer[answer >= 0] = np.where(names[1][answer[answer >= 0]], answer[answer >= 0], NONE)
    left = names[1] & ~mentions.excused
    left[answer[answer >= 0]] = False
    others = np.flatnonzero(left)
    found = np.full(len(rows), NONE, np.int64)
    found[answer >= 0] = own[answer[answer >= 0]]
    document = np.concatenate([gold.document[rows], predicted.document[others]]).astype(np.int64)
    both = MembershipRows(
        document,
        np.concatenate([gold.id[rows].astype(np.int64), np.full(len(others), NONE)]),
        np.concatenate([found, own[others]]),
        np.ones(len(document), np.int64),
    )
    order = sorting(document)
    return both if order is None else both.take(order)


def _exchanged(
    pairing: SpanPairing, gold_links: Links, links: Links, words: tuple[Sequence[str], Sequence[str]]
) -> Ints:
    """The partners, where of predictions that the alignment cannot tell apart the one with the right link is taken."""
    predicted = pairing.predicted
    same = np.ones(max(len(predicted) - 1, 0), bool)
    for name in ("document", "start", "end", "type", "kind"):
        values = getattr(predicted, name)
        same &= values[1:] == values[:-1]
    partner = pairing.partner.copy()
    if not same.any():
        return partner
    group = np.concatenate([[0], np.cumsum(~same)])
    repeated = np.flatnonzero(np.bincount(group)[group] > 1)
    rows = np.flatnonzero(partner >= 0)
    rows = rows[np.isin(group[partner[rows]], group[repeated])]
    twins: dict[int, list[int]] = {}
    for p in repeated.tolist():
        twins.setdefault(int(group[p]), []).append(p)
    mixed = same & ((np.diff(links.wikidata) != 0) | (np.diff(links.row) != 0))

    def said(p: int) -> tuple[str, ...]:
        codes = int(links.wikidata[p]), int(links.row[p])
        return tuple("" if code == NONE else of[code] for of, code in zip(words, codes, strict=True))

    for several in dict.fromkeys(group[:-1][mixed].tolist()):
        twins[several].sort(key=said)
    left: list[tuple[int, list[int]]] = []
    for g in rows.tolist():
        alike = twins[int(group[partner[g]])]
        exact = pairing.fit[g] >= 3
        one = gold_links.at(np.full(len(alike), g))
        right = _right(one, links.at(np.array(alike, np.int64)))
        if exact and right.any():
            partner[g] = alike.pop(int(np.argmax(right)))
        else:
            left.append((g, alike))
    for g, alike in left:
        partner[g] = alike.pop(0)
    return partner

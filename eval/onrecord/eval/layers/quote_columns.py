"""Quotes of many documents paired and counted on columns; the definitions are those of
:mod:`onrecord.eval.layers.quotes` and :mod:`onrecord.eval.layers.quote_pairing`.

Nearly every quote is like one of the other side alone; for the others see
:mod:`onrecord.eval.layers.quote_choices`.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np

from onrecord.eval.layers.columns import NONE, Bools, Ints, QuoteColumns, Ragged, alike
from onrecord.eval.layers.quote_choices import decided
from onrecord.eval.layers.quote_pairing import MIN_SIMILARITY
from onrecord.eval.layers.quote_sides import STRANGER, PairedQuotes, Quotes, speech
from onrecord.eval.layers.span_pairing import all_overlapping
from onrecord.eval.layers.state_columns import Floats, Sheet, by_document
from onrecord.eval.matching.keys import sorting


def pair_all(quotes: Quotes) -> PairedQuotes:
    """The optimal one-to-one pairing within each document: first the required gold, then the optional."""
    g, p, similarity = _similar(quotes.gold, quotes.predicted)
    same = _same_sets(quotes.said[0].speaker.take(g), quotes.said[1].speaker.take(p))
    many, others = (np.bincount(rows, minlength=len(side)) for rows, side in ((g, quotes.gold), (p, quotes.predicted)))
    alone = (many[g] == 1) & (others[p] == 1)
    chosen = [PairedQuotes(g[alone], p[alone], similarity[alone], same[alone])]
    rest = np.flatnonzero(~alone)
    rest = rest[np.argsort(g[rest], kind="stable")]
    if len(rest):
        chosen.append(decided(quotes, g[rest], p[rest], similarity[rest], same[rest]))
    gold, predicted, alike, speaker = (
        np.concatenate([getattr(each, field.name) for each in chosen]) for field in dataclasses.fields(PairedQuotes)
    )
    order = np.argsort(gold, kind="stable")
    return PairedQuotes(gold[order], predicted[order], alike[order], speaker[order])


def _similar(gold: QuoteColumns, predicted: QuoteColumns) -> tuple[Ints, Ints, Floats]:
    """Rows of the quotes with a similarity of at least one half, and that similarity."""
    sides = []
    width = 1 + max(int(each.letters.values.max(initial=0)) for each in (gold, predicted))
    for each in (gold, predicted):
        owner = each.letters.owners()
        shift = each.document[owner].astype(np.int64) * width
        sides.append((owner, each.letters.values[:, 0] + shift, each.letters.values[:, 1] + shift))
    (of_gold, start, end), (of_predicted, other_start, other_end) = sides
    several = max((int(each.letters.many.max(initial=0)) for each in (gold, predicted)), default=0) > 1
    one, other = all_overlapping(start, end, other_start, other_end, 63 if several else 4)
    shared = np.minimum(end[one], other_end[other]) - np.maximum(start[one], other_start[other])
    code = of_gold[one] * max(len(predicted), 1) + of_predicted[other]
    pairs, inverse = np.unique(code, return_inverse=True)
    total = np.bincount(inverse, shared, len(pairs))
    g, p = np.divmod(pairs, max(len(predicted), 1))
    similarity = 2 * total / (_size(gold)[g] + _size(predicted)[p])
    enough = similarity >= MIN_SIMILARITY
    found = g[enough], p[enough], similarity[enough]
    wordless = _wordless(gold, predicted)
    if not len(wordless):
        return found
    return (
        np.concatenate([found[0], wordless[:, 0]]),
        np.concatenate([found[1], wordless[:, 1]]),
        np.concatenate([found[2], np.ones(len(wordless))]),
    )


def _size(quotes: QuoteColumns) -> Ints:
    values = quotes.letters.values
    sizes: Ints = np.bincount(quotes.letters.owners(), values[:, 1] - values[:, 0], len(quotes)).astype(np.int64)
    return sizes


def _wordless(gold: QuoteColumns, predicted: QuoteColumns) -> Ints:
    """Rows of the quotes without letter or digit that stand at the same offsets."""
    at: dict[tuple[int, str], list[int]] = {}
    for row in np.flatnonzero(gold.letters.many == 0).tolist():
        at.setdefault((int(gold.document[row]), str(gold.content.row(row))), []).append(row)
    found = [
        (g, p)
        for p in np.flatnonzero(predicted.letters.many == 0).tolist()
        for g in at.get((int(predicted.document[p]), str(predicted.content.row(p))), ())
    ]
    return np.array(found, np.int64).reshape(-1, 2)


def _same_sets(one: Ragged, other: Ragged) -> Bools:
    """Of each row, whether both sides have the same distinct values."""
    single = (one.many == 1) & (other.many == 1)
    same = np.zeros(len(single), bool)
    same[single] = one.values[one.first[:-1][single]] == other.values[other.first[:-1][single]]
    several = np.flatnonzero(~single & ~alike(one, other))
    same[~single] = True
    same[several] = [set(a) == set(b) for a, b in zip(one.lists(several), other.lists(several), strict=True)]
    return same


def quote_sheet(quotes: Quotes, pairs: PairedQuotes, slices: Sequence[str]) -> Sheet:
    """The counts of the layer of quotes.

    Args:
        quotes: Both sides.
        pairs: How they are paired.
        slices: Names of the bits of ``gold.slices``.
    """
    sheet, gold, predicted = Sheet(quotes.documents), quotes.gold, quotes.predicted
    counted = np.flatnonzero(~gold.optional[pairs.gold])
    g, p = pairs.gold[counted], pairs.predicted[counted]
    similarity, speaker = pairs.similarity[counted], pairs.speaker[counted]
    document = gold.document[g].astype(np.int64)
    required = by_document(gold.document, ~gold.optional, quotes.documents)
    excused = by_document(gold.document[pairs.gold], gold.optional[pairs.gold], quotes.documents)
    charged = by_document(predicted.document, None, quotes.documents) - excused

    def many(which: Bools | None) -> Ints:
        return by_document(document, which, quotes.documents)

    chain = alike(quotes.said[0].relays.take(g), quotes.said[1].relays.take(p))
    found = many(None)
    actors = speaker | _same_actors(quotes, g, p)
    for name, matched in (
        ("joint", many(speaker)),
        ("joint[actor]", many(actors)),
        ("detection@0.5", found),
        ("detection@0.8", many(similarity >= 0.8)),
        ("exact", many(similarity == 1)),
        ("soft", exact_sums(document, similarity, quotes.documents)),
        ("joint+chain", many(speaker & chain)),
    ):
        sheet.matched(name, matched, required, charged)
    sheet.put("segments", _segment_counts(quotes))
    relayed, nested = gold.relays.many[g] > 0, gold.parent[g] != NONE
    parent = _right_parents(quotes, pairs, g, p)
    soft = np.ones(len(g))
    soft[~speaker] = _jaccard(quotes, g[~speaker], p[~speaker])
    sheet.share("matched", found, required)
    for name, right, of in (
        ("speaker", many(speaker), found),
        ("speaker[actor]", many(actors), found),
        ("speaker[soft]", exact_sums(document, soft, quotes.documents), found),
        ("relay", many(chain), found),
        ("relay[relayed]", many(chain & relayed), many(relayed)),
        ("parent", many(parent), found),
        ("parent[nested]", many(parent & nested), many(nested)),
        ("mode", many(gold.mode[g] == predicted.mode[p]), found),
        ("source", exact_sums(document, _dice(gold.source[g], predicted.source[p]), quotes.documents), found),
        ("cue", exact_sums(document, _dice(gold.cue[g], predicted.cue[p]), quotes.documents), found),
    ):
        sheet.share(name, right, of)
    for bit, name in enumerate(slices):
        inside = (gold.slices >> bit & 1).astype(bool)
        of = by_document(gold.document, inside & ~gold.optional, quotes.documents)
        sheet.share(f"joint[{name}]", many(inside[g] & speaker), of)
        sheet.share(f"detection[{name}]", many(inside[g]), of)
    return sheet


def exact_sums(document: Ints, values: Floats, documents: int) -> Floats:
    """The sum of each document's values, rounded once."""
    order = sorting(document)
    if order is not None:
        document, values = document[order], values[order]
    stops = np.searchsorted(document, np.arange(documents + 1)).tolist()
    listed = values.tolist()
    return np.array([math.fsum(listed[start:stop]) for start, stop in itertools.pairwise(stops)], np.float64)


def _same_actors(quotes: Quotes, g: Ints, p: Ints) -> Bools:
    """Of each pair of rows, whether both sides have the same distinct actors."""

    def followed(speaker: Ragged) -> Ragged:
        codes = speaker.values
        known = codes >= 0
        actor = codes.copy()
        actor[known] = quotes.actor[codes[known]]
        return Ragged(speaker.first, actor)

    return _same_sets(*(followed(side.speaker).take(rows) for side, rows in zip(quotes.said, (g, p), strict=True)))


def _jaccard(quotes: Quotes, g: Ints, p: Ints) -> list[float]:
    found = []
    speakers, answers = quotes.said[0].speaker.lists(g), quotes.said[1].speaker.lists(p)
    for gold, codes, raw in zip(map(set, speakers), answers, quotes.predicted.speaker.lists(p), strict=True):
        known = set(codes) - {STRANGER}
        strangers = {id for id, code in zip(raw, codes, strict=False) if code == STRANGER}
        found.append(len(gold & known) / (len(gold | known) + len(strangers)))
    return found


def _dice(one: Ints, other: Ints) -> Floats:
    """Of spans, nothing below one half; 1 where neither side has one."""
    size, other_size = one[:, 1] - one[:, 0], other[:, 1] - other[:, 0]
    shared = np.maximum(np.minimum(one[:, 1], other[:, 1]) - np.maximum(one[:, 0], other[:, 0]), 0)
    none, other_none = one[:, 0] == NONE, other[:, 0] == NONE
    value: Floats = 2 * shared / np.maximum(size + other_size, 1)
    value[(value < MIN_SIMILARITY) | none | other_none] = 0.0
    value[none & other_none] = 1.0
    return value


def _right_parents(quotes: Quotes, pairs: PairedQuotes, g: Ints, p: Ints) -> Bools:
    """Whether each matched quote stands inside what answers the gold quote's parent."""
    gold, predicted = quotes.gold, quotes.predicted
    partner = np.full(len(gold) + 1, NONE)
    partner[pairs.gold] = pairs.predicted
    above = np.where(gold.parent >= 0, gold.parent, NONE).astype(np.int64)
    for row in np.unique(g[(above[g] >= 0)]).tolist():
        at, seen = int(above[row]), set[int]()
        while at >= 0 and gold.optional[at] and partner[at] < 0 and at not in seen:
            seen.add(at)
            at = int(max(gold.parent[at], NONE))
        above[row] = at
    other = np.where(predicted.parent >= 0, predicted.parent, NONE)[p]
    wanted = above[g]
    right: Bools = np.where(wanted == NONE, other == NONE, (other != NONE) & (partner[wanted] == other))
    return right


def _segment_counts(quotes: Quotes) -> Floats:
    """Every segment as a quote of its own: what a system that tags tokens can give."""
    apart = tuple(_segments_apart(each) for each in (quotes.gold, quotes.predicted))
    nobody = tuple(speech(each, NONE, None) for each in apart)
    both = Quotes(quotes.documents, apart[0], apart[1], (nobody[0], nobody[1]), quotes.words, quotes.actor)
    pairs = pair_all(both)
    of = both.gold.document[pairs.gold]
    optional = both.gold.optional[pairs.gold]
    counted, excused = (by_document(of, which, quotes.documents) for which in (~optional, optional))
    required = by_document(both.gold.document, ~both.gold.optional, quotes.documents)
    charged = by_document(both.predicted.document, None, quotes.documents) - excused
    return np.stack([counted, required, counted, charged], axis=1).astype(np.float64)


def _segments_apart(quotes: QuoteColumns) -> QuoteColumns:
    owner, many = quotes.content.owners(), len(quotes.content.values)
    lettered = quotes.pieces[:, 0] < quotes.pieces[:, 1]
    nothing = Ragged(np.zeros(many + 1, np.int64), np.zeros(0, np.int32))
    nowhere = np.full((many, 2), NONE, np.int32)
    return QuoteColumns(
        document=quotes.document[owner],
        content=Ragged(np.arange(many + 1), quotes.content.values),
        letters=Ragged(np.concatenate([[0], np.cumsum(lettered)]), quotes.pieces[lettered]),
        pieces=quotes.pieces,
        speaker=nothing,
        relays=nothing,
        mode=np.zeros(many, np.int32),
        source=nowhere,
        cue=nowhere,
        parent=np.full(many, NONE, np.int32),
        optional=quotes.optional[owner],
        slices=np.zeros(many, np.int32),
    )

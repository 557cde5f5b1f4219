"""Quotes: found, and given to the right speaker.

Two quotes are compared by the Dice similarity of the alphanumeric code points of their contents, a leading ``that``
left out, so that quote marks, punctuation and white space make no difference. Gold and predicted quotes of a document
are paired one to one where the similarity is at least one half: as many pairs as possible, then the largest sum of
similarities, then the most right speakers. Optional gold is paired last, and what it is paired with is not counted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from onrecord.dataset import Quote
from onrecord.dataset.derive import content_points
from onrecord.eval.assignment import assign
from onrecord.eval.counts import Counts
from onrecord.eval.layer import DocumentPair, Layer, Measure
from onrecord.eval.references import IdMap

MIN_SIMILARITY = 0.5
"""Pairs below it are never made."""

_MILLION = 1_000_000


@dataclasses.dataclass(frozen=True)
class QuotePair:
    """A gold quote and the prediction paired with it, by index."""

    gold: int
    predicted: int
    similarity: float
    """In [0.5, 1]."""
    speaker: bool
    """Whether the predicted speakers are the gold speakers, no more and no fewer."""


def dice(one: frozenset[int], other: frozenset[int]) -> float:
    """2|A & B| / (|A| + |B|); 0 where both are empty: nothing is like nothing here."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0


def pair_quotes(gold: Sequence[Quote], predicted: Sequence[Quote], text: str, ids: IdMap) -> list[QuotePair]:
    """The optimal one-to-one pairing of one document's quotes."""
    points = [content_points(quote.content, text) for quote in gold]
    others = [content_points(quote.content, text) for quote in predicted]
    possible = [
        QuotePair(g, p, similarity, ids.speakers(predicted[p].speaker) == frozenset(gold[g].speaker))
        for g in range(len(gold))
        for p in range(len(predicted))
        if (similarity := dice(points[g], others[p])) >= MIN_SIMILARITY
    ]
    possible.sort(key=lambda pair: (_place(gold[pair.gold]), _place(predicted[pair.predicted])))
    required = _best([pair for pair in possible if not gold[pair.gold].optional])
    taken = {pair.predicted for pair in required}
    rest = [pair for pair in possible if gold[pair.gold].optional and pair.predicted not in taken]
    return required + _best(rest)


def _place(quote: Quote) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in quote.content)


def _best(pairs: list[QuotePair]) -> list[QuotePair]:
    # ranks as digits of one integer: number of pairs, similarity in millionths, right speakers
    base = len(pairs) + 1
    weights = [(base * (_MILLION + 1) + round(_MILLION * pair.similarity)) * base + pair.speaker for pair in pairs]
    edges = [(pair.gold, pair.predicted, weight) for pair, weight in zip(pairs, weights, strict=True)]
    return [pairs[index] for index in assign(edges)]


def _counts(pair: DocumentPair) -> Mapping[str, Counts]:
    gold, predicted = pair.gold.quotes, pair.predicted.quotes
    pairs = pair_quotes(gold, predicted, pair.document.text, pair.ids)
    counted = [each for each in pairs if not gold[each.gold].optional]
    total_gold = sum(not quote.optional for quote in gold)
    total_predicted = len(predicted) - (len(pairs) - len(counted))
    points = {
        "joint": sum(each.speaker for each in counted),
        "detection@0.5": len(counted),
        "detection@0.8": sum(each.similarity >= 0.8 for each in counted),
        "exact": sum(each.similarity == 1 for each in counted),
        "soft": sum(sorted(each.similarity for each in counted)),
    }
    return {name: Counts.matched(value, total_gold, total_predicted) for name, value in points.items()}


QUOTES = Layer(
    name="quotes",
    submitted_as="quotes",
    measures=(
        Measure("joint", "quotes found (similarity at least one half) with every speaker right"),
        Measure("detection@0.5", "quotes found, whoever said them"),
        Measure("detection@0.8", "quotes found with a similarity of at least 0.8"),
        Measure("exact", "quotes found with a similarity of 1"),
        Measure("soft", "the similarity of each quote found, summed"),
    ),
    counts=_counts,
)

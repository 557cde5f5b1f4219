"""Which predicted quote answers which gold quote.

The similarity of two quotes is the Dice of the alphanumeric code points of their contents, a leading ``that`` left out,
so that quote marks, punctuation and white space make no difference. Content without any letter or digit is only like
content at the same offsets. Gold and predicted quotes of a document are paired one to one where the similarity is at
least one half: as many pairs as possible, then the largest sum of similarities (in millionths), then the most right
speakers; then, so that quotes with the same words are not mixed up, the most agreement in everything else. What is
left is decided by place, and never by the order of a file.

As the number of pairs comes first, leaving out a prediction never leads to more pairs. The number of right speakers
has no such guarantee: similarity comes before it.

Optional gold is paired last, with what the rest has left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec

from onrecord.dataset import Quote, Span
from onrecord.dataset.records import UNKNOWN
from onrecord.eval.layers.columns import without_that
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.matching.assignment import components
from onrecord.eval.matching.component import Edge, solve
from onrecord.eval.matching.similarity import Parts, parts, similar

MIN_SIMILARITY = 0.5
"""Pairs below it are never made."""

MILLION = 1_000_000
"""Similarities are compared as so many parts of one."""


Segments = tuple[tuple[int, int], ...]
"""Offsets of the segments of some content."""


class QuotePair(msgspec.Struct, frozen=True, gc=False):
    """A gold quote and the prediction paired with it, by index."""

    gold: int
    predicted: int
    similarity: float
    """In [0.5, 1]."""
    speaker: bool
    """Whether the predicted speakers are the gold speakers, no more and no fewer."""


def gold_speakers(quote: Quote) -> frozenset[str | None]:
    """The speakers of a gold quote; nobody at all means the unknown speaker."""
    return frozenset(quote.speaker) or frozenset({UNKNOWN})


def letters_before(text: str) -> list[int]:
    """How many letters and digits stand before each offset of a text; one entry more than the text has code points."""
    return list(accumulate(map(str.isalnum, text), initial=0))


def content_parts(content: Sequence[Span], text: str, letters: Sequence[int]) -> Parts:
    """The letters and digits of a quote's content, a leading ``that`` left out, as parts in the text's letters.

    The same set as :func:`onrecord.dataset.derive.content_points`, its positions numbered by letters and digits alone.

    Args:
        content: The segments in order.
        text: The document's text.
        letters: What :func:`letters_before` says of it.
    """
    edges = [(span.start, span.end) for span in content]
    if edges:
        edges[0] = without_that(*edges[0], text)
    return parts((letters[start], letters[end]) for start, end in edges)


def pair_quotes(gold: Sequence[Quote], predicted: Sequence[Quote], text: str, ids: IdMap) -> list[QuotePair]:
    """The optimal one-to-one pairing of one document's quotes: first the required gold, then the optional."""
    if not gold or not predicted:
        return []
    sides = (
        _sayings(gold, [gold_speakers(quote) for quote in gold], [quote.relays for quote in gold]),
        _sayings(
            predicted,
            [ids.speakers(quote.speaker) for quote in predicted],
            [ids.chain(quote.relays) for quote in predicted],
        ),
    )
    possible = [
        QuotePair(g, p, similarity, sides[0][g].speakers == sides[1][p].speakers)
        for g, p, similarity in _similar_content(gold, predicted, text)
    ]
    possible.sort(key=lambda pair: (sides[0][pair.gold], sides[1][pair.predicted]))
    required = best_pairs([pair for pair in possible if not gold[pair.gold].optional], *sides)
    taken = {pair.predicted for pair in required}
    rest = [pair for pair in possible if gold[pair.gold].optional and pair.predicted not in taken]
    return required + best_pairs(rest, *sides)


def place(content: Sequence[Span]) -> Segments:
    """The offsets of a quote's segments."""
    return tuple((span.start, span.end) for span in content)


def _similar_content(gold: Sequence[Quote], predicted: Sequence[Quote], text: str) -> list[tuple[int, int, float]]:
    letters = letters_before(text)
    gold_parts, other_parts = (
        [content_parts(quote.content, text, letters) for quote in quotes] for quotes in (gold, predicted)
    )
    without: dict[Segments, list[int]] = defaultdict(list)
    for g, each in enumerate(gold_parts):
        if not each:
            without[place(gold[g].content)].append(g)
    same = [
        (g, p, 1.0)
        for p, each in enumerate(other_parts)
        if not each
        for g in without.get(place(predicted[p].content), ())
    ]
    return [*similar(gold_parts, other_parts, MIN_SIMILARITY), *same]


class Saying(NamedTuple):
    """What a quote says, ids only as gold knows them: by this quotes are ordered."""

    content: Segments
    speakers: tuple[str, ...]
    relays: tuple[str, ...]
    mode: str
    source: Segments
    cue: Segments
    parent: Segments

    def agreement(self, other: Saying) -> int:
        """In how many fields beside content and speakers two quotes agree."""
        return sum(one == another for one, another in zip(self[2:], other[2:], strict=True))


_MOST = len(Saying._fields) - 2
"""The largest agreement."""


def _sayings(
    quotes: Sequence[Quote], speakers: Sequence[frozenset[str | None]], relays: Sequence[Sequence[str | None]]
) -> list[Saying]:
    places = {quote.id: place(quote.content) for quote in quotes if quote.id is not None}
    return [
        Saying(
            content=place(quote.content),
            speakers=tuple(sorted(id or "" for id in speakers[index])),
            relays=tuple(id or "" for id in relays[index]),
            mode=quote.mode,
            source=place([span for span in (quote.source,) if span]),
            cue=place([span for span in (quote.cue,) if span]),
            parent=() if quote.parent is None else places.get(quote.parent, ()),
        )
        for index, quote in enumerate(quotes)
    ]


Sayings = Sequence[Saying] | Mapping[int, Saying]
"""What quotes say, by index."""


def best_pairs(pairs: Sequence[QuotePair], gold: Sayings, predicted: Sayings) -> list[QuotePair]:
    """The best one-to-one pairs of some that are possible."""
    chosen: list[int] = []
    for component in components([(pair.gold, pair.predicted, 1) for pair in pairs]):
        # ranks as digits of one integer: number of pairs, similarity in millionths, right speakers, agreement
        base = 1 + min(len({pairs[i].gold for i in component}), len({pairs[i].predicted for i in component}))
        weighted: list[Edge] = []
        for i in component:
            pair = pairs[i]
            rank = base * (MILLION + 1) + round(MILLION * pair.similarity)
            rank = rank * base + pair.speaker
            rank = rank * (_MOST * base) + gold[pair.gold].agreement(predicted[pair.predicted])
            weighted.append((pair.gold, pair.predicted, rank))
        chosen += [component[index] for index in solve(weighted)]
    return [pairs[index] for index in sorted(chosen)]

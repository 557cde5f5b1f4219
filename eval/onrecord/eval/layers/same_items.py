"""Which items two sets of labels in the same ids have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from onrecord.dataset import EventMention, Labels, Mention, Quote, Stance
from onrecord.dataset.records import UNKNOWN, Item
from onrecord.eval.layers.ids import MIN_DICE, IdMap, evidence_dice
from onrecord.eval.layers.mentions import SpanAlignment
from onrecord.eval.layers.quotes import pair_quotes
from onrecord.eval.matching.assignment import assign
from onrecord.eval.spans.pairs import Fit

Pairs = list[tuple[int, int]]


def item_text(item: Item) -> str:
    """An item in a few words."""
    if isinstance(item, Quote):
        return " … ".join(span.text for span in item.content)
    if isinstance(item, Stance):
        return f"{item.holder} on {item.target.id}"
    assert isinstance(item, Mention | EventMention)
    return item.text


def _required(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    return tuple(msgspec.structs.replace(quote, optional=False) for quote in quotes)


def matched(one: Labels, other: Labels, text: str, by_evidence: bool = True) -> dict[str, Pairs]:
    """Index pairs of the items that two sets of labels in the same ids have in common, by layer.

    Mentions and events: the same offsets. Quotes: the scorer's pairing. Stances: the same holder and target; and, with
    ``by_evidence``, of the rest those with the same holder and kind of target whose evidence overlaps with a Dice of at
    least one half, so that a stance whose target was exchanged for another is still the same stance.
    """
    everyone = {id for labels in (one, other) for q in labels.quotes for id in q.speaker} - {UNKNOWN}
    same_ids = IdMap({id: id for id in everyone}, {}, {})
    quotes = pair_quotes(_required(one.quotes), other.quotes, text, same_ids)
    return {
        "mentions": _same_span(one, other, lambda labels: labels.mentions),
        "quotes": [(pair.gold, pair.predicted) for pair in quotes],
        "stances": _same_stance(one.stances, other.stances, by_evidence),
        "events": _same_span(one, other, lambda labels: labels.events),
    }


def _same_stance(one: Sequence[Stance], other: Sequence[Stance], by_evidence: bool) -> Pairs:
    keys = {(s.holder, s.target): index for index, s in reversed(list(enumerate(other)))}
    pairs = [(index, keys[s.holder, s.target]) for index, s in enumerate(one) if (s.holder, s.target) in keys]
    if not by_evidence:
        return pairs
    taken, other_taken = {g for g, _ in pairs}, {p for _, p in pairs}
    edges = [
        (g, p, overlap)
        for g, s in enumerate(one)
        for p, t in enumerate(other)
        if g not in taken and p not in other_taken
        if (s.holder, s.target.kind) == (t.holder, t.target.kind)
        if (overlap := evidence_dice(s, t)) >= MIN_DICE
    ]
    return pairs + [edges[index][:2] for index in assign(edges)]


def _same_span(one: Labels, other: Labels, layer: Callable[[Labels], Sequence[Item]]) -> Pairs:
    gold, predicted = layer(one), layer(other)
    alignment = SpanAlignment.of("", gold, predicted)  # type: ignore[arg-type]
    at, other_at = ({id(item): index for index, item in enumerate(items)} for items in (gold, predicted))
    return [
        (at[id(alignment.gold[pair.gold])], other_at[id(alignment.predicted[pair.predicted])])
        for pair in alignment.pairs
        if pair.fit >= Fit.EXACT
    ]

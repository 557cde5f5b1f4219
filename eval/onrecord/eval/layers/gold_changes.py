"""Two versions of the gold: what changed item by item, and what that does to a submission's scores.

Items are matched by what they are about, not by their ids, so that a renumbering is no change.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from onrecord.dataset import EventMention, Gold, Labels, Mention, Quote, Stance
from onrecord.dataset.records import LAYERS, UNKNOWN, Item, Record
from onrecord.eval.layers.ids import MIN_DICE, IdMap, evidence_dice
from onrecord.eval.layers.layer import SpanAlignment
from onrecord.eval.layers.quotes import pair_quotes
from onrecord.eval.matching.assignment import assign
from onrecord.eval.spans.pairs import Fit

Pairs = list[tuple[int, int]]

_NOT_COMPARED = ("id", "annotators", "agreed", "parent", "quote")
"""Fields that say who made an item, or that refer to other items by ids which may have been renumbered."""


@dataclasses.dataclass(frozen=True)
class Change:
    """One item, or one row of a registry, that is not the same in both versions."""

    document: str
    """Empty for a registry."""
    layer: str
    kind: str
    """``added``, ``removed`` or ``changed``."""
    item: str
    """The item in a few words."""
    fields: tuple[tuple[str, str, str], ...] = ()
    """Name, old and new value of every field that changed."""


def changes(old: Gold, new: Gold) -> list[Change]:
    """Everything that differs between two versions, by document and layer, then the registries."""
    before = {article.document.id: article for article in old.articles}
    after = {article.document.id: article for article in new.articles}
    found: list[Change] = []
    for id in sorted({*before, *after}):
        if id not in before or id not in after:
            article = before.get(id) or after[id]
            kind = "removed" if id in before else "added"
            found.append(Change(id, "articles", kind, article.document.title))
        elif before[id].document.text != after[id].document.text:
            found.append(Change(id, "articles", "changed", "the text: its labels cannot be compared"))
        else:
            found += _changed_items(id, before[id].labels, after[id].labels, after[id].document.text)
    for name in ("entities", "events", "claims"):
        found += _changed_rows(name, getattr(old.registries, name), getattr(new.registries, name))
    return found


def _changed_items(document: str, old: Labels, new: Labels, text: str) -> Iterator[Change]:
    pairs = matched(old, new, text)
    for layer in LAYERS:
        before, after = getattr(old, layer), getattr(new, layer)
        partner = dict(pairs[layer])
        for index, item in enumerate(before):
            if index not in partner:
                yield Change(document, layer, "removed", item_text(item))
            elif fields := tuple(_changed_fields(item, after[partner[index]], _NOT_COMPARED)):
                yield Change(document, layer, "changed", item_text(item), fields)
        taken = set(partner.values())
        yield from (Change(document, layer, "added", item_text(i)) for n, i in enumerate(after) if n not in taken)


def _changed_rows(name: str, old: Iterable[Record], new: Iterable[Record]) -> Iterator[Change]:
    before, after = ({str(getattr(row, "id", "")): row for row in rows} for rows in (old, new))
    for id in sorted({*before, *after}):
        if id not in after or id not in before:
            yield Change("", name, "removed" if id in before else "added", id)
        elif fields := tuple(_changed_fields(before[id], after[id], ("id",))):
            yield Change("", name, "changed", id, fields)


def _changed_fields(old: Record, new: Record, without: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for field in msgspec.structs.fields(old):
        one, other = getattr(old, field.name), getattr(new, field.name)
        if field.name not in without and one != other:
            yield field.name, _shown(one), _shown(other)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")


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

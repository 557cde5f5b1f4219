"""What a document view shows: every labelled item, gold and prediction brought together, with its outcome.

Outcomes are those of :attr:`onrecord.eval.layers.layer.Layer.verdicts`, one by one; nothing is judged, and nothing is
paired, a second time. What the scorer leaves out, optional gold and what answers it, is ``optional``; gold of a layer
that the file does not have is ``not submitted``.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from onrecord.dataset import Labels
from onrecord.dataset.records import Item
from onrecord.eval.layers.layer import MISSED, OPTIONAL, RIGHT, SPURIOUS, DocumentPair, Layer, Reading, Verdict
from onrecord.eval.layers.scored import scored_layers, with_items
from onrecord.eval.layers.shown import Place, places
from onrecord.eval.scoring.result import Result

NOT_SUBMITTED = "not submitted"

UNJUDGED = frozenset({OPTIONAL, NOT_SUBMITTED})
"""Outcomes that no score counts."""


def meanings() -> dict[str, str]:
    """What may have become of an item, in the order in which it is shown, and what that means."""
    ours = [layer.outcomes for layer in (*with_items(), *(layer for layer in scored_layers() if layer.told_on))]
    return {
        RIGHT: "as the headline counts it",
        **{outcome: meaning for each in ours for outcome, meaning in each.items()},
        MISSED: "in gold alone",
        SPURIOUS: "predicted alone",
        OPTIONAL: "left out of the score: readers differ",
        NOT_SUBMITTED: "the file has no such layer",
    }


class ItemSide(msgspec.Struct, frozen=True, gc=False):
    """An item as gold or as the system has it."""

    places: tuple[Place, ...]
    label: str
    """What it is labelled with, such as the type of a mention; empty where its layer has no labels."""
    fields: tuple[tuple[str, str], ...]
    """Everything else that is known of it, ids as the side's file has them; a name may come more than once."""
    id: str = ""
    """Its own id in its document; empty where it has none."""
    rule: str = ""
    """The rule of the guidelines that decided it; empty where none is named."""

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a field."""
        return tuple(value for each, value in self.fields if each == name)


class ReportItem(msgspec.Struct, frozen=True, gc=False):
    """A gold item with what answers it, a gold item alone, or a prediction alone."""

    key: str
    """Unique within the document; made of the layer and the place, so that it is the same in every report."""
    layer: str
    outcome: str
    link: str
    """The outcome in the layer ``links``; empty where that does not count the item."""
    gold: ItemSide | None
    predicted: ItemSide | None


@dataclasses.dataclass(frozen=True)
class DocumentItems:
    """A document, brought together, and all its items."""

    pair: DocumentPair
    readings: Mapping[str, Reading]
    """How the scorer brought it together, by name of the layer; those alone that the file has."""
    items: tuple[ReportItem, ...]
    """By layer; gold first, in the order of the scorer."""
    places: Mapping[tuple[str, int | None, int | None], int]
    """The place of the item that each verdict is about, by its layer, its gold index and its predicted index."""

    @property
    def document(self) -> str:
        """Its id."""
        return self.pair.document.id

    def item(self, layer: str, verdict: Verdict) -> ReportItem:
        """The item that a verdict of a layer is about."""
        return self.items[self.places[layer, verdict.gold, verdict.predicted]]


def document_items(pair: DocumentPair, readings: Mapping[str, Reading]) -> DocumentItems:
    """The items of one document.

    Args:
        pair: The document.
        readings: How the scorer brought it together, by name of the layer; those alone that the file has.
    """
    items: list[ReportItem] = []
    found: dict[tuple[str, int | None, int | None], int] = {}
    for layer in with_items():
        submitted = layer.name in readings
        reading = readings[layer.name] if submitted else layer.pair(pair)
        used: Counter[str] = Counter()
        sides = _Sides(layer, reading, pair)
        assert layer.verdicts is not None
        for verdict in layer.verdicts(reading):
            found[layer.name, verdict.gold, verdict.predicted] = len(items)
            items.append(sides.item(verdict, submitted, used))
    for layer in scored_layers():
        if layer.told_on and layer.verdicts is not None and layer.name in readings:
            _tell(layer, readings, items, found)
    return DocumentItems(pair, readings, tuple(items), found)


@dataclasses.dataclass(frozen=True)
class _Sides:
    """Makes the items of one layer of one document."""

    layer: Layer[Any]
    reading: Reading
    pair: DocumentPair

    def item(self, verdict: Verdict, submitted: bool, used: Counter[str]) -> ReportItem:
        """The item of a verdict; ``used`` are the keys given so far."""
        gold, predicted = (
            None if index is None else self._side(items[index], labels) if index < len(items) else _words(verdict)
            for index, items, labels in (
                (verdict.gold, self.reading.gold, self.pair.gold),
                (verdict.predicted, self.reading.predicted, self.pair.predicted),
            )
        )
        side = gold or predicted
        assert side is not None
        place = f"{side.places[0][0]}-{side.places[0][1]}" if side.places else "none"
        key = f"{_LETTERS.get(self.layer.name, f'{self.layer.name}.')}{'' if gold else 'p'}{place}"
        used[key] += 1
        unique = key if used[key] == 1 else f"{key}~{used[key]}"
        outcome = verdict.outcome if submitted or verdict.outcome == OPTIONAL else NOT_SUBMITTED
        return ReportItem(unique, self.layer.name, outcome, "", gold, predicted)

    def _side(self, item: Item, labels: Labels) -> ItemSide:
        label = str(getattr(item, self.layer.label)) if self.layer.label else ""
        return ItemSide(places(item), label, self.layer.said_of(item, labels), item.id or "", item.rule or "")


def _words(verdict: Verdict) -> ItemSide:
    """A prediction that is not in the text."""
    return ItemSide((), "", (("words", verdict.text),))


_LETTERS = {"entities": "m", "quotes": "q", "stances": "s", "events": "e"}
"""What keys of items begin with; those of a layer that was added begin with its name."""


def _tell(
    layer: Layer[Any],
    readings: Mapping[str, Reading],
    items: list[ReportItem],
    found: dict[tuple[str, int | None, int | None], int],
) -> None:
    """Write a layer's verdicts on the items of the layer that they are shown on."""
    own = [(key, place) for key, place in found.items() if key[0] == layer.told_on]
    by_gold = {gold: place for (_, gold, _), place in own if gold is not None}
    predicted = readings[layer.told_on].predicted
    # a prediction that answers nothing is told of on its own item, or on that of another at the same place
    by_place: dict[tuple[object, ...], list[int]] = {}
    for (_, _, p), place in sorted(own, key=lambda each: each[0][1] is not None):
        if p is not None and p < len(predicted):
            by_place.setdefault(_alike(predicted[p]), []).append(place)
    for verdict in layer.judged(readings[layer.name]):
        if verdict.gold is not None:
            place = by_gold[verdict.gold]
        else:
            assert verdict.predicted is not None
            place = by_place[_alike(readings[layer.name].predicted[verdict.predicted])].pop(0)
        found[layer.name, verdict.gold, verdict.predicted] = place
        items[place] = msgspec.structs.replace(items[place], link=verdict.outcome)


def _alike(item: Item) -> tuple[object, ...]:
    return tuple(getattr(item, name, None) for name in ("start", "end", "type", "kind"))


def documents_of(result: Result) -> Iterator[DocumentItems]:
    """The documents of a result in its order, one at a time: each is brought together once, and none is kept."""
    states = {each.layer.name: each.state for each in result.layers if each.state is not None}
    for pair in result.pairs:
        yield document_items(pair, {name: state.readings[pair.document.id] for name, state in states.items()})


def error_count(each: DocumentItems) -> int:
    """How many of a document's items are wrong."""
    return sum(item.outcome not in UNJUDGED and item.outcome != RIGHT for item in each.items)

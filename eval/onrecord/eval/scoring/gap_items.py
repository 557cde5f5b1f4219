"""What became of each gold item when its article was changed: paired by the map, item by item."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from onrecord.dataset.layers import LAYERS
from onrecord.dataset.perturbing.made import ProbedArticle, ProbeFile
from onrecord.dataset.records import Item, Labels
from onrecord.dataset.walk import anchor
from onrecord.eval.layers.layer import RIGHT, Layer, Verdict
from onrecord.eval.scoring.result import Result

ItemGapKind = Literal["lost", "gained"]


@dataclasses.dataclass(frozen=True, slots=True)
class ItemGap:
    """A gold item that is right on one side only."""

    document: str
    """Id of the original article."""
    layer: str
    change: ItemGapKind
    """``lost``: right on the original and wrong on the variant."""
    text: str
    """The item in a few words, as the original has it."""
    perturbed: str
    """The same as the variant has it."""
    place: tuple[int, int] | None
    """Where it begins and ends in the original; None for an item without a place."""
    perturbed_place: tuple[int, int] | None
    before: str
    """What became of it on the original."""
    after: str
    probe: str

    def told(self) -> dict[str, Any]:
        """The item for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def pairs_of_items(before: Labels, after: Labels, file: ProbedArticle) -> Iterator[tuple[str, Item, Item]]:
    """Layer, the original's item and the variant's, of all items that both have."""
    for layer in LAYERS:
        gone = {*file.gone.get(layer, ())}
        kept = [item for place, item in enumerate(before.of(layer)) if place not in gone]
        for one, other in zip(kept, after.of(layer), strict=True):
            yield layer, one, other


def item_gaps(original: Result, perturbed: Result, file: ProbeFile, names: Mapping[str, str]) -> Iterator[ItemGap]:
    """Every gold item of both that is right on one side only, by article and layer.

    Args:
        original: A result of which single documents can be looked at.
        perturbed: The same of a variant.
        file: What was done.
        names: By id of an original article its id in the variant.
    """
    probed = {each.id: each for each in file.articles}
    layers = [
        (one.layer, one.state.readings, other.state.readings)
        for one, other in zip(original.layers, perturbed.layers, strict=True)
        if one.state is not None and other.state is not None and one.layer.verdicts is not None
    ]
    places = {id: place for place, id in enumerate(perturbed.documents)}
    for document, pair in zip(original.documents, original.pairs, strict=True):
        name = names[document]
        every = [*pairs_of_items(pair.gold, perturbed.pairs[places[name]].gold, probed[name])]
        for layer, before, after in layers:
            told = _by_id(layer, before[document]), _by_id(layer, after[name])
            for was, now in ((was, now) for item, was, now in every if item == layer.item):
                found = _changed(told[0].get(was.id), told[1].get(now.id))
                if found is not None:
                    kind, first, second = found
                    at = _place(was), _place(now)
                    said = first.text, second.text, *at, first.outcome, second.outcome
                    yield ItemGap(document, layer.name, kind, *said, perturbed.probe)


def _changed(before: Verdict | None, after: Verdict | None) -> tuple[ItemGapKind, Verdict, Verdict] | None:
    """What changed, where an item counts on both sides and is right on one."""
    if before is None or after is None or (before.outcome == RIGHT) == (after.outcome == RIGHT):
        return None
    return ("lost" if before.outcome == RIGHT else "gained"), before, after


def _by_id(layer: Layer[Any], reading: Any) -> dict[str | None, Verdict]:
    return {reading.gold[each.gold].id: each for each in layer.judged(reading) if each.gold is not None}


def _place(item: Item) -> tuple[int, int] | None:
    spans = anchor(item)
    return (min(span.start for span in spans), max(span.end for span in spans)) if spans else None

"""Which items two sets of labels in the same ids have in common: two versions of gold, or two annotators'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from onrecord.dataset import Document, Labels
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.walk import all_ids
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.layers.mentions import SpanAlignment
from onrecord.eval.layers.scored import with_items

IndexPairs = list[tuple[int, int]]


def matched(one: Labels, other: Labels, document: Document, rematch: bool = True) -> dict[str, IndexPairs]:
    """Index pairs of the items that two sets of labels have in common, by the field that they are in.

    What the scorer takes for the same item is the same here, whatever is said of it (``Layer.matches``); and, with
    ``rematch``, of the rest what is the same though it is about something else now (``Layer.rematched``).
    """
    required = one.changed(lambda _, item: msgspec.structs.replace(item, optional=False) if item.optional else item)
    pair = DocumentPair(
        document=document,
        gold=required,
        predicted=other,
        mentions=SpanAlignment.of(document.id, required.mentions, other.mentions),
        events=SpanAlignment.of(document.id, required.events, other.events),
        ids=_same_ids(one, other),
    )
    found: dict[str, IndexPairs] = {}
    for layer in with_items():
        assert layer.matches is not None
        reading = layer.pair(pair)
        gold, predicted = required.of(layer.item), other.of(layer.item)
        at, other_at = ({id(item): index for index, item in enumerate(items)} for items in (gold, predicted))
        pairs = [(at[id(reading.gold[g])], other_at[id(reading.predicted[p])]) for g, p in layer.matches(reading)]
        if rematch and layer.rematched is not None:
            taken, other_taken = {g for g, _ in pairs}, {p for _, p in pairs}
            left = [n for n in range(len(gold)) if n not in taken]
            other_left = [n for n in range(len(predicted)) if n not in other_taken]
            again = layer.rematched([gold[n] for n in left], [predicted[n] for n in other_left])
            pairs += [(left[g], other_left[p]) for g, p in again]
        found[layer.item] = pairs
    return found


def _same_ids(*several: Labels) -> IdMap:
    """The map by which every id means itself."""
    ids: Mapping[str, dict[str, str]] = defaultdict(dict)
    for labels in several:
        for name, kind in LAYERS.items():
            for to, use, used in all_ids(kind, labels.of(name)):
                if use != "reserved":
                    ids[to].update(zip(used, used, strict=True))
    return IdMap(ids["entity"], ids["event"], ids["claim"])

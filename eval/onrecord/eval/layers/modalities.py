"""What texts say of events: that they happened, are planned, are only supposed, or are denied.

Modality is a mention's. Whether it is right is asked of the mentions that are found with their offsets; and the F1 of
trigger and modality together has all others in its denominators. A contradiction is an event of which one mention says
that it is denied and another anything else, wherever in the corpus they are: what one side fears and the other denies.
Whether a system sees that, is asked of events and not of mentions: by what its mentions of what it takes for that event
say. Optional gold is not missed, and what it excuses is not spurious.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from onrecord.dataset import EventMention
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.mentions import SpanAlignment
from onrecord.eval.spans.pairs import Fit
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure

DENIED = "denied"
"""The modality that contradicts every other."""

SaidEvent = tuple[str, str, bool]
"""Whose id it is, ``gold`` or ``file``, the id of an event, and whether it is denied."""


@dataclasses.dataclass(frozen=True)
class ModalitySets:
    """What is said of events in some documents; adds by union."""

    required: frozenset[SaidEvent] = frozenset()
    """Gold that is not optional."""
    optional: frozenset[SaidEvent] = frozenset()
    charged: frozenset[SaidEvent] = frozenset()
    """Predictions."""
    excused: frozenset[SaidEvent] = frozenset()
    """Predictions paired with optional gold."""

    @classmethod
    def total(cls, sets: Iterable[ModalitySets]) -> ModalitySets:
        """The union of any number."""
        every = list(sets)
        return cls(
            frozenset().union(*(each.required for each in every)),
            frozenset().union(*(each.optional for each in every)),
            frozenset().union(*(each.charged for each in every)),
            frozenset().union(*(each.excused for each in every)),
        )


def modality_sets(alignment: SpanAlignment, ids: IdMap) -> ModalitySets:
    """What is said of events in one document."""
    excused = _excused(alignment)
    gold = [("gold", each.event, each.modality == DENIED) for each in alignment.gold if isinstance(each, EventMention)]
    predicted = [_predicted(each, ids) for each in alignment.predicted if isinstance(each, EventMention)]
    return ModalitySets(
        required=frozenset(said for said, each in zip(gold, alignment.gold, strict=True) if not each.optional),
        optional=frozenset(said for said, each in zip(gold, alignment.gold, strict=True) if each.optional),
        charged=frozenset(said for p, said in enumerate(predicted) if p not in excused),
        excused=frozenset(predicted[p] for p in excused),
    )


def _predicted(mention: EventMention, ids: IdMap) -> SaidEvent:
    event = ids.event.get(mention.event)
    side = ("file", mention.event) if event is None else ("gold", event)
    return (*side, mention.modality == DENIED)


def _excused(alignment: SpanAlignment) -> set[int]:
    return {pair.predicted for pair in alignment.pairs if alignment.gold[pair.gold].optional}


def modality_counts(alignment: SpanAlignment) -> dict[str, Counts]:
    """What one document adds to the measures that add: ``modality``, a share, and ``mention+modality``."""
    gold = [each for each in alignment.gold if isinstance(each, EventMention)]
    predicted = [each for each in alignment.predicted if isinstance(each, EventMention)]
    found = [
        (gold[pair.gold], predicted[pair.predicted])
        for pair in alignment.pairs
        if pair.fit >= Fit.EXACT and not gold[pair.gold].optional
    ]
    right = sum(one.modality == other.modality for one, other in found)
    required = sum(not each.optional for each in gold)
    return {
        "modality": Counts(right, len(found)),
        "mention+modality": Counts.matched(right, required, len(predicted) - len(_excused(alignment))),
    }


def contradictions(total: ModalitySets) -> Counts:
    """Events that are denied somewhere and not denied elsewhere.

    Those that need an optional mention of gold are optional; so are predicted ones that need an excused one.
    """
    required, gold = _opposed(total.required), _opposed(total.required | total.optional)
    said, charged = _opposed(total.charged | total.excused), _opposed(total.charged)
    found = len(required & said)
    return Counts.matched(found, len(required), found + len(charged - gold))


def _opposed(said: frozenset[SaidEvent]) -> frozenset[tuple[str, str]]:
    denied, others = ({(side, event) for side, event, how in said if how is wanted} for wanted in (True, False))
    return frozenset(denied & others)


_MODALITY: dict[str, Any] = {"page": "modality.md"}

MODALITY_MEASURES: tuple[Measure, ...] = (
    Measure(
        "modality", "modality right, of mentions with the right offsets", share="event mentions found", **_MODALITY
    ),
    Measure("mention+modality", "event mentions with the right offsets and the right modality", **_MODALITY),
    Measure(
        "contradictions",
        "events that one mention denies and another does not, over all documents",
        page="contradictions.md",
        adds=False,
    ),
)

"""Events: mentions that report one event brought together, across documents; mention detection beside it."""

from __future__ import annotations

from collections.abc import Mapping

from onrecord.eval.clusters import Membership
from onrecord.eval.counts import Counts
from onrecord.eval.layer import DocumentPair, Layer, Measure, typed
from onrecord.eval.spans import mode_counts


def _counts(pair: DocumentPair) -> Mapping[str, Counts]:
    alignment = pair.events
    gold = [typed(item) for item in alignment.gold]
    predicted = [typed(item) for item in alignment.predicted]
    modes = mode_counts(gold, predicted, alignment.pairs)
    return {"mention": modes["strict"], "mention[partial]": modes["partial"]}


def _memberships(pair: DocumentPair) -> list[Membership]:
    return pair.events.memberships(skip_optional=True)


EVENTS = Layer(
    name="events",
    submitted_as="events",
    measures=(
        Measure("lea", "share of each event's links resolved, weighted by its size, across documents"),
        Measure("conll", "mean F1 of MUC, B3 and CEAFe, across documents"),
        Measure("muc", "links found, across documents"),
        Measure("b3", "share of its cluster found, for each mention, across documents"),
        Measure("ceafe", "best one-to-one alignment of events, across documents"),
        Measure("lea[within]", "LEA with the clusters of each document apart"),
        Measure("conll[within]", "CoNLL F1 with the clusters of each document apart"),
        Measure("mention", "event mentions with the right offsets"),
        Measure("mention[partial]", "the same, and half a point for an overlap"),
    ),
    counts=_counts,
    memberships=_memberships,
)

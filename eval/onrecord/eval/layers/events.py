"""Events: mentions of one event brought together, across documents; mentions found, and attributes, beside it.

A file may describe its events (``event_descriptions``): type, modality, date, place, cardinality. What it says of an
event that is mapped to one of gold (:func:`onrecord.eval.layers.ids.map_events`) is compared with the registry. Two
numbers belong together: the share that is right of what is stated, and ``[stated]``, the share of gold events of which
something is stated at all. What gold leaves open is not judged.

Dates are compared as strings of EDTF (ISO 8601-2), and by year, month and day of what they begin with, where gold is
that precise; qualifiers such as ``~`` make no difference to the latter. Places are entities, compared as such.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from onrecord.dataset.records import Event
from onrecord.eval.clusters.measures import Membership
from onrecord.eval.clusters.views import cluster_measures
from onrecord.eval.layers.entities import mention_verdicts
from onrecord.eval.layers.ids import IdMap, normal_name
from onrecord.eval.layers.layer import DocumentPair, Layer, Verdict
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.submission.prediction_line import EventDescription

ATTRIBUTES = ("type", "modality", "date", "place", "cardinality")

PRECISIONS = ("year", "month", "day")

_BEGINNING = re.compile(r"(-?[0-9X]{4})(?:-([0-9X]{2}))?(?:-([0-9X]{2}))?")


def event_attributes(pairs: Sequence[DocumentPair]) -> dict[str, Counts]:
    """Counts of every measure of :data:`EVENT_ATTRIBUTE_MEASURES`, all of them shares.

    Gold events are those that a gold mention or a gold stance of the documents is about, unless it is optional; each
    counts once, however many documents report it. So the counts are of the documents as a whole. Those of one document
    alone add too, and then count an event as often as documents report it.
    """
    reported = {id for pair in pairs for id in reported_events(pair)}
    ids = pairs[0].ids if pairs else IdMap({}, {}, {})
    gold = [row for id, row in ids.gold_events.items() if id in reported]
    answers: dict[str, list[EventDescription]] = {row.id: [] for row in gold}
    for id, description in ids.described_events.items():
        if (row_id := ids.event.get(id)) in answers:
            answers[row_id].append(description)
    counts: dict[str, Counts] = {}
    for attribute in ATTRIBUTES:
        asked = [row for row in gold if getattr(row, attribute) is not None]
        stated = [(row, each) for row in asked for each in answers[row.id] if getattr(each, attribute) is not None]
        right = sum(_RIGHT[attribute](row, each, ids) for row, each in stated)
        counts[attribute] = Counts(right, len(stated))
        counts[f"{attribute}[stated]"] = Counts(len({row.id for row, _ in stated}), len(asked))
        if attribute == "date":
            counts |= _by_precision(stated)
    counts["attributes"] = sum((counts[name] for name in ATTRIBUTES), Counts())
    counts["attributes[stated]"] = sum((counts[f"{name}[stated]"] for name in ATTRIBUTES), Counts())
    return counts


def reported_events(pair: DocumentPair) -> frozenset[str]:
    """The gold events of one document."""
    mentioned = {event.event for event in pair.gold.events if not event.optional}
    targets = {s.target.id for s in pair.gold.stances if s.target.kind == "event" and not s.optional}
    return frozenset(mentioned | targets)


def beginning(date: str | None) -> tuple[str, ...]:
    """Year, month and day that an EDTF date or interval begins with, as far as it gives them.

    >>> beginning("2022-12-19~/.."), beginning("2022-12"), beginning("../2022")
    (('2022', '12', '19'), ('2022', '12'), ())
    """
    match = _BEGINNING.match(date or "")
    return tuple(part for part in match.groups() if part is not None) if match else ()


def _by_precision(stated: Sequence[tuple[Event, EventDescription]]) -> dict[str, Counts]:
    counts: dict[str, Counts] = {}
    dates = [(beginning(row.date), beginning(each.date)) for row, each in stated]
    for length, precision in enumerate(PRECISIONS, start=1):
        precise = [(gold, predicted) for gold, predicted in dates if len(gold) >= length]
        right = sum(gold[:length] == predicted[:length] for gold, predicted in precise)
        counts[f"date[{precision}]"] = Counts(right, len(precise))
    return counts


Judge = Callable[[Event, EventDescription, IdMap], bool]

_RIGHT: Mapping[str, Judge] = {
    "type": lambda gold, predicted, _: normal_name(gold.type) == normal_name(predicted.type or ""),
    "modality": lambda gold, predicted, _: gold.modality == predicted.modality,
    "date": lambda gold, predicted, _: gold.date == predicted.date,
    "place": lambda gold, predicted, ids: gold.place == ids.entity.get(predicted.place or ""),
    "cardinality": lambda gold, predicted, _: gold.cardinality == predicted.cardinality,
}

_OF_EVENTS = "attributes of events"
_PLURAL = {"modality": "modalities", "cardinality": "cardinalities", **{n: f"{n}s" for n in ("type", "date", "place")}}

EVENT_ATTRIBUTE_MEASURES: tuple[Measure, ...] = (
    Measure("attributes", "attributes stated of events that are right", share="attributes stated"),
    Measure(
        "attributes[stated]", "attributes of gold events of which something is stated", share=_OF_EVENTS, detail=True
    ),
    *(
        Measure(
            name,
            f"events whose {name} is right, of those where one is stated",
            share=f"{_PLURAL[name]} stated",
            detail=True,
        )
        for name in ATTRIBUTES
    ),
    *(
        Measure(
            f"{name}[stated]",
            f"gold events with a {name} of which one is stated",
            share=f"events with a {name}",
            detail=True,
        )
        for name in ATTRIBUTES
    ),
    *(
        Measure(
            f"date[{name}]",
            f"dates right up to the {name}",
            share=f"dates stated of events known to the {name}",
            detail=True,
        )
        for name in PRECISIONS
    ),
)


def _counts(pair: DocumentPair) -> Mapping[str, Counts]:
    modes = pair.events.counts["all"]
    return {
        "mention": modes["strict"],
        "mention[partial]": modes["partial"],
        "mention[characters]": modes["characters"],
    }


def _memberships(pair: DocumentPair) -> list[Membership]:
    return pair.events.memberships(skip_optional=True)


def _verdicts(pair: DocumentPair) -> list[Verdict]:
    return mention_verdicts(pair.events, "events")


EVENTS = Layer(
    name="events",
    submitted_as="events",
    measures=(
        *cluster_measures("event", "events"),
        Measure("mention", "event mentions with the right offsets"),
        Measure("mention[partial]", "the same, and half a point for an overlap"),
        Measure("mention[characters]", "characters inside event mentions", detail=True),
        *EVENT_ATTRIBUTE_MEASURES,
    ),
    counts=_counts,
    memberships=_memberships,
    corpus=event_attributes,
    verdicts=_verdicts,
)

"""Attributes of events: what a file says of its events, beside what the registry says.

A file may describe its events (``event_descriptions``): type, date, place, cardinality. What it says of an
event that is mapped to one of gold (:func:`onrecord.eval.layers.ids.map_events`) is compared with the registry:
precision is of what is stated, recall of what gold has, so that who states one thing and has it right is not perfect.
Different values for one event, under several ids, are a hedge, of which none is right. What gold leaves open is not
judged.

Dates are compared as strings of EDTF (ISO 8601-2), and by year, month and day of what they begin with, where gold is
that precise; qualifiers such as ``~`` make no difference to the latter. Places are entities, compared as such.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from onrecord.dataset.records import Event
from onrecord.eval.layers.columns import Bools, Ints
from onrecord.eval.layers.ids import IdMap, normal_name
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.submission.prediction_line import EventDescription

ATTRIBUTES = ("type", "date", "place", "cardinality")

PRECISIONS = ("year", "month", "day")

_BEGINNING = re.compile(r"\[?(-?[0-9X]{4})(?:-([0-9X]{2}))?(?:-([0-9X]{2}))?")


@dataclasses.dataclass(frozen=True)
class ReportedEvents:
    """The gold events that some documents report; adds by union."""

    events: frozenset[str]
    ids: IdMap
    """What ids mean, which is the same for all documents."""

    @classmethod
    def total(cls, parts: Iterable[ReportedEvents]) -> ReportedEvents:
        """The union of any number."""
        every = list(parts)
        ids = every[0].ids if every else IdMap({}, {}, {})
        return cls(frozenset().union(*(each.events for each in every)), ids)


def event_attributes(reported: ReportedEvents) -> dict[str, Counts]:
    """Counts of every measure of :data:`EVENT_ATTRIBUTE_MEASURES`.

    Gold events are those that a gold mention or a gold stance of the documents is about, unless it is optional; each
    counts once, however many documents report it. So the counts are of the documents as a whole. Those of one document
    alone add too, and then count an event as often as documents report it.
    """
    answered = answered_events(reported.ids)
    return attribute_counts([answered[id] for id in answered.keys() & reported.events], reported.ids)


Answered = tuple[Event, Sequence[EventDescription]]
"""A gold event, and what the file says of it."""


def answered_events(ids: IdMap) -> dict[str, Answered]:
    """Every gold event with what the file says of it, by its id."""
    answers: dict[str, list[EventDescription]] = {id: [] for id in ids.gold_events}
    for id, description in ids.described_events.items():
        if (row_id := ids.event.get(id)) in answers:
            answers[row_id].append(description)
    return {id: (row, answers[id]) for id, row in ids.gold_events.items()}


def attribute_counts(events: Sequence[Answered], ids: IdMap) -> dict[str, Counts]:
    """What some gold events add to :func:`event_attributes`: the counts of disjoint sets of events add up."""
    total = counts_of_each(events, ids).sum(axis=0).tolist()
    return {measure.name: Counts(*row) for measure, row in zip(EVENT_ATTRIBUTE_MEASURES, total, strict=True)}


def counts_of_each(events: Sequence[Answered], ids: IdMap) -> Ints:
    """What each gold event adds, shape (events, measures, 4), by measure of :data:`EVENT_ATTRIBUTE_MEASURES`.

    If one statement of an event is not right, none is.
    """
    place = {measure.name: n for n, measure in enumerate(EVENT_ATTRIBUTE_MEASURES)}
    counts = np.zeros((len(events), len(place), 4), np.int64)
    owners = np.repeat(np.arange(len(events)), [len(answers) for _, answers in events])
    statements = [each for _, answers in events for each in answers]

    def put(name: str, asked: Bools, of: Ints, judged: Sequence[bool] | Bools) -> None:
        many = np.bincount(of, minlength=len(events))
        wrong = np.bincount(of[~np.array(judged, bool)], minlength=len(events))
        right = (many > 0) & (wrong == 0)
        counts[:, place[name]] = np.stack([right, asked, right * many, many], axis=1)

    for attribute in ATTRIBUTES:
        value, is_right = operator.attrgetter(attribute), _RIGHT[attribute]
        gold = [value(row) for row, _ in events]
        asked = np.array([each is not None for each in gold], bool)
        said = [(n, each) for n, each in zip(owners.tolist(), map(value, statements), strict=True) if each is not None]
        said = [(n, each) for n, each in said if gold[n] is not None]
        of = np.array([n for n, _ in said], np.int64)
        put(attribute, asked, of, [is_right(gold[n], each, ids) for n, each in said])
        if attribute == "date":
            begins, dates = [beginning(each) for each in gold], [beginning(each) for _, each in said]
            known = np.array([len(each) for each in begins], np.int64)
            for length, name in enumerate(PRECISIONS, start=1):
                right = [begins[n][:length] == date[:length] for (n, _), date in zip(said, dates, strict=True)]
                precise = known[of] >= length
                put(f"date[{name}]", asked & (known >= length), of[precise], np.array(right, bool)[precise])
    counts[:, place["attributes"]] = counts[:, [place[name] for name in ATTRIBUTES]].sum(axis=1)
    return counts


def reported_events(pair: DocumentPair) -> frozenset[str]:
    """The gold events of one document."""
    mentioned = {event.event for event in pair.gold.events if not event.optional}
    targets = {s.target.id for s in pair.gold.stances if s.target.kind == "event" and not s.optional}
    return frozenset(mentioned | targets)


@functools.lru_cache(maxsize=4096)
def beginning(date: str | None) -> tuple[str, ...]:
    """Year, month and day that an EDTF date or interval begins with, as far as it gives them.

    >>> beginning("2022-12-19~/.."), beginning("2022-12"), beginning("[2022-12..]"), beginning("../2022")
    (('2022', '12', '19'), ('2022', '12'), ('2022', '12'), ())
    """
    match = _BEGINNING.match(date or "")
    return tuple(part for part in match.groups() if part is not None) if match else ()


Judge = Callable[[str, str, IdMap], bool]

_RIGHT: Mapping[str, Judge] = {
    "type": lambda gold, said, _: normal_name(gold) == normal_name(said),
    "date": lambda gold, said, _: gold == said,
    "place": lambda gold, said, ids: gold == ids.entity.get(said),
    "cardinality": lambda gold, said, _: gold == said,
}
"""Whether what the file says of an attribute is what the registry does."""

_ATTRIBUTES: dict[str, Any] = {"page": "event-attributes.md", "adds": False, "detail": True}

EVENT_ATTRIBUTE_MEASURES: tuple[Measure, ...] = (
    Measure("attributes", "attributes of gold events that are stated and right", **_ATTRIBUTES),
    *(Measure(name, f"gold events whose {name} is stated and right", **_ATTRIBUTES) for name in ATTRIBUTES),
    *(
        Measure(f"date[{name}]", f"the same of dates, up to the {name}", view=name, **_ATTRIBUTES)
        for name in PRECISIONS
    ),
)
"""None is shown unless details are asked for: a value that is most events' own is right of most without reading."""

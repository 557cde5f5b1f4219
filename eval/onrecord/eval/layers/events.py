"""Events: mentions that report one event brought together, across documents; mention detection beside it."""

from __future__ import annotations

from collections.abc import Mapping

from onrecord.eval.clusters.measures import Membership
from onrecord.eval.clusters.views import cluster_measures
from onrecord.eval.layers.entities import mention_verdicts
from onrecord.eval.layers.event_attributes import EVENT_ATTRIBUTE_MEASURES, event_attributes
from onrecord.eval.layers.layer import DocumentPair, Layer, Verdict
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure


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

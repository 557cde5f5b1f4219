"""Entities: mentions found and typed, and mentions of one entity brought together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from onrecord.dataset.records import EntityType
from onrecord.eval.clusters.measures import Membership
from onrecord.eval.clusters.views import cluster_measures
from onrecord.eval.layers.layer import DocumentPair, Layer, Verdict
from onrecord.eval.layers.mentions import SpanAlignment
from onrecord.eval.spans.measures import MODES
from onrecord.eval.spans.pairs import Fit
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure

TYPES: tuple[str, ...] = get_args(EntityType)

_OF_ALL = ("strict", "exact", "partial")
"""Measures that are also given for mentions of all kinds."""


def _counts(pair: DocumentPair) -> Mapping[str, Counts]:
    views = pair.mentions.counts
    names = {mode: views["names"][mode] for mode in MODES}
    every_kind = {f"{mode}[all]": views["all"][mode] for mode in _OF_ALL}
    by_type = {f"strict[{type}]": views[type]["strict"] if type in views else Counts() for type in TYPES}
    return {**names, **every_kind, **by_type}


def _memberships(pair: DocumentPair) -> list[Membership]:
    return pair.mentions.memberships(skip_optional=True)


def _verdicts(pair: DocumentPair) -> list[Verdict]:
    return mention_verdicts(pair.mentions, "entities")


_OUTCOMES = {Fit.STRICT: "right", Fit.EXACT: "type", Fit.TYPE: "boundary", Fit.OVERLAP: "both"}


def mention_verdicts(alignment: SpanAlignment, layer: str) -> list[Verdict]:
    """What became of every gold mention that is not optional, and the predictions that no gold mention is paired with.

    Mentions of all kinds are told of, whichever the headline counts.
    """
    partner = {pair.gold: pair for pair in alignment.pairs}
    found = {pair.predicted for pair in alignment.pairs}
    verdicts = [
        Verdict(
            alignment.document,
            layer,
            True,
            (item.start, item.end, getattr(item, "type", "")),
            item.text,
            _OUTCOMES[partner[g].fit] if g in partner else "missed",
        )
        for g, item in enumerate(alignment.gold)
        if not item.optional
    ]
    return verdicts + [
        Verdict(
            alignment.document, layer, False, (item.start, item.end, getattr(item, "type", "")), item.text, "spurious"
        )
        for p, item in enumerate(alignment.predicted)
        if p not in found
    ]


ENTITIES = Layer(
    name="entities",
    submitted_as="mentions",
    measures=(
        Measure("strict", "names with the right offsets and type"),
        Measure("exact", "names with the right offsets, whatever the type"),
        Measure("type", "names with the right type that overlap"),
        Measure("partial", "names with the right offsets, and half a point for an overlap"),
        Measure("iou", "names of the right type whose overlap is at least half of what both cover", detail=True),
        Measure("characters", "characters inside names of the right type"),
        Measure("coverage", "share of each name that names of the right type cover, however many", detail=True),
        Measure("strict[all]", "names, nominals and pronouns with the right offsets and type"),
        Measure("exact[all]", "names, nominals and pronouns with the right offsets", detail=True),
        Measure("partial[all]", "names, nominals and pronouns, with half a point for an overlap", detail=True),
        *(
            Measure(f"strict[{type}]", f"names of the type {type} with the right offsets", detail=True)
            for type in TYPES
        ),
    ),
    counts=_counts,
    verdicts=_verdicts,
)

ENTITY_IDS = Layer(
    name="entity_ids",
    submitted_as="mentions",
    measures=cluster_measures("entity", "entities"),
    memberships=_memberships,
)

"""Events: mentions of one event brought together, across documents; mentions found, their modality, contradictions
between them, and attributes of the event beside it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from onrecord.eval.clusters.views import cluster_measures
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.entities import (
    cluster_scores,
    cluster_state,
    clusters,
    headline_of_clusters,
    headline_of_each,
    mention_verdicts,
)
from onrecord.eval.layers.event_attributes import (
    EVENT_ATTRIBUTE_MEASURES,
    ReportedEvents,
    event_attributes,
    reported_events,
)
from onrecord.eval.layers.event_columns import Reported
from onrecord.eval.layers.layer import Compared, DocumentPair, Layer, State
from onrecord.eval.layers.mentions import SpanAlignment, Spanned
from onrecord.eval.layers.modalities import (
    MODALITY_MEASURES,
    ModalitySets,
    contradictions,
    modality_counts,
    modality_sets,
)
from onrecord.eval.layers.modality_columns import Modalities, put_modalities
from onrecord.eval.layers.not_in_text import charging
from onrecord.eval.layers.state_columns import Sheet, StateColumns
from onrecord.eval.spans.measures import MODES, mode_array
from onrecord.eval.statistics.counts import Counts, Score
from onrecord.eval.statistics.measure import Measure

if TYPE_CHECKING:
    from onrecord.eval.layers.verdict_columns import VerdictColumns


@dataclasses.dataclass(frozen=True)
class EventReading:
    """One document's mentions of events, and the gold events that it reports."""

    alignment: SpanAlignment
    said: tuple[ReportedEvents, ModalitySets]
    """What the measures that do not add are functions of."""

    @property
    def gold(self) -> tuple[Spanned, ...]:
        """The gold mentions."""
        return self.alignment.gold

    @property
    def predicted(self) -> tuple[Spanned, ...]:
        """The predictions."""
        return self.alignment.predicted


def read_events(pair: DocumentPair) -> EventReading:
    """Bring one document's mentions of events together."""
    reported = ReportedEvents(reported_events(pair), pair.ids)
    return EventReading(pair.events, (reported, modality_sets(pair.events, pair.ids)))


def _state(reading: EventReading) -> State:
    modes = reading.alignment.counts["all"]
    counts = {
        "mention": modes["strict"],
        "mention[partial]": modes["partial"],
        "mention[characters]": modes["characters"],
        **modality_counts(reading.alignment),
    }
    return dataclasses.replace(cluster_state(reading.alignment), counts=counts, said=reading.said)


def _columns(corpus: Corpus) -> StateColumns:
    modes = mode_array(corpus.events.everything)
    sheet = Sheet(len(corpus.documents))
    for name, mode in (("mention", "strict"), ("mention[partial]", "partial"), ("mention[characters]", "characters")):
        sheet.put(name, modes[:, MODES.index(mode)])
    put_modalities(sheet, corpus.events)
    return sheet.columns(
        [
            clusters(corpus, corpus.events, "event"),
            Reported.of(corpus.gold, corpus.ids),
            Modalities.of(corpus.events, (corpus.gold.codes.event, corpus.predicted.codes.event), corpus.maps[1]),
        ]
    )


def _judged_columns(corpus: Corpus) -> tuple[StateColumns, VerdictColumns]:
    from onrecord.eval.layers.item_verdicts import mention_verdicts as on_columns  # only where systems are compared

    return _columns(corpus), on_columns(corpus.events, [""])


def _whole(state: State) -> dict[str, Counts | Score]:
    reported = next((each for each in state.said if isinstance(each, ReportedEvents)), ReportedEvents.total(()))
    sets = next((each for each in state.said if isinstance(each, ModalitySets)), ModalitySets())
    return {**cluster_scores(state), **event_attributes(reported), "contradictions": contradictions(sets)}


_EVENTS: Layer[EventReading] = Layer(
    name="events",
    item="events",
    measures=(
        *cluster_measures("event", "events"),
        Measure("mention", "event mentions with the right offsets", page="strict-exact-type-partial.md"),
        Measure(
            "mention[partial]",
            "the same, and half a point for an overlap",
            view="partial",
            page="strict-exact-type-partial.md",
        ),
        Measure(
            "mention[characters]",
            "characters inside event mentions",
            detail=True,
            view="characters",
            page="characters.md",
        ),
        *MODALITY_MEASURES,
        *EVENT_ATTRIBUTE_MEASURES,
    ),
    pair=read_events,
    state=_state,
    columns=_columns,
    judged_columns=_judged_columns,
    whole=_whole,
    alone=headline_of_clusters,
    alone_each=headline_of_each,
    verdicts=lambda reading: mention_verdicts(reading.alignment),
    outcomes={"boundary": "right type, other boundaries"},
    matches=lambda reading: reading.alignment.exact(),
    compared=(Compared("event"), Compared("modality")),
    agreed_by=("mention", "mention+modality", "lea", "conll", "attributes"),
    units="",
    label="modality",
    label_title="Modality of events",
)
_F1 = ("mention", "mention+modality", "mention[partial]")
"""The measures that what is not in the text is a prediction more of."""

EVENTS = charging(_EVENTS, lambda reading: reading.alignment.unplaced, _F1)

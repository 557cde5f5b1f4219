"""Entities: mentions found and typed, and mentions of one entity brought together."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from onrecord.dataset.layers import Words
from onrecord.dataset.scheme import Scheme
from onrecord.eval.clusters.table import Table
from onrecord.eval.clusters.views import cluster_measures, cluster_views, lea_alone
from onrecord.eval.layers.cluster_columns import Clusters
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.layer import MISSED, OPTIONAL, RIGHT, SPURIOUS, Compared, Layer, State, Verdict
from onrecord.eval.layers.mention_states import entity_sheet
from onrecord.eval.layers.mentions import SpanAlignment, Spanned
from onrecord.eval.layers.not_in_text import charging
from onrecord.eval.layers.span_pairing import SpanPairing
from onrecord.eval.layers.state_columns import Floats, StateColumns
from onrecord.eval.spans.measures import MODES
from onrecord.eval.spans.pairs import Fit
from onrecord.eval.statistics.counts import Counts, Score
from onrecord.eval.statistics.measure import Measure

if TYPE_CHECKING:
    from onrecord.eval.layers.verdict_columns import VerdictColumns

TYPES = Words("entity_types")

_ONE_TO_ONE = ("strict", "exact", "type", "partial", "iou")
"""Measures that pair names one to one: a name that is not in the text is a prediction more."""

_OF_ALL = ("strict", "exact", "partial")
"""Measures that are also given for mentions of all kinds."""


def _counts(alignment: SpanAlignment) -> State:
    views = alignment.counts
    names = {mode: views["names"][mode] for mode in MODES}
    every_kind = {f"{mode}[all]": views["all"][mode] for mode in _OF_ALL}
    by_type = {f"strict[{type}]": views[type]["strict"] if type in views else Counts() for type in TYPES}
    return State({**names, **every_kind, **by_type})


def _columns(corpus: Corpus) -> StateColumns:
    return entity_sheet(corpus.mentions, corpus.names, corpus.gold.codes, TYPES, _OF_ALL).columns()


def _judged_columns(corpus: Corpus) -> tuple[StateColumns, VerdictColumns]:
    from onrecord.eval.layers.item_verdicts import mention_verdicts as on_columns  # only where systems are compared

    return _columns(corpus), on_columns(corpus.mentions, corpus.gold.codes.type.words)


def clusters(corpus: Corpus, pairing: SpanPairing, kind: str) -> Clusters:
    """The clusters of the mentions of a kind, ``entity`` or ``event``, optional ones left out."""
    words, file_words = (getattr(side.codes, kind).words for side in (corpus.gold, corpus.predicted))
    return Clusters.of(pairing, corpus.documents, words, file_words)


def cluster_state(alignment: SpanAlignment) -> State:
    """The clusters of the mentions of one document, optional ones left out."""
    return State({}, (Table.of(alignment.memberships(skip_optional=True)),))


def cluster_scores(state: State) -> dict[str, Score]:
    """Every measure of clusters, from the tables of all documents."""
    return cluster_views(state.tables)


def headline_of_clusters(state: State) -> Score:
    """The first of them alone."""
    return lea_alone(state.tables)


def headline_of_each(columns: StateColumns) -> Floats:
    """The same of each document."""
    return next(whole.lea_of_each() for whole in columns.wholes if isinstance(whole, Clusters))


_OUTCOMES = {Fit.STRICT: RIGHT, Fit.EXACT: "type", Fit.TYPE: "boundary", Fit.OVERLAP: "both"}


def mention_verdicts(alignment: SpanAlignment) -> list[Verdict]:
    """What became of every gold mention, and the predictions that no gold mention is paired with.

    Mentions of all kinds are told of, whichever the headline counts.
    """
    partner = {pair.gold: pair for pair in alignment.pairs}
    found = {pair.predicted for pair in alignment.pairs}
    verdicts: list[Verdict] = []
    for g, item in enumerate(alignment.gold):
        pair = partner.get(g)
        outcome = OPTIONAL if item.optional else MISSED if pair is None else _OUTCOMES[pair.fit]
        verdicts.append(Verdict(g, None if pair is None else pair.predicted, outcome, _key(item), item.text))
    return verdicts + [
        Verdict(None, p, SPURIOUS, _key(item), item.text)
        for p, item in enumerate(alignment.predicted)
        if p not in found
    ]


def _key(item: Spanned) -> tuple[int, int, str]:
    return item.start, item.end, getattr(item, "type", "")


_SEMEVAL: dict[str, Any] = {"page": "strict-exact-type-partial.md", "citation": "Segura-Bedmar et al., 2013"}


def _measures(scheme: Scheme) -> tuple[Measure, ...]:
    kinds = [f"{kind}s" for kind in scheme.mention_kinds]
    every = kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} and {kinds[-1]}"
    return (
        Measure("strict", "names with the right offsets and type", **_SEMEVAL),
        Measure("exact", "names with the right offsets, whatever the type", **_SEMEVAL),
        Measure("type", "names with the right type that overlap", **_SEMEVAL),
        Measure("partial", "names with the right offsets, and half a point for an overlap", **_SEMEVAL),
        Measure(
            "iou",
            "names of the right type whose overlap is at least half of what both cover",
            detail=True,
            page="iou.md",
        ),
        Measure("characters", "characters inside names of the right type", page="characters.md"),
        Measure(
            "coverage",
            "share of each name that names of the right type cover, however many",
            detail=True,
            page="coverage.md",
        ),
        Measure("strict[all]", f"{every} with the right offsets and type", view="all", **_SEMEVAL),
        Measure(
            "exact[all]",
            f"{every} with the right offsets",
            detail=True,
            view="all",
            **_SEMEVAL,
        ),
        Measure(
            "partial[all]",
            f"{every}, with half a point for an overlap",
            detail=True,
            view="all",
            **_SEMEVAL,
        ),
        *(
            Measure(
                f"strict[{type}]",
                f"names of the type {type} with the right offsets",
                detail=True,
                view=type,
                page="by-type.md",
            )
            for type in scheme.entity_types
        ),
    )


@functools.cache
def entities(scheme: Scheme) -> Layer[SpanAlignment]:
    """The layer of mentions found and typed, as a scheme has it."""
    layer: Layer[SpanAlignment] = Layer(
        name="entities",
        item="mentions",
        measures=_measures(scheme),
        pair=lambda pair: pair.mentions,
        state=_counts,
        columns=_columns,
        judged_columns=_judged_columns,
        verdicts=mention_verdicts,
        outcomes={
            "type": "right place, wrong type",
            "boundary": "right type, other boundaries",
            "both": "other boundaries and wrong type",
        },
        matches=SpanAlignment.exact,
        compared=(Compared("type"), Compared("kind"), *((Compared("entity"),) if scheme.ids else ())),
        agreed_by=("strict", "strict[all]"),
        units="type",
        label="type",
        label_title="Entity types, mentions of all kinds",
    )
    of_all = [f"{mode}[all]" for mode in _OF_ALL]
    return charging(layer, lambda reading: reading.unplaced, of_all, of_names=_ONE_TO_ONE)


ENTITY_IDS: Layer[SpanAlignment] = Layer(
    name="entity_ids",
    item="mentions",
    measures=cluster_measures("entity", "entities"),
    pair=lambda pair: pair.mentions,
    state=cluster_state,
    columns=lambda corpus: clusters(corpus, corpus.mentions, "entity").columns(),
    whole=cluster_scores,
    alone=headline_of_clusters,
    alone_each=headline_of_each,
    agreed_by=("lea", "conll"),
    by_entity_ids=True,
)

"""From a submission and gold to a result: align once, count each document once, read every measure off the sums."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence

from onrecord.dataset import Article, Labels, Registries, gold_hash
from onrecord.eval.clusters.measures import Table
from onrecord.eval.clusters.views import cluster_views
from onrecord.eval.layers.entities import ENTITIES, ENTITY_IDS
from onrecord.eval.layers.events import EVENTS
from onrecord.eval.layers.ids import (
    IdMap,
    map_claims,
    map_entities,
    map_events,
    map_links,
    overlapping_mentions,
    registry_links,
)
from onrecord.eval.layers.layer import DocumentPair, Layer, Measure, SpanAlignment, align_mentions, cluster
from onrecord.eval.layers.links import LINKS
from onrecord.eval.layers.quotes import QUOTES
from onrecord.eval.layers.stances import STANCES
from onrecord.eval.statistics.counts import Counts, Score, mean_f1, not_submitted, score, share
from onrecord.eval.submission.label_maps import LabelMap, relabelled
from onrecord.eval.submission.reading import Submission

SCORED: tuple[Layer, ...] = (ENTITIES, ENTITY_IDS, LINKS, QUOTES, STANCES, EVENTS)
"""Every layer of the score, in the order of the table."""


@dataclasses.dataclass(frozen=True)
class LayerState:
    """What one layer's scores are computed from."""

    counts: Mapping[str, Mapping[str, Counts]]
    """By document id, then by measure; they add over documents."""
    tables: Mapping[str, Table]
    """By document id; they add over documents too."""
    pairs: Mapping[str, DocumentPair]
    """By document id, for the measures that are of a set of documents as a whole."""

    def of(self, documents: Collection[str]) -> LayerState:
        """The state of some of the documents."""
        return LayerState(
            counts={id: each for id, each in self.counts.items() if id in documents},
            tables={id: each for id, each in self.tables.items() if id in documents},
            pairs={id: each for id, each in self.pairs.items() if id in documents},
        )


@dataclasses.dataclass(frozen=True)
class LayerResult:
    """One layer's scores."""

    layer: Layer
    scores: Mapping[str, Score]
    """By name of the measure, the headline first."""
    state: LayerState | None
    """None where the file has no predictions for the layer."""


@dataclasses.dataclass(frozen=True)
class Result:
    """Everything that was measured of one submission."""

    submission: str
    submission_sha256: str
    split: str
    gold_hash: str
    labels: str
    """The label map that the types were compared by; ``as-is`` for none."""
    documents: tuple[str, ...]
    """Ids of the documents scored."""
    topics: Mapping[str, str]
    """The topic of each of them."""
    missing: tuple[str, ...]
    """Those of them that the file has no line for: scored as empty."""
    layers: tuple[LayerResult, ...]

    @property
    def values(self) -> dict[str, float | None]:
        """The number of every measure by its full name, ``layer:measure``: F1, or a share."""
        return {f"{each.layer.name}:{name}": score.value for each in self.layers for name, score in each.scores.items()}


def score_submission(
    articles: Sequence[Article],
    registries: Registries,
    submission: Submission,
    split: str,
    labels: tuple[str, LabelMap] | None = None,
) -> Result:
    """Score a checked submission.

    Args:
        articles: The gold articles to score on; what the file says of other documents is left out.
        registries: The gold ids.
        submission: What :func:`onrecord.eval.submission.reading.read_submission` gave.
        split: What the articles are called in the result.
        labels: The map that the submission was read with, if any, and what it is called.

    Returns:
        Scores of every layer. A document that the file lacks counts as one without predictions; a layer that it lacks
        altogether is undefined.
    """
    articles = sorted(articles, key=lambda article: article.document.id)
    compared = articles if labels is None else relabelled(articles, labels[1])
    pairs = pair_documents(compared, registries, submission)
    return score_pairs(articles, pairs, submission, split, "as-is" if labels is None else labels[0])


def score_pairs(
    articles: Sequence[Article],
    pairs: Sequence[DocumentPair],
    submission: Submission,
    split: str,
    labels: str = "as-is",
) -> Result:
    """The result of documents that :func:`pair_documents` has aligned already, in order of document id."""
    return Result(
        submission=submission.name,
        submission_sha256=submission.sha256,
        split=split,
        gold_hash=gold_hash(articles),
        labels=labels,
        documents=tuple(article.document.id for article in articles),
        topics={article.document.id: article.document.topic for article in articles},
        missing=tuple(a.document.id for a in articles if a.document.id not in submission.documents),
        layers=tuple(_layer_result(layer, pairs, submission) for layer in SCORED),
    )


def pair_documents(articles: Sequence[Article], registries: Registries, submission: Submission) -> list[DocumentPair]:
    """Align every document's mentions and events, and find out what the submission's ids mean."""
    predicted = [submission.documents.get(article.document.id, Labels()) for article in articles]
    gold = [article.labels for article in articles]
    names = [article.document.id for article in articles]
    mentions = align_mentions(
        [(name, g.mentions, p.mentions) for name, g, p in zip(names, gold, predicted, strict=True)]
    )
    events = align_mentions([(name, g.events, p.events) for name, g, p in zip(names, gold, predicted, strict=True)])
    ids = IdMap(
        entity=map_entities(
            _whole(mentions), _overlaps(mentions), _declared_entities(submission), submission.entities, registries
        ),
        event=map_events(
            _whole(events), _overlaps(events), _declared_events(submission), registries, submission.event_descriptions
        ),
        claim=map_claims(list(zip(gold, predicted, strict=True)), submission.claims, registries),
        links=map_links(submission.entities, registries),
        gold_links=registry_links(registries),
        described_events=submission.event_descriptions,
        gold_events={row.id: row for row in registries.events},
    )
    return [
        DocumentPair(article.document, article.labels, p, m, e, ids)
        for article, p, m, e in zip(articles, predicted, mentions, events, strict=True)
    ]


def _whole(alignments: Sequence[SpanAlignment]) -> Table:
    """The corpus-wide table, optional gold included: here it only serves to find out what an id means."""
    return Table.of(row for alignment in alignments for row in alignment.memberships(skip_optional=False))


def _overlaps(alignments: Sequence[SpanAlignment]) -> list[tuple[str, str]]:
    return [
        pair
        for alignment in alignments
        for pair in overlapping_mentions(
            ((item.span, cluster(item)) for item in alignment.predicted),
            [(item.span, cluster(item)) for item in alignment.gold],
        )
    ]


def _declared_entities(submission: Submission) -> frozenset[str]:
    named = {m.entity for labels in submission.documents.values() for m in labels.mentions if m.entity}
    return frozenset(named | set(submission.entities))


def _declared_events(submission: Submission) -> frozenset[str]:
    return frozenset(e.event for labels in submission.documents.values() for e in labels.events)


def _layer_result(layer: Layer, pairs: Sequence[DocumentPair], submission: Submission) -> LayerResult:
    names = [measure.name for measure in layer.measures]
    if layer.submitted_as not in submission.layers:
        return LayerResult(layer, dict.fromkeys(names, not_submitted()), None)
    state = LayerState(
        counts={pair.document.id: layer.counts(pair) for pair in pairs} if layer.counts else {},
        tables={pair.document.id: Table.of(layer.memberships(pair)) for pair in pairs} if layer.memberships else {},
        pairs={pair.document.id: pair for pair in pairs},
    )
    return LayerResult(layer, layer_scores(layer, state), state)


def layer_scores(layer: Layer, state: LayerState) -> dict[str, Score]:
    """The scores that a layer's state gives, by name of the measure."""
    counts = total_counts(state.counts.values())
    if layer.corpus:
        counts |= layer.corpus(list(state.pairs.values()))
    found = {name: score(each) for name, each in counts.items()}
    if layer.memberships:
        found |= cluster_views(list(state.tables.values()))
    return {measure.name: _score(measure, counts, found) for measure in layer.measures}


def _score(measure: Measure, counts: Mapping[str, Counts], found: Mapping[str, Score]) -> Score:
    if measure.mean_of:
        return mean_f1({name: found[name] for name in measure.mean_of})
    if measure.share:
        return share(counts[measure.name], measure.share)
    return found[measure.name]


def total_counts(documents: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """The sum over documents, by measure."""
    total: dict[str, Counts] = {}
    for counts in documents:
        for name, each in counts.items():
            total[name] = total.get(name, Counts()) + each
    return total

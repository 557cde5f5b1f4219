"""From a submission and gold to a result: align once, count each document once, read every measure off the sums."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

from onrecord.dataset import Article, Labels, Registries, gold_hash
from onrecord.eval.clusters import Table, cluster_scores
from onrecord.eval.counts import Counts, Score, not_submitted, score
from onrecord.eval.entities import ENTITIES, ENTITY_IDS
from onrecord.eval.events import EVENTS
from onrecord.eval.layer import DocumentPair, Layer, SpanAlignment, cluster
from onrecord.eval.quotes import QUOTES
from onrecord.eval.references import IdMap, map_claims, map_entities, map_events, overlapping_mentions
from onrecord.eval.stances import STANCES
from onrecord.eval.submission import Submission

SCORED: tuple[Layer, ...] = (ENTITIES, ENTITY_IDS, QUOTES, STANCES, EVENTS)
"""Every layer of the score, in the order of the table."""

WITHIN = "[within]"
"""Ends the name of a cluster measure that keeps the clusters of each document apart."""


@dataclasses.dataclass(frozen=True)
class LayerState:
    """What one layer's scores are computed from; adds over documents."""

    counts: Mapping[str, Mapping[str, Counts]]
    """By document id, then by measure."""
    tables: Mapping[str, Table]
    """By document id."""


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
    documents: tuple[str, ...]
    """Ids of the documents scored."""
    missing: tuple[str, ...]
    """Those of them that the file has no line for: scored as empty."""
    layers: tuple[LayerResult, ...]

    @property
    def f1(self) -> dict[str, float | None]:
        """F1 of every measure by its full name, ``layer:measure``."""
        return {f"{each.layer.name}:{name}": score.f1 for each in self.layers for name, score in each.scores.items()}


def score_submission(articles: Sequence[Article], registries: Registries, submission: Submission, split: str) -> Result:
    """Score a checked submission.

    Args:
        articles: The gold articles to score on; what the file says of other documents is left out.
        registries: The gold ids.
        submission: What :func:`onrecord.eval.submission.read_submission` gave.
        split: What the articles are called in the result.

    Returns:
        Scores of every layer. A document that the file lacks counts as one without predictions; a layer that it lacks
        altogether is undefined.
    """
    articles = sorted(articles, key=lambda article: article.document.id)
    return score_pairs(articles, pair_documents(articles, registries, submission), submission, split)


def score_pairs(
    articles: Sequence[Article], pairs: Sequence[DocumentPair], submission: Submission, split: str
) -> Result:
    """The result of documents that :func:`pair_documents` has aligned already, in order of document id."""
    return Result(
        submission=submission.name,
        submission_sha256=submission.sha256,
        split=split,
        gold_hash=gold_hash(articles),
        documents=tuple(article.document.id for article in articles),
        missing=tuple(a.document.id for a in articles if a.document.id not in submission.documents),
        layers=tuple(_layer_result(layer, pairs, submission) for layer in SCORED),
    )


def pair_documents(articles: Sequence[Article], registries: Registries, submission: Submission) -> list[DocumentPair]:
    """Align every document's mentions and events, and find out what the submission's ids mean."""
    predicted = [submission.documents.get(article.document.id, Labels()) for article in articles]
    gold = [article.labels for article in articles]
    names = [article.document.id for article in articles]
    mentions = [
        SpanAlignment.of(name, g.mentions, p.mentions) for name, g, p in zip(names, gold, predicted, strict=True)
    ]
    events = [SpanAlignment.of(name, g.events, p.events) for name, g, p in zip(names, gold, predicted, strict=True)]
    ids = IdMap(
        entity=map_entities(
            _whole(mentions), _overlaps(mentions), _declared_entities(submission), submission.entities, registries
        ),
        event=map_events(_whole(events), _overlaps(events), _declared_events(submission), registries),
        claim=map_claims(list(zip(gold, predicted, strict=True)), submission.claims, registries),
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
    )
    scores = layer_scores(state)
    return LayerResult(layer, {name: scores[name] for name in names}, state)


def layer_scores(state: LayerState) -> dict[str, Score]:
    """All scores that a layer's state gives, by name of the measure."""
    total: dict[str, Counts] = {}
    for counts in state.counts.values():
        for name, each in counts.items():
            total[name] = total.get(name, Counts()) + each
    scores = {name: score(counts) for name, counts in total.items()}
    if state.tables:
        across = sum(state.tables.values(), Table.of(()))
        apart = sum((_apart(document, table) for document, table in state.tables.items()), Table.of(()))
        scores |= cluster_scores(across)
        scores |= {f"{name}{WITHIN}": each for name, each in cluster_scores(apart).items()}
    return scores


def _apart(document: str, table: Table) -> Table:
    """The table with its clusters renamed, so that none is joined with one of another document."""

    def named(id: Hashable) -> Hashable:
        return (document, id)

    return Table(
        Counter({(named(g), named(p)): n for (g, p), n in table.cells.items()}),
        Counter({named(g): n for g, n in table.gold.items()}),
        Counter({named(p): n for p, n in table.predicted.items()}),
    )

"""Documents of gold beside what a submission says of them: aligned once, ids mapped once."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.dataset import Article, Registries
from onrecord.dataset.layers import labels
from onrecord.eval.clusters.measures import Table
from onrecord.eval.layers.ids import (
    IdMap,
    map_claims,
    map_entities,
    map_events,
    map_links,
    overlapping_mentions,
    registry_links,
)
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.layers.mentions import SpanAlignment, align_mentions, cluster
from onrecord.eval.submission.reading import Submission


def pair_documents(articles: Sequence[Article], registries: Registries, submission: Submission) -> list[DocumentPair]:
    """Align every document's mentions and events, and find out what the submission's ids mean."""
    predicted = [submission.documents.get(article.document.id, labels()) for article in articles]
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

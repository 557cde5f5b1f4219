"""Documents of gold beside what a submission says of them, one at a time or all as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from onrecord.dataset import Article, Registries, walk
from onrecord.dataset.layers import LAYERS, labels, scheme
from onrecord.dataset.records import Labels
from onrecord.dataset.seeds.documents import Document
from onrecord.eval.layers.columns import Codes, Letters, SideColumns, Vocabularies
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.flatten import Flattener
from onrecord.eval.layers.id_columns import Described
from onrecord.eval.layers.ids import IdMap, Names, named_by_sources
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.layers.mentions import SpanAlignment
from onrecord.eval.layers.quotes import kinds_of_quotes, slice_bits
from onrecord.eval.layers.unplaced import Unplaced
from onrecord.eval.submission.line_block import Strand
from onrecord.eval.submission.prediction_line import NotInText
from onrecord.eval.submission.reading import Submission

if TYPE_CHECKING:
    from onrecord.dataset.publishing.article_columns import ArticleBlock


def pair_document(
    document: Document, gold: Labels, predicted: Labels, ids: IdMap, unplaced: Sequence[NotInText] = ()
) -> DocumentPair:
    """One document, its mentions and events aligned."""
    return pair_each([(document, gold, predicted, unplaced)], ids)[0]


def pair_each(
    documents: Sequence[tuple[Document, Labels, Labels, Sequence[NotInText]]], ids: IdMap
) -> list[DocumentPair]:
    """Some documents, given as to :func:`pair_document`, each aligned by itself: together they take fewer steps.

    Raises:
        CrowdedError: Too many of their mentions lie over each other.
    """
    names = [document.id for document, *_ in documents]
    unplaced = [tuple(each) for *_, each in documents]
    mentions, events = (
        SpanAlignment.of_each(
            names,
            [gold.of(layer) for _, gold, *_ in documents],
            [made.of(layer) for _, _, made, _ in documents],
            unplaced,
        )
        for layer in ("mentions", "events")
    )
    return [
        DocumentPair(document, gold, predicted, of_mentions, of_events, ids, not_there)
        for (document, gold, predicted, _), of_mentions, of_events, not_there in zip(
            documents, mentions, events, unplaced, strict=True
        )
    ]


def pair_documents(articles: Sequence[Article], registries: Registries, submission: Submission) -> list[DocumentPair]:
    """Every document, with what the submission's ids mean in all of them."""
    ids = corpus_of(articles, registries, submission).ids
    return [
        pair_document(
            each.document,
            each.labels,
            submission.documents.get(each.document.id, labels()),
            ids,
            submission.unplaced.get(each.document.id, ()),
        )
        for each in articles
    ]


def corpus_of(articles: Sequence[Article], registries: Registries, submission: Submission) -> Corpus:
    """The columns of both sides of the articles, aligned, with what the submission's ids mean."""
    gold = gold_columns(articles)
    predicted = Flattener(Vocabularies(gold.codes.type, gold.codes.kind), Letters())
    for index, article in enumerate(articles):
        if article.document.id in submission.documents:
            predicted.add(index, submission.documents[article.document.id], article.document.text)
    return Corpus.of(
        [article.document.id for article in articles],
        gold,
        predicted.columns(),
        described(submission, registries),
        registries,
        Unplaced.of((n, submission.unplaced.get(each.document.id, ())) for n, each in enumerate(articles)),
    )


def described(submission: Submission, registries: Registries) -> Described:
    """What the whole file says of its ids."""
    every = submission.documents.values()
    return Described(
        submission.entities,
        submission.claims,
        submission.event_descriptions,
        frozenset(mention.entity for each in every for mention in each.mentions if mention.entity),
        frozenset(mention.event for each in every for mention in each.events),
        named_by_sources(every, Names.of(registries)),
        any(mention.entity is None for each in every for mention in each.mentions),
    )


def gold_columns(articles: Iterable[Article]) -> SideColumns:
    """The columns of the gold labels of some articles."""
    made = Flattener(Vocabularies(Codes(), Codes()), Letters())
    for index, article in enumerate(articles):
        add_gold(made, index, article)
    return made.columns()


def add_gold(made: Flattener, index: int, article: Article) -> None:
    """Add the labels of an article to columns of gold."""
    made.add(index, article.labels, article.document.text, slice_bits(article.labels.quotes, article.document))


def add_gold_block(made: Flattener, indices: Sequence[int], block: ArticleBlock, texts: Sequence[str]) -> bool:
    """Add the labels of several articles, which are columns, to those of gold, and say whether that can be done so.

    Args:
        made: Where to.
        indices: Of the articles.
        block: The articles.
        texts: The text of each.
    """
    layers = {
        layer: Strand(LAYERS[layer], items, np.repeat(np.arange(len(indices)), np.diff(block.bounds[layer])))
        for layer, items in block.layers.items()
    }
    documents = Strand(Document, block.documents, np.arange(len(indices)))
    (sections,) = (documents.inner(field) for field in walk.fields(Document) if field.name == "sections")
    return made.add_gold(indices, layers, sections, texts, [*kinds_of_quotes(scheme().quote_modes)])

"""The dataset's configs: what the rows of each are, and their Arrow schemas.

``articles`` holds everything, nested; the flat configs hold one row an item with its context; the registries hold
one row an id. All are made from the same records, so they cannot differ.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pyarrow as pa

from onrecord.dataset.derive import context, crosses_sentence, quote_type
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.records import Span

Row = dict[str, Any]

SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("text", pa.string())])
_SPANNED = [("start", pa.int32()), ("end", pa.int32()), ("text", pa.string())]
_ITEM = [
    ("annotators", pa.list_(pa.string())),
    ("agreed", pa.bool_()),
    ("optional", pa.bool_()),
    ("rule", pa.string()),
]
_TARGET = pa.struct([("kind", pa.string()), ("id", pa.string())])
_MENTION = [
    ("id", pa.string()),
    *_SPANNED,
    ("type", pa.string()),
    ("kind", pa.string()),
    ("entity", pa.string()),
    ("literal", pa.string()),
    ("noise", pa.string()),
    *_ITEM,
]
_QUOTE = [
    ("id", pa.string()),
    ("content", pa.list_(SPAN)),
    ("source", SPAN),
    ("cue", SPAN),
    ("speaker", pa.list_(pa.string())),
    ("relays", pa.list_(pa.string())),
    ("parent", pa.string()),
    ("mode", pa.string()),
    ("utterance", pa.string()),
    *_ITEM,
]
_STANCE = [
    ("id", pa.string()),
    ("holder", pa.string()),
    ("target", _TARGET),
    ("label", pa.string()),
    ("basis", pa.string()),
    ("evidence", pa.list_(SPAN)),
    ("quote", pa.string()),
    *_ITEM,
]
_EVENT = [("id", pa.string()), *_SPANNED, ("event", pa.string()), *_ITEM]
_SECTION = [
    ("kind", pa.string()),
    ("start", pa.int32()),
    ("end", pa.int32()),
    ("raw_start", pa.int32()),
]
_DOCUMENT = [
    ("id", pa.string()),
    ("title", pa.string()),
    ("text", pa.string()),
    ("text_sha256", pa.string()),
    ("seed_sha256", pa.string()),
    ("publisher", pa.string()),
    ("language", pa.string()),
    ("topic", pa.string()),
    ("published", pa.string()),
    ("published_source", pa.string()),
    ("published_reason", pa.string()),
    ("url", pa.string()),
    ("sections", pa.list_(pa.struct(_SECTION))),
]
_PLACE = [("document", pa.string()), ("topic", pa.string()), ("zone", pa.string())]
_CONTEXT = [("context", pa.string())]


@dataclasses.dataclass(frozen=True)
class Config:
    """One config of the dataset."""

    name: str
    summary: str
    schema: pa.Schema
    rows: Callable[[Gold, str], Iterator[Row]]
    """The rows of a split."""
    splits: tuple[str, ...] = ("validation", "test")


def _articles(gold: Gold, split: str) -> Iterator[Article]:
    return (article for article in gold.articles if article.document.split == split)


def _article_rows(gold: Gold, split: str) -> Iterator[Row]:
    for article in _articles(gold, split):
        yield {
            **msgspec.to_builtins(article.document),
            "title": article.document.title,
            **msgspec.to_builtins(article.labels),
        }


def _place(article: Article, span: Span) -> Row:
    document = article.document
    section = document.section_at(span.start)
    return {
        "document": document.id,
        "topic": document.topic,
        "zone": section.kind if section else None,
        "context": context(document.text, span.start, span.end),
    }


def _mention_rows(gold: Gold, split: str) -> Iterator[Row]:
    for article in _articles(gold, split):
        for mention in article.labels.mentions:
            yield {**_place(article, mention.span), **msgspec.to_builtins(mention)}


def _quote_rows(gold: Gold, split: str) -> Iterator[Row]:
    for article in _articles(gold, split):
        text = article.document.text
        by_id = {quote.id: quote for quote in article.labels.quotes}
        for quote in article.labels.quotes:
            parent = by_id.get(quote.parent) if quote.parent else None
            yield {
                **_place(article, quote.content[0]),
                **msgspec.to_builtins(quote),
                "text": " … ".join(span.text for span in quote.content),
                "type": quote_type(quote, text, parent),
                "cross_sentence": crosses_sentence(quote, text),
            }


def _stance_rows(gold: Gold, split: str) -> Iterator[Row]:
    names = {row.id: row.name for row in gold.registries.entities}
    titles = {row.id: row.title for row in gold.registries.events}
    titles |= {row.id: row.text for row in gold.registries.claims}
    for article in _articles(gold, split):
        for stance in article.labels.stances:
            yield {
                **_place(article, stance.evidence[0]),
                **msgspec.to_builtins(stance),
                "holder_name": names[stance.holder],
                "target_name": (names if stance.target.kind == "entity" else titles)[stance.target.id],
            }


def _event_rows(gold: Gold, split: str) -> Iterator[Row]:
    registry = {row.id: row for row in gold.registries.events}
    for article in _articles(gold, split):
        for event in article.labels.events:
            row = registry[event.event]
            yield {
                **_place(article, event.span),
                **msgspec.to_builtins(event),
                "event_type": row.type,
                "event_title": row.title,
                "event_date": row.date,
                "modality": row.modality,
            }


_PARTICIPANT = pa.struct([("entity", pa.string()), ("role", pa.string())])

CONFIGS: tuple[Config, ...] = (
    Config(
        "articles",
        "one row an article, everything nested",
        pa.schema(
            [
                *_DOCUMENT,
                ("mentions", pa.list_(pa.struct(_MENTION))),
                ("quotes", pa.list_(pa.struct(_QUOTE))),
                ("stances", pa.list_(pa.struct(_STANCE))),
                ("events", pa.list_(pa.struct(_EVENT))),
            ]
        ),
        _article_rows,
    ),
    Config(
        "entities",
        "one row a mention of an entity",
        pa.schema([*_PLACE, *_MENTION, *_CONTEXT]),
        _mention_rows,
    ),
    Config(
        "quotes",
        "one row a quote, with its derived type",
        pa.schema(
            [
                *_PLACE,
                ("text", pa.string()),
                ("type", pa.string()),
                ("cross_sentence", pa.bool_()),
                *_QUOTE,
                *_CONTEXT,
            ]
        ),
        _quote_rows,
    ),
    Config(
        "stances",
        "one row a stance",
        pa.schema([*_PLACE, ("holder_name", pa.string()), ("target_name", pa.string()), *_STANCE, *_CONTEXT]),
        _stance_rows,
    ),
    Config(
        "events",
        "one row a mention of an event",
        pa.schema(
            [
                *_PLACE,
                *_EVENT,
                ("event_type", pa.string()),
                ("event_title", pa.string()),
                ("event_date", pa.string()),
                ("modality", pa.string()),
                *_CONTEXT,
            ]
        ),
        _event_rows,
    ),
    Config(
        "registry_entities",
        "one row an entity id",
        pa.schema(
            [
                ("id", pa.string()),
                ("type", pa.string()),
                ("name", pa.string()),
                ("aliases", pa.list_(pa.string())),
                ("wikidata", pa.string()),
                ("wikidata_note", pa.string()),
                ("part_of", pa.string()),
            ]
        ),
        lambda gold, _: (msgspec.to_builtins(row) for row in gold.registries.entities),
        splits=("registry",),
    ),
    Config(
        "registry_events",
        "one row an event id",
        pa.schema(
            [
                ("id", pa.string()),
                ("type", pa.string()),
                ("title", pa.string()),
                ("date", pa.string()),
                ("place", pa.string()),
                ("participants", pa.list_(_PARTICIPANT)),
                ("modality", pa.string()),
                ("cardinality", pa.string()),
                ("parent", pa.string()),
                ("wikidata", pa.string()),
                ("wikidata_note", pa.string()),
            ]
        ),
        lambda gold, _: (msgspec.to_builtins(row) for row in gold.registries.events),
        splits=("registry",),
    ),
    Config(
        "registry_claims",
        "one row a claim id",
        pa.schema(
            [
                ("id", pa.string()),
                ("text", pa.string()),
                ("about", pa.list_(pa.string())),
                ("as_of", pa.string()),
            ]
        ),
        lambda gold, _: (msgspec.to_builtins(row) for row in gold.registries.claims),
        splits=("registry",),
    ),
)

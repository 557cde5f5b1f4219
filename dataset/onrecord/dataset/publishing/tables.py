"""The dataset's configs: what the rows of each are, and their columns.

``articles`` holds everything, nested; the flat configs hold one row an item with its context and the names of what it
refers to; the registries hold one row an id. All are made from the same records, and the columns from their types, so
they cannot differ. A column that stands in no record is a field of one of the small types here.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pyarrow as pa

from onrecord.dataset.derive import QuoteType, crosses_sentence, paragraph, quote_type
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.layers import LAYERS, in_scheme
from onrecord.dataset.publishing.columns import Column, columns, record_type, schema_of
from onrecord.dataset.publishing.names import called_in, named_fields, registry_names, words_of
from onrecord.dataset.records import (
    REGISTERED,
    EventMention,
    Id,
    Item,
    Mention,
    Offset,
    Quote,
    Row,
    Span,
    SpanItem,
    Strict,
    Words,
)
from onrecord.dataset.seeds.documents import ContentKind, Document
from onrecord.dataset.walk import anchor

DOC_ID = "doc_id"
"""The column with the id of the article, as a prediction line names it too."""

TableRow = dict[str, Any]
"""A row of a config's table, by column."""


@dataclasses.dataclass(frozen=True)
class Config:
    """One config of the dataset."""

    name: str
    summary: str
    columns: tuple[Column, ...]
    rows: Callable[[Gold, str], Iterator[TableRow]]
    """The rows of a split."""
    registry: bool = False
    """Whether the rows are of no split."""
    nested: bool = False
    """Whether its rows hold all items of every layer."""

    @functools.cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the rows."""
        return schema_of(self.columns)


class Heading(Strict, frozen=True, kw_only=True):
    """What a row of an article says beside document and labels."""

    title: Words
    """The text of its title; empty where it has none."""


class Place(Strict, frozen=True, kw_only=True):
    """Where an item is: the first columns of every flat config."""

    doc_id: Id
    """The id of its article, as in the config ``articles`` and in prediction files."""
    topic: str
    """The topic of its article."""
    zone: ContentKind | None
    """The part of the article that it begins in; null where it begins between two."""


class Around(Strict, frozen=True, kw_only=True):
    """The text around an item: the last columns of every flat config."""

    context: Words
    """The paragraph around the item, or around the first of its spans where it has several."""
    context_start: Offset
    """Where ``context`` begins in the article's text, so that a span stands at ``start - context_start`` in it."""


class MentionFacts(Strict, frozen=True, kw_only=True):
    """What a row of a mention says beside the mention."""

    wikidata: str | None
    """The Wikidata id of ``entity``, or `none` where there is none; null where nobody looked, or ``entity`` is null."""


class QuoteFacts(Strict, frozen=True, kw_only=True):
    """What a row of a quote says beside the quote."""

    text: Words
    """The words reported, the segments of ``content`` joined by `` … ``."""
    type: QuoteType
    """Whether the words stand between quotation marks: all of them (direct), some (mixed) or none (indirect)."""
    cross_sentence: bool
    """Whether ``source``, or else ``cue``, stands in another sentence than the first of the words; true where the quote
    has neither."""


class EventFacts(Strict, frozen=True, kw_only=True):
    """What a row of an event mention says beside the mention."""

    event_type: str
    """The type of ``event`` in ``registry_events``."""
    event_date: str | None
    """The date of ``event`` in ``registry_events``, in EDTF (ISO 8601-2); null where the articles give none."""


def _articles(gold: Gold, split: str) -> Iterator[Article]:
    return (article for article in gold.articles if article.document.split == split)


def _article_rows(gold: Gold, split: str) -> Iterator[TableRow]:
    for article in _articles(gold, split):
        document = msgspec.to_builtins(article.document)
        yield {
            DOC_ID: document.pop("id"),
            **document,
            **msgspec.to_builtins(Heading(title=article.document.title)),
            **msgspec.to_builtins(article.labels),
        }


def _place(article: Article, span: Span) -> TableRow:
    document = article.document
    section = document.section_at(span.start)
    low, high = paragraph(document.text, span.start, span.end)
    place = Place(doc_id=document.id, topic=document.topic, zone=section.kind if section else None)
    around = Around(context=document.text[low:high], context_start=low)
    return {**msgspec.to_builtins(place), **msgspec.to_builtins(around)}


Facts = Callable[[Article, Any], Strict | None]
"""What a row says of an item beside the item itself, its place and names; None for nothing."""


@dataclasses.dataclass(frozen=True)
class Flat:
    """The flat config of a layer: one row an item."""

    name: str
    summary: str
    facts: type[Strict] | None
    """What its rows say beside item, place and names."""
    told: Callable[[Gold], Facts]
    """Makes these, given the whole gold."""


def _quotes_told(_: Gold) -> Facts:
    def told(article: Article, quote: Quote) -> QuoteFacts:
        text = article.document.text
        parent = next((each for each in article.labels.quotes if quote.parent and each.id == quote.parent), None)
        return QuoteFacts(
            text=words_of(quote),
            type=quote_type(quote, text, parent),
            cross_sentence=crosses_sentence(quote, text),
        )

    return told


def _mentions_told(gold: Gold) -> Facts:
    wikidata = {row.id: row.wikidata for row in gold.registries.entities}

    def told(_: Article, mention: Mention) -> MentionFacts:
        return MentionFacts(wikidata=wikidata[mention.entity] if mention.entity is not None else None)

    return told


def _events_told(gold: Gold) -> Facts:
    registry = {row.id: row for row in gold.registries.events}

    def told(_: Article, event: EventMention) -> EventFacts:
        row = registry[event.event]
        return EventFacts(event_type=row.type, event_date=row.date)

    return told


def _nothing_told(_: Gold) -> Facts:
    return lambda article, item: None


FLAT: dict[str, Flat] = {
    "mentions": Flat("entities", "one row a mention of an entity", MentionFacts, _mentions_told),
    "quotes": Flat("quotes", "one row a quote, with its derived type", QuoteFacts, _quotes_told),
    "stances": Flat("stances", "one row a stance", None, _nothing_told),
    "events": Flat("events", "one row a mention of an event", EventFacts, _events_told),
}
"""The flat configs that are called or say something of their own, by layer."""


def flat_name(layer: str) -> str:
    """The flat config of a layer."""
    return _flat(layer).name


def _flat(layer: str) -> Flat:
    return FLAT.get(layer) or Flat(layer, f"one row an item of {layer}", None, _nothing_told)


def _flat_config(layer: str, item: type[Item]) -> Config:
    flat, named = _flat(layer), named_fields(item)
    facts = [] if flat.facts is None else columns(in_scheme(flat.facts))
    told = [*facts, *(each.column for each in named)]
    # an item that is a span says itself what it is; of another, the words come first
    beside = [*columns(item), *told] if issubclass(item, SpanItem) else [*told, *columns(item)]

    def rows(gold: Gold, split: str) -> Iterator[TableRow]:
        facts_of, names = flat.told(gold), registry_names(gold)
        for article in _articles(gold, split):
            called = called_in(article, names)
            for each in article.labels.of(layer):
                yield {
                    **_place(article, anchor(each)[0]),
                    **msgspec.to_builtins(each),
                    **(msgspec.to_builtins(facts_of(article, each)) or {}),
                    **{one.column.name: one.said(each, called) for one in named},
                }

    return Config(flat.name, flat.summary, (*columns(Place), *beside, *columns(Around)), rows)


def _registry_config(what: str, name: str, kind: type[Row]) -> Config:
    one = f"{'an' if what[0] in 'aeiou' else 'a'} {what}"

    def rows(gold: Gold, _: str) -> Iterator[TableRow]:
        return map(msgspec.to_builtins, gold.registries.of(what))

    return Config(f"registry_{name}", f"one row {one} id", tuple(columns(in_scheme(kind))), rows, registry=True)


def _article_config() -> Config:
    id, *document = columns(Document, without=("split",))
    layers = []
    for layer, item in LAYERS.items():
        parts = tuple(columns(item))
        meaning = f"Its {layer}, in reading order; each as in the config `{flat_name(layer)}`."
        layers.append(Column(layer, pa.list_(record_type(parts)), meaning, parts=parts))
    every = (id.renamed(DOC_ID), *columns(Heading), *document, *layers)
    return Config("articles", "one row an article, everything nested", every, _article_rows, nested=True)


def configs() -> tuple[Config, ...]:
    """Every config, the default one first: ``articles``, one for each layer, and the registries."""
    return (
        _article_config(),
        *(_flat_config(layer, item) for layer, item in LAYERS.items()),
        *(_registry_config(what, *each) for what, each in REGISTERED.items()),
    )

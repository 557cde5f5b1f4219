"""The dataset's configs: what the rows of each are, and their Arrow schemas.

``articles`` holds everything, nested; the flat configs hold one row an item with its context; the registries hold
one row an id. All are made from the same records, and the schemas from their types, so they cannot differ.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pyarrow as pa

from onrecord.dataset.derive import context, crosses_sentence, quote_type
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.publishing.columns import ArrowColumns, columns
from onrecord.dataset.records import Claim, Entity, Event, EventMention, Item, Quote, Span, Stance
from onrecord.dataset.seeds.documents import Document
from onrecord.dataset.walk import anchor

TableRow = dict[str, Any]
"""A row of a config's table, by column."""

_PLACE: ArrowColumns = [("document", pa.string()), ("topic", pa.string()), ("zone", pa.string())]
_CONTEXT: ArrowColumns = [("context", pa.string())]


@dataclasses.dataclass(frozen=True)
class Config:
    """One config of the dataset."""

    name: str
    summary: str
    schema: pa.Schema
    rows: Callable[[Gold, str], Iterator[TableRow]]
    """The rows of a split."""
    registry: bool = False
    """Whether the rows are of no split."""


def _articles(gold: Gold, split: str) -> Iterator[Article]:
    return (article for article in gold.articles if article.document.split == split)


def _article_rows(gold: Gold, split: str) -> Iterator[TableRow]:
    for article in _articles(gold, split):
        yield {
            **msgspec.to_builtins(article.document),
            "title": article.document.title,
            **msgspec.to_builtins(article.labels),
        }


def _place(article: Article, span: Span) -> TableRow:
    document = article.document
    section = document.section_at(span.start)
    return {
        "document": document.id,
        "topic": document.topic,
        "zone": section.kind if section else None,
        "context": context(document.text, span.start, span.end),
    }


DerivedFields = Callable[[Article, Any], TableRow]
"""What a row says of an item beside the item itself."""


@dataclasses.dataclass(frozen=True)
class Flat:
    """The flat config of a layer: one row an item."""

    name: str
    summary: str
    before: ArrowColumns
    """Columns before those of the item."""
    after: ArrowColumns
    told: Callable[[Gold], DerivedFields]
    """Fills both, given the whole gold."""


def _quotes_told(gold: Gold) -> DerivedFields:
    def told(article: Article, quote: Quote) -> TableRow:
        text = article.document.text
        parent = next((each for each in article.labels.quotes if quote.parent and each.id == quote.parent), None)
        return {
            "text": " … ".join(span.text for span in quote.content),
            "type": quote_type(quote, text, parent),
            "cross_sentence": crosses_sentence(quote, text),
        }

    return told


def _stances_told(gold: Gold) -> DerivedFields:
    names = {row.id: row.name for row in gold.registries.entities}
    titles = {row.id: row.title for row in gold.registries.events}
    titles |= {row.id: row.text for row in gold.registries.claims}

    def told(_: Article, stance: Stance) -> TableRow:
        target = stance.target
        return {
            "holder_name": names[stance.holder],
            "target_name": (names if target.kind == "entity" else titles)[target.id],
        }

    return told


def _events_told(gold: Gold) -> DerivedFields:
    registry = {row.id: row for row in gold.registries.events}

    def told(_: Article, event: EventMention) -> TableRow:
        row = registry[event.event]
        return {
            "event_type": row.type,
            "event_title": row.title,
            "event_date": row.date,
            "modality": row.modality,
        }

    return told


def _nothing_told(_: Gold) -> DerivedFields:
    return lambda article, item: {}


FLAT: dict[str, Flat] = {
    "mentions": Flat("entities", "one row a mention of an entity", [], [], _nothing_told),
    "quotes": Flat(
        "quotes",
        "one row a quote, with its derived type",
        [("text", pa.string()), ("type", pa.string()), ("cross_sentence", pa.bool_())],
        [],
        _quotes_told,
    ),
    "stances": Flat(
        "stances",
        "one row a stance",
        [("holder_name", pa.string()), ("target_name", pa.string())],
        [],
        _stances_told,
    ),
    "events": Flat(
        "events",
        "one row a mention of an event",
        [],
        [
            ("event_type", pa.string()),
            ("event_title", pa.string()),
            ("event_date", pa.string()),
            ("modality", pa.string()),
        ],
        _events_told,
    ),
}
"""The flat configs that say more than the item and its place, by layer."""


def _flat_config(layer: str, item: type[Item]) -> Config:
    flat = FLAT.get(layer) or Flat(layer, f"one row an item of {layer}", [], [], _nothing_told)

    def rows(gold: Gold, split: str) -> Iterator[TableRow]:
        told = flat.told(gold)
        for article in _articles(gold, split):
            for each in article.labels.of(layer):
                yield {**_place(article, anchor(each)[0]), **msgspec.to_builtins(each), **told(article, each)}

    return Config(
        flat.name, flat.summary, pa.schema([*_PLACE, *flat.before, *columns(item), *flat.after, *_CONTEXT]), rows
    )


_REGISTRIES: tuple[tuple[str, str, type[msgspec.Struct]], ...] = (
    ("entities", "an entity", Entity),
    ("events", "an event", Event),
    ("claims", "a claim", Claim),
)


def _registry_config(name: str, one: str, kind: type[msgspec.Struct]) -> Config:
    def rows(gold: Gold, _: str) -> Iterator[TableRow]:
        return map(msgspec.to_builtins, getattr(gold.registries, name))

    return Config(f"registry_{name}", f"one row {one} id", pa.schema(columns(kind)), rows, registry=True)


def configs() -> tuple[Config, ...]:
    """Every config, the default one first: ``articles``, one for each layer, and the registries."""
    document = columns(Document, without=("split",))
    layers: ArrowColumns = [(layer, pa.list_(pa.struct(columns(item)))) for layer, item in LAYERS.items()]
    articles = pa.schema([document[0], ("title", pa.string()), *document[1:], *layers])
    return (
        Config("articles", "one row an article, everything nested", articles, _article_rows),
        *(_flat_config(layer, item) for layer, item in LAYERS.items()),
        *(_registry_config(*each) for each in _REGISTRIES),
    )

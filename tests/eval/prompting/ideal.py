"""What a model would reply that made no mistake: the gold labels in words and names."""

from __future__ import annotations

from typing import Any

import msgspec

from onrecord.dataset import Article, Gold, Span, walk
from onrecord.dataset.records import Item, SpanItem
from onrecord.eval.prompting.shape import DESCRIBED, NAME, asked_fields, asked_layers

CONTEXT = 10


def ideal(gold: Gold, article: Article) -> dict[str, Any]:
    """The reply for an article."""
    called = names(gold)
    text = article.document.text
    reply: dict[str, Any] = {
        layer: [_item(item, layer == "quotes", text, called) for item in article.labels.of(layer)]
        for layer in asked_layers()
    }
    used = {each.id for _, item in article.labels.items() for each in walk.references(item) if each.kind == "event"}
    events = [row for row in gold.registries.events if row.id in used]
    reply[DESCRIBED] = [
        {
            "type": row.type,
            "title": row.title,
            "date": row.date,
            "place": called["entity", row.place] if row.place else None,
            "cardinality": row.cardinality,
        }
        for row in events
    ]
    return reply


def names(gold: Gold) -> dict[tuple[str, str], str]:
    """What each id is called, by kind and id."""
    rows = gold.registries
    return {
        **{("entity", row.id): row.name for row in rows.entities},
        **{("event", row.id): row.title for row in rows.events},
        **{("claim", row.id): row.text for row in rows.claims},
        **{("utterance", row.id): row.title for row in rows.utterances},
        ("entity", "unknown"): "unknown",
    }


def words(span: Span, text: str) -> dict[str, str]:
    """A span in words."""
    return {
        "text": span.text,
        "before": text[max(0, span.start - CONTEXT) : span.start],
        "after": text[span.end : span.end + CONTEXT],
    }


def _item(item: Item, with_id: bool, text: str, called: dict[tuple[str, str], str]) -> dict[str, Any]:
    own = words(item.span, text) if isinstance(item, SpanItem) else {}
    return {**({"id": item.id} if with_id else {}), **own, **_fields(item, text, called)}


def _fields(record: msgspec.Struct, text: str, called: dict[tuple[str, str], str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in asked_fields(type(record)):
        value = getattr(record, field.name)
        several = list(value) if field.many else [value]
        if field.is_span:
            several = [words(each, text) if each is not None else None for each in several]
        elif field.struct is not None:
            several = [_fields(each, text, called) for each in several]
        elif field.refers is not None:
            kind = getattr(record, field.refers.by) if field.refers.by else field.refers.to
            several = [called.get((kind, each), each) for each in several]
        name = NAME if field.refers is not None and field.refers.by else field.name
        made[name] = several if field.many else several[0]
    return made

"""A complete, commented prediction file for each layer, made from gold: every field is there, and is explained.

Comments stand in ``x_comment``, which whoever reads a prediction file ignores. The labels are gold's own, with ids as a
system would give them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args, get_origin

import msgspec

from onrecord.dataset import Article, Gold
from onrecord.dataset.reading.json_schema import field_docs
from onrecord.dataset.records import REGISTERED, Item, Strict
from onrecord.dataset.walk import with_references
from onrecord.eval.submission.prediction_line import (
    ClaimDescription,
    EntityDescription,
    EventDescription,
    PredictionLine,
)

GOLD_ONLY = frozenset({"annotators", "agreed", "optional", "rule"})
"""Fields of an item that gold alone has."""

EMPTY: tuple[object, ...] = (None, [], (), {})
"""What a line need not say."""

MOST_EXAMPLES = 4
"""Items that show all fields of a layer."""


def example(gold: Gold, layer: str, split: str = "test") -> list[dict[str, Any]]:
    """The lines of a prediction file for one layer, and for quotes where stances name them.

    Args:
        gold: Whose labels are shown.
        layer: The layer.
        split: A line for every article of it; the one that shows most fields has items, others what shows more.
    """
    articles = [article for article in gold.articles if article.document.split == split]
    most = max(articles, key=lambda article: len(_fields(_chosen(article, layer))))
    chosen: dict[str, list[Item]] = {}
    for article in (most, *(each for each in articles if each is not most)):
        chosen[article.document.id] = _chosen(article, layer, [item for items in chosen.values() for item in items])
    layers: list[str] = ["quotes", "stances"] if layer == "stances" else [layer]
    return [
        _line(gold, article, layers, layer, items)
        if (items := chosen[article.document.id])
        else _empty(article, layers)
        for article in articles
    ]


def _empty(article: Article, layers: Sequence[str]) -> dict[str, Any]:
    head = {"doc_id": article.document.id, "text_sha256": article.document.text_sha256}
    return {**head, **{layer: [] for layer in layers}, "x_comment": "a line for every article, be it without items"}


def _chosen(article: Article, layer: str, before: Sequence[Item] = ()) -> list[Item]:
    """Few items that have as many different fields as any, beside those that are shown before."""
    waiting: list[Item] = list(getattr(article.labels, layer))
    chosen: list[Item] = []
    while waiting and len(chosen) < MOST_EXAMPLES:
        best = max(waiting, key=lambda item: len(_fields([*before, *chosen, item])))
        if (before or chosen) and len(_fields([*before, *chosen, best])) == len(_fields([*before, *chosen])):
            break
        chosen.append(best)
        waiting.remove(best)
    return chosen


def _fields(items: Iterable[Item]) -> set[str]:
    """The fields that have a value in some item."""
    return {name for item in items for name, value in _plain(item).items() if value not in EMPTY}


def _plain(item: Strict) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.to_builtins(item)
    return {name: each for name, each in value.items() if name not in GOLD_ONLY}


def _line(gold: Gold, article: Article, layers: Sequence[str], layer: str, chosen: list[Item]) -> dict[str, Any]:
    names = _Names(gold)
    items = {layer: chosen}
    if "quotes" in layers:
        items["quotes"] = _with_quotes(article, items)
    line: dict[str, Any] = {
        "doc_id": article.document.id,
        "text_sha256": article.document.text_sha256,
        "x_comment": {name: each for name, each in field_docs(PredictionLine).items() if name == "text_sha256"},
    }
    for each in layers:
        renamed = [names.rename(item) for item in items[each]]
        told: set[str] = set()
        for item, value in zip(items[each], renamed, strict=True):
            new = {name: said for name, said in comments(type(item)).items() if value.get(name) not in EMPTY}
            value["x_comment"] = {name: comment for name, comment in new.items() if name not in told}
            told |= new.keys()
        line[each] = [{name: each for name, each in value.items() if each not in EMPTY} for value in renamed]
    return {**line, **names.descriptions()}


def _with_quotes(article: Article, items: dict[str, list[Item]]) -> list[Item]:
    """The quotes that are shown, and those that shown ones are inside of or that stances name."""
    by_id = {quote.id: quote for quote in article.labels.quotes}
    wanted = [item.id for item in items.get("quotes", [])]
    wanted += [stance.quote for stance in items.get("stances", []) if getattr(stance, "quote", None)]  # type: ignore[attr-defined]
    for id in wanted:  # grows while it is gone through
        parent = by_id[id].parent
        if parent is not None and parent not in wanted:
            wanted.append(parent)
    return [quote for quote in article.labels.quotes if quote.id in wanted]


def comments(kind: type[Strict]) -> dict[str, str]:
    """What each field of a record is, in a sentence."""
    said = field_docs(kind)
    for field in msgspec.structs.fields(kind):
        words = _vocabulary(field.type)
        if words:
            said[field.encode_name] = f"one of {', '.join(words)}. {said.get(field.encode_name, '')}".strip()
    said.setdefault("start", "First code point, counted from 0.")
    said.setdefault("end", "One past the last code point.")
    said.setdefault("text", "The surface, equal to the text from start to end.")
    return said


def _vocabulary(kind: Any) -> list[str]:
    return [str(word) for each in (kind, *get_args(kind)) if get_origin(each) is Literal for word in get_args(each)]


class _Names:
    """Ids as a system of its own would give them, and what they stand for."""

    def __init__(self, gold: Gold) -> None:
        self._gold = gold
        self._given: dict[str, dict[str, str]] = {kind: {} for kind in REGISTERED}

    def rename(self, item: Item) -> dict[str, Any]:
        """An item as a prediction, with ids of its own."""
        return _plain(with_references(item, self._id))

    def _id(self, kind: str, id: str) -> str:
        if kind not in self._given:
            return id  # an item of the same document
        letter = {"entity": "E", "event": "V", "claim": "C", "utterance": "U"}[kind]
        return self._given[kind].setdefault(id, f"{letter}{len(self._given[kind]) + 1}")

    def descriptions(self) -> dict[str, Any]:
        """What the ids stand for, commented."""
        registries = self._gold.registries
        events = [row for row in registries.events if row.id in self._given["event"]]
        described = [
            EventDescription(
                id=self._id("event", row.id),
                type=row.type,
                title=row.title,
                date=row.date,
                place=self._id("entity", row.place) if row.place else None,
                cardinality=row.cardinality,
                wikidata=row.wikidata,
            )
            for row in events
        ]
        claims = [
            ClaimDescription(id=self._id("claim", row.id), text=row.text)
            for row in registries.claims
            if row.id in self._given["claim"]
        ]
        entities = [
            EntityDescription(id=self._id("entity", row.id), name=row.name, wikidata=row.wikidata)
            for row in registries.entities
            if row.id in self._given["entity"]
        ]
        rows: dict[str, Sequence[Strict]] = {"entities": entities, "claims": claims, "event_descriptions": described}
        return {field: [_commented(row, not n) for n, row in enumerate(each)] for field, each in rows.items() if each}


def _commented(row: Strict, first: bool) -> dict[str, Any]:
    value = {name: each for name, each in msgspec.to_builtins(row).items() if each is not None}
    docs = {name: comment for name, comment in comments(type(row)).items() if name in value}
    return {**value, "x_comment": docs} if first and docs else value

"""Gold: documents with their labels, and the file a person reviews.

The reviewed source of the dataset is one pretty-printed JSON an article, a span a line: everything but the text,
which the seed and its zones give.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from typing import Any

import msgspec

from onrecord.dataset.layers import LAYERS, in_scheme
from onrecord.dataset.reading.faults import Fault, nearest
from onrecord.dataset.records import EventMention, Item, Labels, Mention, Quote, Registries, Stance, Strict
from onrecord.dataset.scheme import DEFAULT, Scheme
from onrecord.dataset.seeds.documents import Document
from onrecord.dataset.walk import anchor


class Article(Strict, frozen=True, kw_only=True):
    """A document and its gold labels."""

    document: Document
    labels: Labels


class Gold(Strict, frozen=True, kw_only=True):
    """All articles, in order of id, and the registries their ids are from."""

    articles: tuple[Article, ...]
    registries: Registries
    scheme: Scheme = DEFAULT
    """What is labelled."""
    probe: str = ""
    """What was done to the articles; empty for articles as they were found."""


class GoldFile(Strict, frozen=True, kw_only=True):
    """The reviewed source of one article's labels."""

    id: str
    text_sha256: str
    mentions: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    stances: tuple[Stance, ...] = ()
    events: tuple[EventMention, ...] = ()


def gold_json(document: Document, labels: Labels) -> bytes:
    """The reviewed source of an article: pretty-printed JSON, a span a line, defaults left out."""
    items = {layer: labels.of(layer) for layer in LAYERS}
    value = in_scheme(GoldFile)(id=document.id, text_sha256=document.text_sha256, **items)
    return (_pretty(_without_defaults(value), 0) + "\n").encode("utf-8")


def ordered(labels: Labels) -> Labels:
    """The same labels in reading order."""

    def place(item: Item) -> tuple[int, int, str]:
        spans = anchor(item)
        return min(span.start for span in spans), -max(span.end for span in spans), item.id or ""

    return type(labels)(**{layer: tuple(sorted(labels.of(layer), key=place)) for layer in LAYERS})


@functools.cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """The fields of a type with their defaults; of one that must be there, what is equal to no value."""
    return tuple((field.name, field.default) for field in msgspec.structs.fields(kind))


def _without_defaults(value: object) -> Any:
    if isinstance(value, msgspec.Struct):
        kept = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        return {name: _without_defaults(inner) for name, inner, default in kept if inner != default}
    if isinstance(value, tuple):
        return [_without_defaults(inner) for inner in value]
    return value


def _pretty(value: Any, depth: int) -> str:
    """JSON in which a container without containers of containers takes one line."""
    if not _nested(value):
        return json.dumps(value, ensure_ascii=False)
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        inner = [f"{pad}{json.dumps(key)}: {_pretty(each, depth + 1)}" for key, each in value.items()]
        return "{\n" + ",\n".join(inner) + f"\n{end}}}"
    return "[\n" + ",\n".join(f"{pad}{_pretty(each, depth + 1)}" for each in value) + f"\n{end}]"


def _nested(value: Any) -> bool:
    """Whether a list of objects, which is broken over lines, lies anywhere within."""
    if isinstance(value, dict):
        return any(_nested(each) for each in value.values())
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def split_faults(split: str, there: Iterable[str]) -> list[Fault]:
    """What is wrong with asking for a split, given the splits of all articles: nobody gains from a score of nothing."""
    names = list(dict.fromkeys(there))
    if split in names or (split == "all" and names):
        return []
    expected = f"one of {', '.join([*names, 'all'])}" if names else "a dataset with articles"
    return [Fault("split", "the dataset", None, "", f"no article of split {split!r}", expected, nearest(split, names))]


LEARNT_FROM = ("train", "validation")
"""The splits that a baseline may learn from, the better one first."""


def learnable(gold: Gold) -> list[Article]:
    """The articles that a baseline may learn from: those of the first of :data:`LEARNT_FROM` that has any."""
    return next((found for name in LEARNT_FROM if (found := in_split(gold, name))), [])


def in_split(gold: Gold, split: str) -> list[Article]:
    """The articles of a split, or of ``all``."""
    return [a for a in gold.articles if split in ("all", a.document.split)]

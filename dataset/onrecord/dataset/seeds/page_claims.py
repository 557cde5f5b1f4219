"""What a page says of itself for machines: the day it was published, and who wrote it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

_DAY_NAMES = (
    "article:published_time",
    "og:article:published_time",
    "article.published",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publish-date",
    "publish_date",
    "publishdate",
    "date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
)
"""Names of ``meta`` that give the day, those first that are most often right."""

_AUTHOR_NAMES = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")

_MOST_NESTED = 20
"""How deep JSON-LD is looked into."""


@dataclasses.dataclass(frozen=True)
class Claim:
    """Something that a page says of itself, and where."""

    where: str
    said: str


def days_claimed(tree: Any, title: str) -> Iterator[Claim]:
    """The days of publication that a page names, those first that are most often right.

    Args:
        tree: The page, by ``lxml``.
        title: Its title, by which its own article is told from others that JSON-LD describes.
    """
    for each in _articles(tree, title):
        if isinstance(said := each.get("datePublished"), str):
            yield Claim("datePublished of its JSON-LD", said)
    metas = _metas(tree)
    for name in _DAY_NAMES:
        for said in metas.get(name, []):
            yield Claim(f"meta {name}", said)
    for element in tree.xpath("//*[contains(@itemprop, 'datePublished')]"):
        if said := element.get("content") or element.get("datetime"):
            yield Claim("itemprop datePublished", said)


def authors_claimed(tree: Any, title: str) -> list[str]:
    """Who wrote the page, as it says for machines; addresses are no names."""
    names = [name for each in _articles(tree, title) for name in _names(each.get("author"))]
    metas = _metas(tree)
    for name in _AUTHOR_NAMES:
        if not names:
            names = metas.get(name, [])
            names = [each for each in names if not each.startswith(("http:", "https:", "//", "@"))]
    return list(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))


def _metas(tree: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop"):
            if content and (name := element.get(attribute)):
                found.setdefault(name.strip().lower(), []).append(content)
    return found


def _articles(tree: Any, title: str) -> list[dict[str, Any]]:
    """The articles that JSON-LD describes: those with the page's title, else the first."""
    found: list[dict[str, Any]] = []
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        try:
            value = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue  # not for us: the page is not ours to mend
        found += _objects(value, 0)
    named = [each for each in found if title and title.strip() in (each.get("headline"), each.get("name"))]
    return named or found[:1]


def _objects(value: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _MOST_NESTED:
        return
    if isinstance(value, dict):
        types = value.get("@type")
        for each in types if isinstance(types, list) else [types]:
            if isinstance(each, str) and each.endswith(("Article", "Posting", "Report", "Reportage", "Review")):
                yield value
                break
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(inner, (dict, list)):
            yield from _objects(inner, depth + 1)


def _names(author: object) -> Iterator[str]:
    if isinstance(author, str) and not author.startswith(("http:", "https:")):
        yield author
    elif isinstance(author, dict):
        yield from _names(author.get("name"))
    elif isinstance(author, list):
        for each in author:
            if not isinstance(each, list):
                yield from _names(each)

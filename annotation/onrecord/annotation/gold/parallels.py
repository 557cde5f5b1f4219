"""Passages of two articles that report the same thing, with their labels side by side.

What is parallel is labelled alike, or ``annotation/parallels.jsonl`` says why not.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from onrecord.dataset import Article, walk
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import refuse
from onrecord.dataset.reading.typed import read_lines
from onrecord.dataset.records import EventMention, Item, Mention, Quote, Stance, Strict

REASONS = "parallels.jsonl"
"""Name of the file with the reasons, in the folder ``annotation/``."""

_END = re.compile(r"(?<=[.?!])[\"”’']*\s+|\n+")


@dataclasses.dataclass(frozen=True)
class Passage:
    """A sentence, or a line without one, with its labels."""

    document: str
    start: int
    end: int
    text: str
    labels: frozenset[str]
    """What its quotes, stances and events say, a line each."""
    told: frozenset[str]
    """The utterances, events and claims that they are about."""
    entities: frozenset[str]
    """The entities that are mentioned."""


@dataclasses.dataclass(frozen=True)
class Parallel:
    """Two passages of different articles."""

    one: Passage
    other: Passage

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Each label with where it is: ``=`` in both, ``<`` in the first alone, ``>`` in the second alone."""
        where = {True: {True: "=", False: "<"}, False: {True: ">"}}
        labels = sorted(self.one.labels | self.other.labels)
        return [(where[each in self.one.labels][each in self.other.labels], each) for each in labels]

    @property
    def differs(self) -> tuple[str, ...]:
        """What is not labelled alike, a row each: where it is and the label."""
        return tuple(f"{where} {label}" for where, label in self.rows if where != "=")


class Reason(Strict, frozen=True, kw_only=True):
    """A line of ``parallels.jsonl``: why two passages are not labelled alike."""

    one: str
    """Id of the article of the first passage."""
    at: int
    """The offset at which that passage begins."""
    other: str
    other_at: int
    differs: tuple[str, ...]
    """What differed when the reason was written, as :attr:`Parallel.differs`: of other differences it is no reason."""
    why: str
    """The reason, with the rules of the guidelines that make the difference."""


def read_reasons(path: Path) -> tuple[Reason, ...]:
    """Read ``parallels.jsonl``; none where there is no such file.

    Raises:
        FaultsError: With every line that is not right.
    """
    if not path.is_file():
        return ()
    lines, faults = read_lines(path, content_within(path), Reason)
    refuse(faults)
    return tuple(reason for _, reason in lines)


@dataclasses.dataclass(frozen=True)
class Explained:
    """Parallels with the reasons on record."""

    whys: tuple[str | None, ...]
    """Of each parallel, in their order: why it is not labelled alike; None where it is, or where nobody says why."""
    open: int
    """Parallels that are not labelled alike without a reason on record."""
    idle: tuple[Reason, ...]
    """Reasons of what does not differ, or not so any more."""


def explained(pairs: Sequence[Parallel], reasons: Sequence[Reason]) -> Explained:
    """Bring parallels and reasons together, by the places of the passages and by what differs."""
    said = {(each.one, each.at, each.other, each.other_at, each.differs): each for each in reasons}
    keys = [(each.one.document, each.one.start, each.other.document, each.other.start, each.differs) for each in pairs]
    found = [said.get(key) if key[-1] else None for key in keys]
    return Explained(
        tuple(None if each is None else each.why for each in found),
        sum(each is None and bool(key[-1]) for each, key in zip(found, keys, strict=True)),
        tuple(each for each in reasons if not any(each is one for one in found)),
    )


def parallels(articles: Sequence[Article]) -> list[Parallel]:
    """The pairs of passages that report the same thing, in the order of the articles.

    They do if they report one utterance; or share two events or claims; or one, and three entities.
    """
    every = [list(passages(article)) for article in articles]
    return [
        Parallel(one, other)
        for first, second in itertools.combinations(every, 2)
        for one, other in itertools.product(first, second)
        if _alike(one, other)
    ]


def _alike(one: Passage, other: Passage) -> bool:
    shared = one.told & other.told
    if any(each.startswith("utterance ") for each in shared):
        return True
    return len(shared) >= 2 or (len(shared) == 1 and len(one.entities & other.entities) >= 3)


def passages(article: Article) -> Iterator[Passage]:
    """The sentences of an article, each with the labels of which a part lies in it.

    A quote is in every sentence that it goes on in, and a stance in every one that shows it.
    """
    text, at = article.document.text, 0
    for end in [*(each.end() for each in _END.finditer(text)), len(text)]:
        if text[at:end].strip():
            items = [
                (layer, item)
                for layer in LAYERS
                for item in article.labels.of(layer)
                if any(span.start < end and at < span.end for span in walk.anchor(item))
            ]
            labels = {_said(layer, item) for layer, item in items if not isinstance(item, Mention)}
            told = set[str]().union(*(_told(item) for _, item in items))
            mentioned = {item.entity for _, item in items if isinstance(item, Mention) and item.entity}
            yield Passage(
                article.document.id,
                at,
                end,
                text[at:end].strip(),
                frozenset(labels),
                frozenset(told),
                frozenset(mentioned),
            )
        at = end


def _told(item: Item) -> set[str]:
    if isinstance(item, Quote):
        return {f"utterance {item.utterance}"} if item.utterance else set()
    if isinstance(item, EventMention):
        return {f"event {item.event}"}
    if isinstance(item, Stance) and item.target.kind != "entity":
        return {f"{item.target.kind} {item.target.id}"}
    return set()


def _said(layer: str, item: Item) -> str:
    """An item in a line, without its place and its words."""
    optional = " (optional)" if item.optional else ""
    if isinstance(item, Mention):
        return (
            f"mention {item.entity} {item.type} {item.kind}{f' for {item.literal}' if item.literal else ''}{optional}"
        )
    if isinstance(item, Quote):
        by = ", ".join(item.speaker)
        via = f" via {', '.join(item.relays)}" if item.relays else ""
        to = f" to {', '.join(item.addressee)}" if item.addressee else ""
        return f"quote {by}{via}{to} {item.mode} {item.utterance or ''}{optional}".rstrip()
    if isinstance(item, Stance):
        return f"stance {item.holder} {item.label} {item.target.id} {item.basis}{optional}"
    if isinstance(item, EventMention):
        return f"event {item.event} {item.modality}{optional}"
    return f"{layer} {item.id}{optional}"

"""A system that makes the mistakes which cost a scorer most, out of gold labels.

Ids of its own, wrong boundaries and types, mentions missed, repeated, spurious or without an id, clusters split; quotes
doubled, nested and with several speakers; claims in its own words, entities and events described in part. What is there
twice differs in some field, as equal items are warned of.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Mapping
from typing import get_args

import msgspec

from onrecord.dataset import Article, Document, Labels, Mention, Quote, Span, walk
from onrecord.dataset.layers import scheme
from onrecord.dataset.records import UNKNOWN, Claim, Entity, EntityType, Event, QuoteMode, Row
from onrecord.eval.submission.prediction_line import (
    ClaimDescription,
    EntityDescription,
    EventDescription,
    PredictionLine,
)

PREFIX = "s-"
"""Begins the system's own ids of what is in gold too."""
SPLIT = ".b"
"""Ends the id of a part that was split from a cluster."""
SPURIOUS = 0.06
"""Spurious mentions, as a share of the gold ones."""
_OTHER: dict[QuoteMode, QuoteMode] = {"statement": "thought", "thought": "statement"}
TYPES: tuple[EntityType, ...] = get_args(EntityType)


def mistaken(article: Article, number: int, draw: random.Random) -> Labels:
    """What the system says of an article, in its own ids.

    Args:
        article: The article with its gold labels.
        number: Of the article in its corpus: part of the ids of spurious mentions.
        draw: Decides what is mistaken.
    """
    labels = walk.with_references(article.labels, lambda kind, id: id if kind == "quotes" else PREFIX + id)
    text = article.document.text
    words = [match.span() for match in re.finditer(r"\w+", text)]
    return msgspec.structs.replace(
        labels,
        mentions=_mentions(labels.mentions, text, words, number, draw),
        quotes=_quotes(labels.quotes, words, text, draw),
        events=tuple(msgspec.structs.replace(event, id=None) for event in labels.events if draw.random() > 0.1),
        stances=tuple(
            msgspec.structs.replace(stance, label=draw.choice(scheme().labels_of(stance.target.kind)))
            for stance in labels.stances
            if draw.random() > 0.2
        ),
    )


def _mentions(
    gold: tuple[Mention, ...], text: str, words: list[tuple[int, int]], number: int, draw: random.Random
) -> tuple[Mention, ...]:
    made: list[Mention] = []
    for mention in gold:
        mention = msgspec.structs.replace(mention, id=None)
        fate = draw.random()
        if fate < 0.06:
            continue
        if fate < 0.16:
            mention = msgspec.structs.replace(mention, **_wider(mention, words, text, draw))
        elif fate < 0.22:
            mention = msgspec.structs.replace(mention, type=draw.choice(TYPES))
        elif fate < 0.26:
            mention = msgspec.structs.replace(mention, entity=None)
        elif fate < 0.31 and mention.entity:
            mention = msgspec.structs.replace(mention, entity=mention.entity + SPLIT)
        made.append(mention)
        if 0.31 < fate < 0.34:
            made.append(msgspec.structs.replace(mention, kind="pronoun" if mention.kind == "name" else "name"))
    for extra in range(round(SPURIOUS * len(gold))):
        start, end = draw.choice(words)
        kind = draw.choice(TYPES)
        made.append(Mention(start=start, end=end, text=text[start:end], type=kind, entity=f"x{number}-{extra}"))
    return _one_cluster_a_place(made)


def _one_cluster_a_place(mentions: list[Mention]) -> tuple[Mention, ...]:
    """The mentions, without an id where an earlier one at the same place has another: a file may not say both."""
    first: dict[tuple[int, int], str] = {}
    made = []
    for mention in mentions:
        if mention.entity is not None:
            said = first.setdefault((mention.start, mention.end), mention.entity)
            if said != mention.entity:
                mention = msgspec.structs.replace(mention, entity=None)
        made.append(mention)
    return tuple(made)


def _wider(span: Span | Mention, words: list[tuple[int, int]], text: str, draw: random.Random) -> dict[str, int | str]:
    """Start, end and surface with one more word before or after it, if there is one."""
    start, end = span.start, span.end
    if draw.random() < 0.5:
        start = max((low for low, _ in words if low < start), default=start)
    else:
        end = min((high for _, high in words if high > end), default=end)
    return {"start": start, "end": end, "text": text[start:end]}


def _quotes(gold: tuple[Quote, ...], words: list[tuple[int, int]], text: str, draw: random.Random) -> tuple[Quote, ...]:
    parents = {quote.parent for quote in gold}
    speakers = sorted({id for quote in gold for id in quote.speaker if id != UNKNOWN})
    made: list[Quote] = []
    for quote in gold:
        fate = draw.random()
        if fate < 0.15 and speakers and UNKNOWN not in quote.speaker:
            both = tuple(dict.fromkeys((*quote.speaker, draw.choice(speakers))))
            quote = msgspec.structs.replace(quote, speaker=both)
        elif fate < 0.30 and quote.parent is None and quote.id not in parents and len(quote.content) == 1:
            only = quote.content[0]
            quote = msgspec.structs.replace(quote, content=(Span(**_wider(only, words, text, draw)),))  # type: ignore[arg-type]
        made.append(quote)
        if fate > 0.9:
            made.append(msgspec.structs.replace(quote, id=f"{quote.id}-again", mode=_OTHER[quote.mode]))
        elif fate > 0.8 and (inner := _inner(quote, words, text, draw)):
            made.append(inner)
    return tuple(made)


def _inner(quote: Quote, words: list[tuple[int, int]], text: str, draw: random.Random) -> Quote | None:
    """A quote within the first segment of another."""
    outer = quote.content[0]
    inside = [(low, high) for low, high in words if outer.start <= low and high <= outer.end]
    if len(inside) < 3:
        return None
    start, end = draw.choice(inside[:-2])[0], inside[-1][1]
    content = (Span(start=start, end=end, text=text[start:end]),)
    return Quote(id=f"{quote.id}-in", content=content, speaker=quote.speaker, parent=quote.id)


def described(document: Document, labels: Labels, known: Mapping[str, Row], said: set[str]) -> PredictionLine:
    """The prediction line of some labels, with a description of every id in them that none is given of yet.

    Args:
        document: What the labels are of.
        labels: In the system's ids.
        known: Gold rows, by gold id.
        said: Ids that earlier lines describe; those of this line are added.
    """
    ids: dict[str, set[str]] = {"entity": set(), "event": set(), "claim": set()}
    for reference in walk.references(labels):
        if reference.kind in ids and reference.id != UNKNOWN:
            ids[reference.kind].add(reference.id)
    events = [_event(id, known.get(_gold(id))) for id in sorted(ids["event"] - said)]
    ids["entity"] |= {event.place for event in events if event.place}
    entities = [_entity(id, known.get(_gold(id))) for id in sorted(ids["entity"] - said)]
    claims = [_claim(id, known.get(_gold(id))) for id in sorted(ids["claim"] - said)]
    said |= ids["entity"] | ids["event"] | ids["claim"]
    return PredictionLine(
        doc_id=document.id,
        text_sha256=document.text_sha256,
        mentions=labels.mentions,
        quotes=labels.quotes,
        stances=labels.stances,
        events=labels.events,
        entities=tuple(entities),
        claims=tuple(claims),
        event_descriptions=tuple(events),
    )


def _gold(id: str) -> str:
    """The gold id that an id of the system stands for, if it is one that does."""
    return id.removeprefix(PREFIX)


def _share(id: str) -> int:
    """A number from 0 to 99 that follows from the id."""
    return zlib.crc32(id.encode()) % 100


def _entity(id: str, row: object) -> EntityDescription:
    if not isinstance(row, Entity):
        return EntityDescription(id=id)
    said = _share(id)
    return EntityDescription(id=id, name=row.name if said < 80 else None, wikidata=row.wikidata if said > 30 else None)


def _claim(id: str, row: object) -> ClaimDescription:
    text = row.text if isinstance(row, Claim) else id
    words = text.split(" ")
    return ClaimDescription(id=id, text=text if _share(id) < 50 else " ".join(words[: max(3, len(words) - 2)]))


def _event(id: str, row: object) -> EventDescription:
    said = _share(id)
    if not isinstance(row, Event) or said < 10:
        return EventDescription(id=id)
    return EventDescription(
        id=id,
        type=row.type,
        title=row.title if said < 80 else None,
        date=row.date if said < 70 else None,
        place=PREFIX + row.place if row.place else None,
        cardinality=row.cardinality,
        wikidata=row.wikidata if said > 40 else None,
    )

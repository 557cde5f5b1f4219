"""A corpus whose every string tries to get out of where it is shown; ids that no reader of files would accept."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import get_args

from tests.eval.by_hand import at

from onrecord.dataset import (
    Article,
    Claim,
    Document,
    Entity,
    Event,
    EventMention,
    Gold,
    Labels,
    Mention,
    Quote,
    Registries,
    Section,
    Span,
    Stance,
    Target,
)
from onrecord.dataset.records import StanceLabel
from onrecord.eval.submission.prediction_line import ClaimDescription, EntityDescription, EventDescription
from onrecord.eval.submission.reading import Submission

ATTACKS = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    '"onmouseover="alert(1)" autofocus onfocus=alert(1) x="',
    "' onclick='alert(1)",
    "\u202egnp.exe\u2066",
    "\x1b[31mred\x07\x00",
    "{{7*7}}{% for x in y %}",
    "__proto__",
    "constructor",
    "<!--<script>",
    "&lt;b&gt;&#x3c;",
    "]]>\u2028\u2029</style><style>*{display:none}",
    "=HYPERLINK(1)",
    "@team ![a](javascript:x) | **b** `c` http://evil.example www.evil.example :smile: #1\nnew line",
    "W" * 4000,
    "",
    "\U0001f600 \ud7ff café",
)


def attacks() -> Iterator[str]:
    return itertools.cycle(ATTACKS)


def hostile() -> tuple[Gold, Submission]:
    """Two documents; every field that may hold a string holds each attack somewhere."""
    text = "\n\n".join(f"{n} {attack} said {attack}." for n, attack in enumerate(ATTACKS))
    ids = [f"{attack}" for attack in ATTACKS if attack]
    entities = tuple(
        Entity(id=id, type="PER", name=attack, aliases=(attack,), wikidata=attack)
        for id, attack in zip(ids, attacks(), strict=False)
    )
    events = tuple(
        Event(id=id, type=attack, title=attack, date=attack, place=id)
        for id, attack in zip(ids, attacks(), strict=False)
    )
    claims = tuple(Claim(id=id, text=attack) for id, attack in zip(ids, attacks(), strict=False))
    articles = tuple(
        Article(document=_document(name, text), labels=_labels(text, ids, 0)) for name in (ATTACKS[0], ATTACKS[1])
    )
    predicted = {
        ATTACKS[0]: _labels(text, ids, 1),
        ATTACKS[1]: _labels(text, [f"{id}'" for id in ids], 0),
    }
    submission = Submission(
        name=ATTACKS[1] + ATTACKS[0],
        sha256="0" * 64,
        documents=predicted,
        layers=frozenset({"mentions", "quotes", "stances", "events"}),
        entities={id: EntityDescription(id=id, name=f"{id}!", wikidata=id) for id in ids},
        claims={id: ClaimDescription(id=id, text=f"{id}?") for id in ids},
        event_descriptions={id: EventDescription(id=id, title=f"{id}.") for id in ids},
    )
    return Gold(articles=articles, registries=Registries(entities=entities, events=events, claims=claims)), submission


def _document(id: str, text: str) -> Document:
    return Document(
        id=id,
        text=text,
        text_sha256=ATTACKS[0],
        seed_sha256=ATTACKS[1],
        publisher=ATTACKS[0],
        language=ATTACKS[3],
        topic=ATTACKS[3],
        split="test",
        published=ATTACKS[1],
        published_source=None,
        published_reason=ATTACKS[5],
        url=ATTACKS[2],
        sections=(Section(kind="title", start=0, end=len(text) // 3, raw_start=0),),
    )


def _labels(text: str, ids: list[str], shift: int) -> Labels:
    """Labels over every attack in the text; with a shift, some are elsewhere and of other ids."""
    spans = [at(text, attack) for attack in ATTACKS if attack]
    other = ids[shift:] + ids[:shift]
    words = [Span(start=s.start, end=s.end - (shift * (n % 2)), text=s.text) for n, s in enumerate(spans)]
    labels: tuple[StanceLabel, ...] = get_args(StanceLabel)
    return Labels(
        mentions=tuple(
            Mention(start=s.start, end=s.end, text=s.text, type="ORG" if shift and n % 3 == 0 else "PER", entity=id)
            for n, (s, id) in enumerate(zip(words, other, strict=True))
            if s.end > s.start
        ),
        quotes=tuple(
            Quote(
                id=id,
                content=(Span(start=max(s.start - 3, 0), end=s.end, text=s.text),),
                source=s,
                cue=s,
                speaker=(id,),
                relays=(ids[0], ids[1]),
                parent=ids[0],
                utterance=id,
            )
            for s, id in zip(spans, other, strict=True)
        ),
        stances=tuple(
            Stance(
                holder=id,
                target=Target(kind=("entity", "event", "claim")[n % 3], id=ids[-1 - n]),
                label=labels[3 * (n % 3 < 2) + (n + shift) % 3],
                evidence=(s,),
            )
            for n, (s, id) in enumerate(zip(spans, ids, strict=True))
        ),
        events=tuple(
            EventMention(start=s.start, end=s.end, text=s.text, event=id) for s, id in zip(spans, other, strict=True)
        ),
    )

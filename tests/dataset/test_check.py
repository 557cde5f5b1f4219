"""What must hold of gold: each broken thing is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from onrecord.dataset import Document, Entity, Event, Gold, Labels, Mention, Quote, Registries, Span, Stance, Target
from onrecord.dataset.check import check_gold, check_spans, faults_of
from onrecord.dataset.reading.faults import Hints

REGISTRIES = Registries(
    entities=(
        Entity(id="putin", type="PER", name="Putin", wikidata_note="-"),
        Entity(id="minsk", type="GPE", name="Minsk", wikidata_note="-"),
    ),
    events=(Event(id="meeting", type="meeting", title="-", date=None, place=None, wikidata_note="-"),),
)
TEXT = "😀 Putin said he won in Minsk."


def span(surface: str) -> Span:
    at = TEXT.index(surface)
    return Span(start=at, end=at + len(surface), text=surface)


def document() -> Document:
    return Document(
        id="d",
        text=TEXT,
        text_sha256="",
        seed_sha256="",
        publisher="",
        language="en",
        topic="",
        split="test",
        published=None,
        published_source=None,
        published_reason="",
        url=None,
        sections=(),
    )


def good() -> dict[str, Any]:
    labels = Labels(
        mentions=(Mention(id="m1", **msgspec.structs.asdict(span("Putin")), type="PER", entity="putin"),),
        quotes=(
            Quote(id="q1", content=(span("he won in Minsk"),), source=span("Putin"), speaker=("putin",)),
            Quote(id="q2", content=(span("in Minsk"),), speaker=("unknown",), parent="q1"),
        ),
        stances=(
            Stance(
                id="s1",
                holder="putin",
                target=Target(kind="event", id="meeting"),
                label="favor",
                evidence=(span("won"),),
                quote="q1",
            ),
        ),
    )
    value: dict[str, Any] = json.loads(msgspec.json.encode(labels))
    return value


def codes(labels: dict[str, Any]) -> set[tuple[str, str]]:
    wrong = check_gold(document(), msgspec.convert(labels, Labels), REGISTRIES)
    return {(code, pointer) for code, pointer, *_ in wrong}


def test_what_is_right_passes() -> None:
    assert codes(good()) == set()


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        (lambda v: v["mentions"][0].update(text="Putn"), "surface", "/mentions/0/text"),
        (lambda v: v["mentions"][0].update(end=999), "offset", "/mentions/0"),
        (lambda v: v["mentions"][0].update(end=2), "offset", "/mentions/0"),
        (lambda v: v["mentions"][0].update(id=None), "missing-field", "/mentions/0/id"),
        (lambda v: v["mentions"][0].update(id="q1"), "repeated-id", "/mentions/0/id"),
        (lambda v: v["mentions"][0].update(entity=None), "missing-field", "/mentions/0/entity"),
        (lambda v: v["mentions"][0].update(entity="putn"), "reference", "/mentions/0/entity"),
        (lambda v: v["mentions"][0].update(literal="mnsk"), "reference", "/mentions/0/literal"),
        (lambda v: v["mentions"][0].update(type="ORG"), "type", "/mentions/0/type"),
        (lambda v: v["mentions"].append({**v["mentions"][0], "id": "m2"}), "repeated-span", "/mentions/0"),
        (lambda v: v["quotes"][0].update(content=[]), "missing-field", "/quotes/0/content"),
        (lambda v: v["quotes"][0].update(speaker=[]), "missing-field", "/quotes/0/speaker"),
        (lambda v: v["quotes"][0].update(speaker=["nobody"]), "reference", "/quotes/0/speaker/0"),
        (lambda v: v["quotes"][0].update(speaker=["unknown", "putin"]), "speaker", "/quotes/0/speaker"),
        (lambda v: v["quotes"][0].update(relays=["unknown"]), "reference", "/quotes/0/relays/0"),
        (lambda v: v["quotes"][0].update(utterance="talk"), "reference", "/quotes/0/utterance"),
        (lambda v: v["quotes"][0].update(utterance="meeting"), "reference", "/quotes/0/utterance"),
        (lambda v: v["quotes"][0].update(addressee=["nobody"]), "reference", "/quotes/0/addressee/0"),
        (lambda v: v["stances"][0].update(label="denies"), "label", "/stances/0/label"),
        (lambda v: v["quotes"][0].update(parent="q2"), "circle", "/quotes/0/parent"),
        (lambda v: v["quotes"][1].update(parent="q9"), "reference", "/quotes/1/parent"),
        (lambda v: v["quotes"][1]["content"][0].update(start=2, text=TEXT[2:29]), "nesting", "/quotes/1/content"),
        (lambda v: v["quotes"][0]["content"].append(v["quotes"][1]["content"][0]), "segments", "/quotes/0/content/1"),
        (lambda v: v["stances"][0].update(holder="unknown"), "reference", "/stances/0/holder"),
        (lambda v: v["stances"][0]["target"].update(id="putin"), "reference", "/stances/0/target/id"),
        (lambda v: v["stances"][0].update(quote="q7"), "reference", "/stances/0/quote"),
        (lambda v: v["stances"][0].update(evidence=[]), "empty", "/stances/0/evidence"),
        (lambda v: v["stances"].append({**v["stances"][0], "id": "s2"}), "repeated-stance", "/stances/1"),
    ],
)
def test_what_is_wrong_is_named(change: Callable[[dict[str, Any]], None], code: str, pointer: str) -> None:
    labels = good()
    change(labels)
    assert (code, pointer) in codes(labels)


@pytest.mark.parametrize(
    ("start", "end", "hint"),
    [
        (3, 8, "UTF-16"),
        (5, 10, "UTF-8"),
        (2, 6, "inclusive"),
        (10, 15, "stands at [2, 7)"),
    ],
)
def test_the_usual_mistakes_with_offsets_are_recognised(start: int, end: int, hint: str) -> None:
    labels = Labels(mentions=(Mention(start=start, end=end, text="Putin", type="PER"),))
    (fault,) = faults_of("f", 1, check_spans(labels, TEXT), Hints())
    assert hint in fault.hint


def test_the_gold_labels_hold(gold: Gold) -> None:
    for article in gold.articles:
        assert list(check_gold(article.document, article.labels, gold.registries)) == []

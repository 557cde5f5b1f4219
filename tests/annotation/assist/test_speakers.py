"""The speaker is who the words around a quote name, by the annotator's own mentions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import strategies

from onrecord.annotation.assist.speakers import likely_speaker
from onrecord.dataset import Gold
from onrecord.dataset.records import Mention, Span


def spans(text: str, *surfaces: str) -> list[Span]:
    starts = [text.index(surface) for surface in surfaces]
    return [Span(start=s, end=s + len(t), text=t) for s, t in zip(starts, surfaces, strict=True)]


def mentions(text: str, *names: str) -> list[Mention]:
    """A person at every place of every name, whose id is the name in lower case."""
    return [
        Mention(start=match.start(), end=match.end(), text=name, type="PER", entity=name.lower())
        for name in names
        for match in re.finditer(name, text)
    ]


@pytest.mark.parametrize(
    ("text", "content", "speaker"),
    [
        ("Ann met Bob. “It is over,” said Bob on Monday.", "“It is over,”", "bob"),
        ("Ann met Bob. Ann said it was over.", "it was over", "ann"),
        ("Ann told Bob: “It is over.” Bob wept.", "“It is over.”", "ann"),
        ("“It is over,” Bob told Ann.", "“It is over,”", "bob"),
        ("It is over, according to Bob, who met Ann.", "It is over", "bob"),
        ("Mr. Bob said that it was over. Ann denied it.", "it was over", "bob"),
        ("Ann and Bob were there.\n“It is over.”\nBob said nothing.", "“It is over.”", None),
        ("“It is over, Bob said,” and Ann laughed.", "“It is over, Bob said,”", None),
        ("“It is over.”", "“It is over.”", None),
        ("“It is over,” Ann quoted Bob as saying.", "“It is over,”", "bob"),
        ("Ann was quoted: “It is over.”", "“It is over.”", "ann"),
    ],
)
def test_who_is_named(text: str, content: str, speaker: str | None) -> None:
    assert likely_speaker(text, spans(text, content), mentions(text, "Ann", "Bob")) == speaker


def test_a_quote_that_its_tag_splits() -> None:
    text = "Ann wept. “It is over,” Bob added, “and we lost.” Ann left."
    content = spans(text, "“It is over,”", "“and we lost.”")
    assert likely_speaker(text, content, mentions(text, "Ann", "Bob")) == "bob"


def test_a_place_says_nothing_and_who_has_no_entity_cannot_be_named() -> None:
    text = "In Minsk Ann said it was over."
    content = spans(text, "it was over")
    place = Mention(start=3, end=8, text="Minsk", type="LOC", entity="minsk")
    nobody = Mention(start=9, end=12, text="Ann", type="PER")
    assert likely_speaker(text, content, [place, nobody]) is None


def test_it_is_right_for_most_quotes_of_the_gold_that_it_names_a_speaker_of(gold: Gold) -> None:
    right = named = 0
    for article in gold.articles:
        for quote in article.labels.quotes:
            speaker = likely_speaker(article.document.text, quote.content, article.labels.mentions)
            named += speaker is not None
            right += speaker in quote.speaker
    assert named >= 40
    assert right / named >= 0.7


@given(strategies.texts.flatmap(lambda text: st.tuples(st.just(text), strategies.labels(text))))
def test_any_text_and_labels(case: tuple[str, object]) -> None:
    text, labels = case
    for quote in labels.quotes:  # type: ignore[attr-defined]
        speaker = likely_speaker(text, quote.content, labels.mentions)  # type: ignore[attr-defined]
        entities = {mention.entity for mention in labels.mentions}  # type: ignore[attr-defined]
        assert speaker is None or speaker in entities

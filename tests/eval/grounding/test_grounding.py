"""Quoted words in a text: all of gold's, whatever their order, and what is not there."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset import Gold, Quote, Span, walk
from onrecord.dataset.layers import LAYERS
from onrecord.eval.grounding.folding import fold, letters
from onrecord.eval.grounding.placing import place, split
from onrecord.eval.grounding.quoted import Quoted
from onrecord.eval.grounding.records import ground
from onrecord.eval.grounding.searching import SearchedText
from onrecord.eval.grounding.small_edits import near

CONTEXT = 10


def quoted(text: str, start: int, end: int, context: int = CONTEXT) -> Quoted:
    return Quoted(text[start:end], text[max(0, start - context) : start], text[end : end + context])


def surfaces(gold: Gold) -> list[tuple[str, str, list[Span]]]:
    """Text, layer and every place that is marked in it, each once."""
    found = []
    for article in gold.articles:
        for layer in LAYERS:
            spans = {span for item in article.labels.of(layer) for _, span in walk.spans(item)}
            found.append((article.document.text, layer, sorted(spans, key=lambda span: (span.start, span.end))))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_all_words_of_gold_are_placed_in_any_order(gold: Gold, seed: int) -> None:
    many = ambiguous = 0
    for text, _, spans in surfaces(gold):
        random.Random(seed).shuffle(spans)
        row = [quoted(text, span.start, span.end) for span in spans]
        repeated = {each for each, times in Counter(row).items() if times > 1}
        placed = place(SearchedText(text), row)
        for span, words, found in zip(spans, row, placed, strict=True):
            assert found is not None
            assert text[found.start : found.end] == span.text
            assert found.how == "exact"
            if not found.ambiguous:
                assert (found.start, found.end) == (span.start, span.end)
            many, ambiguous = many + 1, ambiguous + found.ambiguous
            assert found.ambiguous <= (text.count(words.before + words.text + words.after) > 1)
        # what is asked for as often as it is there is all placed, whatever the order
        got = Counter((each.start, each.end) for each in placed if each is not None)
        asked = Counter((span.start, span.end) for span in spans if quoted(text, span.start, span.end) in repeated)
        assert all(got[each] == times for each, times in asked.items())
    assert many > 800
    assert ambiguous < 30


def test_in_the_order_of_the_article_even_words_alone_are_placed(gold: Gold) -> None:
    for text, layer, spans in surfaces(gold):
        if layer == "mentions":
            placed = place(SearchedText(text), [Quoted(span.text) for span in spans])
            right = sum(
                found is not None and (found.start, found.end) == (span.start, span.end)
                for found, span in zip(placed, spans, strict=True)
            )
            assert right / len(spans) > 0.9


TEXT = (
    "The mayor, Ilse Brandt, said: “We won’t close the library — not this year.” Brandt’s deputy, Jürgen Łoś, agreed. "
    "“We won’t close the pool,” he said later.\nThe Straße café. The pool stays open. The pool stays open."
)


@pytest.mark.parametrize(
    ("words", "expected", "how", "decided"),
    [
        (Quoted("Ilse Brandt"), "Ilse Brandt", "exact", "only"),
        (Quoted("  Ilse Brandt "), "Ilse Brandt", "exact", "only"),
        (Quoted("ILSE BRANDT"), "Ilse Brandt", "normalised", "only"),
        (Quoted("Jurgen Łoś"), "Jürgen Łoś", "normalised", "only"),
        (
            Quoted('"We won\'t close the library - not this year."'),
            "“We won’t close the library — not this year.”",
            "normalised",
            "only",
        ),
        (
            Quoted("We won't close the library, not this year"),
            "We won’t close the library — not this year",
            "normalised",
            "only",
        ),
        (Quoted("STRASSE CAFE"), "Straße café", "normalised", "only"),
        (
            Quoted("We wont close the libary - not this year"),
            "We won’t close the library — not this year",
            "edited",
            "only",
        ),
        (Quoted("Brandt", "The mayor, Ilse "), "Brandt", "exact", "context"),
        (Quoted("Brandt", "", "'s deputy"), "Brandt", "exact", "context"),
        (Quoted("We won't close the", "", " pool"), "We won’t close the", "normalised", "context"),
        (Quoted("he", "pool,” ", " said"), "he", "exact", "context"),
        (Quoted("The pool stays open"), "The pool stays open", "exact", "order"),
        (Quoted("—"), "—", "exact", "only"),
    ],
)
def test_words_are_found_as_they_may_be_written(words: Quoted, expected: str, how: str, decided: str) -> None:
    (found,) = place(SearchedText(TEXT), [words])
    assert found is not None
    assert TEXT[found.start : found.end] == expected
    assert (found.how, found.decided) == (how, decided)


@pytest.mark.parametrize(
    "words", ["", "  ", "Putin", "The library will close", "librarians", "🙂", "We will close the pool soon"]
)
def test_what_is_not_in_the_text_is_not_found(words: str) -> None:
    assert place(SearchedText(TEXT), [Quoted(words)]) == [None]


def test_nothing_is_in_no_text() -> None:
    assert place(SearchedText(""), [Quoted("a"), Quoted("abcdefgh"), Quoted("…")]) == [None, None, None]


def test_a_whole_word_comes_before_a_part_and_a_part_before_nothing() -> None:
    text = SearchedText("Because of us and the USSR")
    assert [
        text.text[each.start : each.end] for each in place(text, [Quoted("us"), Quoted("US"), Quoted("SR")]) if each
    ] == ["us", "us", "SR"]
    assert [each and each.start for each in place(text, [Quoted("us")])] == [11]


def test_equal_words_take_the_places_one_after_the_other() -> None:
    text = SearchedText("a pool, a pool, a pool")
    assert [each and each.start for each in place(text, [Quoted("pool")] * 4)] == [2, 10, 18, 18]
    with_context = [Quoted("pool"), Quoted("pool", "", ", a pool, a"), Quoted("pool")]
    assert [each and each.start for each in place(text, with_context)] == [10, 2, 18]


def test_words_in_other_scripts_and_forms_are_placed() -> None:
    for text, words in [
        ("Президент Путин сказал", "путин"),
        ("普京说白俄罗斯", "白俄罗斯"),
        (unicodedata.normalize("NFD", "Ana Kovač spoke"), "Ana Kovač"),
        ("नमस्ते दुनिया", "दुनिया"),
        ("אָלֶף בֵּית", "אלף"),
        ("flags 🇧🇾🇷🇺 and 📉", "📉"),
    ]:
        (found,) = place(SearchedText(text), [Quoted(words)])
        assert found is not None, words
        assert letters(text[found.start : found.end]) == letters(words)
        rest = text[found.end : found.end + 1]
        assert not (rest and unicodedata.combining(rest)), "an accent was cut off"


def test_what_a_reply_joined_is_taken_apart() -> None:
    text = SearchedText(TEXT)
    pieces = split(text, Quoted("We won't close the library ... won't close the pool"))
    assert [TEXT[each.start : each.end] for each in pieces] == ["We won’t close the library", "won’t close the pool"]
    pieces = split(text, Quoted("We won't close the library Brandt's deputy, Jürgen Łoś"))
    assert [TEXT[each.start : each.end] for each in pieces] == [
        "We won’t close the library",
        "Brandt’s deputy, Jürgen Łoś",
    ]
    assert split(text, Quoted("We won't close the moon")) == []
    assert split(text, Quoted("pool ... Ilse Brandt")) == []


def test_the_parts_of_an_item_are_looked_for_near_it() -> None:
    row: dict[str, Any] = {"content": ["We won't close the pool,"], "cue": "said", "source": "he", "speaker": []}
    (found,) = ground(SearchedText(TEXT), Quote, [row])
    assert found.is_there
    assert TEXT[found.value["cue"]["start"] - 3 : found.value["cue"]["end"]] == "he said"
    assert found.lost == ()
    row = {"content": [{"text": "We won't close the pool"}, "I never said that"], "cue": "swore"}
    (found,) = ground(SearchedText(TEXT), Quote, [row])
    assert found.is_there
    assert [where for where, _ in found.lost] == ["/content/1", "/cue"]
    assert "cue" not in found.value
    (found,) = ground(SearchedText(TEXT), Quote, [{"content": ["I never said that"], "source": "he"}])
    assert not found.is_there


def test_folding_keeps_every_letter_with_its_place() -> None:
    text = "Ǆ ﬁne — Straße 5½ é Ⅷ"
    folded = fold(text)
    assert folded.letters == letters(text)
    assert all(folded.letters[n] in letters(text[place]) for n, place in enumerate(folded.places))


@given(st.text(max_size=60), st.data())
def test_any_stretch_of_any_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    (found,) = place(SearchedText(text), [quoted(text, start, end)])
    if not text[start:end].strip():
        assert found is None
        return
    assert found is not None
    assert found.how == "exact"
    assert text[found.start : found.end] == text[start:end].strip()


@given(
    st.text("ab é.", max_size=40),
    st.text("ab é.", max_size=12),
    st.text("ab é.", max_size=4),
    st.text("ab é.", max_size=4),
)
def test_whatever_is_found_has_the_letters_of_the_words(text: str, words: str, before: str, after: str) -> None:
    (found,) = place(SearchedText(text), [Quoted(words, before, after)])
    if found is None:
        assert words.strip() not in text or not words.strip()
    elif found.how != "edited":
        assert letters(text[found.start : found.end]) == letters(words)


@given(st.text("abc", min_size=8, max_size=40), st.text("abc", min_size=8, max_size=30))
def test_small_edits_are_counted_right(text: str, words: str) -> None:
    from onrecord.eval.grounding.occurrences import Occurrences

    for found in near(Occurrences(fold(text)), words):
        assert distance(text[found.start : found.end], words) == found.edits <= max(1, len(words) // 10)


def distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for a in one:
        before, row[0] = row[0], row[0] + 1
        for n, b in enumerate(other, start=1):
            before, row[n] = row[n], min(row[n] + 1, row[n - 1] + 1, before + (a != b))
    return row[-1]

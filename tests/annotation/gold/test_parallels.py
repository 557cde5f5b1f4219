"""Passages that report the same thing are found, and what is labelled otherwise in one of them is marked."""

from __future__ import annotations

from typing import Any

import msgspec
from tests.builders import document

from onrecord.annotation.gold.parallels import Parallel, parallels, passages
from onrecord.dataset import Article, Gold, Labels

ONE = "Hale left. She said that “it is over.” Nothing else."
OTHER = "It rained.\nIt is over, Hale said. Dravia may attack."


def _article(id: str, text: str, **layers: list[dict[str, Any]]) -> Article:
    return Article(document=msgspec.structs.replace(document(text), id=id), labels=msgspec.convert(layers, Labels))


def _span(text: str, words: str) -> dict[str, Any]:
    at = text.index(words)
    return {"start": at, "end": at + len(words), "text": words}


def _quote(text: str, words: str, **more: Any) -> dict[str, Any]:
    return {"content": [_span(text, words)], "speaker": ["hale"], **more}


def _event(text: str, words: str, modality: str) -> dict[str, Any]:
    return {**_span(text, words), "event": f"e-{words}", "modality": modality}


def test_a_passage_is_a_sentence_or_a_line() -> None:
    assert [each.text for each in passages(_article("b", OTHER))] == [
        "It rained.",
        "It is over, Hale said.",
        "Dravia may attack.",
    ]


def test_reports_of_one_utterance_are_parallel_and_what_differs_is_marked() -> None:
    one = _article("a", ONE, quotes=[_quote(ONE, "that “it is over.”", utterance="u")])
    other = _article("b", OTHER, quotes=[_quote(OTHER, "It is over", utterance="u", addressee=["orlek"])])
    (pair,) = parallels([one, other])
    assert (pair.one.text, pair.other.text) == ("She said that “it is over.”", "It is over, Hale said.")
    assert pair.rows == [("<", "quote hale statement u"), (">", "quote hale to orlek statement u")]


def test_one_shared_event_alone_makes_no_parallel_and_two_do() -> None:
    def pairs(words: list[str], modality: str) -> list[Parallel]:
        one = _article("a", text, events=[_event(text, each, "actual") for each in words])
        other = _article("b", text, events=[_event(text, each, modality) for each in words])
        return parallels([one, other])

    text = "They met after the war."
    assert pairs(["met"], "actual") == []
    (pair,) = pairs(["met", "war"], "actual")
    assert {where for where, _ in pair.rows} == {"="}
    (pair,) = pairs(["met", "war"], "denied")
    assert [where for where, _ in pair.rows] == ["<", ">", "<", ">"]


def test_the_gold_has_parallels(gold: Gold) -> None:
    found = parallels(gold.articles)
    assert found
    assert all(pair.one.document != pair.other.document for pair in found)

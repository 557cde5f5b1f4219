"""The guidelines can be given to a system under test: nothing in them is from an article that is scored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from onrecord.dataset import Article, Gold, walk
from onrecord.eval.prompting.instructions import instructions

HIDDEN = "test"
"""The split of which nothing may be told."""


@pytest.fixture(scope="module")
def said(root: Path) -> str:
    """The guidelines."""
    return (root / "annotation/GUIDELINES.md").read_text(encoding="utf-8")


def test_no_phrase_of_the_guidelines_is_from_an_article(said: str, gold: Gold) -> None:
    phrases = _phrases(said)
    assert len(phrases) > 3000
    for article in gold.articles:
        assert phrases & _phrases(article.document.text) == set(), article.document.id


def test_no_id_and_no_name_is_only_from_an_article_that_is_scored(said: str, gold: Gold) -> None:
    hidden, told = (
        [each for each in gold.articles if (each.document.split == HIDDEN) == wanted] for wanted in (True, False)
    )
    ids, names = _ids(hidden) - _ids(told), _names(hidden) - _names(told)
    assert len(ids) > 40
    assert len(names) > 10
    assert _told(ids, said) == set()
    assert _told(names, said) == set()


def test_what_is_searched_for_would_be_found(said: str, gold: Gold) -> None:
    hidden = [each for each in gold.articles if each.document.split == HIDDEN]
    for text in (each.document.text for each in hidden):
        spoilt = f"{said} Border: “{text[400:460].upper()}”"
        assert _phrases(spoilt) & _phrases(text)
    for each in (*_ids(hidden), *_names(hidden)):
        assert _told({each}, f"{said} No: {each}'s") == {each}


def test_the_page_for_models_is_what_they_are_told(said: str) -> None:
    (page,) = re.findall(r"^## On one page\n(.*?)^## ", said, re.MULTILINE | re.DOTALL)
    layers = [" ".join(part.split()).replace("**", "") for part in page.strip().split("\n\n")]
    assert [layer.split(".")[0] for layer in layers] == ["Mentions", "Quotes", "Stances", "Events"]
    told = instructions().split("\n\n")
    for layer in layers:
        name, _, rest = layer.partition(". ")
        assert any(each.startswith(f"{name}: {rest}") for each in told), f"{name} of the page is not in instructions.md"


def _phrases(text: str) -> set[tuple[str, ...]]:
    """Its runs of five words, without case and marks."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return set(zip(*(words[start:] for start in range(5)), strict=False))


def _ids(articles: Iterable[Article]) -> set[str]:
    """The ids of registries that their labels name."""
    kinds = {"entity", "event", "claim", "utterance"}
    items = (item for article in articles for _, item in article.labels.items())
    return {
        each.id for item in items for each in walk.references(item) if each.kind in kinds and each.use != "reserved"
    }


def _names(articles: Iterable[Article]) -> set[str]:
    """What they call entities by name."""
    return {item.text for article in articles for item in article.labels.mentions if item.kind == "name"}


def _told(words: set[str], text: str) -> set[str]:
    """Those that stand in the text by themselves."""
    return {each for each in words if re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text)}

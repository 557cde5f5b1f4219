"""A tiny corpus to score on, and the gold labels as a submission."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onrecord.dataset import Article, Gold, Registries
from onrecord.eval import Result, Submission, read_submission, score_submission

Lines = list[dict[str, Any]]
Scorer = Callable[[Lines], Result]


def lines_of(articles: tuple[Article, ...], registries: Registries | None = None) -> Lines:
    """The gold labels as prediction lines; of the registries, what they say of events."""
    import msgspec

    names = ("id", "type", "title", "date", "place", "cardinality")
    events = registries.events if registries else ()
    described = [{name: getattr(row, name) for name in names} for row in events]
    return [
        {
            "doc_id": a.document.id,
            "text_sha256": a.document.text_sha256,
            **json.loads(msgspec.json.encode(a.labels)),
            "event_descriptions": [] if number else described,
        }
        for number, a in enumerate(articles)
    ]


def lines_about(path: Path, gold: Gold) -> bytes:
    """The lines of a prediction file that are about some articles."""
    ids = {article.document.id for article in gold.articles}
    lines = path.read_bytes().splitlines(keepends=True)
    return b"".join(line for line in lines if json.loads(line)["doc_id"] in ids)


def as_bytes(lines: Lines) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.fixture
def perfect(gold: Gold) -> Lines:
    """The gold labels of all articles as a prediction file, free to be changed."""
    return lines_of(gold.articles, gold.registries)


@pytest.fixture
def five_lines(five: Gold) -> Lines:
    """The same of the five articles of the web."""
    return lines_of(five.articles, five.registries)


@pytest.fixture(scope="session")
def five_scored(five: Gold) -> Scorer:
    """What scores a file on the five articles of the web."""
    documents = [article.document for article in five.articles]

    def run(lines: Lines) -> Result:
        submission = read_submission("p.jsonl", as_bytes(lines), documents, five.registries)
        return score_submission(five.articles, five.registries, submission, "all")

    return run


@pytest.fixture(scope="session")
def read(gold: Gold) -> Callable[[Lines], Submission]:
    documents = [article.document for article in gold.articles]

    def run(lines: Lines) -> Submission:
        return read_submission("p.jsonl", as_bytes(lines), documents, gold.registries)

    return run


@pytest.fixture(scope="session")
def scored(gold: Gold, read: Callable[[Lines], Submission]) -> Scorer:
    def run(lines: Lines) -> Result:
        return score_submission(gold.articles, gold.registries, read(lines), "all")

    return run


def f1(result: Result) -> dict[str, float | None]:
    return result.values


NO_IDS = Registries()

"""The rule baseline: small, honest, reproducible."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from onrecord.dataset import Gold, Span
from onrecord.eval import read_submission
from onrecord.eval.baselines.rules import Rules


def predictions(gold: Gold) -> bytes:
    rules = Rules.learn(a for a in gold.articles if a.document.split == "validation")
    return b"".join(msgspec.json.encode(rules.predict(a.document)) + b"\n" for a in gold.articles)


def test_the_shipped_predictions_are_what_the_baseline_says(gold: Gold, root: Path) -> None:
    assert (root / "eval" / "baselines" / "rules.jsonl").read_bytes() == predictions(gold)


def test_its_predictions_are_a_valid_submission_of_all_layers(gold: Gold) -> None:
    documents = [article.document for article in gold.articles]
    submission = read_submission("rules", predictions(gold), documents, gold.registries)
    assert submission.layers == {"mentions", "quotes", "stances", "events"}
    for labels in submission.documents.values():
        assert labels.mentions
        assert labels.quotes


def test_it_learns_from_the_articles_it_is_given_alone(gold: Gold) -> None:
    blank = Rules.learn([])
    assert blank.gazetteer == {}
    for article in gold.articles:
        assert blank.predict(article.document).events == ()


@pytest.mark.parametrize(
    "names",
    [
        ("the Upper Fen Growers' Union", "the Upper Fen Growers’ Union"),
        ("the “Red Heron” Line", 'the "Red Heron" Line', "the Red-Heron Line"),
        ("Zsolt Kárász", "Karasz", "Kárász"),
        ("Анна Грей", "Грей"),
        ("Nuñez", "Nunez", "Nu\u0301nez", "…", "—"),
    ],
)
def test_an_id_is_called_the_same_in_every_document(gold: Gold, names: tuple[str, ...]) -> None:
    document = gold.articles[0].document
    rules, lines = Rules({}, frozenset()), []
    for name in (*names, " ".join(names)):
        changed = msgspec.structs.replace(document, text=name)
        found = [(Span(start=0, end=len(name), text=name), "PER")]
        last = name.split(" ")[-1]
        found += [(Span(start=len(name) - len(last), end=len(name), text=last), "PER")]
        lines.append(rules.predict(changed, found))  # type: ignore[arg-type]
    called: dict[str, set[str | None]] = {}
    for entity in (entity for line in lines for entity in line.entities):
        called.setdefault(entity.id, set()).add(entity.name)
    assert called
    assert {id: names for id, names in called.items() if len(names) > 1} == {}

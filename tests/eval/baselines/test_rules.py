"""The rule baseline: small, honest, reproducible."""

from __future__ import annotations

from pathlib import Path

import msgspec

from onrecord.dataset import Gold
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

"""Published cases of other span scorers, every one of them; those of SemEval-2013 modes are in ``test_spans``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onrecord.eval import SpanReport, score_spans

SHARED = Path(__file__).parents[4] / "shared" / "vectors" / "spans.jsonl"

HANDLED = {
    "semeval": "tests/eval/spans/test_counting.py",
    "semeval[min_overlap=50%gold]": "tests/eval/compat/test_nervaluate.py",
}
"""Kinds of expectations that are checked elsewhere."""


def cases() -> list[dict[str, Any]]:
    if not SHARED.is_file():
        return []
    return [json.loads(line) for line in SHARED.read_text().splitlines() if line.strip()]


def report(case: dict[str, Any]) -> SpanReport:
    gold, predicted = (
        [[(start, end, type) for type, start, end in document] for document in case[side]] for side in ("gold", "pred")
    )
    return score_spans(gold, predicted, how=None)


def numbers(report: SpanReport, measure: str) -> list[float]:
    """Precision, recall and F1, 0 where the tool prints 0 and we say undefined."""
    score = report.scores[measure]
    return [score.precision or 0, score.recall or 0, score.f1 or 0]


@pytest.mark.conformance
@pytest.mark.skipif(not SHARED.is_file(), reason="the published cases are not beside this checkout")
@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["id"]))
def test_every_published_case(case: dict[str, Any]) -> None:
    found = report(case)
    checked = 0
    for kind, expected in case["expected"].items():
        checked += 1
        if kind == "strict_prf":
            assert numbers(found, "strict") == pytest.approx([expected["p"], expected["r"], expected["f"]])
        elif kind == "per_type":
            for type, values in expected.items():
                score = found.by_type[type]["strict"]
                mine = [score.precision or 0, score.recall or 0, score.f1 or 0]
                assert mine == pytest.approx(values)
        elif kind in ("gerbil.strong", "gerbil.weak"):
            # weak: any overlap, one to one; here an overlap counts from an intersection over union of 0.1
            errors = found.errors
            right = errors["correct"] + (errors["boundary"] if kind == "gerbil.weak" else 0)
            gold, predicted = sum(map(len, case["gold"])), sum(map(len, case["pred"]))
            assert [right, predicted - right, gold - right] == expected["tp_fp_fn"]
        elif kind == "neleval.overlap":
            assert numbers(found, "coverage") == pytest.approx(expected["sumsum"], abs=6e-4)
        elif kind == "neleval.sets":
            assert numbers(found, "strict") == expected
        elif kind == "neleval.strong_typed_mention_match":
            # disputed: a set keeps one of two equal predictions and so hides that one of them is spurious
            assert case["status"] == "disputed"
            assert numbers(found, "strict") == pytest.approx([0.5, 1, 2 / 3])
        elif kind == "neleval.mention_ceaf":
            assert numbers(found, "strict") == pytest.approx(expected, abs=6e-4)
        elif kind == "neleval.b_cubed":
            # disputed like the mention match: of two clusters that each hold the mention, a set of mentions has one
            assert case["status"] == "disputed"
            assert expected == [1, 1, 1]
        else:
            assert kind in HANDLED
    assert checked

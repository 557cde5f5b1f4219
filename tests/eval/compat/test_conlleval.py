"""conlleval: by hand, against its port on PyPI where that equals the script, the published cases, what it misreads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.eval.oracles import decode
from tests.examples import examples

from onrecord.eval.compat import COMPAT, CompatResult
from onrecord.eval.compat.conlleval import score, score_raw, text

SHARED = Path(__file__).parents[4] / "shared" / "vectors" / "tags.jsonl"


def counts(result: CompatResult, label: str | None = None) -> tuple[float, ...]:
    row = result.row("chunk", label)
    return row.counts["correct"], row.counts["gold"], row.counts["predicted"]


def test_smallest_example_and_how_it_is_printed() -> None:
    gold, predicted = [["B-NP", "I-NP", "O"], ["B-VP"]], [["B-NP", "I-NP", "O"], ["B-NP"]]
    result = score(gold, predicted)
    assert counts(result) == (1, 2, 2)
    assert counts(result, "VP") == (0, 1, 0)
    assert text(result) == (
        "processed 4 tokens with 2 phrases; found: 2 phrases; correct: 1.\n"
        "accuracy:  75.00%; precision:  50.00%; recall:  50.00%; FB1:  50.00\n"
        "               NP: precision:  50.00%; recall: 100.00%; FB1:  66.67  2\n"
        "               VP: precision:   0.00%; recall:   0.00%; FB1:   0.00  0\n"
    )


def test_a_chunk_ends_with_its_sentence() -> None:
    assert counts(score([["B-X"], ["I-X"]], [["B-X"], ["I-X"]])) == (2, 2, 2)


def test_two_chunks_that_touch_are_read_as_one() -> None:
    """spyysalo/conlleval.py#1: F1 of 100 where half of the tags are wrong."""
    result = score([["B-X", "E-X", "B-X", "E-X"]], [["B-X", "I-X", "I-X", "E-X"]])
    assert (result.row("chunk").f1, result.row("accuracy").share) == (1, 0.5)
    assert counts(score([["S-X", "S-X"]], [["S-X", "S-X"]])) == (1, 1, 1)


def test_nothing_predicted_is_zero() -> None:
    row = score([["B-X"]], [["O"]]).row("chunk")
    assert (row.precision, row.recall, row.f1) == (0, 0, 0)
    assert text(score([], [])) == "processed 0 tokens with 0 phrases; found: 0 phrases; correct: 0.\n"


def test_raw_tags_are_chunks_of_one_token() -> None:
    result = score_raw([["NN", "NN", "O"]], [["NN", "VB", "O"]])
    assert counts(result) == (1, 2, 2)
    assert result.name == "conlleval-raw"


def test_refused_are_other_lengths() -> None:
    with pytest.raises(ValueError, match="as many"):
        score([["O"]], [["O", "O"]])


tag = st.sampled_from(["O", "O", "B-PER", "I-PER", "B-ORG", "I-ORG", "I-A-B", "B", "I"])
sentences = st.lists(
    st.lists(st.tuples(tag, st.one_of(st.none(), tag)), min_size=1, max_size=8), min_size=1, max_size=4
)


@settings(max_examples=examples(300), deadline=None)
@given(sentences)
def test_equal_to_the_port(pairs: list[list[tuple[str, str | None]]]) -> None:
    """On IOB tags with something predicted; where nothing is, the port gives a precision of 1."""
    port = pytest.importorskip("conlleval")
    gold = [[g for g, _ in sentence] for sentence in pairs]
    predicted = [[p or g for g, p in sentence] for sentence in pairs]
    result = score(gold, predicted)
    assume(result.row("chunk").counts["predicted"])
    lines = [line for both in zip(gold, predicted, strict=True) for line in (*map(" ".join, _columns(*both)), "")]
    expected = port.evaluate(lines)
    assert text(result).splitlines()[:2] == port.report(expected).splitlines()[:2]
    for label, theirs in expected["slots"]["chunks"].items():
        row = result.row("chunk", label)
        assert counts(result, label) == (theirs["stats"]["correct"], theirs["stats"]["gold"], theirs["stats"]["pred"])
        assert row.recall == pytest.approx(theirs["evals"]["rec"])


def _columns(gold: list[str], predicted: list[str]) -> list[tuple[str, str, str]]:
    return [("word", g, p) for g, p in zip(gold, predicted, strict=True)]


@given(sentences)
def test_chunks_are_those_that_we_read(pairs: list[list[tuple[str, str | None]]]) -> None:
    gold = [[g for g, _ in sentence] for sentence in pairs]
    predicted = [[p or g for g, p in sentence] for sentence in pairs]
    mine, theirs = (
        {(number, span) for number, sentence in enumerate(side) for span in decode(sentence, "conlleval")}
        for side in (gold, predicted)
    )
    assert counts(score(gold, predicted)) == (len(mine & theirs), len(mine), len(theirs))


def vectors() -> list[dict[str, Any]]:
    cases = [json.loads(line) for line in SHARED.read_text().splitlines() if line.strip()] if SHARED.is_file() else []
    return [case for case in cases if "gold" in case and {"conlleval", "token_accuracy"} & set(case["expected"])]


@pytest.mark.conformance
@pytest.mark.skipif(not SHARED.is_file(), reason="the published cases are not beside this checkout")
@pytest.mark.parametrize("case", vectors(), ids=lambda case: str(case["id"]))
def test_published_cases(case: dict[str, Any]) -> None:
    result = score(case["gold"], case["pred"])
    correct, gold, predicted = counts(result)
    expected = case["expected"].get("conlleval", {})
    if "tp_fp_fn" in expected:
        assert [correct, predicted - correct, gold - correct] == expected["tp_fp_fn"]
    if "f" in expected:
        assert result.row("chunk").f1 == expected["f"]
    assert result.row("accuracy").share == pytest.approx(
        case["expected"].get("token_accuracy", result.row("accuracy").share)
    )


def test_they_are_in_the_table_of_contents() -> None:
    assert counts(COMPAT["conlleval"].score([["B-X"]], [["B-X"]])) == (1, 1, 1)
    assert counts(COMPAT["conlleval-raw"].score([["X"]], [["X"]])) == (1, 1, 1)

"""The table of contents: every mode shows the same face."""

from __future__ import annotations

from typing import Any

import pytest

from onrecord.eval.compat import COMPAT
from onrecord.eval.spans.documents import SpanDocument, TypedSpan

SPANS = [SpanDocument("1", (TypedSpan(0, 2, "PER"), TypedSpan(3, 4, "ORG")))]
TAGS = {
    "seqeval-strict:IOE1": [["I-X", "O"]],
    "conlleval-raw": [["NN", "O"]],
    "seqeval-strict:IOE2": [["I-X", "E-X"]],
    "seqeval-strict:BILOU": [["U-X", "O"]],
}
CLUSTERS = {"1": ([["a", "b"], ["c", "d"]], [["a", "b"], ["c", "d"]])}


def perfect(name: str) -> tuple[Any, ...]:
    if COMPAT[name].takes == "spans":
        return SPANS, SPANS
    if COMPAT[name].takes == "tags":
        tags = TAGS.get(name, [["I-X", "O"]] if name == "seqeval-strict:IOB1" else [["B-X", "O"]])
        return (tags, tags) if name != "seqeval-strict:IOBES" else ([["S-X", "O"]], [["S-X", "O"]])
    return (CLUSTERS,)


@pytest.mark.parametrize("name", COMPAT)
def test_a_perfect_answer_by_the_one_face(name: str) -> None:
    mode = COMPAT[name]
    result = mode.score(*perfect(name))
    assert (mode.name, result.name, result.refused) == (name, name, None)
    assert {row.f1 for row in result.rows if row.share is None} == {1}
    assert {row.measure for row in result.rows} <= set(mode.measures)
    assert "1.00" in mode.text(result) or "100" in mode.text(result)


@pytest.mark.parametrize("name", COMPAT)
def test_differences_are_sentences(name: str) -> None:
    assert COMPAT[name].differences
    for sentence in COMPAT[name].differences:
        assert sentence[0].isupper() or sentence[0] == "`"
        assert sentence.endswith(".")


def test_a_row_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        COMPAT["conlleval"].score([], []).row("chunk", "PER")

"""seqeval: by hand, against the tool in both modes and all schemes, and against our own reading of tags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.eval.oracles import decode
from tests.examples import examples

from onrecord.eval.compat import COMPAT, CompatResult
from onrecord.eval.compat.seqeval import AVERAGES, SCHEMES, score, score_strict, text

SHARED = Path(__file__).parents[4] / "shared" / "vectors" / "tags.jsonl"


def counts(result: CompatResult, label: str | None = None) -> tuple[float, ...]:
    row = result.row("micro") if label is None else result.row("chunk", label)
    return row.counts["correct"], row.counts["gold"], row.counts["predicted"]


def test_smallest_example() -> None:
    gold, predicted = [["B-PER", "I-PER", "O", "B-ORG"]], [["B-PER", "I-PER", "O", "B-PER"]]
    result = score(gold, predicted)
    assert counts(result) == (1, 2, 2)
    assert counts(result, "PER") == (1, 1, 2)
    assert result.row("macro").precision == 0.25
    assert result.row("weighted").recall == 0.5
    assert result.row("accuracy").share == 0.75


def test_default_is_lenient_and_strict_is_not() -> None:
    gold, predicted = [["B-ORG", "I-ORG"]], [["I-ORG", "I-ORG"]]
    assert counts(score(gold, predicted)) == (1, 1, 1)
    assert counts(score_strict(gold, predicted, "IOB2")) == (0, 1, 0)


def test_two_chunks_that_touch() -> None:
    """spyysalo/conlleval.py#1: a chunk ends after E."""
    gold, predicted = [["B-X", "E-X", "B-X", "E-X"]], [["B-X", "I-X", "I-X", "E-X"]]
    assert counts(score(gold, predicted)) == (0, 2, 1)
    assert counts(score_strict(gold, predicted, "IOBES")) == (0, 2, 1)


def test_a_tag_without_prefix_loses_its_first_letter() -> None:
    """chakki-works/seqeval#45."""
    assert counts(score([["PER"]], [["PER"]]), "ER") == (1, 1, 1)


def test_nothing_to_divide_by() -> None:
    result = score([["O"]], [["O"]])
    assert (result.row("micro").f1, result.row("weighted").f1, result.row("macro").f1) == (0, 0, None)
    assert "nan" in text(result)
    assert score([], []).row("accuracy").share is None


def test_refused() -> None:
    with pytest.raises(ValueError, match="as many"):
        score([["O"]], [["O", "O"]])
    with pytest.raises(ValueError, match="empty"):
        score([[""]], [["O"]])
    with pytest.raises(ValueError, match="no tag of this scheme"):
        score_strict([["S-PER"]], [["O"]], "IOB2")


def tags(prefixes: str, labels: tuple[str, ...] = ("PER", "ORG", "A-B")) -> st.SearchStrategy[list[list[list[str]]]]:
    """Gold and predicted tags of some sentences, prefixes in any order and sometimes bare."""
    tag = st.builds(
        lambda prefix, label: prefix if prefix == "O" or not label else f"{prefix}-{label}",
        st.sampled_from(prefixes),
        st.sampled_from(labels),
    )
    sentence = st.lists(st.tuples(tag, st.one_of(st.none(), tag)), min_size=1, max_size=8)
    return st.lists(sentence, min_size=1, max_size=4).map(
        lambda sentences: [
            [[gold for gold, _ in sentence] for sentence in sentences],
            [[other or gold for gold, other in sentence] for sentence in sentences],
        ]
    )


@settings(max_examples=examples(200), deadline=None)
@given(st.sampled_from(["IOB", "IOE", "IOBES", "IOBESX"]).flatmap(lambda p: tags(p, ("PER", "ORG", "A-B", ""))))
@pytest.mark.filterwarnings("ignore")
def test_default_equals_the_tool(sides: list[list[list[str]]]) -> None:
    """Labels, means, accuracy and the printed table, whatever the tags."""
    tool = pytest.importorskip("seqeval.metrics.sequence_labeling")
    result = score(*sides)
    assert result.row("accuracy").share == tool.accuracy_score(*sides)
    if not any(row.label for row in result.rows):
        return
    assert text(result, 6) == tool.classification_report(*sides, digits=6, zero_division=0)
    for average in AVERAGES:
        row = result.row(average)
        theirs = tool.precision_recall_fscore_support(*sides, average=average, zero_division=0)
        assert (row.precision, row.recall, row.f1, row.counts["gold"]) == pytest.approx(theirs, abs=1e-12)


@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(sorted(SCHEMES)).flatmap(lambda name: st.tuples(st.just(name), tags(SCHEMES[name].prefixes))))
@pytest.mark.filterwarnings("ignore")
def test_strict_equals_the_tool(case: tuple[str, list[list[list[str]]]]) -> None:
    tool = pytest.importorskip("seqeval.metrics")
    schemes = pytest.importorskip("seqeval.scheme")
    name, (gold, predicted) = case
    result = score_strict(gold, predicted, name)
    if not any(row.label for row in result.rows):
        return
    expected = tool.classification_report(
        gold, predicted, mode="strict", scheme=getattr(schemes, name), digits=6, zero_division=0
    )
    assert text(result, 6) == expected


def test_iob1_loses_a_chunk_before_another_label() -> None:
    sides = [["I-PER", "B-PER", "B-ORG"]], [["I-PER", "B-PER", "O"]]
    assert counts(score_strict(*sides, "IOB1")) == (1, 1, 2)


@pytest.mark.parametrize(("tags", "left"), [("E O", 0), ("I E O", 0), ("I E I", 2), ("I E E E", 2), ("I I O", 1)])
def test_ioe1_loses_chunks_that_end_in_e(tags: str, left: int) -> None:
    sentence = [tag if tag == "O" else f"{tag}-X" for tag in tags.split()]
    assert counts(score_strict([sentence], [sentence], "IOE1")) == (left, left, left)


SAME_AS_OURS = sorted(SCHEMES.keys() - {"IOB1", "IOE1"})


@given(st.sampled_from(SAME_AS_OURS).flatmap(lambda name: st.tuples(st.just(name), tags(SCHEMES[name].prefixes))))
def test_strict_chunks_are_those_that_we_read(case: tuple[str, list[list[list[str]]]]) -> None:
    from onrecord.eval.readers.tags import SCHEMES as KNOWN

    name, (gold, predicted) = case
    scheme = next(each for each in KNOWN if each == name)
    mine, theirs = (
        {(number, span) for number, sentence in enumerate(side) for span in decode(sentence, scheme)}
        for side in (gold, predicted)
    )
    assert counts(score_strict(gold, predicted, name)) == (len(mine & theirs), len(mine), len(theirs))


def vectors() -> list[dict[str, Any]]:
    cases = [json.loads(line) for line in SHARED.read_text().splitlines() if line.strip()] if SHARED.is_file() else []
    return [case for case in cases if "gold" in case and {"strict_iob2", "iobes_strict"} & set(case["expected"])]


@pytest.mark.conformance
@pytest.mark.skipif(not SHARED.is_file(), reason="the published cases are not beside this checkout")
@pytest.mark.parametrize("case", vectors(), ids=lambda case: str(case["id"]))
def test_published_cases(case: dict[str, Any]) -> None:
    for name, scheme in (("strict_iob2", "IOB2"), ("iobes_strict", "IOBES")):
        expected = case["expected"].get(name)
        if expected is None:
            continue
        result = score_strict(case["gold"], case["pred"], scheme)
        correct, gold, predicted = counts(result)
        assert result.row("micro").f1 == expected.get("f", result.row("micro").f1)
        assert [correct, predicted - correct, gold - correct] == expected.get(
            "tp_fp_fn", [correct, predicted - correct, gold - correct]
        )


def test_they_are_in_the_table_of_contents() -> None:
    gold, predicted = [["B-ORG", "I-ORG"]], [["I-ORG", "I-ORG"]]
    assert counts(COMPAT["seqeval"].score(gold, predicted)) == (1, 1, 1)
    assert counts(COMPAT["seqeval-strict:IOB2"].score(gold, predicted)) == (0, 1, 0)

"""nervaluate: by hand, against the tool, the published cases, and the defects that it must keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples

from onrecord.eval.compat import COMPAT, CompatResult
from onrecord.eval.compat.nervaluate import MODES, OUTCOMES, score, text
from onrecord.eval.spans.documents import SpanDocument, TypedSpan

SHARED = Path(__file__).parents[4] / "shared" / "vectors" / "spans.jsonl"

Span = tuple[int, int, str]


def documents(sides: list[list[Span]]) -> list[SpanDocument]:
    return [SpanDocument(str(number), tuple(TypedSpan(*span) for span in side)) for number, side in enumerate(sides)]


def outcomes(result: CompatResult, mode: str, label: str | None = None) -> list[float]:
    return [result.row(mode, label).counts[outcome] for outcome in OUTCOMES]


def test_smallest_example() -> None:
    result = score(documents([[(0, 2, "PER"), (5, 9, "ORG")]]), documents([[(0, 2, "PER"), (6, 9, "LOC")]]))
    assert outcomes(result, "strict") == [1, 1, 0, 0, 0]
    assert outcomes(result, "partial") == [1, 0, 1, 0, 0]
    assert outcomes(result, "ent_type") == [1, 1, 0, 0, 0]
    partial = result.row("partial")
    assert (partial.precision, partial.recall, partial.f1) == (0.75, 0.75, 0.75)
    assert (partial.counts["possible"], partial.counts["actual"]) == (2, 2)


def test_a_wrong_label_is_another_thing_by_label() -> None:
    result = score(documents([[(0, 2, "LOC")]]), documents([[(0, 2, "ORG")]]))
    assert outcomes(result, "strict") == [0, 1, 0, 0, 0]
    assert outcomes(result, "strict", "LOC") == [0, 0, 0, 1, 0]
    assert outcomes(result, "strict", "ORG") == [0, 0, 0, 0, 1]


def test_order_decides() -> None:
    """MantisAI/nervaluate#40, #84: a sloppy prediction takes the span of an exact one that comes after it."""
    gold = documents([[(0, 4, "PER")]])
    assert outcomes(score(gold, documents([[(0, 2, "PER"), (0, 4, "PER")]])), "strict") == [0, 1, 0, 0, 1]
    assert outcomes(score(gold, documents([[(0, 4, "PER"), (0, 2, "PER")]])), "strict") == [1, 0, 0, 0, 1]


def test_labels_outside_the_tags_are_dropped() -> None:
    gold, predicted = documents([[(0, 2, "PER")]]), documents([[(0, 2, "PER"), (4, 5, "ALIEN")]])
    assert score(gold, predicted, tags=["PER"]).row("strict").precision == 1
    assert score(gold, predicted).row("strict").precision == 0.5


def test_the_smallest_overlap_is_of_the_gold_span_alone() -> None:
    whole = documents([[(0, 500, "PER")]])
    assert outcomes(score(documents([[(3, 5, "PER")]]), whole, None, 100.0), "ent_type") == [1, 0, 0, 0, 0]


def test_nothing_to_divide_by_is_zero() -> None:
    result = score(documents([[]]), documents([[]]))
    assert [(row.precision, row.recall, row.f1) for row in result.rows] == [(0, 0, 0)] * len(MODES)
    assert score([], []).rows == ()


def test_refused_are_other_documents_and_percentages() -> None:
    with pytest.raises(ValueError, match="same documents"):
        score(documents([[]]), documents([[], []]))
    with pytest.raises(ValueError, match="from 1 to 100"):
        score([], [], min_overlap_percentage=0.5)


def spans(width: int) -> st.SearchStrategy[list[Span]]:
    one = st.builds(
        lambda start, length, label: (start, start + length, label),
        st.integers(0, width),
        st.integers(1, 8),
        st.sampled_from("ABC"),
    )
    return st.lists(one, max_size=8)


def flat(spans: list[Span]) -> list[Span]:
    """Those that do not overlap an earlier one of the list."""
    kept: list[Span] = []
    for start, end, label in spans:
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end, label))
    return kept


nested_pairs = st.lists(st.tuples(spans(12), spans(12)), min_size=1, max_size=3)
flat_pairs = st.lists(st.tuples(spans(40).map(flat), spans(40).map(flat)), min_size=1, max_size=3)


@settings(max_examples=examples(300), deadline=None)
@given(
    st.one_of(nested_pairs, flat_pairs),
    st.sampled_from([["A", "B", "C"], ["A", "B"], ["C", "Z"]]),
    st.sampled_from([1.0, 25.0, 50.0, 100.0]),
)
def test_equal_to_the_tool(pairs: list[tuple[list[Span], list[Span]]], tags: list[str], percentage: float) -> None:
    """Every count, every score and the printed table, flat and nested, in the order given."""
    evaluator = pytest.importorskip("nervaluate.evaluator")
    # the tool's ends are inclusive
    sides = [
        [[{"label": label, "start": start, "end": end - 1} for start, end, label in pair[side]] for pair in pairs]
        for side in (0, 1)
    ]
    tool = evaluator.Evaluator(*sides, tags=tags, loader="dict", min_overlap_percentage=percentage)
    expected = tool.evaluate()
    gold, predicted = (documents([pair[side] for pair in pairs]) for side in (0, 1))
    result = score(gold, predicted, tags, percentage)
    by_label = [(None, expected["overall"]), *expected["entities"].items()]
    assert len(result.rows) == sum(len(modes) for _, modes in by_label)
    for label, modes in by_label:
        for mode, theirs in modes.items():
            row = result.row(mode, label)
            assert dict(row.counts) == {name: getattr(theirs, name) for name in row.counts}
            assert (row.precision, row.recall, row.f1) == (theirs.precision, theirs.recall, theirs.f1)
    assert text(result) == tool.summary_report()


PERCENTAGES = {"semeval": 1.0, "semeval[min_overlap=50%gold]": 50.0}


def vectors() -> list[dict[str, Any]]:
    cases = [json.loads(line) for line in SHARED.read_text().splitlines() if line.strip()] if SHARED.is_file() else []
    return [case for case in cases if PERCENTAGES.keys() & case["expected"]]


@pytest.mark.conformance
@pytest.mark.skipif(not SHARED.is_file(), reason="the published cases are not beside this checkout")
@pytest.mark.parametrize("case", vectors(), ids=lambda case: str(case["id"]))
def test_published_cases(case: dict[str, Any]) -> None:
    """Where the tool was found to agree with the published numbers so do we, and where it was not neither do we."""
    gold, predicted = (
        documents([[(start, end, label) for label, start, end in document] for document in case[side]])
        for side in ("gold", "pred")
    )
    for name, modes in case["expected"].items():
        result = score(gold, predicted, None, PERCENTAGES[name])
        for mode, expected in modes.items():
            agrees = (case.get("checked") or {}).get(mode, {}).get("nervaluate1.2.1", True)
            assert (outcomes(result, mode) == expected["counts"]) == agrees


Pairs = list[tuple[list[Span], list[Span]]]

EQUAL_AFTER: Pairs = [([(0, 4, "PER"), (2, 4, "PER")], [(2, 4, "PER")])]
OVER_TWO: Pairs = [([(0, 2, "PER"), (3, 5, "PER")], [(0, 5, "PER")])]
GIVEN_TWICE: Pairs = [([(0, 2, "PER")], [(0, 2, "PER"), (0, 2, "PER")])]
TWO_DOCUMENTS: Pairs = [([(0, 4, "PER")], [(0, 2, "PER")]), ([(0, 4, "PER")], [(0, 4, "PER")])]
WRONG_LABEL: Pairs = [([(0, 4, "LOC"), (2, 6, "ORG")], [(1, 3, "PER"), (0, 4, "ORG")])]
LONG: Pairs = [([(0, 150, "PER")], [(149, 151, "PER")])]
CASES = (EQUAL_AFTER, OVER_TWO, GIVEN_TWICE, TWO_DOCUMENTS, WRONG_LABEL, LONG)

TOLD: dict[str, list[tuple[str, str, str, float]]] = {
    "nervaluate": [
        ("10010", "10010", "10010", 0.6667),
        ("01010", "00110", "10010", 0.3333),
        ("10001", "10001", "10001", 0.6667),
        ("11000", "10100", "20000", 0.75),
        ("02000", "00200", "11000", 0.5),
        ("00011", "00011", "00011", 0),
    ],
    "nervaluate:1.2.0": [
        ("10010", "10010", "10010", 0.6667),
        ("01010", "00110", "10010", 0.3333),
        ("10001", "10001", "10001", 0.6667),
        ("11000", "10100", "20000", 0.5),
        ("02000", "00200", "11000", 0.5),
        ("00011", "00011", "00011", 0),
    ],
    "nervaluate:1.1.0": [
        ("01010", "00110", "10010", 0.3333),
        ("01010", "00110", "10010", 0.3333),
        ("10001", "10001", "10001", 0.6667),
        ("11000", "10100", "20000", 0.5),
        ("02000", "00200", "11000", 0.5),
        ("00011", "00011", "00011", 0),
    ],
    "nervaluate:1.0.0": [
        ("01010", "00110", "10010", 0.3333),
        ("01010", "00110", "10010", 0.3333),
        ("10001", "10001", "10001", 0.6667),
        ("11000", "10100", "20000", 0.5),
        ("02000", "00200", "11000", 0.5),
        ("01000", "00100", "10000", 0.5),
    ],
    "nervaluate:0.3.1": [
        ("10010", "10010", "10010", 0.6667),
        ("02000", "00200", "20000", 0.5),
        ("20000", "20000", "20000", 1),
        ("11000", "10100", "20000", 0.75),
        ("03000", "10200", "03000", 0.6667),
        ("01000", "00100", "10000", 0.5),
    ],
    "nervaluate:0.1.8": [
        ("10010", "10010", "10010", 0.6667),
        ("01010", "00110", "10010", 0.3333),
        ("20000", "20000", "20000", 1),
        ("11000", "10100", "20000", 0.75),
        ("02010", "10110", "02010", 0.6),
        ("01000", "00100", "10000", 0.5),
    ],
}
"""What each version itself gives for the cases: correct, incorrect, partial, missed and spurious of ``strict``,
``partial`` and ``ent_type``, and the F1 of ``partial``."""
TOLD["nervaluate:0.2.0"] = TOLD["nervaluate:0.3.1"]


@pytest.mark.parametrize("name", TOLD)
def test_each_version_as_it_was(name: str) -> None:
    found = []
    for pairs in CASES:
        result = COMPAT[name].score(*(documents([pair[side] for pair in pairs]) for side in (0, 1)))
        counts = ("".join(str(n) for n in outcomes(result, mode)) for mode in ("strict", "partial", "ent_type"))
        found.append((*counts, round(result.row("partial").f1 or 0, 4)))
    assert found == TOLD[name]


def test_before_one_a_label_is_that_of_gold() -> None:
    sides = [documents([pair[side] for pair in WRONG_LABEL]) for side in (0, 1)]
    by_label = COMPAT["nervaluate:0.1.8"].score(*sides)
    assert [outcomes(by_label, "partial", label) for label in ("LOC", "ORG", "PER")] == [
        [1, 0, 1, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0],
    ]


@given(nested_pairs)
def test_only_the_earliest_version_goes_by_the_order_of_gold(pairs: Pairs) -> None:
    """What others sort by, start or end, decides there; equal starts and ends come in the order of the list."""
    distinct = [
        (list({span[0]: span for span in gold}.values()), list({span[1]: span for span in predicted}.values()))
        for gold, predicted in pairs
    ]
    sides = [documents([pair[side] for pair in distinct]) for side in (0, 1)]
    turned = [documents([pair[side][::-1] for pair in distinct]) for side in (0, 1)]
    for name in ("nervaluate:0.2.0", "nervaluate:0.3.1"):
        assert COMPAT[name].score(*sides) == COMPAT[name].score(*turned)


@given(st.one_of(nested_pairs, flat_pairs))
def test_versions_before_one_tell_what_became_of_every_span(pairs: Pairs) -> None:
    sides = [documents([pair[side] for pair in pairs]) for side in (0, 1)]
    for name in ("nervaluate:0.3.1", "nervaluate:0.1.8"):
        result = COMPAT[name].score(*sides)
        labels = {row.label for row in result.rows} - {None}
        for mode in MODES:
            overall = outcomes(result, mode)
            assert overall == [
                sum(each) for each in zip(*(outcomes(result, mode, label) for label in labels), strict=True)
            ] or (not labels and overall == [0] * 5)
            at_most = sum(len(predicted) for _, predicted in pairs)
            assert name == "nervaluate:0.3.1" or sum(overall) - overall[3] == at_most


def test_it_is_in_the_table_of_contents() -> None:
    mode = COMPAT["nervaluate"]
    assert (mode.takes, mode.version, mode.measures) == ("spans", "1.2.1", MODES)

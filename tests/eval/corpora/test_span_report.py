"""The score of plain spans, and the metric for a training loop: by hand, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval import Sampling, SpanDocument, SpanMetric, TypedSpan, score_spans
from onrecord.eval.corpora.span_report import SpanReport
from onrecord.eval.spans.measures import MODES
from onrecord.eval.statistics.counts import Counts

GOLD = {"a": [(0, 5, "PER"), (6, 9, "ORG"), (20, 30, "LOC")], "b": [(0, 4, "PER")], "c": [(1, 2, "LOC")]}
PREDICTED = {"a": [(0, 5, "PER"), (6, 9, "LOC"), (20, 28, "LOC"), (40, 41, "PER")], "b": [(0, 4, "ORG")], "c": []}
"""One right, two of another type, one with another end, one missed, one spurious."""


@pytest.fixture
def report() -> SpanReport:
    return score_spans(GOLD, PREDICTED)


def test_by_hand(report: SpanReport) -> None:
    matched = {"strict": 1, "exact": 3, "type": 2, "partial": 3.5, "iou": 2}
    for name, points in matched.items():
        assert report.scores[name].counts == Counts.matched(points, 5, 5), name
    assert report.scores["characters"].counts == Counts.matched(5 + 8, 5 + 3 + 10 + 4 + 1, 5 + 3 + 8 + 1 + 4)
    coverage = report.scores["coverage"].counts
    assert coverage is not None
    assert (coverage.gold_matched, coverage.predicted_matched) == pytest.approx((1.8, 2.0))
    assert report.errors == {
        "correct": 1,
        "type": 2,
        "boundary": 1,
        "both": 0,
        "missed": 1,
        "spurious": 1,
        "split": 0,
        "merged": 0,
    }
    assert report.confusion == {
        ("LOC", "LOC"): 1,
        ("LOC", None): 1,
        ("ORG", "LOC"): 1,
        ("PER", "ORG"): 1,
        ("PER", "PER"): 1,
        (None, "PER"): 1,
    }


spans = st.lists(
    st.builds(
        lambda start, size, type, optional: TypedSpan(start, start + size, type, optional=optional),
        st.integers(0, 9),
        st.integers(1, 5),
        st.sampled_from(["PER", "ORG", "", "\U0001f600"]),
        st.booleans(),
    ),
    max_size=5,
)
corpora = st.lists(st.tuples(spans, spans), min_size=1, max_size=4)


@given(corpora)
def test_types_and_confusion_add_up_to_the_whole(corpus: list[tuple[list[TypedSpan], list[TypedSpan]]]) -> None:
    report = score_spans([gold for gold, _ in corpus], [predicted for _, predicted in corpus], how=None)
    for measure in ("strict", "exact", "type", "partial", "iou"):
        of_types = [scores[measure].counts for scores in report.by_type.values()]
        assert sum([each for each in of_types if each], Counts()) == report.scores[measure].counts
    for type, scores in report.by_type.items():
        counts = scores["strict"].counts
        assert counts is not None
        assert sum(many for (gold, _), many in report.confusion.items() if gold == type) == counts.gold
        assert sum(many for (_, predicted), many in report.confusion.items() if predicted == type) == counts.predicted
    assert sum(many for (gold, _), many in report.confusion.items() if gold is None) == report.errors["spurious"]
    assert sum(many for (_, other), many in report.confusion.items() if other is None) == report.errors["missed"]


@given(corpora, st.randoms(use_true_random=False))
def test_the_record_depends_on_nothing_but_content(
    corpus: list[tuple[list[TypedSpan], list[TypedSpan]]], random: Any
) -> None:
    gold = [SpanDocument(f"d{n}", tuple(spans)) for n, (spans, _) in enumerate(corpus)]
    predicted = [SpanDocument(f"d{n}", tuple(spans)) for n, (_, spans) in enumerate(corpus)]
    before = score_spans(gold, predicted).as_json()
    random.shuffle(gold)
    random.shuffle(predicted)
    gold = [SpanDocument(each.doc_id, tuple(random.sample(each.spans, len(each.spans)))) for each in gold]
    assert score_spans(gold, predicted).as_json() == before
    one, other = ({each.doc_id: each.spans for each in side} for side in (gold, predicted))
    assert score_spans(one, other).as_json() == before
    assert score_spans(iter(gold), iter(predicted)).as_json() == before


@given(corpora, st.randoms(use_true_random=False))
def test_every_form_of_a_span_says_the_same(corpus: list[tuple[list[TypedSpan], list[TypedSpan]]], random: Any) -> None:
    forms: list[Callable[[TypedSpan], Any]] = [
        lambda span: TypedSpan(span.start, span.end, span.type),
        lambda span: (span.start, span.end, span.type),
        lambda span: [span.start, span.end, span.type],
        lambda span: (np.int64(span.start), np.int64(span.end), span.type),
        lambda span: (span.start, span.end, span.type, ""),
    ]

    def record(gold: Any, predicted: Any) -> bytes:
        return score_spans(gold, predicted, how=None).as_json()

    sides = [[spans for spans, _ in corpus], [spans for _, spans in corpus]]
    plain = [[[forms[0](span) for span in spans] for spans in side] for side in sides]
    expected = record(*plain)
    for form in forms:
        made = [[iter([form(span) for span in spans]) for spans in side] for side in sides]
        assert record(*made) == expected
    mixed: Any = [[tuple(random.choice(forms)(span) for span in spans) for spans in side] for side in sides]
    assert record(*mixed) == expected
    untyped = [[[TypedSpan(span.start, span.end) for span in spans] for spans in side] for side in sides]
    pairs: Any = [[[(span.start, span.end) for span in spans] for spans in side] for side in sides]
    assert record(*pairs) == record(*untyped)


@pytest.mark.parametrize("wrong", [(3, 3), (4, 3), (-1, 3), (0, 2**31), (0, 2**70), (-(2**70), 3)])
@pytest.mark.parametrize("form", [lambda *span: span, TypedSpan])
def test_what_is_wrong_is_said_whatever_the_form(wrong: tuple[int, int], form: Any) -> None:
    sound = [form(0, 5, "PER"), form(7, 9, "ORG")]
    with pytest.raises(ValueError, match=rf"^the gold document '1' has a span from {wrong[0]} to {wrong[1]}$"):
        score_spans([sound, [*sound, form(*wrong, "PER")]], [sound, sound])
    metric = SpanMetric()
    with pytest.raises(ValueError, match=rf"^prediction 0 has a span from {wrong[0]} to {wrong[1]}$"):
        metric.add(prediction=[form(*wrong, "PER")], reference=sound)


@pytest.mark.parametrize(
    "wrong", [(0.5, 3, "A"), ("0", "3", "A"), (None, 3, "A"), 7, (1,), (0, 3, "A", "", 1, 2, 3, 4)]
)
def test_what_is_no_span_is_an_error_of_type(wrong: Any) -> None:
    with pytest.raises(TypeError):
        score_spans([[(0, 5, "PER"), wrong]], [[]])
    with pytest.raises(TypeError):
        score_spans([[wrong]], [[]])


def test_the_record(report: SpanReport) -> None:
    value = json.loads(report.as_json())
    assert value["format"] == "onrecord-spans/1"
    assert value["signature"] == str(report.signature)
    assert value["measures"]["strict"]["counts"]["gold"] == 5
    assert value["types"]["PER"]["strict"]["f1"] == 0.5
    assert value["confusion"][-1] == {"gold": None, "predicted": "PER", "pairs": 1}
    assert (value["status"], value["missing"], value["left_out"]) == ("complete", [], {})
    missing = json.loads(score_spans(GOLD, {"b": []}).as_json())
    assert (missing["status"], missing["missing"]) == ("partial", ["a", "c"])


def test_frames(report: SpanReport) -> None:
    columns = ["value", "precision", "recall", "low", "high", "gold_matched", "gold", "predicted_matched", "predicted"]
    frame = report.to_frame()
    assert list(frame.columns) == [*columns, "reason"]
    assert tuple(frame.index) == MODES
    assert frame.loc["strict", "value"] == pytest.approx(0.2)
    types = report.to_frame("type")
    assert list(types.columns) == [*columns, "reason"]
    assert types.index.names == ["type", "measure"]
    assert types.shape == (3 * 5, 10)
    assert types.loc[("PER", "strict"), "recall"] == 0.5
    documents = report.to_frame("document")
    assert documents.shape == (3 * len(MODES), 10)
    assert documents.loc[("b", "exact"), "value"] == 1.0
    assert documents.loc[("c", "strict"), "reason"] == "precision: nothing predicted"
    assert documents.xs("strict", level="measure")["gold"].sum() == frame.loc["strict", "gold"]
    empty = score_spans([], [], how=None)
    assert empty.to_frame("type").shape == empty.to_frame("document").shape == (0, 10)
    assert set(empty.to_frame()["value"].isna()) == {True}


def test_rows(report: SpanReport) -> None:
    assert [row[0] for row in report.rows()] == list(MODES)
    assert report.rows()[0][1:2] + report.rows()[0][3:] == ("20.0", "20.0", "20.0", "1/5", "1/5")
    assert [row[0] for row in report.type_rows()] == ["LOC", "ORG", "PER", "all"]
    assert report.type_rows("exact")[-1][-2:] == ("3/5", "3/5")


def test_intervals_are_by_document(report: SpanReport) -> None:
    assert report.intervals["exact"].units == 3
    assert score_spans(GOLD, PREDICTED, how=None).intervals == {}
    assert score_spans(GOLD, PREDICTED, how=Sampling(level=0.5)).intervals["exact"].level == 0.5


def test_documents_that_are_not_predicted_count_as_empty() -> None:
    gold = [SpanDocument("b", (TypedSpan(0, 1, "X"),)), SpanDocument("a", (TypedSpan(0, 1, "X"),))]
    found = score_spans(gold, gold[1:], how=None)
    assert found.missing == ("b",)
    assert found.counts.documents == ("a", "b")
    assert found.scores["strict"].counts == Counts.matched(1, 2, 1)
    assert found.by_document()["b"]["strict"].precision is None


def test_one_fragment_is_the_span_itself() -> None:
    whole, split = TypedSpan(0, 9, "X"), TypedSpan(0, 9, "X", fragments=((0, 9),))
    assert score_spans([[whole]], [[split]], how=None).scores["strict"].f1 == 1.0
    parts = TypedSpan(0, 9, "X", fragments=((0, 2), (5, 9)))
    assert score_spans([[whole]], [[parts]], how=None).scores["strict"].f1 == 0.0
    assert score_spans([[parts]], [[parts]], how=None).scores["strict"].f1 == 1.0


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([[(0, 1)]], [[], []], "1 gold documents and 2 predicted"),
        ({"a": []}, {"b": []}, "gold does not have: b"),
        ([SpanDocument("a", ())] * 2, [], "gold document 'a' is there twice"),
        ([[]], [[(3, 3)]], "predicted document '0' has a span from 3 to 3"),
        ([[(4, 3)]], [[]], "gold document '0' has a span from 4 to 3"),
        ([[(-1, 3)]], [[]], "from -1 to 3"),
        ([[(0, 2**31)]], [[]], "from 0 to 2147483648"),
        ([[TypedSpan(0, 9, fragments=((0, 3), (2, 9)))]], [[]], "fragments in ascending order"),
        ([[TypedSpan(0, 9, fragments=((0, 3), (5, 8)))]], [[]], "from 0 to 9"),
        ([[TypedSpan(0, 9, alternatives=(TypedSpan(5, 5),))]], [[]], "from 5 to 5"),
    ],
)
def test_what_is_refused(gold: Any, predicted: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score_spans(gold, predicted)


def test_the_metric_says_what_the_score_says(report: SpanReport) -> None:
    metric = SpanMetric()
    for id, spans in GOLD.items():
        metric.add(prediction=PREDICTED[id], reference=spans)
    found = metric.compute()
    for name, each in report.scores.items():
        assert found[f"{name}_precision"] == each.precision
        assert found[f"{name}_recall"] == each.recall
        assert found[f"{name}_f1"] == each.f1
    for type, scores in report.by_type.items():
        assert found[f"strict_f1[{type}]"] == scores["strict"].f1
    assert len(found) == 3 * len(MODES) + 3 * 3
    metric.add_batch(predictions=[PREDICTED["a"], PREDICTED["b"]], references=[GOLD["a"], GOLD["b"]])
    assert metric.compute(predictions=[PREDICTED["c"]], references=[GOLD["c"]]) == found


def test_the_metric_starts_anew_and_is_undefined_on_nothing() -> None:
    metric = SpanMetric()
    metric.add(prediction=[], reference=[(0, 1, "X")])
    assert metric.compute()["strict_f1"] == 0.0
    assert set(metric.compute().values()) == {None}


def test_the_metric_takes_in_all_or_nothing() -> None:
    metric = SpanMetric()
    with pytest.raises(ValueError, match="1 predictions and 0 references"):
        metric.add_batch(predictions=[[]], references=[])
    with pytest.raises(ValueError, match="prediction 1 has a span from 3 to 3"):
        metric.add_batch(predictions=[[(0, 1)], [(3, 3)]], references=[[(0, 1)], []])
    with pytest.raises(ValueError, match="0 predictions and 1 references"):
        metric.compute(references=[[]])
    assert metric.compute()["strict_f1"] is None


def test_the_metric_with_a_label_map() -> None:
    found = SpanMetric("conll2003").compute(predictions=[[(0, 5, "LOC"), (7, 8, "MISC")]], references=[[(0, 5, "GPE")]])
    assert found["strict_f1"] == found["strict_f1[LOC]"] == 1.0

"""The score of clustered mentions, and the metric for a training loop: by hand, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import random
from typing import Any

import pytest

from onrecord.eval import ClusterDocument, ClusteredMention, ClusterMetric, Sampling, score_clusters
from onrecord.eval.clusters.measures import NAMES, RepeatedMentionsError
from onrecord.eval.statistics.sampling import MOST_GROUPS
from onrecord.eval.statistics.uncertainty import jackknife_interval


def document(name: str, *mentions: tuple[int, str]) -> ClusterDocument:
    return ClusterDocument(name, tuple(ClusteredMention(start, start + 1, cluster) for start, cluster in mentions))


GOLD = [document("a", (0, "x"), (1, "x"), (2, "y")), document("b", (0, "x"), (1, "y"))]
PREDICTED = [document("a", (0, "1"), (1, "1"), (2, "2")), document("b", (0, "2"), (1, "1"))]
"""Right within the documents; across them the two clusters of the second are exchanged."""


def test_across_and_within_documents_by_hand() -> None:
    scores = score_clusters(GOLD, PREDICTED, how=None).scores
    assert {scores[f"{name}[within]"].f1 for name in NAMES} == {1.0}
    # gold x has a:0, a:1, b:0, of which the predictions keep two together; y has two, and neither stays
    assert scores["lea"].f1 == pytest.approx((3 * 1 / 3 + 2 * 0) / 5)
    assert scores["muc"].counts is not None
    assert (scores["muc"].counts.gold_matched, scores["muc"].counts.gold) == (1, 3)
    assert scores["b3"].f1 == pytest.approx(((2 * 2 + 1) / 3 + (1 + 1) / 2) / 5)
    assert scores["ceafm"].f1 == pytest.approx(3 / 5)
    assert scores["pairwise"].f1 == pytest.approx(1 / 4)


def test_without_singletons_by_hand() -> None:
    gold, predicted = {"d": [["a", "b"], ["c"], ["d"]]}, {"d": [["a", "b"], ["c", "d"]]}
    scores = score_clusters(gold, predicted, how=None).scores
    assert scores["lea"].recall == pytest.approx(2 / 4)
    # c and d are no clusters in gold, and the predicted one of them is still one
    assert scores["lea[no-singletons]"].recall == 1.0
    assert scores["lea[no-singletons]"].precision == pytest.approx(2 / 4)


def test_clusters_of_a_mapping_are_of_one_document_each() -> None:
    scores = score_clusters({"a": [["m"]], "b": [["m"]]}, {"a": [["m"]], "b": [["m"]]}, how=None).scores
    assert scores["lea"].f1 == scores["lea[within]"].f1 == 1.0
    assert scores["muc"].f1 is None
    assert scores["muc"].reason


def test_order_and_names_change_nothing() -> None:
    before = score_clusters(GOLD, PREDICTED).as_json()
    chance = random.Random(0)
    for _ in range(5):
        gold, predicted = (
            [ClusterDocument(d.doc_id, tuple(chance.sample(d.mentions, len(d.mentions)))) for d in side]
            for side in (chance.sample(GOLD, 2), chance.sample(PREDICTED, 2))
        )
        assert score_clusters(gold, iter(predicted)).as_json() == before


def test_documents_that_are_not_predicted_count_as_empty() -> None:
    report = score_clusters(GOLD, PREDICTED[:1], how=None)
    assert report.missing == ("b",)
    assert report.scores["b3"].counts is not None
    assert report.scores["b3"].counts.gold == 5
    value = json.loads(report.as_json())
    assert (value["status"], value["missing"], value["documents"]) == ("partial", ["b"], 2)
    assert value["measures"].keys() == report.scores.keys()


def test_a_mention_is_its_fragments() -> None:
    def one(*fragments: tuple[int, int]) -> list[ClusterDocument]:
        return [ClusterDocument("d", (ClusteredMention(0, 9, "x", fragments),))]

    broken = one((0, 3), (5, 9))
    assert score_clusters(broken, broken, how=None).scores["lea"].f1 == 1.0
    assert score_clusters(broken, one(), how=None).scores["lea"].f1 == 0.0
    assert score_clusters(one((0, 9)), one(), how=None).scores["lea"].f1 == 1.0
    both = [ClusterDocument("d", broken[0].mentions + one()[0].mentions)]
    assert score_clusters(both, broken, how=None).scores["b3"].counts is not None


def test_a_mention_twice_is_named() -> None:
    twice = [document("a", (0, "x"), (0, "y"), (1, "x"))]
    for gold, predicted, side in ((twice, [], "gold"), (GOLD, twice, "predicted")):
        with pytest.raises(RepeatedMentionsError) as error:
            score_clusters(gold, predicted)
        (repeat,) = error.value.repeats
        assert (repeat.side, repeat.mention, repeat.clusters) == (side, ("a", (0, 1, ())), (0, 1))
        assert "('a', (0, 1, ()))" in str(error.value)
    with pytest.raises(RepeatedMentionsError, match="'m'"):
        score_clusters({"d": [["m", "m"]]}, {})


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        (GOLD + GOLD[:1], PREDICTED, "gold document 'a' is there twice"),
        (GOLD, PREDICTED + PREDICTED[:1], "predicted document 'a' is there twice"),
        (GOLD, [document("c")], "gold does not have: c"),
    ],
)
def test_what_is_refused(gold: Any, predicted: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score_clusters(gold, predicted)


def corpus(documents: int) -> tuple[dict[str, Any], dict[str, Any]]:
    chance = random.Random(1)
    gold = {f"d{n}": [["a", "b", "c"], ["d", "e"], ["f"]] for n in range(documents)}
    predicted = {
        id: [["a", "b"], ["c", "d", "e"], ["f"]] if chance.random() < 0.4 else [["a", "b", "c"], ["d", "e", "f"]]
        for id in gold
    }
    return gold, predicted


def test_intervals_leave_documents_out() -> None:
    gold, predicted = corpus(6)
    report = score_clusters(gold, predicted, how=Sampling(level=0.9))
    without = []
    for left_out in gold:
        some, others = ({id: each for id, each in side.items() if id != left_out} for side in (gold, predicted))
        without.append(score_clusters(some, others, how=None).scores)
    for name in ("lea", "conll", "blanc[luo2014]", "b3[within]"):
        expected = jackknife_interval(report.scores[name].f1, [scores[name].f1 for scores in without], 0.9)
        assert expected.low is not None
        found = report.intervals[name]
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
        assert dataclasses.replace(found, low=expected.low, high=expected.high) == expected
    assert score_clusters(gold, predicted, how=None).intervals == {}


def test_many_documents_are_left_out_in_groups() -> None:
    report = score_clusters(*corpus(MOST_GROUPS + 50))
    assert report.intervals["lea"].units == MOST_GROUPS
    assert report.intervals["lea"].low is not None


def test_frame_and_rows() -> None:
    report = score_clusters(GOLD, PREDICTED, how=None)
    frame = report.to_frame()
    assert frame.shape == (2 * len(NAMES) + 2, 10)
    assert frame.loc["lea[within]", "value"] == 1.0
    assert [row[0] for row in report.rows()] == list(frame.index)


def test_the_metric_says_what_the_score_says_within_documents() -> None:
    gold, predicted = corpus(4)
    metric = ClusterMetric()
    metric.add(prediction=predicted["d0"], reference=gold["d0"])
    rest = [id for id in gold if id != "d0"]
    found = metric.compute(predictions=[predicted[id] for id in rest], references=[gold[id] for id in rest])
    scores = score_clusters(gold, predicted, how=None).scores
    for name in NAMES:
        assert found[f"{name}_f1"] == scores[f"{name}[within]"].f1
        if name != "conll":
            assert found[f"{name}_precision"] == scores[f"{name}[within]"].precision
    assert found["lea[no-singletons]_recall"] == scores["lea[no-singletons]"].recall
    assert len(found) == 3 * (len(NAMES) - 1) + 1 + 3 + 1
    assert set(metric.compute().values()) == {None}


def test_the_metric_takes_in_all_or_nothing() -> None:
    metric = ClusterMetric()
    with pytest.raises(RepeatedMentionsError):
        metric.add_batch(predictions=[[["a"]], [["a", "a"]]], references=[[["a"]], [["a"]]])
    with pytest.raises(ValueError, match="1 predictions and 2 references"):
        metric.add_batch(predictions=[[]], references=[[], []])
    assert metric.compute()["lea_f1"] is None

"""Defects of other scorers that must stay impossible here, each named after where it was seen."""

from __future__ import annotations

import copy

import pytest
from tests.eval.conftest import Lines, Scorer, f1

from onrecord.dataset import Gold
from onrecord.eval.clusters.measures import Table, cluster_scores
from onrecord.eval.spans.counting import SpanColumnPair
from onrecord.eval.spans.documents import TypedSpan
from onrecord.eval.spans.measures import mode_counts
from onrecord.eval.statistics.counts import Counts


def modes(gold: list[TypedSpan], predicted: list[TypedSpan]) -> dict[str, Counts]:
    columns = SpanColumnPair.of([gold], [predicted])
    return mode_counts(columns.count(["d"], columns.align()).total)


def strict(gold: list[TypedSpan], predicted: list[TypedSpan]) -> tuple[float, float, float]:
    counts = modes(gold, predicted)["strict"]
    return counts.gold_matched, counts.gold, counts.predicted


def test_nervaluate_84_the_same_label_wins_in_any_order() -> None:
    gold, x, y = TypedSpan(0, 2, "x"), TypedSpan(0, 3, "x"), TypedSpan(0, 3, "y")
    for predicted in ([x, y], [y, x]):
        assert modes([gold], predicted)["type"].gold_matched == 1


def test_nervaluate_steal_a_sloppy_prediction_does_not_take_the_gold_of_an_exact_one() -> None:
    gold = [TypedSpan(0, 4, "PER")]
    for predicted in (
        [TypedSpan(0, 2, "PER"), TypedSpan(0, 4, "PER")],
        [TypedSpan(0, 4, "PER"), TypedSpan(0, 2, "PER")],
    ):
        assert strict(gold, predicted) == (1, 1, 2)


def test_nervaluate_labels_that_gold_does_not_have_cost_precision() -> None:
    assert strict([TypedSpan(0, 4, "PER")], [TypedSpan(0, 4, "PER"), TypedSpan(5, 6, "XXX")]) == (1, 1, 2)


def test_spacy_a_perfect_nested_prediction_is_perfect() -> None:
    nested = [TypedSpan(0, 9, "ORG"), TypedSpan(0, 4, "GPE"), TypedSpan(5, 9, "NORP")]
    assert strict(nested, nested[::-1]) == (3, 3, 3)


def test_presidio_one_blob_over_two_golds_matches_one_at_most() -> None:
    gold = [TypedSpan(0, 4, "PER"), TypedSpan(5, 9, "PER")]
    blob = [TypedSpan(0, 9, "PER")]
    assert modes(gold, blob)["type"].gold_matched == 1


def test_neleval_35_a_duplicate_is_spurious() -> None:
    one = TypedSpan(0, 5, "PER")
    assert strict([one], [one, one]) == (1, 1, 2)


@pytest.mark.parametrize("copies", [2, 5])
def test_citron_copies_of_right_quotes_cost_precision(scored: Scorer, perfect: Lines, copies: int) -> None:
    for line in perfect:
        quotes = [q for q in line["quotes"] if not q["optional"]]
        line["quotes"] = [{**copy.deepcopy(q), "id": None, "parent": None} for q in quotes for _ in range(copies)]
        line["stances"] = []
    layer = next(each for each in scored(perfect).layers if each.layer.name == "quotes")
    detection = layer.scores["detection@0.5"]
    assert detection.precision is not None
    assert detection.precision <= 1 / copies + 0.1  # copies of one may also meet optional gold, which is left out
    assert detection.recall == 1


def test_germeval_2023_a_quote_somewhere_else_earns_nothing_for_its_speaker(scored: Scorer, perfect: Lines) -> None:
    for line in perfect:
        text = line["mentions"][0]["text"]
        place = {"start": line["mentions"][0]["start"], "end": line["mentions"][0]["end"], "text": text}
        for q in line["quotes"]:
            q.update(content=[place], parent=None)
    values = f1(scored(perfect))
    assert values["quotes:joint"] == values["quotes:soft"] == values["quotes:detection@0.5"] == 0


def test_semeval_2022_a_wrong_polarity_earns_nothing_and_costs(scored: Scorer, perfect: Lines) -> None:
    other = {"favor": "against", "against": "favor", "neutral": "favor"}
    other |= {"asserts": "denies", "denies": "asserts", "doubts": "asserts"}
    flipped = copy.deepcopy(perfect)
    for line in flipped:
        for s in line["stances"]:
            s["label"] = other[s["label"]]
    values = f1(scored(flipped))
    assert values["stances:tuple"] == 0
    assert values["stances:pair"] == 1
    half = copy.deepcopy(perfect)
    for line, wrong in zip(half, flipped, strict=True):
        line["stances"] += [{**s, "id": None} for s in wrong["stances"]]
    both = f1(scored(half))["stances:tuple"]
    assert both is not None
    assert both < 0.7


def test_quobert_no_speaker_is_no_answer(scored: Scorer, perfect: Lines) -> None:
    known = sum(q["speaker"] != ["unknown"] and not q["optional"] for line in perfect for q in line["quotes"])
    for line in perfect:
        for q in line["quotes"]:
            q["speaker"] = ["unknown"]
    layer = next(each for each in scored(perfect).layers if each.layer.name == "quotes")
    counts = layer.scores["joint"].counts
    assert counts is not None
    assert counts.gold - counts.gold_matched == known


def test_e2e_coref_singletons_count_on_both_sides_or_on_neither() -> None:
    same = Table.of([("a", "x"), ("b", "y"), ("b", "y")])
    for name, score in cluster_scores(same).items():
        assert score.f1 == 1, name


def test_coval_5_a_mention_predicted_twice_is_counted_twice_and_matched_once(scored: Scorer, perfect: Lines) -> None:
    for line in perfect:
        line["mentions"] += [{**m, "id": None} for m in line["mentions"] if not m["optional"]]
    values = f1(scored(perfect))
    assert all(value is not None and value < 1 for name, value in values.items() if name.startswith("entity_ids"))


def test_a_whole_document_span_earns_nothing_anywhere(scored: Scorer, gold: Gold) -> None:
    lines = []
    for article in gold.articles:
        text = article.document.text
        whole = {"start": 0, "end": len(text), "text": text}
        lines.append(
            {
                "doc_id": article.document.id,
                "text_sha256": article.document.text_sha256,
                "mentions": [{**whole, "type": "PER", "kind": "name", "entity": "e"}],
                "quotes": [{"content": [whole], "speaker": ["e"]}],
                "stances": [
                    {
                        "holder": "e",
                        "target": {"kind": "claim", "id": "c"},
                        "label": "asserts",
                        "evidence": [whole],
                    }
                ],
                "events": [{**whole, "event": "v"}],
                "claims": [{"id": "c", "text": "anything"}],
            }
        )
    for name, value in f1(scored(lines)).items():
        assert not value, name
    assert f1(scored(lines))["entities:characters"] == f1(scored(lines))["entities:coverage"] == 0

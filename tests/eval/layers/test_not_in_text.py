"""What is predicted and not in the text: by hand, which measures it counts in, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.eval.conftest import Lines, as_bytes

from onrecord.dataset import FaultsError, Gold
from onrecord.eval import read_submission, score_submission
from onrecord.eval.layers.layer import NOT_IN_TEXT
from onrecord.eval.report.errors import errors, tally
from onrecord.eval.report.items import documents_of
from onrecord.eval.scoring.item_changes import item_changes
from onrecord.eval.scoring.result import Result

CHARGED = {
    "quotes": {"joint", "joint[actor]", "detection@0.5", "detection@0.8", "exact", "soft", "joint+chain"},
    "names": {"strict", "exact", "type", "partial", "iou", "strict[all]", "exact[all]", "partial[all]"},
    "nominals": {"strict[all]", "exact[all]", "partial[all]"},
    "events": {"mention", "mention+modality", "mention[partial]"},
}
"""The measures of a layer whose predictions are more by what is not in the text; all others are as they are."""

ITEMS: dict[str, dict[str, Any]] = {
    "quotes": {"layer": "quotes", "text": "We never said that"},
    "names": {"layer": "mentions", "text": "Nobody"},
    "nominals": {"layer": "mentions", "text": "the nobody", "kind": "nominal"},
    "events": {"layer": "events", "text": "landing"},
}


def scored(gold: Gold, lines: Lines, *more: dict[str, Any]) -> Result:
    """The score of some lines, the first of which has more that is not in the text."""
    first = {**lines[0], "unplaced": list(more)}
    documents = [article.document for article in gold.articles]
    submission = read_submission("p.jsonl", as_bytes([first, *lines[1:]]), documents, gold.registries)
    return score_submission(gold.articles, gold.registries, submission, "all")


@pytest.mark.parametrize("what", CHARGED)
def test_it_is_a_prediction_more_of_the_measures_of_detection_and_of_no_other(
    gold: Gold, perfect: Lines, what: str
) -> None:
    item = ITEMS[what]
    name = "entities" if item["layer"] == "mentions" else item["layer"]
    plain, charged = scored(gold, perfect), scored(gold, perfect, item, item)
    for one, other in zip(plain.layers, charged.layers, strict=True):
        for measure in one.layer.measures:
            was, now = one.scores[measure.name], other.scores[measure.name]
            if one.layer.name == name and measure.name in CHARGED[what]:
                assert now.counts is not None
                assert was.counts is not None
                assert now.counts.predicted == was.counts.predicted + 2
                assert (now.counts.gold, now.counts.gold_matched) == (was.counts.gold, was.counts.gold_matched)
                assert now.recall == was.recall
                assert now.precision is not None
                assert now.precision < 1 == was.precision
            else:
                assert now == was, measure.full


def test_it_is_an_error_of_its_own_class_in_report_and_comparison(gold: Gold, perfect: Lines) -> None:
    plain, charged = scored(gold, perfect), scored(gold, perfect, ITEMS["quotes"], ITEMS["names"])
    counts = sum((tally(each.items) for each in documents_of(charged)), start=tally([]))
    told = {each.layer: each for each in errors(counts)}
    for layer in ("quotes", "entities"):
        assert [each.outcome for each in told[layer].classes] == ["right", NOT_IN_TEXT]
        assert told[layer].spurious == 1
    (item,) = [
        each
        for document in documents_of(charged)
        for each in document.items
        if each.layer == "quotes" and not each.gold
    ]
    assert item.predicted is not None
    assert item.predicted.fields == (("words", "We never said that"),)
    changes = list(item_changes(plain, charged))
    assert {(each.layer, each.change, each.text, each.earlier, each.later) for each in changes} == {
        ("quotes", "regressed", "We never said that", "absent", NOT_IN_TEXT),
        ("entities", "regressed", "Nobody", "absent", NOT_IN_TEXT),
    }


@pytest.mark.parametrize(
    ("item", "code", "pointer"),
    [
        ({"layer": "quote", "text": "x"}, "label", "/unplaced/0/layer"),
        ({"layer": "stances", "text": "x"}, "label", "/unplaced/0/layer"),
        ({"layer": "quotes", "text": ""}, "type", "/unplaced/0/text"),
        ({"layer": "quotes"}, "missing-field", "/unplaced/0/text"),
        ({"layer": "quotes", "text": "x", "kind": "name"}, "label", "/unplaced/0/kind"),
        ({"layer": "mentions", "text": "x", "kind": "names"}, "label", "/unplaced/0/kind"),
        ({"layer": "quotes", "text": "x", "start": 0}, "unknown-field", "/unplaced/0/start"),
    ],
)
def test_what_is_wrong_with_it_is_told(
    gold: Gold, perfect: Lines, item: dict[str, Any], code: str, pointer: str
) -> None:
    with pytest.raises(FaultsError) as raised:
        scored(gold, perfect, item)
    assert [(fault.code, fault.pointer) for fault in raised.value.faults] == [(code, pointer)]


def test_it_is_of_a_layer_that_the_line_has(gold: Gold, perfect: Lines) -> None:
    lines = [{name: each for name, each in line.items() if name != "events"} for line in perfect]
    with pytest.raises(FaultsError) as raised:
        scored(gold, lines, ITEMS["events"])
    assert [(fault.code, fault.found) for fault in raised.value.faults] == [("reference", "events")]
    assert "[]" in raised.value.faults[0].hint


def test_as_many_as_items_are_too_many(gold: Gold, perfect: Lines) -> None:
    with pytest.raises(FaultsError) as raised:
        scored(gold, perfect, *[ITEMS["quotes"]] * 5000)
    assert [(fault.code, fault.pointer) for fault in raised.value.faults] == [("too-many", "/unplaced")]

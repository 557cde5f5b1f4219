"""From verdicts to tasks: what is outlined, what is said, and everything that is wrong with a file."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from onrecord.annotation.gold.errata import ErrataTask, errata_tasks
from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.regions import OPEN
from onrecord.annotation.label_studio.remarks import added
from onrecord.annotation.label_studio.to_result import to_result
from onrecord.dataset import Gold
from onrecord.dataset.reading.faults import FaultsError
from onrecord.eval.layers.shown import places
from onrecord.eval.report.verdicts import FORMAT, VerdictFile

HASH, OTHER = "a" * 64, "b" * 64


def side(item: Any, id: str | None = "", label: str = "") -> dict[str, Any]:
    spans = [{"start": start, "end": end, "part": part} for start, end, part in places(item)]
    return {"id": item.id if id == "" else id, "label": label, "spans": spans}


def verdict(labelled: Gold, index: int, **changes: Any) -> dict[str, Any]:
    item = labelled.articles[0].labels.mentions[index]
    return {
        "doc_id": labelled.articles[0].document.id,
        "layer": "entities",
        "item": f"m{index}",
        "outcome": "missed",
        "gold": side(item),
        "verdict": "gold wrong",
        "cause": "boundary",
        "note": "too long",
        "at": "2026-11-29T12:00:00.000Z",
        **changes,
    }


def file(*verdicts: dict[str, Any], on: str = HASH) -> VerdictFile:
    value = {"format": FORMAT, "report": OTHER, "gold": on, "predictions": OTHER, "system": "s", "split": "all"}
    return msgspec.convert({**value, "verdicts": verdicts}, VerdictFile)


def tasks(gold: Gold, *verdicts: dict[str, Any]) -> list[ErrataTask]:
    return errata_tasks("v.json", file(*verdicts), gold, {"all": HASH})


def faults(gold: Gold, found: VerdictFile) -> dict[str, str]:
    with pytest.raises(FaultsError) as caught:
        errata_tasks("v.json", found, gold, {"all": HASH})
    return {fault.pointer: fault.code for fault in caught.value.faults}


def test_what_verdicts_are_on_is_outlined_and_comes_back_as_it_was(gold: Gold) -> None:
    predicted = {"label": "ORG", "spans": [{"start": 3, "end": 9}]}
    spurious = verdict(gold, 5, item="mp", gold=None, predicted=predicted, verdict="system right")
    (task,) = tasks(gold, verdict(gold, 2), spurious, verdict(gold, 4, verdict="both defensible", cause=None))
    labels = gold.articles[0].labels
    result = to_result(labels, {}, task.remarks.items)
    result += added(task.remarks, result)
    outlined = {item["id"]: item for item in result if item["type"] == "labels" and item["id"].startswith(OPEN)}
    assert set(outlined) == {f"{OPEN}{labels.mentions[n].id}" for n in (2, 4)} | {f"{OPEN}remark1"}
    said = outlined[f"{OPEN}{labels.mentions[2].id}"]["meta"]["text"][0]
    assert said == "gold wrong (boundary): too long; the system has nothing"
    assert outlined[f"{OPEN}remark1"]["value"]["labels"] == ["ORG"]
    (note,) = [item for item in result if item.get("id") == "note"]
    assert note["value"]["text"][0].splitlines() == list(task.said)
    without = [item for item in result if item.get("id") != f"{OPEN}remark1"]
    again, wrong = from_result(without, task.document.text)
    assert not wrong
    assert again == labels


def test_a_place_that_is_left_without_its_fields_is_a_fault(gold: Gold) -> None:
    predicted = {"label": "no type", "spans": [{"start": 3, "end": 9}]}
    (task,) = tasks(gold, verdict(gold, 0, gold=None, predicted=predicted))
    _, wrong = from_result(added(task.remarks, []), task.document.text)
    assert [each[0] for each in wrong] == ["missing-field"]


@pytest.mark.parametrize("layer", ["quotes", "stances", "events"])
def test_items_of_every_layer_are_found_and_drawn(gold: Gold, layer: str) -> None:
    for article in gold.articles:
        for number, item in enumerate(article.labels.of(layer)):
            given = {"doc_id": article.document.id, "layer": layer, "item": f"x{number}"}
            (task,) = tasks(gold, verdict(gold, 0, **given | {"gold": side(item)}))
            assert list(task.remarks.items) == [item.id]
            (drawn,) = tasks(gold, verdict(gold, 0, **given | {"gold": None, "predicted": side(item, None, "x")}))
            (place,) = drawn.remarks.unmarked
            regions = [each for each in added(drawn.remarks, []) if each["type"] == "labels"]
            assert len(regions) == len(place.spans) >= 1
            assert all(task.document.text[span.start : span.end] == span.text for span in place.spans)


def test_verdicts_that_change_nothing_make_no_task(gold: Gold) -> None:
    assert tasks(gold, verdict(gold, 0, verdict="both defensible"), verdict(gold, 1, verdict="system wrong")) == []
    (task,) = tasks(gold, verdict(gold, 0, gold=None, predicted={"label": "PER"}))  # not in the text
    assert (task.remarks.items, task.remarks.unmarked) == ({}, ())
    assert (
        task.said == tuple(task.remarks.note.splitlines()) == ("entities predicted: gold wrong (boundary): too long",)
    )


def test_everything_that_is_wrong_is_said_at_once(gold: Gold) -> None:
    item = gold.articles[0].labels.mentions[0]
    length = len(gold.articles[0].document.text)
    found = file(
        verdict(gold, 0),
        verdict(gold, 0),
        verdict(gold, 1, doc_id="nobody"),
        verdict(gold, 2, layer="mentions"),
        verdict(gold, 3, gold=side(item, "m99999")),
        verdict(gold, 4, gold=side(item, gold.articles[0].labels.mentions[4].id)),
        verdict(gold, 5, gold=None),
        verdict(gold, 6, gold=None, predicted={"spans": [{"start": 5, "end": length + 1}, {"start": 7, "end": 7}]}),
    )
    assert faults(gold, found) == {
        "/verdicts/1/item": "repeated",
        "/verdicts/2/doc_id": "document",
        "/verdicts/3/layer": "layer",
        "/verdicts/4/gold": "reference",
        "/verdicts/5/gold": "reference",
        "/verdicts/6": "item",
        "/verdicts/7/predicted/spans/0": "offset",
        "/verdicts/7/predicted/spans/1": "offset",
    }


def test_verdicts_on_another_gold_are_refused_for_that_and_not_for_its_items(gold: Gold) -> None:
    moved = verdict(gold, 0, gold=side(gold.articles[0].labels.mentions[1], "m99999"))
    assert faults(gold, file(moved, verdict(gold, 1, doc_id="nobody"), on=OTHER)) == {
        "/gold": "gold",
        "/verdicts/1/doc_id": "document",
    }

"""Labels to Label Studio's result and back."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import strategies

from onrecord.annotation.label_studio.from_result import from_result, unused_parts
from onrecord.annotation.label_studio.to_result import to_result
from onrecord.dataset.gold import ordered
from onrecord.dataset.records import Labels, Mention, Quote, Span

OFFERED = {"entity": ["putin", "minsk"], "holder": ["putin"], "target": ["entity:putin"], "event": ["war"]}
TEXT = "Putin said: “we won” and Lukashenko nodded."


def span(surface: str) -> Span:
    start = TEXT.index(surface)
    return Span(start=start, end=start + len(surface), text=surface)


@given(st.data())
def test_round_trip_loses_nothing(data: st.DataObject) -> None:
    text = data.draw(strategies.texts)
    labels = data.draw(strategies.labels(text))
    result = json.loads(json.dumps(to_result(labels, OFFERED)))
    back, wrong = from_result(result, text)
    assert wrong == []
    assert back == ordered(labels)


@given(st.data())
def test_order_of_items_and_label_studios_own_text_are_of_no_account(data: st.DataObject) -> None:
    text = data.draw(strategies.texts)
    labels = data.draw(strategies.labels(text))
    result = data.draw(st.permutations(to_result(labels, OFFERED)))
    for item in result:
        if item["type"] in ("labels", "choices", "taxonomy"):
            item["value"]["text"] = "what the browser made of it\\n"
    back, wrong = from_result(result, text)
    assert wrong == []
    assert back == ordered(labels)


def test_relations_drawn_in_the_editor_need_no_label() -> None:
    quote = Quote(id="q1", content=(span("“we won”"),), source=span("Putin"), cue=span("said"), speaker=("putin",))
    inner = Quote(id="q2", content=(span("won"),), speaker=("putin",), parent="q1")
    result = to_result(Labels(quotes=(quote, inner)), OFFERED)
    for item in result:
        if item["type"] == "relation":
            del item["labels"]
    back, wrong = from_result(result, TEXT)
    assert wrong == []
    assert back.quotes == (quote, inner)


def test_a_relation_drawn_backwards_is_turned_round() -> None:
    quote = Quote(id="q1", content=(span("“we won”"),), source=span("Putin"), speaker=("putin",))
    result = to_result(Labels(quotes=(quote,)), OFFERED)
    for item in result:
        if item["type"] == "relation":
            item["from_id"], item["to_id"] = item["to_id"], item["from_id"]
    assert from_result(result, TEXT) == (Labels(quotes=(quote,)), [])


def _result() -> list[dict[str, object]]:
    mention = Mention(id="m1", **_place("Putin"), type="PER", entity="putin")
    quote = Quote(id="q1", content=(span("“we won”"),), source=span("Putin"), speaker=("putin",))
    return to_result(Labels(mentions=(mention,), quotes=(quote,)), OFFERED)


def _place(surface: str) -> dict[str, Any]:
    at = span(surface)
    return {"start": at.start, "end": at.end, "text": at.text}


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        (lambda r: r[0]["value"].update(labels=["PERS"]), "label", "/0/value/labels"),
        (lambda r: r[0]["value"].update(end=900), "offset", "/0/value"),
        (lambda r: r[0]["value"].update(start=True), "offset", "/0/value"),
        (lambda r: r[0].pop("value"), "type", "/0"),
        (lambda r: r[1]["value"].update(choices=["nickname"]), "label", "/1"),
        (lambda r: r.pop(2), "missing-field", "/0"),
        (lambda r: r[2].update(from_name="quote_type"), "field", "/2"),
        (lambda r: r[2].update(id="nobody"), "reference", "/2/id"),
        (lambda r: r[-1].update(to_id="nobody"), "reference", f"/{len(_result()) - 1}/to_id"),
        (lambda r: r[-1].update(labels=["cue"]), "relation", f"/{len(_result()) - 1}"),
        (lambda r: r.append(copy.deepcopy(r[0])), "repeated-id", f"/{len(_result())}/id"),
    ],
)
def test_what_label_studio_stores_without_a_word_is_refused(change, code, pointer) -> None:  # type: ignore[no-untyped-def]
    result = _result()
    change(result)
    _, wrong = from_result(result, TEXT)
    assert (code, pointer) in [(each[0], each[1]) for each in wrong]


def test_a_source_tied_to_no_quote_is_named() -> None:
    result = [item for item in _result() if item["type"] != "relation"]
    assert [each[0] for each in unused_parts(result)] == ["relation"]
    assert list(unused_parts(_result())) == []

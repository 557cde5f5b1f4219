"""Labels to Label Studio's result and back."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import strategies

from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.to_result import to_result
from onrecord.dataset.gold import ordered
from onrecord.dataset.records import Labels, Mention, Quote, Span

OFFERED = {
    "here": ["putin"],
    "entities": ["putin", "minsk"],
    "targets": ["entity:putin"],
    "events": ["war"],
}
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
        (lambda r: r[2]["value"].update(choices=["nickname"]), "label", "/2"),
        (lambda r: r.pop(1), "missing-field", "/0"),
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


def _drawn(label: str, surface: str, id: str, start: int | None = None) -> dict[str, Any]:
    """A region as the editor serialises it, with no field."""
    at = TIES.index(surface) if start is None else start
    value = {"start": at, "end": at + len(surface), "text": surface, "labels": [label]}
    return {"id": id, "from_name": "region", "to_name": "text", "type": "labels", "origin": "manual", "value": value}


TIES = 'Putin said "we won" and "go", added Lukashenko.\n\nKyiv denied that it lost.'


def parts(result: list[dict[str, Any]]) -> dict[str, tuple[str | None, str | None]]:
    """Source and cue of each quote, by its words."""
    labels, _ = from_result(result, TIES)
    return {
        quote.content[0].text: (
            quote.source.text if quote.source else None,
            quote.cue.text if quote.cue else None,
        )
        for quote in labels.quotes
    }


def test_parts_drawn_after_their_quote_need_no_relation() -> None:
    one = [_drawn("CONTENT", '"we won"', "a"), _drawn("SOURCE", "Putin", "b"), _drawn("CUE", "said", "c")]
    other = [_drawn("CONTENT", '"go"', "d"), _drawn("CUE", "added", "e"), _drawn("SOURCE", "Lukashenko", "f")]
    assert parts(one + other) == {'"we won"': ("Putin", "said"), '"go"': ("Lukashenko", "added")}
    assert from_result(one + other, TIES)[1] == []
    # a mention in between is of no account, nor is one quote that has no source
    mention = _drawn("PER", "Putin", "m")
    assert parts([one[0], one[2], mention, *other])['"go"'] == ("Lukashenko", "added")
    assert parts([one[0], one[2], mention, *other])['"we won"'] == (None, "said")


@pytest.mark.parametrize(
    "result",
    [
        [_drawn("SOURCE", "Putin", "b"), _drawn("CONTENT", '"we won"', "a")],  # drawn first
        [_drawn("CONTENT", '"we won"', "a"), _drawn("SOURCE", "Kyiv", "b")],  # another paragraph
        [_drawn("CONTENT", '"we won"', "a"), _drawn("SOURCE", "Putin", "b"), _drawn("SOURCE", "Lukashenko", "c")],
        # of the two that lack a cue the one drawn first is nearer
        [_drawn("CONTENT", '"we won"', "a"), _drawn("CONTENT", '"go"', "b"), _drawn("CUE", "said", "c")],
    ],
)
def test_a_part_whose_quote_cannot_be_told_is_named(result: list[dict[str, Any]]) -> None:
    _, wrong = from_result(result, TIES)
    assert [each[0] for each in wrong] == ["relation"]
    assert "tied to no quote" in str(wrong[0][2])


def test_a_later_segment_takes_no_part() -> None:
    result = [_drawn("CONTENT", '"we won"', "a"), _drawn("CONTENT", '"go"', "b"), _drawn("CUE", "added", "c")]
    tie = {"type": "relation", "from_id": "b", "to_id": "a", "direction": "right", "labels": ["continues"]}
    assert parts([*result, tie]) == {'"we won"': (None, "added")}


def test_what_annotators_did_not_agree_on_is_told_by_the_ids_of_its_regions() -> None:
    mention = Mention(id="m1", **_place("Putin"), type="PER", entity="putin", annotators=("ann",), agreed=False)
    outer = Quote(id="q1", content=(span("“we won”"),), speaker=("putin",), annotators=("ann", "bob"), agreed=True)
    inner = Quote(
        id="open-q2", content=(span("won"),), speaker=("putin",), parent="q1", annotators=("bob",), agreed=False
    )
    labels = ordered(Labels(mentions=(mention,), quotes=(outer, inner)))
    result = to_result(labels, OFFERED)
    assert {str(item["id"]) for item in result if "id" in item} == {"open-m1", "q1", "open-open-q2"}
    assert from_result(result, TEXT) == (labels, [])


def test_a_value_is_where_it_is_offered_and_is_read_from_anywhere() -> None:
    def controls(*speaker: str) -> dict[str, Any]:
        quote = Quote(id="q1", content=(span("“we won”"),), speaker=speaker, relays=("minsk", "putin"))
        made = to_result(Labels(quotes=(quote,)), OFFERED)
        assert from_result(made, TEXT) == (Labels(quotes=(quote,)), [])
        return {item["from_name"]: item["value"] for item in made if item.get("from_name", "region") != "region"}

    assert controls("unknown")["speaker_unknown"]["choices"] == ["unknown"]
    assert controls("putin")["who_here"]["choices"] == ["putin"]
    assert controls("minsk", "putin")["who"]["taxonomy"] == [["minsk"], ["putin"]]
    assert controls("unknown", "putin")["who_new"]["taxonomy"] == [["unknown"], ["putin"]]
    assert controls("putin")["relays"]["taxonomy"] == [["minsk"], ["putin"]]


def test_two_values_of_one_field_are_named_wherever_they_stand() -> None:
    result = _result()
    result.append({**result[1], "from_name": "who_new", "type": "taxonomy", "value": {"taxonomy": [["minsk"]]}})
    _, wrong = from_result(result, TEXT)
    assert [(code, found) for code, _, found, *_ in wrong] == [("field", "putin and minsk")]

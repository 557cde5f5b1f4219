"""Faults speak to annotators: the words, the value as typed, the article, the task; each thing wrong is said once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.builders import describe

from onrecord.annotation.label_studio.exports import read_export
from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.labelling import config_hash
from onrecord.annotation.label_studio.to_result import document_fields, to_result
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.faults import Fault
from onrecord.dataset.records import EventMention, Labels, Mention, Quote, Span, Stance, Target
from onrecord.dataset.seeds.documents import Document, make_document

RAW = "Anna Kovač told Minsk that “the harbour is closed” . Anna Kovač left Minsk."
OFFERED = {"entities": ["anna"], "targets": ["entity:anna"], "events": ["closing"]}
Result = list[dict[str, Any]]


@pytest.fixture
def document() -> Document:
    description = msgspec.structs.replace(describe(RAW, [("body", 0, len(RAW))]), id="harbour")
    return make_document(description, RAW, "test")


def at(surface: str, occurrence: int = 1) -> Span:
    start = -1
    for _ in range(occurrence):
        start = RAW.index(surface, start + 1)
    return Span(start=start, end=start + len(surface), text=surface)


def mention(id: str, surface: str, occurrence: int = 1, **more: Any) -> Mention:
    return Mention(id=id, **msgspec.structs.asdict(at(surface, occurrence)), type="PER", **{"entity": "anna", **more})


def quote(id: str = "q1", **more: Any) -> Quote:
    plain = {"content": (at("the harbour is closed"),), "speaker": ("anna",)}
    return Quote(id=id, **{**plain, **more})


def stance(id: str = "s1", **more: Any) -> Stance:
    plain = {"holder": "anna", "target": Target(kind="entity", id="anna"), "label": "against"}
    return Stance(id=id, evidence=(at("closed"),), **{**plain, **more})


def read(document: Document, folder: Path, result: Result) -> list[Fault]:
    task = {
        "id": 12,
        "project": 3,
        "data": {
            "doc_id": document.id,
            "text": document.text,
            "text_sha256": document.text_sha256,
            "config_sha256": config_hash(),
        },
        "annotations": [{"id": 5, "completed_by": {"email": "ann@onrecord.example"}, "result": result}],
    }
    (folder / "ann.json").write_text(json.dumps([task]))
    annotations, faults = read_export(folder / "ann.json", [document], "http://127.0.0.1:8080")
    assert bool(annotations) is not bool(faults)
    for fault in faults:
        assert fault.document == "harbour"
        assert "in harbour, at http://127.0.0.1:8080/projects/3/data?task=12" in fault.hint
    return faults


def made(*items: Any) -> Result:
    by_layer: dict[str, list[Any]] = {
        layer: [item for item in items if isinstance(item, kind)] for layer, kind in LAYERS.items()
    }
    return to_result(Labels(**{layer: tuple(each) for layer, each in by_layer.items()}), OFFERED) + document_fields(
        LAYERS
    )


def test_what_is_right_has_no_fault(document: Document, tmp_path: Path) -> None:
    event = EventMention(id="e1", **msgspec.structs.asdict(at("closed")), event="closing")
    result = made(mention("m1", "Anna Kovač"), quote(source=at("Anna Kovač")), stance(quote="q1"), event)
    assert read(document, tmp_path, result) == []


@pytest.mark.parametrize(
    ("items", "change", "found"),
    [
        ([mention("m1", "Anna Kovač")], ("entity", "Anna Kovač"), "entity 'Anna Kovač', on 'Anna Kovač'"),
        ([mention("m1", "Minsk", literal="anna")], ("literal", "the city"), "literal 'the city', on 'Minsk'"),
        ([quote()], ("speaker", "Anna K."), "speaker 'Anna K.', on 'the harbour is closed'"),
        ([quote(relays=("anna",))], ("relays", "a b"), "relays 'a b', on 'the harbour is closed'"),
        ([quote(utterance="closing")], ("utterance", "the closing"), "utterance 'the closing', on"),
        ([quote(addressee=("anna",))], ("addressee", "a b"), "addressee 'a b', on 'the harbour is closed'"),
        ([stance()], ("holder", "Anna Kovač"), "holder 'Anna Kovač', on 'closed'"),
        ([stance()], ("target", "entity:Anna Kovač"), "target 'Anna Kovač', on 'closed'"),
        ([stance()], ("target", "Anna Kovač"), "target 'Anna Kovač', on 'closed'"),
        (
            [EventMention(id="e1", **msgspec.structs.asdict(at("closed")), event="closing")],
            ("event", "the closing!"),
            "event 'the closing!', on 'closed'",
        ),
    ],
)
def test_a_wrong_id_is_said_as_it_was_typed(
    document: Document, tmp_path: Path, items: list[Any], change: tuple[str, str], found: str
) -> None:
    name, typed = change
    result = made(*items)
    for item in result:
        if item.get("from_name") in page().asks[name].controls:
            kind = "taxonomy" if item["type"] == "taxonomy" else "text"
            item["value"][kind] = [[typed]] if kind == "taxonomy" else [typed]
    (fault,) = read(document, tmp_path, result)
    assert found in fault.found
    assert "matching regex" not in str(fault)


@pytest.mark.parametrize(
    ("item", "name"),
    [
        (mention("m1", "Minsk"), "entity"),
        (stance(), "holder"),
        (stance(), "target"),
        (stance(), "label"),
        (EventMention(id="e1", **msgspec.structs.asdict(at("closed")), event="closing"), "event"),
    ],
)
def test_a_missing_field_is_one_fault(document: Document, tmp_path: Path, item: Any, name: str) -> None:
    result = [each for each in made(item) if each.get("from_name") not in page().asks[name].controls]
    (fault,) = read(document, tmp_path, result)
    assert fault.code == "missing-field"
    assert f"no {name} on " in fault.found


def test_every_wrong_field_of_a_region_is_said(document: Document, tmp_path: Path) -> None:
    result = made(stance())
    for item in result:
        if item.get("from_name") in ("who", "target"):
            item["value"]["taxonomy"] = [["not an id"]]
        if item.get("from_name") == "label":
            item["value"]["choices"] = ["agains"]
    faults = read(document, tmp_path, result)
    assert sorted(fault.code for fault in faults) == ["id", "label", "target"]
    assert {fault.pointer for fault in faults} == {f"/0/annotations/0/result/{n}" for n in (1, 2, 3)}


@pytest.mark.parametrize("start_end", [(-1, 0), (0, 1), (-1, 1)])
def test_white_space_at_the_ends_is_told(document: Document, tmp_path: Path, start_end: tuple[int, int]) -> None:
    result = made(mention("m1", "Minsk"))
    for item in result:
        if "start" in item["value"]:
            item["value"]["start"] += start_end[0]
            item["value"]["end"] += start_end[1]
    (fault,) = read(document, tmp_path, result)
    assert fault.code == "white-space"
    assert fault.expected == "'Minsk'"


def test_white_space_at_the_ends_of_any_region_is_told(document: Document, tmp_path: Path) -> None:
    wide = Span(start=at("Anna").start, end=at("Anna Kovač ").end, text="Anna Kovač ")
    faults = read(document, tmp_path, made(quote(source=wide, content=(at(" closed"), at("left "))), stance()))
    assert [fault.code for fault in faults] == ["white-space"] * 3


def test_a_region_pasted_twice_is_told(document: Document, tmp_path: Path) -> None:
    faults = read(document, tmp_path, made(mention("m1", "Minsk"), mention("m2", "Minsk"), mention("m3", "Minsk", 2)))
    assert [fault.code for fault in faults] == ["repeated-span"] * 2
    assert all("'Minsk' [16, 21) marked 2 times" in fault.found for fault in faults)
    assert [fault.code for fault in read(document, tmp_path, made(quote("q1"), quote("q2")))] == ["repeated-item"]
    assert [fault.code for fault in read(document, tmp_path, made(stance("s1"), stance("s2")))] == ["repeated-stance"]


def test_two_speakers_of_the_same_words_are_no_copy(document: Document, tmp_path: Path) -> None:
    assert read(document, tmp_path, made(quote("q1"), quote("q2", speaker=("ben",)))) == []


def test_a_quote_without_a_speaker_is_told_when_it_is_pulled(document: Document, tmp_path: Path) -> None:
    (fault,) = read(document, tmp_path, made(quote(speaker=())))
    assert (fault.code, fault.pointer) == ("missing-field", "/0/annotations/0/result/0")
    assert "on 'the harbour is closed'" in fault.found


def test_a_source_that_is_tied_to_nothing_says_its_words(document: Document, tmp_path: Path) -> None:
    result = made(quote(source=at("Anna Kovač")))
    untied = [item for item in result if item["type"] != "relation"]
    first = [item for item in untied if item.get("value", {}).get("labels") == ["SOURCE"]]
    assert read(document, tmp_path, untied) == []  # drawn after its quote
    (fault,) = read(document, tmp_path, first + [item for item in untied if item not in first])
    assert fault.found == "SOURCE tied to no quote, on 'Anna Kovač'"


def test_a_relation_says_the_words_at_both_ends(document: Document, tmp_path: Path) -> None:
    result = made(mention("m1", "Minsk"), quote())
    result.append({"type": "relation", "from_id": "q1", "to_id": "m1", "direction": "right"})
    (fault,) = read(document, tmp_path, result)
    assert "on 'the harbour is closed' and 'Minsk'" in fault.found


def test_what_the_server_takes_in_a_meta_field_is_no_crash(document: Document, tmp_path: Path) -> None:
    result = made(mention("m1", "Minsk"))
    result[0]["meta"] = {"onrecord": {"annotators": 5, "agreed": "yes"}}
    assert {fault.code for fault in read(document, tmp_path, result)} == {"type"}

"""Exports: what is wrong with one is named, with file, pointer and hint."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onrecord.annotation.gold.from_rounds import gold_of_rounds
from onrecord.annotation.gold.passes import Annotator, articles_of_pass, read_annotators
from onrecord.annotation.label_studio.exports import read_export, read_exports
from onrecord.annotation.label_studio.standing import standings
from onrecord.dataset import Document, FaultsError, read_registries
from onrecord.dataset.corpus import Rounds

Export = list[dict[str, Any]]
FIRST = (Annotator(id="reader-c", kind="language model", role="-", round="-"),)


@pytest.fixture(scope="session")
def export(root: Path) -> Export:
    value: Export = json.loads((root / "annotation/exports/trial/reader-c.json").read_bytes())
    return value


def written(folder: Path, export: Export, name: str = "reader-c.json") -> Path:
    (folder / name).write_text(json.dumps(export))
    return folder / name


@pytest.mark.parametrize("name", ["pilot", "trial", "blind", "adjudicated", "audited"])
def test_every_committed_export_can_be_read_whole(root: Path, documents: list[Document], name: str) -> None:
    annotations = read_exports(root / "annotation/exports" / name, documents)
    splits = {"pilot": ("validation",), "trial": ("validation", "test")}.get(name, ("validation", "test", "fresh"))
    expected = {document.id for document in documents if document.split in splits}
    assert {annotation.document for annotation in annotations} == expected
    known = {each.id for each in read_annotators(root / "annotation/annotators.jsonl") if each.round == name}
    assert {annotation.annotator for annotation in annotations} == known


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        (lambda v: v[0]["data"].update(doc_id="006"), "document", "/0/data/doc_id"),
        (lambda v: v[0]["data"].update(text=v[0]["data"]["text"] + "!"), "hash", "/0/data/text_sha256"),
        (lambda v: v[0]["data"].update(config_sha256="old"), "config", "/0/data/config_sha256"),
        (lambda v: v[0]["data"].pop("doc_id"), "missing-field", "/0/data/doc_id"),
        (lambda v: v[0]["annotations"][0].update(completed_by=3), "button", "/0/annotations/0/completed_by"),
        (
            lambda v: v[0]["annotations"][0]["result"][0]["value"].update(end=10**6),
            "offset",
            "/0/annotations/0/result/0/value",
        ),
        (
            lambda v: v[0]["annotations"][0]["result"][0]["value"].update(labels=["DATE"]),
            "label",
            "/0/annotations/0/result/0/value/labels",
        ),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, documents: list[Document], export: Export, change: Callable[[Export], Any], code: str, pointer: str
) -> None:
    export = copy.deepcopy(export)
    change(export)
    annotations, faults = read_export(written(tmp_path, export), documents)
    assert (code, pointer) in [(fault.code, fault.pointer) for fault in faults]
    assert len(annotations) < 5


def test_fields_that_nobody_reads_are_no_faults_beside_a_wrong_one(
    tmp_path: Path, documents: list[Document], export: Export
) -> None:
    export = copy.deepcopy(export)
    export[0].update(drafts=[{"result": []}], created_at="2026-01-01")
    export[1]["annotations"][0].update(lead_time=1.5, id="one")
    annotations, faults = read_export(written(tmp_path, export), documents)
    assert [(fault.code, fault.pointer) for fault in faults] == [("type", "/1/annotations/0/id")]
    assert annotations == []


@pytest.mark.parametrize("raw", [b"", b"[", b"\xff", b"{}", b'[{"id": 1}]'])
def test_what_is_no_export_is_refused(tmp_path: Path, documents: list[Document], raw: bytes) -> None:
    (tmp_path / "x.json").write_bytes(raw)
    with pytest.raises(FaultsError) as error:
        read_exports(tmp_path, documents)
    assert all(fault.file.endswith("x.json") for fault in error.value.faults)


def test_a_skipped_task_is_no_annotation(tmp_path: Path, documents: list[Document], export: Export) -> None:
    export = copy.deepcopy(export)
    export[0]["annotations"][0].update(was_cancelled=True, result=[])
    annotations, faults = read_export(written(tmp_path, export), documents)
    assert (len(annotations), faults) == (4, [])
    articles, missing = articles_of_pass(tmp_path, documents, FIRST)
    assert (len(articles), len(missing)) == (4, len(documents) - 4)


def test_two_annotations_of_one_document_are_not_chosen_between(
    tmp_path: Path, documents: list[Document], export: Export
) -> None:
    export = copy.deepcopy(export)
    export[0]["annotations"].append(copy.deepcopy(export[0]["annotations"][0]))
    written(tmp_path, export)
    with pytest.raises(FaultsError, match="2 annotations of"):
        read_exports(tmp_path, documents)


def test_two_annotators_are_not_mixed(tmp_path: Path, documents: list[Document], export: Export) -> None:
    other = copy.deepcopy(export)
    for task in other:
        task["annotations"][0]["completed_by"]["email"] = "second@onrecord.example"
    written(tmp_path, export)
    written(tmp_path, other, "second.json")
    with pytest.raises(FaultsError, match="adjudicate") as error:
        articles_of_pass(tmp_path, documents, FIRST)
    assert {"annotator", "annotators"} <= {fault.code for fault in error.value.faults}


def test_an_annotation_that_is_not_declared_complete_is_not_gold(
    tmp_path: Path, documents: list[Document], export: Export
) -> None:
    export = copy.deepcopy(export)
    for item in export[0]["annotations"][0]["result"]:
        if item.get("from_name") == "complete":
            item["value"]["choices"] = ["mentions", "quotes"]
    written(tmp_path, export)
    with pytest.raises(FaultsError, match="stances, events"):
        articles_of_pass(tmp_path, documents, FIRST)


def test_annotators_say_who_they_are(root: Path, tmp_path: Path) -> None:
    assert {each.kind for each in read_annotators(root / "annotation/annotators.jsonl")} == {"language model"}
    (tmp_path / "a.jsonl").write_text('{"id": "x"}\n')
    with pytest.raises(FaultsError) as error:
        read_annotators(tmp_path / "a.jsonl")
    assert {fault.pointer for fault in error.value.faults} == {"/kind", "/role", "/round"}


def button_json(export: Export) -> str:
    numbered = copy.deepcopy(export)
    for task in numbered:
        for annotation in task["annotations"]:
            annotation["completed_by"] = 4
    return json.dumps(numbered)


BUTTON: dict[str, Callable[[Export], str]] = {
    "project-3.json": button_json,
    "min.json": lambda v: json.dumps([{"doc_id": t["data"]["doc_id"], "annotation_id": 1, "annotator": 4} for t in v]),
    "project-3.csv": lambda v: '"annotation_id","annotator","doc_id"\n"1","4","000"\n',
    "table.json": lambda v: '"annotation_id","annotator","doc_id"\n"1","4","000"\n',
    "tabs.json": lambda v: "annotation_id\tannotator\tdoc_id\n1\t4\t000\n",
    "project-3.zip": lambda v: "PK",
}


@pytest.mark.parametrize("name", BUTTON)
def test_an_export_of_the_button_is_refused_for_one_reason(
    tmp_path: Path, documents: list[Document], export: Export, name: str
) -> None:
    (tmp_path / name).write_text(BUTTON[name](export))
    with pytest.raises(FaultsError) as error:
        read_exports(tmp_path, documents)
    (fault,) = error.value.faults
    assert (fault.code, fault.file) == ("button", str(tmp_path / name))
    assert "annotation pull" in fault.hint


def test_two_accounts_of_one_name_are_two_annotators(tmp_path: Path, documents: list[Document], export: Export) -> None:
    for name in ("a", "b"):
        each = copy.deepcopy(export)
        for task in each:
            task["annotations"][0]["completed_by"]["email"] = f"ann@{name}.example"
        written(tmp_path, each, f"{name}.json")
    found = {annotation.annotator for annotation in read_exports(tmp_path, documents)}
    assert found == {"ann@a.example", "ann@b.example"}


def test_gold_has_the_id_and_not_the_address_of_an_account_of_another_server(
    tmp_path: Path, documents: list[Document], export: Export
) -> None:
    export = copy.deepcopy(export)
    for task in export:
        for annotation in task["annotations"]:
            annotation["completed_by"]["email"] = "Ann@uni.example"
            annotation["result"][0]["meta"] = {"onrecord": {"annotators": ["ann@uni.example"], "agreed": True}}
    written(tmp_path, export)
    with pytest.raises(FaultsError, match=r'"account": "ann@uni\.example"'):
        articles_of_pass(tmp_path, documents, FIRST)
    known = (msgspec.structs.replace(FIRST[0], account="Ann@Uni.example"),)
    articles, _ = articles_of_pass(tmp_path, documents, known)
    assert {item.annotators for article in articles for _, item in article.labels.items()} == {("reader-c",)}


def test_gold_says_what_was_not_submitted(
    root: Path, tmp_path: Path, documents: list[Document], export: Export
) -> None:
    export = copy.deepcopy(export)
    result = export[0]["annotations"][0]["result"]
    user = "reader-c@onrecord.example"
    export[0]["drafts"] = [{"id": 1, "user": user, "annotation": export[0]["annotations"][0]["id"], "result": result}]
    changed = {"id": 2, "user": user, "annotation": export[1]["annotations"][0]["id"], "result": result[:3]}
    export[1]["drafts"] = [changed]
    (tmp_path / "exports" / "r").mkdir(parents=True)
    written(tmp_path / "exports" / "r", export)
    shutil.copy(root / "annotation/annotators.jsonl", tmp_path)
    registries = read_registries(root / "annotation/registries")
    made = gold_of_rounds(tmp_path, Rounds(exports="r"), documents, registries, ["test"])
    document = export[1]["data"]["doc_id"]
    assert [(each.document, each.state, each.annotator) for each in made.unsent] == [(document, "change", "reader-c")]


JUNK: list[Any] = [
    None,
    5,
    -1,
    1.5,
    True,
    "",
    "x",
    [],
    {},
    [{}],
    {"a": [1]},
    {"onrecord": 5},
    "\x1b[31m",
    10**30,
    "\ud800",
]
PLACES = ["id", "from_name", "to_name", "type", "value", "origin", "meta", "from_id", "to_id", "direction", "labels"]


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_whatever_an_account_stores_is_a_fault_at_most(
    export: Export, documents: list[Document], tmp_path: Path, place: str, junk: Any
) -> None:
    """The server keeps what it is sent: each value in each place, of regions, fields and relations."""
    changed = copy.deepcopy(export[:1])
    result = changed[0]["annotations"][0]["result"]
    kinds = {item["type"]: item for item in result}
    for item in kinds.values():
        item[place] = junk
    if place == "meta":
        for item, name in zip(kinds.values(), ("annotators", "agreed", "annotators"), strict=False):
            item[place] = {"onrecord": {name: junk}}
    path = written(tmp_path, changed)
    annotations, faults = read_export(path, documents)
    assert annotations or faults
    assert all("\x1b" not in str(fault) and "\ud800" not in str(fault) for fault in faults)
    assert [each.state for each in standings(path)] == ["submitted"]

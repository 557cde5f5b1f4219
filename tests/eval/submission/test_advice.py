"""Hints for the fields and the words of other tools: each names what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.eval.conftest import Lines, as_bytes

from onrecord.dataset import Gold
from onrecord.eval.submission.advice import is_type
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.label_maps import BUILT_IN
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.mention_types import MentionTypes
from onrecord.eval.submission.validation import Validation, validate


@pytest.fixture
def found(gold: Gold) -> Callable[..., Validation]:
    documents = [article.document for article in gold.articles]

    def run(lines: Lines | bytes, split: str = "", labels: str = "") -> Validation:
        required = [each.id for each in documents if each.split == split]
        raw = lines if isinstance(lines, bytes) else as_bytes(lines)
        types = MentionTypes.of(BUILT_IN[labels]) if labels else None
        return validate(
            "p.jsonl", iter([raw]), Expected.of(documents, gold.registries, required), DEFAULT_LIMITS, types
        )

    return run


def called(line: dict[str, Any], name: str, other: str) -> None:
    line["mentions"][0][other] = line["mentions"][0].pop(name)


WHO = {"kind": "entity", "id": "poland"}
WHAT = {"kind": "claim", "id": "claim-counteroffensive-failed"}


@pytest.mark.parametrize(
    ("change", "code", "pointer", "hint"),
    [
        (lambda v: v["mentions"][0].update(type="PERSON"), "label", "/mentions/0/type", "--labels ontonotes"),
        (lambda v: v["mentions"][0].update(type="WORK_OF_ART"), "label", "/mentions/0/type", "--labels ontonotes"),
        (lambda v: v["mentions"][0].update(type="MISC"), "label", "/mentions/0/type", "--labels conll2003"),
        (lambda v: v["mentions"][0].update(type="B-PER"), "label", "/mentions/0/type", "write PER"),
        (lambda v: v["mentions"][0].update(type="person"), "label", "/mentions/0/type", "'PER' here"),
        (lambda v: v["mentions"][0].update(kind="PRO"), "label", "/mentions/0/kind", "'pronoun' here"),
        (lambda v: v["stances"][0].update(label="negative", target=WHO), "label", "/stances/0/label", "'against' here"),
        (lambda v: v["stances"][0].update(label="oppose", target=WHO), "label", "/stances/0/label", "'against' here"),
        (lambda v: v["stances"][0].update(label="Support", target=WHO), "label", "/stances/0/label", "'favor' here"),
        (lambda v: v["stances"][0].update(label="PRO", target=WHO), "label", "/stances/0/label", "'favor' here"),
        (lambda v: v["stances"][0].update(label="neither", target=WHO), "label", "/stances/0/label", "'neutral' here"),
        (lambda v: v["stances"][0].update(label="oppose", target=WHAT), "label", "/stances/0/label", "'denies' here"),
        (lambda v: v["stances"][0].update(label="pro", target=WHAT), "label", "/stances/0/label", "'asserts' here"),
        (lambda v: v["stances"][0].update(label="favor", target=WHAT), "label", "/stances/0/label", "of entity"),
        (lambda v: v["stances"][0].update(label="denies", target=WHO), "label", "/stances/0/label", "is of claim"),
        (
            lambda v: v.update(event_descriptions=[{"id": "x", "modality": "denied"}]),
            "unknown-field", "/event_descriptions/0/modality", "--from onrecord-0.2",
        ),
        (lambda v: v["mentions"][0].update(score=0.9), "unknown-field", "/mentions/0/score", "x_score"),
        (lambda v: v["quotes"][0].update(probability=1), "unknown-field", "/quotes/0/probability", "x_probability"),
        (lambda v: v.update(text="Putin hosts"), "unknown-field", "/text", "leave it out"),
        (lambda v: v.update(ents=[]), "unknown-field", "/ents", "mentions is there already"),
        (lambda v: v.update(document=v.pop("doc_id")), "missing-field", "/doc_id", "document stands here"),
        (lambda v: v.update(id=v.pop("doc_id")), "missing-field", "/doc_id", "id stands here"),
        (lambda v: v.update(id=v.pop("doc_id")), "unknown-field", "/id", "call it doc_id"),
        (lambda v: called(v, "start", "start_char"), "missing-field", "/mentions/0/start", "call it start"),
        (lambda v: v["mentions"][0].pop("end"), "missing-field", "/mentions/0/end", "code points"),
        (lambda v: v["events"][0].pop("event"), "missing-field", "/events/0/event", "The event referred to"),
    ],
)  # fmt: skip
def test_a_fault_whose_cause_is_plain_says_what_to_do(
    perfect: Lines, found: Callable[..., Validation], change: Callable[[dict[str, Any]], object],
    code: str, pointer: str, hint: str,
) -> None:  # fmt: skip
    change(perfect[0])
    faults = found(perfect, "validation").findings.faults
    (fault,) = [each for each in faults if (each.code, each.pointer, each.line) == (code, pointer, 1)]
    assert hint in fault.hint
    assert "missing-document" not in {each.code for each in faults}


def test_no_type_of_this_program_is_shown(perfect: Lines, found: Callable[..., Validation]) -> None:
    for field in ("entities", "claims", "event_descriptions"):
        perfect[0][field] = [{"id": "x", "colour": 1}, {}, 7]
    for layer in ("mentions", "quotes", "stances", "events"):
        perfect[0][layer] += [{"colour": 1}, 7, {"content": [{}], "target": {}, "evidence": [7]}]
    perfect.append({"colour": 1})
    said = json.dumps([str(fault) for fault in found([*perfect, 7], "all").findings.faults])
    for name in (
        "PredictionLine",
        "EntityDescription",
        "ClaimDescription",
        "EventMention",
        "Mention",
        "Target",
        "Span",
    ):
        assert name not in said
    assert "a line of a prediction file" in said
    assert "an event mention" in said


@pytest.mark.parametrize(
    "raw",
    [b"```json\n%s```\n", b"```\n%s\n```", b"\n```jsonl\n%s```"],
)
def test_a_fence_around_the_lines_is_named_and_they_are_read(
    perfect: Lines, found: Callable[..., Validation], raw: bytes
) -> None:
    perfect[1]["mentions"][0]["text"] = "no"
    findings = found(raw % as_bytes(perfect), "all").findings
    assert findings.errors == {"format": 2, "surface": 1}
    assert "Markdown fence" in findings.faults[0].hint


def test_a_fence_around_each_line_is_named(perfect: Lines, found: Callable[..., Validation]) -> None:
    raw = b"".join(b"```json " + json.dumps(line).encode() + b" ```\n" for line in perfect)
    assert found(raw, "test").findings.errors == {"format": len(perfect)}


def test_a_record_in_place_of_predictions_is_named(found: Callable[..., Validation]) -> None:
    (fault,) = found(b'{"format":"onrecord-record/1","id":"x"}\n', "test").findings.faults
    assert (fault.code, fault.found) == ("format", "a record: the result of a score")


def test_a_file_of_another_split_is_named_once(gold: Gold, perfect: Lines, found: Callable[..., Validation]) -> None:
    splits = {article.document.id: article.document.split for article in gold.articles}
    lines = [line for line in perfect if splits[line["doc_id"]] == "validation"]
    (fault,) = found(lines, "test").findings.faults
    assert fault.code == "missing-document"
    assert fault.found.endswith("articles of split validation, and none of split test")
    assert "--split validation" in fault.hint
    one = next(line for line in perfect if splits[line["doc_id"]] == "test")
    several = found([*lines, one], "test").findings.faults
    assert all("no line for" in each.found for each in several)


def test_types_of_ours_under_a_map_are_told_so(perfect: Lines, found: Callable[..., Validation]) -> None:
    faults = found(perfect, "", "ontonotes").findings.faults
    (hint,) = {fault.hint for fault in faults if fault.found == "PER"}
    assert hint.startswith("a type of ours: no map for this file")


def test_surfaces_read_the_right_way_round(perfect: Lines, found: Callable[..., Validation]) -> None:
    mention = perfect[0]["mentions"][0]
    there, mention["text"] = mention["text"], mention["text"][:-1]
    (fault,) = found(perfect).findings.faults
    assert fault.found == f"the span says {mention['text']!r}"
    assert fault.expected == f"what the text has there: {there!r}"


def test_a_line_without_hash_is_checked_by_its_surfaces(perfect: Lines, found: Callable[..., Validation]) -> None:
    for line in perfect:
        del line["text_sha256"]
    assert found(perfect, "all").valid
    assert not found(perfect).findings.warnings
    perfect[0]["mentions"][0]["text"] = "no"
    assert dict(found(perfect).findings.errors) == {"surface": 1}
    empty = [{"doc_id": line["doc_id"], "mentions": []} for line in perfect]
    assert dict(found(empty).findings.warnings) == {"unchecked": len(perfect)}


def test_white_space_at_span_ends_is_said_with_its_cost(
    gold: Gold, perfect: Lines, found: Callable[..., Validation]
) -> None:
    texts = {article.document.id: article.document.text for article in gold.articles}
    for line in perfect:
        for mention in line["mentions"]:
            if texts[line["doc_id"]].startswith(" ", mention["end"]):
                mention["end"] += 1
                mention["text"] += " "
    checked = found(perfect)
    assert checked.valid
    (remark,) = [each for each in checked.findings.remarks if each.code == "white-space"]
    mentions = [mention for line in perfect for mention in line["mentions"]]
    many = sum(mention["text"].endswith(" ") for mention in mentions)
    assert remark.found.startswith(f"{many} of {len(mentions)} mentions begin or end in white space, the first ")
    assert "never exactly right" in remark.hint
    first = next(n for n, mention in enumerate(perfect[0]["mentions"]) if mention["text"].endswith(" "))
    assert (remark.line, remark.pointer) == (1, f"/mentions/{first}")
    perfect[0]["mentions"][first]["type"] = "PERSON"
    ends = [mention["text"].endswith(" ") for mention in perfect[0]["mentions"]]
    (remark,) = [each for each in found(perfect).findings.remarks if each.code == "white-space"]
    assert remark.pointer == f"/mentions/{ends.index(True, first + 1)}"


def test_layers_of_another_name_are_not_called_missing(perfect: Lines, found: Callable[..., Validation]) -> None:
    perfect[1]["ents"] = perfect[1].pop("mentions")
    assert dict(found(perfect, "all").findings.errors) == {"unknown-field": 1}
    lines = [{"doc_id": line["doc_id"], "ents": line.get("mentions", line.get("ents"))} for line in perfect]
    assert dict(found(lines, "all").findings.errors) == {"unknown-field": len(lines)}


@pytest.mark.parametrize(
    ("pointer", "of_type"), [("/mentions/3/type", True), ("/entities/3/type", False), ("/stances/0/target/kind", False)]
)
def test_which_pointers_are_of_a_type(pointer: str, of_type: bool) -> None:
    assert is_type(pointer) is of_type

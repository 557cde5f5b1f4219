"""Prediction lines for the labels 0.2 and before: what becomes of each field, and what is said not to be known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_cli import run
from tests.eval.by_hand import document

from onrecord.dataset import FaultsError
from onrecord.eval.conversion.older import FAR, Older, convert_older

TEXT = "Anna Kovač told Minsk that the harbour is closed. Anna left."


def converted(*lines: dict[str, Any], text: str = TEXT) -> Older:
    raw = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
    return convert_older("p.jsonl", raw, {"d": document(text, "d")})


def stance(kind: str, label: str) -> dict[str, Any]:
    return {"holder": "anna", "target": {"kind": kind, "id": "x"}, "label": label}


def test_labels_of_claims_are_exchanged_and_what_neutral_meant_is_left_out() -> None:
    labels = [(kind, label) for kind in ("claim", "entity", "event") for label in ("favor", "against", "neutral")]
    found = converted({"doc_id": "d", "stances": [stance(*each) for each in labels]})
    said = [(each["target"]["kind"], each["label"]) for each in found.lines[0]["stances"]]
    assert said == [("claim", "asserts"), ("claim", "denies"), *labels[3:]]
    assert found.unknown == {"stances that are neutral on a claim, left out": 1}


def test_modality_goes_from_the_event_to_its_mentions_in_every_line() -> None:
    found = converted(
        {"doc_id": "a", "events": [{"event": "e1"}, {"event": "e2"}]},
        {
            "doc_id": "b",
            "events": [{"event": "e1"}],
            "event_descriptions": [{"id": "e1", "modality": "denied", "type": "x"}],
        },
    )
    assert [[each.get("modality") for each in line["events"]] for line in found.lines] == [["denied", None], ["denied"]]
    assert found.lines[1]["event_descriptions"] == [{"id": "e1", "type": "x"}]
    assert found.unknown == {"mentions of events whose modality nothing says, taken for actual": 1}


def test_an_utterance_keeps_its_id_and_fields_of_anyone_s_own_stay() -> None:
    line = {"doc_id": "d", "quotes": [{"content": [], "utterance": "e1"}, {"content": []}], "x_run": 7}
    found = converted(line)
    assert found.lines == (line,)
    assert list(found.unknown.values()) == [1]


def test_spans_of_another_text_go_to_where_their_words_stand() -> None:
    before = TEXT.replace("Anna left", "Anna")
    old = "(photo) " + before  # what stood before them is gone
    places = [(old.index("Anna"), "Anna Kovač"), (old.rindex("Anna"), "Anna"), (old.index("harbour"), "harbour")]
    spans = [{"start": at, "end": at + len(words), "text": words} for at, words in places]
    quote = {"content": [spans[2]], "source": spans[0]}
    found = converted({"doc_id": "d", "text_sha256": "old", "mentions": spans[:2], "quotes": [quote]})
    line = found.lines[0]
    for span in (*line["mentions"], line["quotes"][0]["source"], *line["quotes"][0]["content"]):
        assert TEXT[span["start"] : span["end"]] == span["text"]
    assert [each["start"] for each in line["mentions"]] == [0, TEXT.rindex("Anna")]
    assert line["text_sha256"] == ""
    assert sum(found.unknown.values()) == 4


def test_words_that_are_not_there_and_lines_that_are_none_are_faults() -> None:
    far = "x" * (FAR + 10) + "Anna"
    span = {"start": 0, "end": 4, "text": "Anna"}
    for text in ("Bob left.", far):
        with pytest.raises(FaultsError) as error:
            converted({"doc_id": "d", "text_sha256": "old", "mentions": [span]}, text=text)
        assert [(each.code, each.line, each.pointer) for each in error.value.faults] == [("surface", 1, "/mentions/0")]
    with pytest.raises(FaultsError) as error:
        convert_older("p.jsonl", b'[1]\n\n{"doc_id": \n', {})
    assert [(each.code, each.line) for each in error.value.faults] == [("json", 1), ("json", 3)]


def test_the_command_says_what_it_cannot_know(root: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (root / "eval/baselines/rules.jsonl").read_text("utf-8").splitlines()]
    for line in lines:
        line["stances"] += [{**stance("claim", "neutral"), "holder": "vladimir-putin"}]
        for event in line["events"]:
            event.pop("modality", None)
    old = tmp_path / "old.jsonl"
    old.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    done = run("convert", old, "--from", "onrecord-0.2", "-o", tmp_path / "new.jsonl", cwd=root)
    assert done.returncode == 0, done.stderr
    assert f"{len(lines)} stances that are neutral on a claim, left out" in done.stderr.decode()
    valid = run("validate", tmp_path / "new.jsonl", "--split", "all", cwd=root)
    assert valid.returncode == 0, valid.stderr

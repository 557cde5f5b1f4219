"""``onrecord validate --registries``: labels that are to become gold, with rows of their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.test_cli import run
from tests.eval.conftest import lines_of

from onrecord.dataset import Gold


@pytest.fixture
def labels(gold: Gold, tmp_path: Path) -> Path:
    """The gold labels of two articles as somebody's file."""
    lines = lines_of(gold.articles[:2])
    for line in lines:
        del line["event_descriptions"]
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def rows(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root / "annotation/registries", tmp_path / "rows"))


def changed(path: Path, what: str, by: str) -> None:
    text = path.read_text("utf-8")
    assert what in text
    path.write_text(text.replace(what, by, 1), "utf-8")


def test_labels_of_some_articles_with_rows_for_every_id_are_valid(root: Path, labels: Path, rows: Path) -> None:
    done = run("validate", labels, "--registries", rows, cwd=root)
    assert done.returncode == 0, done.stderr
    assert "valid; 2 articles, mentions, quotes, stances, events" in done.stdout.decode()


def test_what_a_prediction_may_lack_gold_may_not(root: Path, labels: Path, rows: Path) -> None:
    lines = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    lines[0]["mentions"][0]["id"] = None
    lines[0]["quotes"][0]["speaker"] = []
    lines[1]["stances"][0]["evidence"] = []
    lines[1]["events"][0]["event"] = "an-event-of-my-own"
    lines[1]["quotes"][0]["utterance"] = "an-utterance-of-my-own"
    lines[1]["entities"] = [{"id": "me", "name": "Me"}]
    lines[1]["quotes"][1]["speaker"] = ["me"]  # said in the file what it is: good enough for predictions alone
    labels.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    done = run("validate", labels, "--registries", rows, "--json", cwd=root)
    assert done.returncode == 2
    faults = {(each["code"], each["line"], each["pointer"]) for each in json.loads(done.stdout)["faults"]}
    assert faults == {
        ("missing-field", 1, "/mentions/0/id"),
        ("missing-field", 1, "/quotes/0/speaker"),
        ("empty", 2, "/stances/0/evidence"),
        ("reference", 2, "/events/0/event"),
        ("reference", 2, "/quotes/0/utterance"),
        ("reference", 2, "/quotes/1/speaker/0"),
    }


def test_wrong_rows_are_named_with_file_and_line(root: Path, labels: Path, rows: Path) -> None:
    changed(rows / "entities.jsonl", '"acts_for": "russia"', '"acts_for": "nobody"')
    changed(rows / "events.jsonl", '"role": "agent"', '"role": "boss"')
    (rows / "utterances.jsonl").unlink()
    done = run("validate", labels, "--registries", rows, cwd=root)
    assert done.returncode == 2
    assert "utterances.jsonl: [file]" in done.stderr.decode()
    assert "one of agent, patient, party, host, recipient, place" in done.stderr.decode()
    changed(rows / "events.jsonl", '"role": "boss"', '"role": "agent"')
    (rows / "utterances.jsonl").write_bytes(b"")
    done = run("validate", labels, "--registries", rows, cwd=root)
    assert "/acts_for: [reference]" in done.stderr.decode()

"""What strangers have sent to a results folder, or asked of a command: each was a defect once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_cli import run
from tests.eval.board.test_board import put, read_entries, record, stand, thinned
from tests.eval.conftest import as_bytes
from tests.eval.submission.test_archives import by_hand

from onrecord.dataset import FaultsError, Gold
from onrecord.dataset.reading.files import write_atomically, write_folder_atomically
from onrecord.eval import record_bytes
from onrecord.eval.board.standings import SELF_REPORTED
from onrecord.eval.scoring.record import Key, Record, asked_of, read_record

RULES = "eval/baselines/rules.jsonl"


def forged(gold: Gold, change: Callable[[dict[str, Any]], object]) -> bytes:
    """A record of this gold whose id is right, changed by a stranger."""
    value = json.loads(record_bytes(record(gold, thinned(gold, 0.7))))
    change(value)
    return json.dumps(value).encode()


def without_counts(value: dict[str, Any]) -> None:
    for layer in value["layers"].values():
        layer["documents"] = {}
        for score in layer["measures"].values():
            score.update(value=1.0, precision=1.0, recall=1.0, f1=1.0)


def perfect_counts(value: dict[str, Any]) -> None:
    layer = value["layers"]["entities"]
    for document in layer["documents"].values():
        document["counts"]["strict"] = [5, 5, 5, 5]
    layer["measures"]["strict"]["value"] = 1.0


def other_clusters(value: dict[str, Any]) -> None:
    for document in value["layers"]["events"]["documents"].values():
        document["clusters"] = {"cells": [["a", "b", 2]], "gold": {"a": 2}, "predicted": {"b": 2}}
    value["layers"]["events"]["measures"]["lea"]["value"] = 1.0


def narrow_interval(value: dict[str, Any]) -> None:
    score = value["layers"]["entities"]["measures"]["strict"]
    score["interval"].update(low=score["value"], high=score["value"])


def crossed_interval(value: dict[str, Any]) -> None:
    value["layers"]["entities"]["measures"]["exact"]["interval"].update(low=0.99, high=0.01)


FORGED = [without_counts, perfect_counts, other_clusters, narrow_interval, crossed_interval]


@pytest.mark.parametrize("change", [*FORGED, lambda v: v["layers"].pop("quotes"), lambda v: v["layers"].clear()])
def test_a_record_that_was_made_up_is_not_ranked(gold: Gold, tmp_path: Path, change: Callable[[Any], object]) -> None:
    made = record(gold, thinned(gold, 0.7))
    folder = put(tmp_path, "t", "honest", None)
    (folder / f"{made.id}.json").write_bytes(record_bytes(made))
    folder = put(tmp_path, "t", "forged", None)
    (folder / f"{made.id}.json").write_bytes(forged(gold, change))
    found = {row.about.system: row.excluded for row in stand(tmp_path, gold).rows}
    assert found["honest"] == SELF_REPORTED
    assert found["forged"].startswith("failed")


def test_a_file_that_predicts_nothing_of_any_layer_is_refused(gold: Gold, tmp_path: Path) -> None:
    lines = [{name: line[name] for name in ("doc_id", "text_sha256")} for line in thinned(gold, 1)]
    put(tmp_path, "t", "s", as_bytes(lines))
    (row,) = stand(tmp_path, gold).rows
    assert "missing-layer" in row.excluded


def pipe(path: Path) -> None:
    os.mkfifo(path)


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200 * 2**20)


def without_a_name(path: Path) -> None:
    path.with_name("predictions.zip").write_bytes(by_hand(b"\0p.jsonl"))


def like_no_number(path: Path) -> None:
    value = json.loads(path.with_name("record").read_bytes())
    value.update(status="failed", coverage=None, layers={}, errors={f"e{n}": int("9" * 4000) for n in range(9)})
    path.with_name(f"{value['id']}.json").write_bytes(json.dumps(value).encode())


def test_neither_a_name_that_is_none_nor_numbers_that_nobody_can_write_stop_anybody(gold: Gold, tmp_path: Path) -> None:
    put(tmp_path, "a", "good", as_bytes(thinned(gold, 0.7)))
    without_a_name(put(tmp_path, "b", "bad", None) / "about.json")
    worse = put(tmp_path, "b", "worse", None)
    (worse / "record").write_bytes(record_bytes(record(gold, thinned(gold, 0.5))))
    like_no_number(worse / "about.json")
    rows = stand(tmp_path, gold).rows
    excluded = {row.about.system: row.excluded for row in rows}
    assert excluded["good"] == ""
    assert "archive-path" in excluded["bad"]
    assert "faults of the entry (number, type)" in excluded["worse"]


@pytest.mark.parametrize("spoil", [pipe, zeros, folder, huge])
@pytest.mark.parametrize("name", ["about.json", "0" * 64 + ".json", "predictions.jsonl"])
def test_one_bad_entry_hangs_nothing_and_stops_nobody(
    gold: Gold, tmp_path: Path, spoil: Callable[[Path], None], name: str
) -> None:
    put(tmp_path, "a", "good", as_bytes(thinned(gold, 0.7)))
    bad = put(tmp_path, "b", "bad", None)
    (bad / name).unlink(missing_ok=True)
    spoil(bad / name)
    rows = stand(tmp_path, gold).rows
    assert {row.about.system: bool(row.excluded) for row in rows} == {"good": False, "bad": True}
    if name != "predictions.jsonl":
        with pytest.raises((FaultsError, OSError)):
            read_entries(tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(
    "policy",
    [
        "task:articles|split:no/pe|labels:as-is|interval:none",
        "task:articles|split:test|interval:none",
        "labels:as-is",
        "split:test|labels:as-is|interval:document,100%,100draws,seed0",
        "split:test|labels:as-is|interval:document,95%,0draws,seed0",
        "split:test|labels:as-is|interval:document,95%,9999999draws,seed0",
        "nonsense",
        "",
    ],
)
def test_a_policy_that_nobody_asked_for_is_no_traceback(root: Path, gold: Gold, tmp_path: Path, policy: str) -> None:
    made = record(gold, thinned(gold, 0.7))
    (tmp_path / "p.jsonl").write_bytes(as_bytes(thinned(gold, 0.7)))
    key = Key(submission=made.key.submission, gold=made.key.gold, scorer=made.key.scorer, policy=policy)
    value = {**json.loads(record_bytes(made)), "id": key.id, "key": {**json.loads(record_bytes(made))["key"]}}
    value["key"]["policy"] = policy
    raw = json.dumps(value).encode()
    assert isinstance(read_record("r.json", raw), Record)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - each says something else
        asked_of(read_record("r.json", raw))
    assert str(error.value)
    (tmp_path / "r.json").write_bytes(raw)
    for words in (("rescore", tmp_path / "r.json"), ("report", tmp_path / "r.json", "-o", tmp_path / "r.html")):
        done = run(*words, cwd=root)
        assert b"Traceback" not in done.stderr, words
        assert not (tmp_path / "r.html").exists()


def test_a_record_of_a_split_that_gold_lacks_is_refused_by_name(root: Path, gold: Gold, tmp_path: Path) -> None:
    made = record(gold, thinned(gold, 0.7))
    (tmp_path / "p.jsonl").write_bytes(as_bytes(thinned(gold, 0.7)))
    key = Key(
        submission=made.key.submission,
        gold=made.key.gold,
        scorer=made.key.scorer,
        policy="task:articles|split:nope|labels:as-is|interval:none",
    )
    value = {**json.loads(record_bytes(made)), "id": key.id}
    value["key"]["policy"] = key.policy
    (tmp_path / "r.json").write_bytes(json.dumps(value).encode())
    done = run("report", tmp_path / "r.json", "-o", tmp_path / "r.html", cwd=root)
    assert done.returncode == 2
    assert b"no article of split 'nope'" in done.stderr
    assert b"one of validation, test, fresh, all" in done.stderr
    assert not (tmp_path / "r.html").exists()


def test_a_device_is_written_to_and_a_link_followed(tmp_path: Path) -> None:
    read, write = os.pipe()
    write_atomically(Path(f"/dev/fd/{write}"), b"through")
    assert os.read(read, 100) == b"through"
    os.close(read)
    os.close(write)
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    write_atomically(tmp_path / "link.json", b"new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"
    with pytest.raises(IsADirectoryError, match="folder"):
        write_atomically(tmp_path, b"x")


def test_of_two_that_add_one_entry_one_is_told(tmp_path: Path) -> None:
    write_folder_atomically(tmp_path / "s", {"a": b"1"})
    with pytest.raises(FileExistsError):
        write_folder_atomically(tmp_path / "s", {"a": b"2"})
    assert (tmp_path / "s" / "a").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


@pytest.mark.long
def test_a_linked_site_is_built_where_the_link_leads(root: Path, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    done = run("board", "build", tmp_path / "results", "-o", tmp_path / "link", cwd=root)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "index.html").is_file()
    (tmp_path / "real" / "CNAME").write_text("x")
    again = run("board", "build", tmp_path / "results", "-o", tmp_path / "link", cwd=root)
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "real" / "CNAME").read_text() == "x"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("mine")
    strange = run("board", "build", tmp_path / "results", "-o", tmp_path / "site", cwd=root)
    assert strange.returncode == 2
    assert b"index.html" in strange.stderr
    assert (tmp_path / "site" / "index.html").read_text() == "mine"
    inside = run("board", "build", tmp_path / "results", "-o", tmp_path / "results" / "t" / "site", cwd=root)
    assert inside.returncode == 2
    assert not (tmp_path / "results" / "t").exists()


@pytest.mark.long
def test_a_board_can_be_built_where_one_stands(tmp_path: Path, root: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "site").mkdir()
    gold = ("--gold", root / "dataset")
    for _ in range(2):
        done = run("board", "build", tmp_path / "results", "-o", ".", *gold, cwd=tmp_path / "site")
        assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_reports_are_compared_on_the_articles_of_the_first(root: Path, tmp_path: Path) -> None:
    done = run("score", RULES, "-o", tmp_path / "r.json", cwd=root)
    (tmp_path / "p.jsonl").write_bytes((root / RULES).read_bytes())
    done = run("report", RULES, "--split", "all", "--against", tmp_path / "r.json", "-o", tmp_path / "x.html", cwd=root)
    assert done.returncode == 0, done.stderr
    assert f"{len((root / RULES).read_bytes().splitlines())} articles".encode() in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("score", RULES, "--level", "nan"),
        ("score", RULES, "--labels", "/dev/zero"),
        ("score", RULES, "-o", "/dev/full"),
        ("report", "/dev/zero"),
        ("validate", "dataset"),
        ("board", "add", RULES, "--to", "r", "--team", "t", "--system", "s", "--name", "a\x1b[2J"),
        ("board", "add", RULES, "--to", "r", "--team", "t", "--system", "s", "--date", "2027-99-99"),
        ("board", "add", RULES, "--to", "r", "--team", "..", "--system", "s"),
        ("board", "add", RULES, "--to", "r", "--team", "t", "--system", "s", "--url", "javascript:alert(1)"),
        ("board", "build", "nowhere", "-o", "s"),
    ],
)
def test_odd_requests_are_answered_and_leave_nothing(root: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    given = [str(root / word) if word in (RULES, "dataset") else word for word in words]
    done = run(*given, *(() if words[0] == "report" else ("--gold", root / "dataset")), cwd=tmp_path)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert b"Traceback" not in done.stderr
    assert b"\x1b[2J" not in done.stderr
    assert b"matching regex" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_of_few_characters_is_no_reason_to_stop(root: Path) -> None:
    command = [sys.executable, "-c", "from onrecord.cli import main; main()", "score", RULES]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_names_of_folders_command_no_terminal(root: Path, tmp_path: Path) -> None:
    (tmp_path / "r" / "t\x1b]0;x\x07" / "s" / "about.json").mkdir(parents=True)
    for words in (("board", "build", tmp_path / "r", "-o", tmp_path / "site"), ("rescore", tmp_path / "r")):
        done = run(*words, cwd=root)
        assert b"\x1b" not in done.stderr + done.stdout
        assert b"Traceback" not in done.stderr

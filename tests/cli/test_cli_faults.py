"""Faults and label maps as people meet them: alike faults together, whose types a file has, files of a Mac."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.cli.test_cli import run

from onrecord.cli.fault_lists import GROUPS, PLACES, groups, listing, without_all
from onrecord.cli.label_options import labels_of, on_one_gold
from onrecord.dataset import Fault

Lines = list[dict[str, Any]]

ONTONOTES = {"PER": "PERSON"}


def baseline(root: Path) -> Lines:
    return [json.loads(line) for line in (root / "eval/baselines/rules.jsonl").read_bytes().splitlines()]


def in_test(root: Path) -> Lines:
    """The baseline's lines of the test split."""
    predicted = run("predict", "--split", "test", cwd=root).stdout.splitlines()
    return [json.loads(line) for line in predicted]


def written(path: Path, lines: Lines) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def tagged(root: Path, tmp_path: Path) -> Path:
    """The baseline's names as a tagger of OntoNotes gives them."""
    lines = baseline(root)
    for line in lines:
        for name in [*line]:
            if name not in ("doc_id", "mentions"):
                del line[name]
        line["mentions"] = [
            {**mention, "type": ONTONOTES.get(mention["type"], mention["type"])}
            for mention in line["mentions"]
            if mention["type"] != "GRP"
        ]
    return written(tmp_path / "tagger.jsonl", lines)


def test_what_is_wrong_everywhere_is_said_once_with_its_number(root: Path, tmp_path: Path) -> None:
    lines = baseline(root)
    many = sum(len(line["mentions"]) for line in lines)
    for line in lines:
        for mention in line["mentions"]:
            mention["score"] = 0.5
    lines[0]["mentions"][2]["text"] = "no"
    file = written(tmp_path / "p.jsonl", lines)
    done = run("validate", file, cwd=root)
    assert (done.returncode, done.stdout) == (2, b"")
    said = done.stderr.decode().splitlines()
    assert len(said) < 15
    assert f"{file}:1 /mentions/0/score: [unknown-field] {many} alike" in said
    (places,) = [line for line in said if "also at" in line]
    assert "1 /mentions/1/score, 1 /mentions/2/score, " in places
    assert places.endswith(f"and {many - 1 - PLACES} more")
    last = f"{many + 1} faults (1 surface, {many} unknown-field); the file cannot be scored (--all shows each)"
    assert said[-1] == last
    each = run("validate", "--all", file, cwd=root).stderr.decode().splitlines()
    assert sum("[unknown-field]" in line for line in each) == many
    assert each[-1] == last.removesuffix(" (--all shows each)")
    scored = run("score", file, "--all", cwd=root).stderr.decode().splitlines()
    assert sum("[unknown-field]" in line for line in scored) == many


def fault(code: str, pointer: str, found: str = "x", line: int = 1) -> Fault:
    return Fault(code, "p", line, pointer, found, "y")


def test_faults_at_one_place_name_their_documents() -> None:
    faults = [dataclasses.replace(fault("missing", "", f"no line for {n}", 7), document=f"d{n}") for n in range(6)]
    (group,) = groups(faults, {"missing": 6})
    assert list(group.lines())[-1] == "    also of: d3, d4, d5"
    nameless = [dataclasses.replace(each, document=None) for each in faults]
    (group,) = groups(nameless, {"missing": 6})
    assert list(group.lines())[-1] == "    also at: 7, 7, 7"


def test_faults_are_alike_by_kind_place_and_word() -> None:
    faults = [
        fault("label", "/mentions/0/type", "PERSON"),
        fault("label", "/mentions/1/type", "DATE"),
        fault("label", "/mentions/2/type", "PERSON", 2),
        fault("surface", "/mentions/0/text", "a"),
        fault("surface", "/mentions/1/text", "b"),
        fault("surface", "/quotes/1/content/0/text", "b"),
        fault("label", "/stances/0/label", "PERSON"),
    ]
    found = groups(faults, {"label": 4, "surface": 3})
    assert [len(group.faults) for group in found] == [2, 1, 2, 1, 1]
    assert not any(group.more for group in found)
    assert [group.many for group in groups(faults, {"label": 5, "surface": 3})][:3] == ["2 or more", "1 or more", "2"]


def test_faults_that_say_different_things_are_shown_a_few_times() -> None:
    faults = [fault("surface", f"/mentions/{n}/text", str(n % 5)) for n in range(20)]
    said = list(listing(faults, {"surface": 20}, every=False))
    assert [line.strip() for line in said if "found" in line] == ["found: 0", "found: 1", "found: 2"]
    assert sum("20 alike" in line for line in said) == 1
    assert said[-1].endswith(f"and {20 - 3 - PLACES} more")
    assert len(list(listing(faults, {"surface": 20}, every=True))) == 60


def test_a_great_many_kinds_are_cut_off_and_counted() -> None:
    faults = [fault("label", "/mentions/0/type", f"T{n}") for n in range(GROUPS + 7)]
    assert list(listing(faults, {"label": len(faults)}, every=False))[-1] == "and 7 others, of 7 kinds"


def test_the_word_all_may_stand_anywhere_but_behind_two_dashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_ALL_FAULTS", "")
    assert without_all(["score", "--all", "p"]) == ["score", "p"]
    assert without_all(["score", "--", "--all"]) == ["score", "--", "--all"]


def test_a_file_of_a_tagger_is_validated_by_its_map(root: Path, tagged: Path) -> None:
    refused = run("validate", tagged, cwd=root)
    assert refused.returncode == 2
    assert b"--labels ontonotes" in refused.stderr
    assert run("validate", tagged, "--labels", "ontonotes", cwd=root).returncode == 0


def test_a_tagger_and_the_baseline_are_compared_on_one_gold(root: Path, tagged: Path) -> None:
    rules = Path("eval/baselines/rules.jsonl")
    words = ("compare", rules, tagged, "--labels", f"{tagged}=ontonotes", "--json", "--draws", "100")
    done = run(*words, cwd=root)
    assert done.returncode == 0, done.stderr
    assert b"rules.jsonl: our types, compared as ontonotes compares gold's" in done.stderr
    ours, theirs = json.loads(done.stdout)["systems"]
    assert "|labels:ours-as-ontonotes|" in ours["signature"]
    assert "|labels:ontonotes|" in theirs["signature"]
    alone = run("score", rules, "--labels", "ours-as-ontonotes", "--json", cwd=root)
    measures = json.loads(alone.stdout)["layers"]["entities"]["measures"]
    assert measures["strict"]["value"] == ours["values"]["entities:strict"]


def test_what_a_map_leaves_out_of_a_file_of_ours_is_said(root: Path, tmp_path: Path) -> None:
    lines = baseline(root)
    empty = [{"doc_id": line["doc_id"], "mentions": [], "x_types": "CoNLL-2003"} for line in lines]
    words = ("--labels", "p.jsonl=conll2003", "--headlines", "--draws", "100")
    done = run("compare", "eval/baselines/rules.jsonl", written(tmp_path / "p.jsonl", empty), *words, cwd=root)
    assert done.returncode == 0, done.stderr
    peoples = sum(mention["type"] == "NORP" for line in in_test(root) for mention in line["mentions"])
    assert peoples
    assert f"rules.jsonl: {peoples} predictions of the type NORP left out".encode() in done.stderr


def test_a_record_is_compared_and_reported_beside_a_tagger(root: Path, tmp_path: Path, tagged: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r/rules.jsonl").write_bytes((root / "eval/baselines/rules.jsonl").read_bytes())
    record = tmp_path / "r/record.json"
    assert run("score", tmp_path / "r/rules.jsonl", "-o", record, cwd=root).returncode == 0
    both = run("compare", record, tmp_path / "r/rules.jsonl", "--json", "--draws", "100", cwd=root)
    assert both.returncode == 0, both.stderr
    one, other = json.loads(both.stdout)["systems"]
    assert one["values"] == other["values"]
    beside = run("compare", record, tagged, "--labels", "tagger.jsonl=ontonotes", "--draws", "100", cwd=root)
    assert beside.returncode == 0, beside.stderr
    words = ("report", tagged, "--against", record, "--labels", "tagger.jsonl=ontonotes", "-o", tmp_path / "r.txt")
    reported = run(*words, cwd=root)
    assert reported.returncode == 0, reported.stderr
    assert "|labels:ontonotes|" in (tmp_path / "r.txt").read_text()
    wrong = run("validate", record, cwd=root)
    assert wrong.returncode == 2
    assert b"a record: the result of a score" in wrong.stderr


def test_a_tagger_is_on_a_board_of_its_map(root: Path, tmp_path: Path, tagged: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    to = ("--to", results, "--team", "t", "--system")
    added = run("board", "add", tagged, *to, "tagger", "--labels", "ontonotes", cwd=root)
    assert added.returncode == 0, added.stderr
    assert run("board", "add", "eval/baselines/rules.jsonl", *to, "rules", cwd=root).returncode == 0
    build = ("board", "build", results, "--no-reports", "--no-baselines", "--draws", "0", "-o")
    plain = run(*build, tmp_path / "plain", cwd=root)
    assert b"1 entries ranked, 1 not" in plain.stdout, plain.stderr
    assert b"a board with --labels ontonotes ranks it" in plain.stderr
    mapped = run(*build, tmp_path / "mapped", "--labels", "ontonotes", cwd=root)
    assert b"2 entries ranked, 0 not" in mapped.stdout, mapped.stderr
    refused = run("board", "add", tagged, *to, "other", "--labels", "mine", cwd=root)
    assert refused.returncode == 2
    assert not (results / "t/other").exists()


FILES = [Path("a/x.jsonl"), Path("b/x.jsonl"), Path("y.jsonl")]


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        ([], [None, None, None]),
        (["ontonotes"], ["ontonotes"] * 3),
        (["y.jsonl=ontonotes"], [None, None, "ontonotes"]),
        (["a/x.jsonl=ontonotes"], ["ontonotes", None, None]),
        (["conll2003", "b/x.jsonl=ours"], ["conll2003", None, "conll2003"]),
    ],
)
def test_whose_types_a_file_has(given: Sequence[str], labels: list[str | None]) -> None:
    assert labels_of(given, FILES) == labels


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["z.jsonl=ontonotes"], "z.jsonl is no file of those given"),
        (["x.jsonl=ontonotes"], "x.jsonl is more than one file"),
        (["y.jsonl=ontonotes", "y.jsonl=ours"], "two maps for y.jsonl"),
        (["ontonotes", "conll2003"], "two maps for every file"),
    ],
)
def test_what_the_option_cannot_mean(given: Sequence[str], said: str) -> None:
    with pytest.raises(typer.BadParameter, match=said):
        labels_of(given, FILES)


def test_files_side_by_side_are_of_one_map() -> None:
    assert on_one_gold([None, None]) == [None, None]
    assert on_one_gold([None, "ontonotes"]) == ["ours-as-ontonotes", "ontonotes"]
    assert on_one_gold(["ours-as-ontonotes", "ontonotes", None])[2] == "ours-as-ontonotes"
    with pytest.raises(typer.BadParameter, match="conll2003 and ontonotes"):
        on_one_gold(["conll2003", "ontonotes"])


def test_a_score_says_that_there_are_warnings(root: Path, tmp_path: Path) -> None:
    plain = run("score", "eval/baselines/rules.jsonl", "--headlines", cwd=root)
    assert plain.stderr == b""
    kept = [{"doc_id": line["doc_id"], "mentions": []} for line in baseline(root)]
    done = run("score", written(tmp_path / "p.jsonl", kept), "--headlines", cwd=root)
    assert done.returncode == 0
    assert done.stderr.startswith(b"warnings: %d unchecked; onrecord validate " % len(kept))


def test_a_zip_from_a_mac_is_taken_and_said(root: Path, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("run/rules.jsonl", (root / "eval/baselines/rules.jsonl").read_bytes())
        archive.writestr("__MACOSX/run/._rules.jsonl", b"\0")
        archive.writestr("run/.DS_Store", b"\0")
    (tmp_path / "run.zip").write_bytes(buffer.getvalue())
    done = run("validate", tmp_path / "run.zip", cwd=root)
    assert done.returncode == 0
    assert b"[passed-over] warning" in done.stderr
    assert b"2 files of the system: __MACOSX/run/._rules.jsonl, run/.DS_Store" in done.stderr
    assert run("score", tmp_path / "run.zip", "--headlines", cwd=root).returncode == 0

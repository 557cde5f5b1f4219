"""``onrecord perturb``, ``gap`` and ``probe`` as commands."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.test_cli import run as run_bytes
from tests.conftest import ROOT

from onrecord.dataset import read_folder

Done = subprocess.CompletedProcess[str]


def run(*words: str) -> Done:
    done = run_bytes(*words, cwd=ROOT, columns=200)
    return Done(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


PREDICT = "-c 'from onrecord.cli import main; main()' predict --system rules --gold {gold} -o {output}"


def test_perturb_then_score_and_gap(root: Path, tmp_path: Path) -> None:
    folder, articles = tmp_path / "dataset-names", len(read_folder(root / "dataset").articles)
    made = run("perturb", "quotes:german", "names", "-o", str(folder))
    assert made.returncode == 0, made.stderr
    assert f"{articles} articles, names+quotes:german,seed0" in made.stderr
    assert run("predict", "--gold", str(folder), "-o", str(tmp_path / "names.jsonl")).returncode == 0
    scored = run("score", str(tmp_path / "names.jsonl"), "--gold", str(folder), "--split", "all")
    assert "|probe:names+quotes:german,seed0|" in scored.stdout
    baseline = str(root / "eval/baselines/rules.jsonl")
    words = [baseline, str(tmp_path / "names.jsonl"), "--probe", str(folder), "--split", "all"]
    told = run("gap", *words, "--items", "-o", str(tmp_path / "gap.json"))
    assert told.returncode == 0, told.stderr
    assert "names+quotes:german,seed0, minus the original, in points" in told.stdout
    assert "a probe makes no new articles" in told.stdout
    assert "quotes 0" in told.stdout
    record = json.loads((tmp_path / "gap.json").read_text())
    assert record == json.loads(run("gap", *words, "--json").stdout)
    assert record["measures"]["quotes:joint"]["units"] == articles


def test_what_cannot_be_perturbed_is_said_at_once_and_nothing_is_written(root: Path, tmp_path: Path) -> None:
    wrong = run("perturb", "nmaes", "quotes:gothic", "-o", str(tmp_path / "out"))
    assert wrong.returncode == 2
    assert "nmaes" in wrong.stderr
    assert "quotes:gothic" in wrong.stderr
    assert "names" in wrong.stderr
    without = run("perturb", "boilerplate", "--seeds", str(tmp_path), "-o", str(tmp_path / "out"))
    assert (without.returncode, "no page of 000_178a6b88b61942c1" in without.stderr) == (2, True)
    assert not (tmp_path / "out").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("all of it")
    taken = run("perturb", "order", "-o", str(tmp_path / "mine"))
    assert taken.returncode == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_probe_is_made_again_and_not_twice(tmp_path: Path) -> None:
    folder = tmp_path / "order"
    assert run("perturb", "order", "-o", str(folder), "--seed", "1").returncode == 0
    first = read_folder(folder)
    assert run("perturb", "order", "-o", str(folder), "--seed", "2").returncode == 0
    assert read_folder(folder) != first
    twice = run("perturb", "names", "--gold", str(folder), "-o", str(tmp_path / "both"))
    assert (twice.returncode, "name all probes at once" in twice.stderr) == (2, True)


def test_the_same_seed_gives_the_same_files_in_any_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    probes = ["names", "alias", "noise", "quotes", "order", "places-and-people-exchange", "speaker-exchange"]
    found = []
    for hashing in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", hashing)
        folder = tmp_path / hashing
        assert run("perturb", *probes, "-o", str(folder), "--seed", "5").returncode == 0
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        found.append({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})
    assert found[0] == found[1]
    assert len(found[0]) > 20


def test_an_original_is_never_replaced(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "dataset"
    shutil.copytree(root / "dataset", copy, ignore=shutil.ignore_patterns("onrecord"))
    done = run("perturb", "order", "--gold", str(copy), "-o", str(copy))
    assert done.returncode == 2
    assert "no perturbed dataset" in done.stderr
    assert read_folder(copy) == read_folder(root / "dataset")


def test_a_system_on_probes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("probe", "rules", "--probe", "names", "--probe", "case+noise", "--split", "all", "-o", str(out))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["original", "names", "case+noise"]
    assert {path.name for path in out.iterdir()} == {
        "original.jsonl",
        *("names", "names.jsonl", "names.gap.json"),
        *("case+noise", "case+noise.jsonl", "case+noise.gap.json"),
    }
    anew = run("probe", "rules", "--probe", "names", "--split", "all", "--learn-anew")
    assert float(lines[2].split()[1]) < -10 < float(anew.stdout.splitlines()[2].split()[1])


def test_a_command_of_ones_own_and_replies(root: Path, tmp_path: Path) -> None:
    command = f"{shlex.quote(sys.executable)} {PREDICT}"
    done = run("probe", command, "--probe", "dates", "--split", "all")
    assert done.returncode == 0, done.stderr
    assert "dates" in done.stdout
    replies = tmp_path / "replies"
    replies.mkdir()
    said = {"mentions": [{"text": "Putin", "type": "PER", "kind": "name", "entity": "Vladimir Putin"}]}
    rows = [{"custom_id": a.document.id, "reply": json.dumps(said)} for a in read_folder(root / "dataset").articles]
    for name in ("original", "quotes"):
        (replies / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    read = run("probe", "-", "--replies", str(replies), "--probe", "quotes", "--split", "all")
    assert read.returncode == 0, read.stderr
    original, probed = (line.split() for line in read.stdout.splitlines()[1:3])
    assert float(original[1]) > 0, "what was replied is read"
    assert probed[1] == "+0.0"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("my-system {gold}", "{output}"),
        ("no-such-program-at-all {gold} {output}", "no-such-program-at-all"),
        (f"{shutil.which('false')} {{gold}} {{output}}", "exit code 1"),
        (f"{shutil.which('true')} {{gold}} {{output}}", "no file"),
    ],
)
def test_a_command_that_makes_nothing(command: str, said: str) -> None:
    done = run("probe", command, "--probe", "order")
    assert done.returncode == 2
    assert said in done.stderr


def test_a_report_shows_the_gap(root: Path, tmp_path: Path) -> None:
    assert run("probe", "rules", "--probe", "names", "-o", str(tmp_path)).returncode == 0
    original, record = str(tmp_path / "original.jsonl"), str(tmp_path / "names.gap.json")
    page = tmp_path / "report.html"
    made = run("report", original, "--gap", record, "-o", str(page))
    assert made.returncode == 0, made.stderr
    lost = next(i for i in json.loads(Path(record).read_text())["items"] if i["change"] == "lost")
    shown = page.read_text()
    assert "On changed articles" in shown
    assert "<code>names,seed0</code>" in shown
    assert f"{lost['text']} → {lost['perturbed']}" in shown
    assert f"#doc={lost['document']}&amp;at={lost['place'][0]}-{lost['place'][1]}" in shown
    text = run("report", original, "--gap", record, "--format", "text", "-o", "-").stdout
    assert "ON CHANGED ARTICLES: NAMES,SEED0" in text.upper()
    other = run("report", str(root / "eval/baselines/rules.jsonl"), "--gap", record, "--split", "all", "-o", str(page))
    assert other.returncode == 2
    assert "/original/gold" in other.stderr
    assert page.read_text() == shown

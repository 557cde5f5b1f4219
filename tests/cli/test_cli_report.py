"""``onrecord report`` of what people have: a file, a packed file, a record, standard input."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path

import pytest
from tests.cli.test_cli import run

RULES = "eval/baselines/rules.jsonl"


@pytest.fixture
def scored(root: Path, tmp_path: Path) -> Path:
    """A record with its predictions beside it, packed."""
    (tmp_path / "p.jsonl.gz").write_bytes(gzip.compress((root / RULES).read_bytes()))
    words = ("-o", tmp_path / "r.json", "--split", "all", "--draws", "100")
    done = run("score", tmp_path / "p.jsonl.gz", *words, cwd=root)
    assert done.returncode == 0, done.stderr
    return tmp_path / "r.json"


def numbers(page: bytes) -> list[str]:
    return re.findall(r"\d+\.\d", page.decode())


@pytest.mark.long
def test_a_record_is_shown_as_its_policy_says(root: Path, tmp_path: Path, scored: Path) -> None:
    done = run("report", scored, "-o", tmp_path / "r.html", cwd=root)
    assert done.returncode == 0, done.stderr
    assert b"%d articles" % (root / RULES).read_bytes().count(b"\n") in done.stderr
    page = (tmp_path / "r.html").read_bytes()
    assert b"--split all" in page
    direct = run("report", tmp_path / "p.jsonl.gz", "--split", "all", "--draws", "100", "-o", "-", cwd=root)
    assert direct.stdout == page
    assert json.loads(scored.read_bytes())["signature"].encode() in page


def test_two_records_are_compared(root: Path, tmp_path: Path, scored: Path) -> None:
    done = run("report", scored, "--against", scored, "-o", tmp_path / "r.txt", cwd=root)
    assert done.returncode == 0, done.stderr
    assert numbers((tmp_path / "r.txt").read_bytes())


def test_a_record_without_its_predictions_says_what_is_missing(root: Path, tmp_path: Path, scored: Path) -> None:
    (tmp_path / "alone").mkdir()
    shutil.move(scored, tmp_path / "alone" / "r.json")
    done = run("report", tmp_path / "alone" / "r.json", "-o", tmp_path / "r.html", cwd=root)
    assert done.returncode == 2
    assert b"beside the record" in done.stderr
    assert not (tmp_path / "r.html").exists()


def test_what_is_no_record_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"format": "something else"}')
    done = run("report", tmp_path / "r.json", "-o", tmp_path / "r.html", cwd=root)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("kind", ["html", "markdown", "text"])
def test_formats_compose(root: Path, kind: str) -> None:
    raw = (root / RULES).read_bytes()
    done = run("report", "-", "--format", kind, "-o", "-", cwd=root, stdin=raw)
    assert done.returncode == 0, done.stderr
    scores = json.loads(run("score", RULES, "--json", cwd=root).stdout)["layers"]["entities"]["measures"]
    assert f"{100 * scores['strict']['f1']:.1f}".encode() in done.stdout
    assert done.stdout == run("report", "-", "--format", kind, "-o", "-", cwd=root, stdin=raw).stdout


def test_a_file_with_faults_has_no_report(root: Path, tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text("{\n")
    done = run("report", tmp_path / "p.jsonl", "-o", tmp_path / "r.html", cwd=root)
    assert done.returncode == 2
    assert not (tmp_path / "r.html").exists()

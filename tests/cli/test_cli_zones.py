"""``onrecord ingest`` and ``onrecord zones`` as people type them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ARTICLE = (
    "Harbour plan is voted down in Velden\nBy Ana Kovač\n12 March 2024\n\nVELDEN — The council said no.\nThe quay.\n"
)


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from onrecord.cli import main; main()", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False, env={**os.environ})


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    (tmp_path / "harbour.txt").write_bytes(ARTICLE.encode())
    (tmp_path / "harbour-two.txt").write_bytes(ARTICLE.replace("plan", "quay").encode())
    for name in ("harbour.txt", "harbour-two.txt"):
        done = run("ingest", name, "--topic", "t", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    return tmp_path / "seeds"


def test_zones_are_shown_and_changed(seeds: Path) -> None:
    (path,) = seeds.glob("harbour_*.json")
    before = json.loads(path.read_bytes())
    shown = run("zones", "harbour_", cwd=seeds.parent)
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["title:1", "byline:1", "body:1", "published"]
    words = ("--dateline", "VELDEN —", "--caption", "line:6", "--published-reason", "It says so.")
    done = run("zones", "harbour_", *words, cwd=seeds.parent)
    assert done.returncode == 0, done.stderr
    assert "the text is another one now" in done.stderr
    after = json.loads(path.read_bytes())
    assert [zone["kind"] for zone in after.pop("zones")] == ["title", "byline", "body", "caption"]
    del before["zones"]
    assert after == {**before, "published_reason": "It says so."}
    lines = run("zones", "harbour_", "--lines", cwd=seeds.parent)
    assert [line.split()[:2] for line in lines.stdout.splitlines()] == [
        ["1", "title"],
        ["2", "byline"],
        ["3", "byline"],
        ["5", "byline+body"],
        ["6", "caption"],
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("harbour",), "one of harbour-two_"),
        (("habrour-two_",), "the id of an article that is there"),
        (("../harbour",), "the id of an article that is there"),
        (("harbour_", "--byline", "line:4", "--caption", "nothing there"), "2 faults; nothing was written"),
        (("harbour_", "--published", "2024-03-12", "--published-source", "dateline"), "byline: a line of the article"),
    ],
)
def test_mistakes_change_nothing(seeds: Path, words: tuple[str, ...], told: str) -> None:
    before = {path: path.read_bytes() for path in seeds.iterdir()}
    done = run("zones", *words, cwd=seeds.parent)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in seeds.iterdir()} == before


def test_what_is_passed_over_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(ARTICLE.encode())
    (tmp_path / "in" / "b.md").touch()
    done = run("ingest", "in", "--topic", "t", cwd=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert "passed over: b.md: ends in .md" in done.stderr

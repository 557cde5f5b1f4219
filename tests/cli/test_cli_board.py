"""``onrecord board build`` twice: what has not changed is as before, and said to be."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_cli import run

QUICK = ("--draws", "100", "--no-reports")


@pytest.mark.long
def test_rows_that_have_not_changed_are_as_before(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path / "cache"))
    results, site = tmp_path / "results", tmp_path / "site"
    words = ("--to", results, "--team", "t", "--system")
    assert run("board", "add", "eval/baselines/rules.jsonl", *words, "a", cwd=root).returncode == 0

    def built(*more: str) -> tuple[str, dict[str, bytes]]:
        done = run("board", "build", results, "-o", site, *QUICK, *more, cwd=root)
        assert done.returncode == 0, done.stderr
        files = {path.name: path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}
        return done.stderr.decode(), files

    first, files = built()
    assert "as scored before" not in first
    again, same = built()
    rows = again.partition(" have not changed")[0].splitlines()[-1]
    assert rows in ("2 of 2 rows", "3 of 3 rows")  # the rules, and spaCy where it is installed
    assert same == files
    anew, same = built("--anew")
    assert "as scored before" not in anew
    assert same == files
    other, _ = built("--level", "0.9")
    assert "as scored before" not in other
    assert run("board", "add", "eval/examples/mentions.jsonl", *words, "b", cwd=root).returncode == 0
    more, files = built()
    rows = more.partition(" have not changed")[0].splitlines()[-1]
    assert rows in ("2 of 3 rows", "3 of 4 rows")
    assert b'"b"' in files["board.json"]

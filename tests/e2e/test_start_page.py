"""The start page as it is written, and the notebooks: from the wheel, in an empty folder."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from tests.e2e.strangers import Shell, install

pytestmark = pytest.mark.long

BLOCKS = re.compile(r"^```(sh|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"^Save this.* as `([^`]+)`:\n\n```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_every_command_of_the_start_page_does_what_it_says(root: Path, tmp_path: Path) -> None:
    """With nothing beside Python and the wheel; how long it took is printed (pytest -s)."""
    (tmp_path / "empty").mkdir()
    page = (root / "docs" / "index.md").read_text(encoding="utf-8")
    began = time.monotonic()
    shell = Shell(install(root, tmp_path, base=True), tmp_path / "empty")
    installed = time.monotonic()
    ((name, article),) = FILE.findall(page)
    (shell.folder / name).write_text(article, encoding="utf-8")
    said, shown, typed = "", 0, 0
    for kind, block in BLOCKS.findall(page):
        if kind == "text" and block != article:
            shown += 1
            assert said.endswith(block), said
        elif kind == "sh":
            lines = [line for line in block.splitlines() if not line.startswith("pip install onrecord-*.whl")]
            said = "".join(shell.run(line) for line in lines)
            typed += len(lines)
            if "onrecord score" in block:
                table = re.findall(r"^\|( (?:rules|reader)[^|]*\|.*)\|$", page, re.MULTILINE)
                assert len(table) == 4
                for row in table:
                    assert re.sub(r"[ |]+", " ", row).strip() in re.sub(r" +", " ", said)
    assert (shown, typed) == (1, 7)
    assert {"rules.jsonl", "report.html", "own.jsonl", "seeds"} <= {path.name for path in shell.folder.iterdir()}
    print(f"installed in {installed - began:.1f} s, typed in {time.monotonic() - installed:.1f} s")


def test_the_notebooks_show_what_they_give(root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shell = Shell(install(root, tmp_path), tmp_path / "empty")
    said = shell.run(f"HF_HOME={tmp_path / 'hub'} python {root / 'docs' / 'run_notebooks.py'} --check")
    assert "errors.ipynb: as it is shown" in said
    assert "loading.ipynb: as it is shown" in said
    assert list(shell.folder.iterdir()) == []

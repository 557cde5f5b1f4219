"""docs/python.md: its code runs, one block after the other, and prints what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BLOCKS = re.compile(r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)

AFTER = "<<block>>"
"""What is printed after each block."""

OFFLINE = """
import socket
def refuse(*args, **kwargs):
    raise AssertionError("the network was used")
socket.socket.connect = socket.getaddrinfo = refuse
"""


@pytest.mark.long
def test_the_page_prints_what_it_says(root: Path, tmp_path: Path) -> None:
    blocks = BLOCKS.findall((root / "docs/python.md").read_text(encoding="utf-8"))
    assert len(blocks) > 5
    code = "\n".join(f"{block}\nprint({AFTER!r})" for block, _ in blocks)
    quiet = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    environment = {**os.environ, "HF_HOME": str(tmp_path), **quiet}
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE + code],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.split(f"{AFTER}\n")[:-1]
    assert printed == [said for _, said in blocks]

"""Processes that a command starts, where a signal ends the command: none of them stays."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEEDS = """
import signal, time
for each in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, signal.SIG_DFL)  # who is started by nohup passes on that it is ignored
"""
PARTS = """
from onrecord.eval.scoring.engines.processes import Processes
with Processes(2) as engine:
    list(engine.each(time.sleep, [(600,), (0,), (0,)]))
"""
CORPORA = """
from types import SimpleNamespace
from onrecord.eval.corpora.stream import _scorer
def blocks():
    yield SimpleNamespace(lines=())  # no block: the process fails at it, and waits for another
    time.sleep(600)
with _scorer(2) as scored:
    list(scored(blocks()))
"""
BOARD = """
from onrecord.eval.board.budget import Budget, within
within(Budget(600), time.sleep, 600)
"""


def processes(of: int) -> set[int]:
    """Those that a process has started, with whatever they have started."""
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{of}/task"):
            children = Path(f"/proc/{of}/task/{task}/children").read_text(encoding="ascii").split()
            found |= {each for child in map(int, children) for each in ({child} | processes(child))}
    return found


def runs(process: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says who runs")
@pytest.mark.long
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(("script", "many"), [(PARTS, 2), (CORPORA, 2), (BOARD, 1)], ids=["parts", "corpora", "board"])
def test_they_end_with_the_command(script: str, many: int, how: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", f"{HEEDS}{script}"])
    try:
        deadline = time.monotonic() + 60
        while len(started := processes(parent.pid)) < many and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(started) >= many
        time.sleep(1)  # a process that has only begun to be one is another matter
        started |= processes(parent.pid)
    finally:
        parent.send_signal(getattr(signal, how))
        try:
            parent.wait(timeout=30)
        finally:
            parent.kill()
    deadline = time.monotonic() + 20
    while any(map(runs, started)) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [each for each in started if runs(each)]
    for each in left:
        os.kill(each, signal.SIGKILL)
    assert left == []

"""Running one task once, as a fresh process, and the file in which what was measured is kept."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
from benchmarks.corpora import corpus_folder
from benchmarks.environment import ROOT
from benchmarks.plan import TOYS, Task

LONGEST = 600.0
"""Seconds on the clock after which a process is ended."""
BRIEF = 10.0
"""Seconds on the clock up to which a process is run twice in a row, and the second run counts."""
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Threads of the linear algebra beneath numpy and scipy: those that wait for work would be counted as CPU time."""


class Measured(msgspec.Struct, frozen=True):
    """What a worker prints; CPU seconds in user and system mode, memory in MB of 10**6 bytes."""

    start: float
    """Imports, and scoring a toy corpus."""
    load: float
    """Making what the scorer takes."""
    score: float
    wall: float
    """Seconds on the clock of the scoring."""
    peak: float
    """The most memory of the process; of several processes that of the first."""
    figures: dict[str, float]
    """What the scorer found."""
    versions: dict[str, str]
    """Of the distributions that took part."""


class Run(msgspec.Struct, frozen=True):
    """One task measured once."""

    group: str
    task: str
    round: int
    source: str
    """Digest of the code that was measured."""
    measured: Measured

    @property
    def place(self) -> tuple[str, str, int]:
        """What there can be only one run of."""
        return self.group, self.task, self.round


class Failed(Exception):  # noqa: N818 - it is an outcome of a measurement
    """A task that gave no measurement."""


def measure(task: Task, data: Path, peers: Path | None) -> Measured:
    """Run a task.

    A virtual machine gives memory that nobody uses back to its host after seconds, and to get it again costs CPU time:
    what runs after a pause, or after something smaller, pays for that. So a brief task is run twice in a row.

    Args:
        task: The task.
        data: Where the corpora are.
        peers: Interpreter of the peers.

    Raises:
        Failed: It ended with an error or took longer than ``LONGEST``.
    """
    environment = dict(os.environ)
    if task.corpus is None:
        words = ["command", *_COMMANDS[task.contender]]
    else:
        folders = [str(corpus_folder(data, corpus)) for corpus in (task.corpus, TOYS[type(task.corpus)])]
        words = [task.side, task.contender, *folders]
        environment |= ONE_THREAD
    python = str(peers) if task.side == "peers" else sys.executable
    command = [python, "-m", "benchmarks.worker", *words]
    started = time.monotonic()
    measured = _measured(command, environment)
    return _measured(command, environment) if time.monotonic() - started <= BRIEF else measured


def _measured(command: list[str], environment: dict[str, str]) -> Measured:
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=LONGEST, check=True)
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Failed(f"exit status {error.returncode}: {' '.join(last)}") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"not done after {LONGEST:g} s") from None
    return msgspec.json.decode(done.stdout, type=Measured)


_COMMANDS = {
    "onrecord-score": [str(Path(sysconfig.get_path("scripts")) / "onrecord"), "score", "eval/baselines/rules.jsonl"],
    "python-numpy": [sys.executable, "-c", "import numpy"],
    "python": [sys.executable, "-c", ""],
}


class Results:
    """The file of all runs: a line each, added as soon as it is measured; of two for one place the later counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.runs: dict[tuple[str, str, int], Run] = {}
        lines = path.read_bytes().splitlines() if path.exists() else []
        for line in lines:
            # one that was cut off, or is of an older form, is measured again
            with contextlib.suppress(msgspec.DecodeError):
                run = msgspec.json.decode(line, type=Run)
                self.runs[run.place] = run
        if len(lines) != len(self.runs):
            self.forget(())

    def add(self, run: Run) -> None:
        """Keep a run."""
        self.runs[run.place] = run
        with open(self.path, "ab") as file:
            file.write(msgspec.json.encode(run) + b"\n")

    def forget(self, places: Iterable[tuple[str, str, int]]) -> None:
        """Drop runs, so that they are measured again."""
        for place in places:
            self.runs.pop(place, None)
        if self.path.exists():
            lines = b"".join(msgspec.json.encode(run) + b"\n" for run in self.runs.values())
            part = self.path.with_name(f"{self.path.name}.part")
            part.write_bytes(lines)
            part.replace(self.path)

    def of(self, group: str, task: str) -> dict[int, Measured]:
        """The runs of a task by round."""
        return {run.round: run.measured for (g, t, _), run in self.runs.items() if (g, t) == (group, task)}

"""The command in a process of its own, with what it took: a fork of one that has everything imported already."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import re
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

from onrecord.dataset.reading.budget import MIB

SLOWEST = 5.0
"""Seconds of a processor that no input within the limits may take."""

MOST_MEMORY = 512
"""Megabytes that it may take at most, the libraries included."""

_CUT_OFF = 30
"""Seconds after which it is ended."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    """Negative where a signal ended it."""
    seconds: float
    """Of a processor."""
    megabytes: float
    said: str
    """All that it wrote to either stream."""

    @property
    def wrong(self) -> str:
        """What is wrong with it, whatever the input was; empty if nothing is."""
        if self.code not in (0, 2):
            return f"exit code {self.code}: {self.said[-1500:]}"
        if "Traceback" in self.said:
            return self.said[-1500:]
        if self.seconds > SLOWEST:
            return f"{self.seconds:.1f} s"
        if self.megabytes > MOST_MEMORY:
            return f"{self.megabytes:.0f} MB"
        return "a refusal without a word" if self.code == 2 and not self.said.strip() else ""


def command(*arguments: str) -> Callable[[], int]:
    """The command ``onrecord`` with arguments, to be called in a process of its own."""

    def run() -> int:
        from onrecord.cli import main

        sys.argv = ["onrecord", *arguments]
        main()
        return 0

    return run


def forked(run: Callable[[], object]) -> Outcome:
    """Call something in a fork of this process, whose exit code is what it returns."""
    with TemporaryFile() as sink:
        before = _resident()
        child = os.fork()
        if child == 0:
            os._exit(_called(run, sink.fileno()))
        _, status, usage = os.wait4(child, 0)
        said = _read(sink)
    seconds = usage.ru_utime + usage.ru_stime
    return Outcome(os.waitstatus_to_exitcode(status), seconds, _taken(usage.ru_maxrss, before), said)


def forked_in_a_row(runs: Sequence[Callable[[], object]]) -> list[Outcome]:
    """The same one after the other in one fork, which is faster; what it took at most counts for each.

    Where that fork does not live to the end, each is called in a fork of its own.
    """
    with TemporaryFile() as answers:
        before = _resident()
        child = os.fork()
        if child == 0:
            _answer(runs, answers)
        _, status, usage = os.wait4(child, 0)
        if status:
            return [forked(run) for run in runs]
        told = json.loads(_read(answers))
    return [Outcome(code, seconds, _taken(usage.ru_maxrss, before), said) for code, seconds, said in told]


def _resident() -> float:
    """Megabytes of this process, all of which a fork of it begins with."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MIB


def _taken(most: int, before: float) -> float:
    """Megabytes of the command: what a fork took beyond what it began with, which is the tests', and the libraries."""
    return most / 1024 - before + _libraries()


@functools.cache
def _libraries() -> float:
    """Megabytes of a process that has imported what the command needs, and read nothing.

    Asked of its own memory: what ``getrusage`` tells of a new program is no less than what it was started from held.
    """
    code = "import onrecord.eval.scoring.score_stream, pyarrow.parquet, scipy.stats; "
    code += "print(open('/proc/self/status').read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    peak = re.search(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert peak is not None
    return int(peak[1]) / 1024


def _answer(runs: Sequence[Callable[[], object]], answers: IO[bytes]) -> NoReturn:
    """Call everything in a child, which ends here whatever happens."""
    try:
        told = []
        for run in runs:
            with TemporaryFile() as sink:
                begun = time.process_time()
                code = _called(run, sink.fileno())
                told.append((code, time.process_time() - begun, _read(sink)))
        answers.write(json.dumps(told).encode())
        answers.flush()
        os._exit(0)
    finally:
        os._exit(1)


def _read(sink: IO[bytes]) -> str:
    sink.seek(0)
    return sink.read().decode("utf-8", "replace")


def _called(run: Callable[[], object], sink: int) -> int:
    """The exit code of something that is called in a child, which writes into a file."""
    code: object = 1
    try:
        used = int(time.process_time()) + _CUT_OFF
        resource.setrlimit(resource.RLIMIT_CPU, (used, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_AS, (4096 * MIB, 4096 * MIB))
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        os.dup2(_NOTHING, 0)
        sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
        code = run()
    except SystemExit as error:
        code = error.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else 1 if code else 0


_NOTHING = os.open(os.devnull, os.O_RDONLY)

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
    taken: float
    """Megabytes beyond those that it began with, which the tests' own data may be part of."""
    said: str
    """All that it wrote to either stream."""

    @property
    def megabytes(self) -> float:
        """Those of the command started alone: what it took, and the libraries."""
        return self.taken + libraries()

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
    with TemporaryFile() as sink, TemporaryFile() as begun:
        child = os.fork()
        if child == 0:
            _tell_resident(begun)
            os._exit(_called(run, sink.fileno()))
        _, status, usage = os.wait4(child, 0)
        said, before = _read(sink), float(_read(begun))
    seconds = usage.ru_utime + usage.ru_stime
    return Outcome(os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss / 1024 - before, said)


def forked_in_a_row(runs: Sequence[Callable[[], object]]) -> list[Outcome]:
    """The same one after the other in one fork, which is faster; what it took at most counts for each.

    Where that fork does not live to the end, each is called in a fork of its own.
    """
    with TemporaryFile() as answers, TemporaryFile() as begun:
        child = os.fork()
        if child == 0:
            _tell_resident(begun)
            _answer(runs, answers)
        _, status, usage = os.wait4(child, 0)
        if status:
            return [forked(run) for run in runs]
        told, before = json.loads(_read(answers)), float(_read(begun))
    return [Outcome(code, seconds, usage.ru_maxrss / 1024 - before, said) for code, seconds, said in told]


def _tell_resident(begun: IO[bytes]) -> None:
    """Write down the megabytes that a fork begins with, which are the tests'.

    They are the fork's own to tell: pages of files that its parent has mapped come to it only when it reads them.
    """
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    begun.write(str(pages * resource.getpagesize() / MIB).encode())
    begun.flush()


@functools.cache
def libraries() -> float:
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

"""The command in a process of its own, with what it took: a fork of one that has everything imported already."""

from __future__ import annotations

import dataclasses
import os
import resource
import sys
import traceback
from collections.abc import Callable
from tempfile import TemporaryFile

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
        child = os.fork()
        if child == 0:
            _child(run, sink.fileno())
        _, status, usage = os.wait4(child, 0)
        sink.seek(0)
        said = sink.read().decode("utf-8", "replace")
    seconds = usage.ru_utime + usage.ru_stime
    return Outcome(os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss / 1024, said)


def _child(run: Callable[[], object], sink: int) -> None:
    code: object = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (_CUT_OFF, _CUT_OFF))
        resource.setrlimit(resource.RLIMIT_AS, (4096 * MIB, 4096 * MIB))
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
        code = run()
    except SystemExit as error:
        code = error.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1 if code else 0)

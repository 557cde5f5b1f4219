"""One measurement, in a process of its own: ``python -m benchmarks.worker SIDE CONTENDER CORPUS TOY``, or ``command``
and the words of a command.

The contender first scores a toy corpus, which imports whatever it imports on the way; then it is given the corpus, then
the clock runs for the scoring alone. What was measured is printed as JSON. Runs in the environment of the peers too.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes that ``ru_maxrss`` counts in."""
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
"""A command finds its modules compiled by the run before, as one that is installed does."""


def measure_contender(side: str, contender: str, corpus: Path, toy: Path) -> dict[str, object]:
    """Measure a contender on a corpus; the side is a module with contenders: ``ours``, ``public`` or ``peers``."""
    module = import_module(f"benchmarks.{side}")
    prepare = module.CONTENDERS[contender]
    prepare(toy)()
    start = used()
    scoring, load_cpu, _ = timed(lambda: prepare(corpus))
    figures, score_cpu, score_wall = timed(scoring)
    return {
        "start": start,
        "load": load_cpu,
        "score": score_cpu,
        "wall": score_wall,
        "peak": peak_memory(),
        "figures": figures,
        "versions": {name: version(name) for name in module.DISTRIBUTIONS},
    }


def measure_command(command: list[str]) -> dict[str, object]:
    """Measure a whole process; what it prints is thrown away.

    It is started from here and not from the process that shows the progress, which holds more memory than it does: what
    a process has held is counted from before its program was loaded.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **COMPILED})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with exit status {process.returncode}")
    return {
        "start": 0.0,
        "load": 0.0,
        "score": usage.ru_utime + usage.ru_stime,
        "wall": time.perf_counter() - started,
        "peak": usage.ru_maxrss * RSS_UNIT / 1e6,
        "figures": {},
        "versions": {},
    }


def timed(function: Callable[[], T]) -> tuple[T, float, float]:
    """What it gives, CPU seconds and seconds on the clock."""
    cpu, wall = used(), time.perf_counter()
    result = function()
    return result, used() - cpu, time.perf_counter() - wall


def used() -> float:
    """CPU seconds of this process so far, in user and system mode."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_memory() -> float:
    """The most memory that this process has held, in MB of 10**6 bytes.

    ``ru_maxrss`` is not less than what the process had that this one was forked from, so the kernel's own record of
    this program is used where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e6


if __name__ == "__main__":
    if sys.argv[1] == "command":
        measured = measure_command(sys.argv[2:])
    else:
        measured = measure_contender(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    print(json.dumps(measured))

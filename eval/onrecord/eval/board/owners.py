"""Who was first: the order in which entries came into a results folder, as the history of its repository says.

A date in ``about.json`` says what its writer likes; the order in which commits came onto the branch does not.
"""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath

from onrecord.eval.board.entries import PREDICTIONS


def came(results: Path) -> dict[tuple[str, str], int]:
    """The number of the commit that brought each entry's predictions, by team and system; 0 for the branch's first.

    Empty where the folder is in no repository, or ``git`` is not there; of a shallow copy, what came before its first
    commit came together.
    """
    command = ["git", "-C", str(results), "log", "--first-parent", "-m", "--reverse", "--diff-filter=A", "--no-renames"]
    command += ["--no-ext-diff", "--no-textconv", "--format=%x01", "--name-only", "--relative", "-z", "--", "."]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return {}
    found: dict[tuple[str, str], int] = {}
    for number, commit in enumerate(done.stdout.decode("utf-8", "surrogateescape").split("\x01")[1:]):
        for name in commit.split("\0"):
            parts = PurePosixPath(name.strip("\n")).parts
            if len(parts) == 3 and parts[2] in PREDICTIONS:
                found.setdefault((parts[0], parts[1]), number)
    return found

"""The options that install completion, or show it: a shell that is named after one is not looked for."""

from __future__ import annotations

import os
from collections.abc import Sequence

OPTIONS = ("--install-completion", "--show-completion")

_BY_NAME = "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"
"""Where it is set, typer's options take the name of a shell; otherwise they are flags for the one that runs the
command, and a name after them is passed over."""


def take_name(words: Sequence[str]) -> None:
    """Have typer ask for a shell's name where one is given, and where no shell runs the command.

    Args:
        words: What was typed after ``onrecord``.
    """
    match words:
        case [first, *rest] if first.partition("=")[0] in OPTIONS and (rest or "=" in first or not _within_shell()):
            os.environ[_BY_NAME] = "1"


def _within_shell() -> bool:
    import shellingham

    try:
        shellingham.detect_shell()
    except (shellingham.ShellDetectionFailure, RuntimeError):  # none, or none can be looked for on this system
        return False
    return True

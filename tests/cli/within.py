"""The command within this process, so that a test may change what it meets."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.cli import app
from onrecord.cli.console import complain


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Its exit code, and what it says on standard output and standard error."""
    try:
        code = app()(list(map(str, arguments)), standalone_mode=False) or 0
    except Exception as error:
        code = complain(error)
    told = capsys.readouterr()
    return code, told.out, told.err

"""``onrecord score --each``: many files, each a submission of its own."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from onrecord.cli.console import counting, note, say_left_out, say_warnings, show_faults
from onrecord.cli.outputs import put, refuse_overwriting, say
from onrecord.cli.score_parts import PREDICTIONS, PartsAsked, files_of

if TYPE_CHECKING:
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.parts import Setting
    from onrecord.eval.scoring.systems import SystemLine, SystemScore


def score_each_file(
    paths: Sequence[Path], setting: Setting, asked: Asked, how: PartsAsked, output: Path | None, json: bool
) -> int:
    """Score each file by itself, and say the exit code: 2 where any of them failed.

    Args:
        paths: Files, folders and patterns.
        setting: What they are scored against.
        asked: How.
        how: Who does it.
        output: The folder of records; None for a line a file on standard output.
        json: Whether a terminal gets those lines too, and no table.

    Raises:
        FaultsError: The dataset or the label map is not right.
        OnrecordError: There is no file, or it is standard input; or records were to be among predictions.
        OSError: A record cannot be written.
    """
    from onrecord.dataset.reading.faults import OnrecordError
    from onrecord.eval.scoring.engines.engine import prepare
    from onrecord.eval.scoring.systems import INDEX, index_bytes, score_each

    files = [file for path in paths for file in files_of(path, PREDICTIONS)]
    if "-" in map(str, files):
        raise OnrecordError("standard input is one submission: leave out --each")
    if output is not None:
        _refuse_among(output, files)
        labels = None if setting.labels is None else Path(setting.labels)
        refuse_overwriting([output / INDEX], [*files, setting.gold, labels])
    table = output is None and not json and sys.stdout.isatty()
    lines: list[SystemLine] = []
    with contextlib.ExitStack() as stack:
        told = stack.enter_context(counting(f"of {len(files)} files scored")) if output or table else None
        engine = stack.enter_context(how.engine())
        prepare(setting)
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
        for found in score_each(files, setting, asked, engine, output):
            _say(found)
            lines.append(found.line)
            if output is not None:
                _keep(output / f"{found.line.id}.json", found)
            elif not table:
                put(None, index_bytes(lines[-1:]))
            if told is not None:
                told(len(lines))
    if output is not None:
        put(output / INDEX, index_bytes(lines))
        say(f"result: {output / INDEX}")
    elif table:
        _show(lines)
    failed = sum(line.status == "failed" for line in lines)
    if failed:
        note(f"{failed} of {len(lines)} files failed")
    return 2 if failed else 0


def _refuse_among(output: Path, files: Sequence[Path]) -> None:
    from onrecord.dataset.reading.faults import OnrecordError, show
    from onrecord.dataset.reading.files import resolved

    if any(resolved(file.parent) == resolved(output) for file in files):
        raise OnrecordError(f"{show(str(output))} has the predictions: records are put in a folder of their own")


def _keep(path: Path, found: SystemScore) -> None:
    """Write its record, if it has one that is new."""
    from onrecord.dataset.reading.staging import sweep

    if found.record is not None:
        put(path, found.record)
    elif found.line.id is not None:
        sweep(path)  # it was there already; the run that wrote it may have been killed right after


def _say(found: SystemScore) -> None:
    name = found.line.file
    if found.faults:
        show_faults(found.faults, found.line.errors, end=": no score of this file")
    say_warnings(found.warnings, Path(name))
    say_left_out(found.left_out, name)


def _show(lines: Sequence[SystemLine]) -> None:
    from onrecord.eval.rendering.terminal import plain_console, show_table

    names = list(dict.fromkeys(name for line in lines for name in line.scores))
    values = [[line.scores.get(name) for name in names] for line in lines]
    rows = [
        (line.file, line.status, *("–" if value is None else f"{value:.3f}" for value in row))
        for line, row in zip(lines, values, strict=True)
    ]
    show_table(plain_console(), ("file", "status", *names), rows)

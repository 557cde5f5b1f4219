"""``onrecord score`` of a submission in parts: several files, several processes or machines, states."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from onrecord.cli.console import counting, note, working

if TYPE_CHECKING:
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.engines.engine import Engine
    from onrecord.eval.scoring.parts import Setting
    from onrecord.eval.scoring.rounds import PartsScoring, Submitted

PREDICTIONS = (".jsonl", ".jsonl.gz", ".jsonl.zip")
STATES = (".parquet",)


@dataclasses.dataclass(frozen=True)
class PartsAsked:
    """How a submission is scored in parts."""

    state: Path | None = None
    """Where its state is written."""
    from_state: bool = False
    """Whether what is given is states."""
    jobs: int = 1
    dask: bool = False
    scheduler: str | None = None

    def needed(self, paths: Sequence[Path]) -> bool:
        """Whether it is not simply one file for one process."""
        alone = len(paths) == 1 and not paths[0].is_dir() and (str(paths[0]) == "-" or paths[0].exists())
        return bool(self.state or self.from_state or self.jobs > 1 or self.dask or (not alone and _several(paths)))

    def engine(self) -> Engine:
        """Who does it."""
        if self.dask:
            from onrecord.eval.scoring.engines.dask import Dask

            return Dask(self.scheduler, self.jobs)
        if self.jobs > 1:
            from onrecord.eval.scoring.engines.processes import Processes

            return Processes(self.jobs)
        from onrecord.eval.scoring.engines.engine import InProcess

        return InProcess()


def submitted(paths: Sequence[Path], setting: Setting, how: PartsAsked) -> Submitted:
    """What is scored: files, folders and patterns as the parts of one submission.

    Raises:
        OnrecordError: There is nothing in a folder, or nothing that a pattern fits, or a state does not fit.
    """
    from onrecord.dataset.reading.faults import OnrecordError, show
    from onrecord.eval.scoring.rounds import Submitted
    from onrecord.eval.scoring.state_file import submitted_states

    files = [file for path in paths for file in _files(path, STATES if how.from_state else PREDICTIONS)]
    if "-" in map(str, files):
        raise OnrecordError("standard input is not cut into parts, which are read twice: give files")
    if pipes := [file for file in files if file.exists() and not file.is_file()]:
        raise OnrecordError(f"{show(str(pipes[0]))} is no file, and parts are read twice: give files")
    twice = {str(file) for file in files if files.count(file) > 1} if len(set(files)) < len(files) else ()
    if twice:
        raise OnrecordError(f"{min(twice)} is given twice")
    return submitted_states(files, setting) if how.from_state else Submitted.of_files(files, setting)


def score_submitted(what: Submitted, setting: Setting, asked: Asked, how: PartsAsked) -> PartsScoring:
    """Score parts, and write their state where that is asked for."""
    from onrecord.eval.scoring.rounds import score_parts
    from onrecord.eval.scoring.state_file import write_state

    several = len(what.sources) > 1
    with contextlib.ExitStack() as stack:
        if several and how.dask:
            stack.enter_context(working(f"{len(what.sources)} parts"))
        told = stack.enter_context(counting(f"of {len(what.sources)} parts done"))
        engine = stack.enter_context(how.engine())
        found = score_parts(what, setting, asked, engine, told, may_be_open=how.state is not None)
        if how.state is not None:
            write_state(how.state, found, what.name, setting, engine.parts())
    if found.report is None:
        missing = f"{len(found.missing)} articles of the split have no line"
        note(f"{missing}: {how.state} is a part, to be finished with the others by --from-state")
    elif how.state is not None:
        note(f"state: {how.state}")
    return found


def _several(paths: Sequence[Path]) -> bool:
    return len(paths) > 1 or paths[0].is_dir() or _is_pattern(paths[0])


def _is_pattern(path: Path) -> bool:
    return any(mark in str(path) for mark in "*?[") and not path.exists()


def _files(path: Path, endings: tuple[str, ...]) -> list[Path]:
    from onrecord.dataset.reading.faults import OnrecordError, show

    if path.is_dir():
        found = sorted(each for each in path.iterdir() if each.name.endswith(endings))
    elif _is_pattern(path):
        found = sorted(Path(path.anchor).glob(path.relative_to(path.anchor).as_posix()))
    else:
        return [path]
    if not found:
        raise OnrecordError(f"{show(str(path))}: no file that ends in {' or '.join(endings)}")
    return found

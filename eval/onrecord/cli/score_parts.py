"""``onrecord score`` of a submission in parts: several files, several processes or machines, states."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from onrecord.cli.console import MOST_NAMED, counting, note

if TYPE_CHECKING:
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.engines.engine import Engine
    from onrecord.eval.scoring.parts import Setting
    from onrecord.eval.scoring.rounds import PartsScoring, Submitted

PREDICTIONS = (".jsonl", ".jsonl.gz", ".zip")
"""How files end that a folder is taken to consist of; others in it are named."""
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
    each: bool = False
    """Whether each file is a submission of its own."""

    def needed(self, paths: Sequence[Path]) -> bool:
        """Whether it is not simply one file for one process."""
        alone = len(paths) == 1 and not paths[0].is_dir() and (str(paths[0]) == "-" or paths[0].exists())
        return bool(self.state or self.from_state or self.jobs > 1 or self.dask or (not alone and _several(paths)))

    def refuse(self) -> None:
        """Refuse options that do not go together.

        Raises:
            typer.BadParameter: A scheduler is named, and none is asked for, or workers beside its own; or each file is
                scored whole, and a state is asked for.
        """
        wrong = None
        if self.scheduler is not None and not self.dask:
            wrong = "the scheduler is of --engine dask, which was not given", "--scheduler"
        if self.scheduler is not None and self.dask and self.jobs > 1:
            wrong = "the workers of a scheduler are its own, however many", "--scheduler, --jobs"
        if self.each and (self.from_state or self.state is not None):
            wrong = "states are of one submission", "--each, --from-state" if self.from_state else "--each, --state"
        if wrong is not None:
            import typer

            raise typer.BadParameter(wrong[0], param_hint=wrong[1])

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


def all_files(paths: Sequence[Path], how: PartsAsked) -> list[Path]:
    """The files of a submission, which is given as files, folders and patterns.

    Raises:
        OnrecordError: There is nothing in a folder, or nothing that a pattern fits; or one is no file, or given twice.
    """
    from onrecord.dataset.reading.faults import OnrecordError, show

    files = [file for path in paths for file in files_of(path, STATES if how.from_state else PREDICTIONS)]
    if "-" in map(str, files):
        raise OnrecordError("standard input is not cut into parts, which are read twice: give files")
    if pipes := [file for file in files if file.exists() and not file.is_file()]:
        raise OnrecordError(f"{show(str(pipes[0]))} is no file, and parts are read twice: give files")
    twice = {str(file) for file in files if files.count(file) > 1} if len(set(files)) < len(files) else ()
    if twice:
        raise OnrecordError(f"{min(twice)} is given twice")
    return files


def submitted(files: Sequence[Path], setting: Setting, how: PartsAsked) -> Submitted:
    """What is scored: files as the parts of one submission.

    Raises:
        OnrecordError: A state does not fit.
    """
    from onrecord.eval.scoring.rounds import Submitted
    from onrecord.eval.scoring.state_file import submitted_states

    return submitted_states(files, setting) if how.from_state else Submitted.of_files(files, setting)


def score_submitted(what: Submitted, setting: Setting, asked: Asked, how: PartsAsked) -> PartsScoring:
    """Score parts, and write their state where that is asked for."""
    from onrecord.eval.scoring.rounds import score_parts
    from onrecord.eval.scoring.state_file import write_state

    with contextlib.ExitStack() as stack:
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


def files_of(path: Path, endings: tuple[str, ...]) -> list[Path]:
    """The files that a folder or a pattern stands for, by name; what else is in a folder is named. A file is itself.

    Raises:
        OnrecordError: There is none.
    """
    from onrecord.dataset.reading.faults import OnrecordError, show

    if path.is_dir():
        there = sorted(path.iterdir())
        found = [each for each in there if each.name.endswith(endings)]
        _say_others(path, [each.name for each in there if not each.name.endswith(endings)], endings)
    elif _is_pattern(path):
        found = sorted(Path(path.anchor).glob(path.relative_to(path.anchor).as_posix()))
    else:
        return [path]
    if not found:
        raise OnrecordError(f"{show(str(path))}: no file that ends in {' or '.join(endings)}")
    return found


def _say_others(folder: Path, names: Sequence[str], endings: tuple[str, ...]) -> None:
    from onrecord.dataset.reading.faults import show

    if names:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        named = ", ".join(map(show, names[:MOST_NAMED]))
        note(f"passed over in {show(str(folder))}: {named}{more}; taken is what ends in {' or '.join(endings)}")

"""What every command shows alike: faults, notes and progress, all on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onrecord.dataset.reading.faults import Fault

EXTRAS = {
    "dask": "dask",
    "distributed": "dask",
    "pandas": "dataset",
    "sklearn": "dataset",
    "inspect_ai": "inspect",
    "httpx": "annotate",
    "label_studio_sdk": "annotate",
    "trafilatura": "ingest",
    "lxml": "ingest",
    "spacy": "spacy",
}
"""The optional dependencies that bring a library along."""

SECONDS_BETWEEN_LINES = 10.0
"""How often something long says where there is no terminal how far it is."""

MOST_NAMED = 20
"""How many kinds of things that are passed over are named."""


def complain(error: Exception) -> int:
    """Say what is wrong with the input and return the exit code; anything else is a defect and is raised."""
    from onrecord.dataset.reading.faults import FaultsError, OnrecordError

    if isinstance(error, FaultsError):
        show_faults(error.faults, error.counts)
        return 2
    if isinstance(error, OnrecordError):
        note(str(error))
        return 2
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # click's own, which newer typer brings along itself
        error.show()
        return int(error.exit_code)
    if isinstance(error, OSError) and error.filename is not None:
        from onrecord.dataset.reading.faults import show

        note(f"{show(str(error.filename))}: {error.strerror}")
        return 2
    if isinstance(error, OSError):
        from onrecord.dataset.reading.faults import show

        note(f"cannot be written: {error.strerror or show(str(error))}")  # Arrow says it without a number
        return 2
    if isinstance(error, MemoryError):
        note("there is not enough memory for it")
        return 2
    if isinstance(error, ModuleNotFoundError) and (extra := EXTRAS.get(str(error.name).partition(".")[0])):
        note(f"this needs {error.name}: pip install 'onrecord[{extra}]', or -e '.[{extra}]' in a checkout")
        return 2
    raise error


def show_faults(
    faults: Sequence[Fault],
    counts: Mapping[str, int],
    kind: str = "fault",
    end: str = "; nothing was written",
    each: bool = False,
) -> None:
    """Faults by what they have in common, and how many there are.

    Args:
        faults: As many as were kept.
        counts: How many there are of each kind.
        kind: What they are called.
        end: What follows from them.
        each: Whether each is shown, asked or not: each is to be mended at a place of its own.
    """
    from onrecord.cli.fault_lists import OPTION, all_asked, listing

    every = each or all_asked()
    told = list(listing(faults, counts, every))
    for line in told:
        note(line)
    total = sum(counts.values())
    kinds = ", ".join(f"{many} {code}" for code, many in sorted(counts.items()))
    by_kind = f" ({kinds})" if len(counts) > 1 else ""
    more = f" ({OPTION} shows each)" if not every and sum(": [" in line for line in told) < total else ""
    note(f"{total} {kind}{'s' if total > 1 else ''}{by_kind}{end}{more}")


def faults_json(faults: Sequence[Fault]) -> str:
    """Faults as one JSON object."""
    import dataclasses
    import json

    return json.dumps({"faults": [dataclasses.asdict(fault) for fault in faults]}, ensure_ascii=False, indent=1)


def note(text: str) -> None:
    """A line for the person at the terminal: nothing in it tells the terminal what to do."""
    from onrecord.dataset.reading.foreign import visible
    from onrecord.dataset.reading.platform import unread

    try:
        sys.stderr.write(f"{visible(text)}\n")
        sys.stderr.flush()
    except OSError:  # nobody reads on: what is under way ends as it would have
        unread(sys.stderr)


def say_left_out(types: Mapping[str, int], name: str = "", by: str = "the label map") -> None:
    """What a label map, or another that types are compared with, left out of a file; which file, where it is named."""
    from onrecord.dataset.reading.faults import show

    for type, many in sorted(types.items()):
        of = f"{show(name)}: " if name else ""
        note(f"{of}{many} predictions of the type {show(type)} left out: {by} has nothing like it")


def say_warnings(warnings: Mapping[str, int], predictions: Path | None) -> None:
    """That something about a file, or one of several (None), is odd, which ``onrecord validate`` shows."""
    from onrecord.dataset.reading.faults import show

    if warnings:
        kinds = ", ".join(f"{many} {code}" for code, many in sorted(warnings.items()))
        file = "FILE" if predictions is None else show(str(predictions))
        note(f"warnings: {kinds}; onrecord validate {file} says what each is")


def say_passed_over(things: Mapping[str, int]) -> None:
    """What a file has that is not read, the most frequent first."""
    from onrecord.dataset.reading.faults import show

    if not things:
        return
    ordered = sorted(things.items(), key=lambda each: (-each[1], each[0]))
    shown = ", ".join(f"{show(name)} ({many})" for name, many in ordered[:MOST_NAMED])
    more = f" and {len(ordered) - MOST_NAMED} other kinds" if len(ordered) > MOST_NAMED else ""
    note(f"passed over: {shown}{more}")


def read_input(path: Path) -> bytes:
    """What a prediction file contains, or standard input for ``-``; it may be gzipped or zipped."""
    from onrecord.eval.submission.limits import DEFAULT_LIMITS
    from onrecord.eval.submission.unpacking import content

    return content(path, DEFAULT_LIMITS)


@contextmanager
def reading(pieces: Iterator[bytes]) -> Iterator[Iterator[bytes]]:
    """The pieces, with a running number of bytes on a terminal."""
    with counting("bytes read") as tell:

        def told() -> Iterator[bytes]:
            size = 0
            for piece in pieces:
                size += len(piece)
                tell(size)
                yield piece

        yield told()


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner on a terminal while something long goes on; one line where there is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(what, highlight=False, markup=False)
        yield
        return
    with console.status(what):
        yield


@contextmanager
def counting(what: str, after: float = 0) -> Iterator[Callable[[int], object]]:
    """A running number on a terminal while something long goes on; nothing where there is no terminal.

    Args:
        what: What is counted.
        after: Seconds without anything: what is done by then shows no number.
    """
    from onrecord.eval.rendering.terminal import no_terminal

    if no_terminal(sys.stderr):
        yield lambda _: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    begun, status = time.monotonic(), console.status(what)
    with ExitStack() as shown:
        if not after:
            shown.enter_context(status)

        def tell(many: int) -> None:
            nonlocal after
            if after and time.monotonic() - begun >= after:
                after = 0
                shown.enter_context(status)
            status.update(f"{many} {what}")

        yield tell


@contextmanager
def metered(what: str, whole: int) -> Iterator[Callable[[int], object]]:
    """A bar with the time that has gone by, which takes how much of the whole is done.

    Where there is no terminal a line says it now and then.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
            task = bar.add_task(what, total=whole)
            yield lambda done: bar.update(task, completed=min(done, whole))
        return
    began = said = time.monotonic()

    def tell(done: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= SECONDS_BETWEEN_LINES:
            said = now
            note(f"{what}: {min(100, 100 * done // whole)} % after {now - began:.0f} s")

    yield tell

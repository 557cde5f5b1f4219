"""What scoring in parts costs, and what that makes on paper: the tables of ``docs/scale.md``.

``python -m benchmarks.scale`` measures on corpora of :mod:`benchmarks.articles` and prints the tables; ``--write`` puts
them into the document. Both rounds are done by one process, part after part, so that what goes from place to place can
be weighed: the bytes are those of the pickled messages.
"""

from __future__ import annotations

import dataclasses
import os
import pickle
import re
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

import typer
from benchmarks.articles import Kind, write_corpus
from benchmarks.environment import ROOT, machine
from benchmarks.measurement import ONE_THREAD
from benchmarks.whole import run
from benchmarks.whole_tasks import onrecord

from onrecord.eval.layers.added_states import PartState
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.engines.engine import First, Told, first_round
from onrecord.eval.scoring.parts import BroughtPart, Part, Setting, Source
from onrecord.eval.scoring.rounds import Submitted, score_parts
from onrecord.eval.submission.limits import Limits

DOCUMENT = ROOT / "docs" / "scale.md"
ARTICLES = 3_000
ITEMS = 10**9
"""Of the large submission on paper."""
SUBMISSIONS = 10**5
"""That are scored on paper, each on as many articles as were measured."""
LONGEST = 600.0
"""Seconds after which a command is ended."""
PART = re.compile(r"(<!-- generated: scale -->\n).*?(<!-- end -->)", re.DOTALL)

R = TypeVar("R")


@dataclasses.dataclass
class Figures:
    """What was measured on one corpus; seconds are CPU seconds."""

    items: int = 0
    """Predicted items."""
    size: int = 0
    """Bytes of the file."""
    first: float = 0.0
    evidence: int = 0
    """Bytes that go home after the first round."""
    deciding: float = 0.0
    """From evidence to what ids mean."""
    ids: int = 0
    """Bytes that go to each worker."""
    second: float = 0.0
    states: int = 0
    """Bytes that go home after the second round."""
    adding: float = 0.0
    command: float = 0.0
    """The whole command in one process, with intervals and the record."""
    peak: float = 0.0
    """The most memory of the command without the record, in MB of 10**6 bytes."""
    jobs: float = 0.0
    """The whole command with two processes."""


class Weighing:
    """An engine of one process that measures what it does, and weighs what would be sent.

    Args:
        figures: Where that is noted.
    """

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._brought: list[BroughtPart] = []
        self._decided = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._brought = []

    def first(self, sources: Sequence[Source], setting: Setting, told: Told) -> list[First]:
        """See :class:`onrecord.eval.scoring.engines.engine.Engine`."""
        found = []
        for source in sources:
            brought, seconds = _timed(partial(first_round, source, setting))
            evidence, more = _timed(brought.evidence)
            self._brought.append(brought)
            found.append((brought.part.head, evidence))
            self._figures.first += seconds + more
            said = brought.part.predicted
            self._figures.items += len(said.mentions) + len(said.events) + len(said.quotes) + len(said.stances)
        self._figures.evidence = _weight(found)
        self._decided = time.process_time()
        return found

    def second(self, ids: IdMap, items: Collection[str], told: Told) -> PartState:
        """See :class:`onrecord.eval.scoring.engines.engine.Engine`."""
        self._figures.deciding = time.process_time() - self._decided
        self._figures.ids = _weight(ids)
        states = []
        for each in self._brought:
            state, seconds = _timed(partial(each.count, ids, items))
            states.append(state)
            self._figures.second += seconds
            self._figures.states += _weight(state)
        total, self._figures.adding = _timed(lambda: PartState.total(states))
        return total

    def parts(self) -> Iterator[Part]:
        """See :class:`onrecord.eval.scoring.engines.engine.Engine`."""
        return (each.part for each in self._brought)

    def each(self, task: Callable[..., R], arguments: Sequence[tuple[Any, ...]]) -> Iterator[R]:
        """See :class:`onrecord.eval.scoring.engines.engine.Engine`."""
        return (task(*each) for each in arguments)


def _timed(function: Callable[[], R]) -> tuple[R, float]:
    begun = time.process_time()
    found = function()
    return found, time.process_time() - begun


def _weight(value: object) -> int:
    return len(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def measured(folder: Path) -> Figures:
    """Measure a corpus."""
    figures, predictions = Figures(), folder / "predictions.jsonl"
    figures.size = predictions.stat().st_size
    setting = Setting(folder / "dataset", "test", None, Limits())
    with Weighing(figures) as engine:
        score_parts(Submitted.of_files([predictions], setting), setting, Asked(how=None), engine, lambda _: None)
    words = ["score", str(predictions), "--gold", str(folder / "dataset")]
    figures.command, _ = _command([*words, "--json"])
    figures.jobs, _ = _command([*words, "--json", "--jobs", "2"])
    _, figures.peak = _command(words)
    return figures


def _command(words: Sequence[str]) -> tuple[float, float]:
    """CPU seconds of a command and of its processes, and the most memory of one of them."""
    found = run(onrecord(*words), LONGEST, ONE_THREAD, sys.executable)
    if found is None:
        raise TimeoutError(f"onrecord {' '.join(words)} was not done after {LONGEST:g} s")
    return found.score, found.peak


def tables(corpora: Sequence[Figures], articles: int) -> str:
    """The tables of the document.

    Args:
        corpora: What was measured on copies and on hard.
        articles: Of each of the corpora.
    """

    def row(name: str, of: Callable[[Figures], str]) -> str:
        return f"| {name} | {' | '.join(of(each) for each in corpora)} |"

    def share(each: Figures) -> float:
        return ITEMS / each.items

    facts = machine()
    millions = " and ".join(f"{share(each) * articles / 1e6:.1f}" for each in corpora)
    lines = [
        f"| {articles:,} articles | copies (ids are shared) | hard (ids are new in every article) |",
        "|---|---:|---:|",
        row("items of the file, bytes of it", lambda f: f"{f.items:,}; {_mb(f.size)}"),
        row("round 1, s", lambda f: f"{f.first:.2f}"),
        row("evidence that goes home", lambda f: _mb(f.evidence)),
        row("deciding on ids, s, in one place", lambda f: f"{f.deciding:.2f}"),
        row("what ids mean, to each worker", lambda f: _mb(f.ids)),
        row("round 2, s", lambda f: f"{f.second:.2f}"),
        row("states that go home", lambda f: _mb(f.states)),
        row("adding them, s", lambda f: f"{f.adding:.2f}"),
        row("the whole command with intervals, `onrecord score --json`, s", lambda f: f"{f.command:.1f}"),
        row("the same with `--jobs 2`, both processes and the parent, s", lambda f: f"{f.jobs:.1f}"),
        row("most memory of `onrecord score`", lambda f: f"{f.peak:,.0f} MB"),
        "",
        f"({facts['processor']}, {facts['python']}; CPU seconds.) On paper, in proportion to that:",
        "",
        "| | copies | hard |",
        "|---|---:|---:|",
        row(
            f"**10^9 items** ({millions} million articles): rounds and adding, machine hours of one core",
            lambda f: f"{share(f) * (f.first + f.second + f.adding) / 3600:.1f}",
        ),
        row("deciding on ids, hours, in one place", lambda f: f"{share(f) * f.deciding / 3600:.1f}"),
        row("read from disk", lambda f: _gb(share(f) * f.size)),
        row("evidence home; states home", lambda f: f"{_gb(share(f) * f.evidence)}; {_gb(share(f) * f.states)}"),
        row("what ids mean, to each worker", lambda f: _gb(share(f) * f.ids)),
        row(
            f"**10^5 submissions** on {articles:,} articles, each the whole command, machine hours",
            lambda f: f"{SUBMISSIONS * f.command / 3600:,.0f}",
        ),
        row("read from disk", lambda f: f"{SUBMISSIONS * f.size / 1e12:.1f} TB"),
        "| records and states that move, where each submission is one part | only the record | only the record |",
    ]
    return "\n".join(lines) + "\n"


def _mb(size: float) -> str:
    return f"{size / 1e6:.2f} MB" if size < 1e5 else f"{size / 1e6:.1f} MB"


def _gb(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size < 1e9 else f"{size / 1e9:,.0f} GB"


def filled(text: str, made: str) -> str:
    """A document with the generated part put in."""
    return PART.sub(lambda part: part.group(1) + made + part.group(2), text)


def main(
    articles: Annotated[int, typer.Option(help="Articles of each corpus.")] = ARTICLES,
    write: Annotated[bool, typer.Option("--write", help="Put the tables into docs/scale.md.")] = False,
) -> None:
    """Measure scoring in parts, and print the tables."""
    with tempfile.TemporaryDirectory() as made:  # articles are text that must not stay
        os.environ["ONRECORD_CACHE"] = str(Path(made) / "cache")
        write_corpus(Path(made) / "warm", Kind.hard, 30, 0)
        measured(Path(made) / "warm")
        found = []
        for kind in (Kind.copies, Kind.hard):
            folder = Path(made) / kind
            write_corpus(folder, kind, articles, 0)
            found.append(measured(folder))
            print(f"{kind}: {found[-1]}", file=sys.stderr, flush=True)
    text = tables(found, articles)
    typer.echo(text)
    if write:
        DOCUMENT.write_text(filled(DOCUMENT.read_text("utf-8"), text), "utf-8")


if __name__ == "__main__":
    typer.run(main)

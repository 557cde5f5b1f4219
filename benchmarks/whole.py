"""The whole task: commands on corpora of articles with every layer, beside the typed decode of the same predictions.

``python -m benchmarks.whole`` measures what is not measured yet and prints the tables; ``--readme`` puts them into the
README. Every measurement is a process of its own with a limit of time: what takes longer is told as such and not tried
on a larger corpus.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Annotated

import msgspec
import typer
from benchmarks.environment import HERE, ROOT, home, peers_python, source_of_whole
from benchmarks.measurement import BRIEF, ONE_THREAD, Failed, Measured, Results, Run
from benchmarks.whole_table import DECODE, OVER, filled, group_of, markdown
from benchmarks.whole_tasks import ARTICLES, CLUSTERS, FIXED, SIZES, TASKS, Kind, Place, Task, python_of, sizes_of

CAP = 120.0
"""Seconds on the clock after which a process is ended."""
BUDGET = 900.0
"""Seconds on the clock after which nothing more is begun."""
KINDS: tuple[Kind, ...] = ("fixed", "annotated", *ARTICLES)
DECODES = 5
"""How often the typed decode is measured; the median counts."""


class Again(StrEnum):
    """What to measure again."""

    nothing = "nothing"
    stale = "stale"
    all = "all"


def run(words: Sequence[str], seconds: float, environment: Mapping[str, str], python: str) -> Measured | None:
    """What a worker measures; None where it was ended after so many seconds.

    Raises:
        Failed: It ended with an error.
    """
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [python, "-m", "benchmarks.worker", *words],
        cwd=ROOT,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
        env={**os.environ, **environment},
    )
    try:
        printed, complaint = process.communicate(timeout=seconds)
    except BaseException as interruption:
        os.killpg(process.pid, signal.SIGKILL)  # a command is the worker's child
        process.communicate()
        if isinstance(interruption, subprocess.TimeoutExpired):
            return None
        raise
    if process.returncode:
        raise Failed(" ".join(complaint.decode("utf-8", "replace").strip().splitlines()[-1:]))
    return msgspec.json.decode(printed, type=Measured)


@dataclasses.dataclass
class Session:
    """Measuring what is missing, for as long as there is time."""

    results: Results
    data: Path
    """Where corpora with articles are made."""
    cap: float
    until: float
    """On the monotonic clock: when nothing more is begun."""
    peers: bool
    told: Callable[[str], object]
    failures: list[str] = dataclasses.field(default_factory=list)

    def measure(self, most: int) -> None:
        """Every task on every corpus of up to so many articles, the small ones first."""
        for size in (0, *SIZES):
            for kind in KINDS:
                if size in sizes_of(kind, most):
                    self._on_corpus(kind, size)

    def _on_corpus(self, kind: Kind, size: int) -> None:
        missing = [task for task in TASKS if self._missing(task, kind, size)]
        missing = [task for task in missing if not self._carried_over(task, kind, size)]
        if not missing or time.monotonic() > self.until:
            return
        place_of = _fixed_place if kind == "fixed" else _annotated_place if kind == "annotated" else _articles_place
        with tempfile.TemporaryDirectory() as scratch:
            place = place_of(self.data, kind, size, Path(scratch))
            if kind in ARTICLES:
                # the columns of gold, as an earlier command has left them
                fill = ["public", "gold-again", str(place.corpus), str(place.corpus)]
                run(fill, self.cap, self._environment(TASKS[0], place), sys.executable)
            for task in missing:
                if time.monotonic() > self.until:
                    self.told(f"no time is left: {task.label}, {kind}, {size}")
                    return
                self._task(task, kind, place)

    def _missing(self, task: Task, kind: Kind, size: int) -> bool:
        kept = self.results.of(group_of(kind, size), task.label)
        return kind in task.kinds and size <= task.most and not kept

    def _carried_over(self, task: Task, kind: Kind, size: int) -> bool:
        """Whether a smaller corpus took longer than the cap: then this one does too, and it is kept."""
        for smaller in (each for each in SIZES if each < size):
            for each in self.results.of(group_of(kind, smaller), task.label).values():
                if OVER in each.figures:
                    self._keep(task, kind, size, 0, each)
                    return True
        return False

    def _task(self, task: Task, kind: Kind, place: Place) -> None:
        name = f"{task.label}, {kind}, {place.size}"
        if not self.peers and task.words(place)[0] == "peers":
            return
        environment = self._environment(task, place)
        try:
            for need in task.needs(place):
                if not need.path.exists() and run(need.words, self.cap, environment, sys.executable) is None:
                    self._keep(task, kind, place.size, 0, _ended(self.cap))
                    return
            decodes = [decode_cpu(Path(place.systems[0])) for _ in range(DECODES)] if kind in ARTICLES else []
            figures = {DECODE: median(decodes)} if decodes else {}
            python = python_of(task.words(place), peers_python() if task.words(place)[0] == "peers" else None)
            for number in range(2):
                begun = time.monotonic()
                limit = max(1.0, min(self.cap, self.until + self.cap - begun))
                found = run(task.words(place), limit, environment, python)
                if found is None:
                    found = _ended(limit)
                self._keep(task, kind, place.size, number, _with(found, figures))
                self.told(f"{name}: {found.score:.3f} s CPU, {found.peak:,.0f} MB {found.figures}")
                if time.monotonic() - begun > BRIEF:
                    break
        except (Failed, subprocess.CalledProcessError) as failure:
            self.failures.append(f"{name}: {failure}")
            self.told(f"FAILED {name}: {failure}")

    def _environment(self, task: Task, place: Place) -> dict[str, str]:
        cache = {"ONRECORD_CACHE": str(place.scratch / "cache") if task.cached else ""}
        return cache if task.words(place)[0] == "command" else {**cache, **ONE_THREAD}

    def _keep(self, task: Task, kind: Kind, size: int, number: int, found: Measured) -> None:
        self.results.add(Run(group_of(kind, size), task.label, number, source_of_whole(), found))


def _ended(seconds: float) -> Measured:
    return Measured(0.0, 0.0, 0.0, seconds, 0.0, {OVER: seconds}, {})


def _with(found: Measured, figures: dict[str, float]) -> Measured:
    return msgspec.structs.replace(found, figures={**found.figures, **figures})


def decode_cpu(predictions: Path) -> float:
    """CPU seconds of decoding every line of a file as what it is, with nothing else done."""
    from onrecord.eval.submission.prediction_line import PredictionLine

    decoder = msgspec.json.Decoder(PredictionLine)
    spent = 0.0
    with open(predictions, "rb") as file:
        while lines := file.readlines(2**22):
            begun = time.process_time()
            for line in lines:
                decoder.decode(line)
            spent += time.process_time() - begun
    return spent


def _articles_place(data: Path, kind: Kind, size: int, scratch: Path) -> Place:
    corpus = _made(data, kind, size, 0)
    other = _made(data, kind, size, 1) if size <= 3_000 else corpus
    return Place(corpus, other, _made(data, kind, SIZES[0], 0), scratch, size)


def _made(data: Path, kind: str, size: int, seed: int) -> Path:
    """The folder of a corpus, made where it is not there."""
    folder = data / f"{kind}-{size}-{seed}"
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.part")
        words = ["--kind", kind, "--articles", str(size), "--seed", str(seed), "-o", str(part)]
        relabelled = ["--relabelled"] if seed == 0 and size <= 3_000 else []
        subprocess.run([sys.executable, "-m", "benchmarks.articles", *words, *relabelled], cwd=ROOT, check=True)
        part.rename(folder)
    return folder


def _annotated_place(data: Path, kind: Kind, size: int, scratch: Path) -> Place:
    from benchmarks.annotated import write_annotated

    folder = data / f"{kind}-{size}"
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.part")
        write_annotated(part, size)
        part.rename(folder)
    return Place(folder, folder, folder, scratch, size)


def _fixed_place(data: Path, kind: Kind, size: int, scratch: Path) -> Place:
    """The corpora without articles are those of the other benchmark, and are kept where those are."""
    from benchmarks.corpora import is_made
    from benchmarks.public import write_cluster_files

    kept = home() / "data"
    for corpus in FIXED:
        if not is_made(kept, corpus):
            described = msgspec.json.encode(corpus).decode()
            subprocess.run([sys.executable, "-m", "benchmarks.corpora", str(kept), described], cwd=ROOT, check=True)
    write_cluster_files(kept, CLUSTERS)
    return Place(data, data, data, scratch, size)


def main(
    most: Annotated[int, typer.Option(help="Articles of the largest corpus.")] = SIZES[-1],
    cap: Annotated[float, typer.Option(help="Seconds after which a process is ended.")] = CAP,
    budget: Annotated[float, typer.Option(help="Seconds after which nothing more is begun.")] = BUDGET,
    again: Annotated[Again, typer.Option(help="Kept runs to measure again: all, or those of other code.")] = (
        Again.nothing
    ),
    peers: Annotated[bool, typer.Option(help="Whether to measure the peer too.")] = True,
    data: Annotated[Path | None, typer.Option(help="Keep corpora here; else they are made and removed.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the results.")] = ROOT / "results/bench",
    readme: Annotated[bool, typer.Option("--readme", help="Put the tables into the README.")] = False,
) -> None:
    """Measure of the whole task what is not measured yet, and print the tables."""
    output.mkdir(parents=True, exist_ok=True)
    results = Results(output / "whole.jsonl")
    source = source_of_whole()
    places = [each.place for each in results.runs.values() if again is Again.all or each.source != source]
    if again is not Again.nothing:
        results.forget(places)
    with tempfile.TemporaryDirectory() as made:  # articles are text that must not stay
        kept = Path(made) if data is None else data.resolve()
        kept.mkdir(parents=True, exist_ok=True)
        session = Session(results, kept, cap, time.monotonic() + budget, peers, _told)
        session.measure(most)
    tables = markdown(results)
    typer.echo(tables)
    old = sum(each.source != source for each in results.runs.values())
    if old:
        _told(f"{old} runs are of other code: --again stale")
    if readme:
        path = HERE / "README.md"
        path.write_text(filled(path.read_text("utf-8"), tables), "utf-8")
    if session.failures:
        raise typer.Exit(1)


def _told(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)

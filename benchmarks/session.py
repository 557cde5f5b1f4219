"""Measuring what is not measured yet: corpora are made, tasks take turns, every run is kept at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from benchmarks.corpora import Corpus, SpanTruth, corpus_folder, is_made, read_made
from benchmarks.environment import ROOT, source_of_ours, source_of_peers
from benchmarks.measurement import Failed, Results, Run, measure
from benchmarks.plan import TOYS, Group, Task

RunKey = tuple[str, str, int]


def turns(groups: Sequence[Group]) -> Iterator[tuple[Group, Task, int]]:
    """Every run there is to make: of each group all of one round, then all of the next."""
    for group in groups:
        for number in range(max(task.rounds for task in group.tasks)):
            yield from ((group, task, number) for task in group.tasks if number < task.rounds)


def sources() -> dict[str, str]:
    """Digests of the code that is here, by side."""
    ours = source_of_ours()
    return {"ours": ours, "command": ours, "peers": source_of_peers()}


def stale(results: Results, groups: Sequence[Group]) -> list[RunKey]:
    """The runs of these groups that measured another version of the code."""
    current = sources()
    places = {(group.name, task.key, number): current[task.side] for group, task, number in turns(groups)}
    return [place for place, source in places.items() if (run := results.runs.get(place)) and run.source != source]


def stale_rounds(results: Results, groups: Sequence[Group]) -> list[RunKey]:
    """All runs of the rounds that have a stale one: a ratio is of runs that were made one after the other."""
    rounds = {(group, number) for group, _, number in stale(results, groups)}
    places = [(group.name, task.key, number) for group, task, number in turns(groups)]
    return [place for place in places if (place[0], place[2]) in rounds]


def missing(results: Results, groups: Sequence[Group]) -> list[tuple[Group, Task, int]]:
    """The runs that there are no results of."""
    return [turn for turn in turns(groups) if (turn[0].name, turn[1].key, turn[2]) not in results.runs]


def make_corpora(data: Path, groups: Sequence[Group]) -> None:
    """Make the corpora of some groups that are not there yet, one process each."""
    wanted: dict[str, Corpus] = {}
    for group in groups:
        for task in group.tasks:
            if task.corpus is not None:
                toy = TOYS[type(task.corpus)]
                wanted |= {task.corpus.name: task.corpus, toy.name: toy}
    for corpus in wanted.values():
        if not is_made(data, corpus):
            described = msgspec.json.encode(corpus).decode()
            command = [sys.executable, "-m", "benchmarks.corpora", str(data), described]
            subprocess.run(command, cwd=ROOT, check=True)


def known(data: Path, groups: Sequence[Group]) -> dict[str, dict[str, float]]:
    """What the corpora of some groups were made with, as far as they are there."""
    found: dict[str, dict[str, float]] = {}
    for corpus in {task.corpus for group in groups for task in group.tasks if task.corpus is not None}:
        if is_made(data, corpus):
            truth = read_made(corpus_folder(data, corpus)).truth
            found[corpus.name] = truth.figures if isinstance(truth, SpanTruth) else {}
    return found


def run_all(
    results: Results,
    groups: Sequence[Group],
    data: Path,
    peers: Path | None,
    told: Callable[[Group, Task, int], object],
) -> dict[str, str]:
    """Measure what is missing.

    Args:
        results: Where runs are kept.
        groups: What to measure.
        data: Where the corpora are.
        peers: Interpreter of the peers; None where no task needs it.
        told: Called before every run.

    Returns:
        Why tasks failed, by group and label. A task that has failed is not tried again.
    """
    current = sources()
    failures: dict[str, str] = {}
    for group, task, number in missing(results, groups):
        name = f"{group.name}: {task.label}"
        told(group, task, number)
        if name in failures:
            continue
        try:
            measured = measure(task, data, peers)
        except Failed as failure:
            failures[name] = str(failure)
        else:
            results.add(Run(group.name, task.key, number, current[task.side], measured))
    return failures

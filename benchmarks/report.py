"""What was measured as tables for the terminal and the README, and as JSON."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.comparison import (
    Outcome,
    Ratio,
    disagreements,
    files_cpu,
    outcomes,
    peak,
    ratio,
    score_cpu,
    typical,
    wall,
)
from benchmarks.measurement import Results
from benchmarks.plan import Group, Task
from rich.console import Console
from rich.table import Table

_PART = re.compile(r"(<!-- generated: bench -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Facts:
    """What must be known to read the numbers."""

    machine: Mapping[str, str]
    ours: Mapping[str, str]
    peers: Mapping[str, str]
    """Empty where no peer was measured."""
    truths: Mapping[str, Mapping[str, float]]
    """By name of the corpus, what is known of it without any scorer."""
    stale: int
    """Runs that measured another version of the code than the one that is here."""


@dataclasses.dataclass(frozen=True)
class Section:
    """A table."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclasses.dataclass(frozen=True)
class TaskRow:
    """What was measured of one task, medians over its rounds."""

    task: Task
    rounds: int
    load: float
    score: float
    wall: float
    peak: float
    times: Ratio | None
    """Its scoring over ours."""
    times_files: Ratio | None
    """Its reading and scoring over ours."""
    figures: Mapping[str, float]


def rows(results: Results, group: Group) -> list[TaskRow]:
    """The tasks of a group that were measured."""
    found = []
    for task in group.tasks:
        runs = results.of(group.name, task.key).values()
        if not runs:
            continue
        alone, files = group.baseline(task, "score"), group.baseline(task, "files")
        compared = task.side != "command" and task.measures == "score"
        from_files = task.side == "peers" or task.measures == "files"
        found.append(
            TaskRow(
                task,
                len(runs),
                _known(typical(results, group.name, task.key, lambda run: run.load)),
                _known(typical(results, group.name, task.key, score_cpu)),
                _known(typical(results, group.name, task.key, wall)),
                _known(typical(results, group.name, task.key, peak)),
                ratio(results, group.name, task.key, alone.key, score_cpu) if alone and compared else None,
                ratio(results, group.name, task.key, files.key, files_cpu) if files and from_files else None,
                next(iter(runs)).figures,
            )
        )
    return found


def _known(value: float | None) -> float:
    assert value is not None
    return value


def sections(results: Results, groups: Sequence[Group]) -> list[Section]:
    """The targets and a table for each group that was measured."""
    made = []
    targets = [outcome for outcome in outcomes(results) if outcome.measured is not None]
    if targets:
        body = tuple(_outcome(outcome) for outcome in targets)
        made.append(Section("Targets", ("target", "measured", "wanted", "met"), body))
    for group in groups:
        found = rows(results, group)
        if not found:
            continue
        if all(row.task.side == "command" for row in found):
            headings: tuple[str, ...] = ("process", "CPU s", "clock s", "peak MB", "runs")
            body = tuple(
                (row.task.label, _seconds(row.score), _seconds(row.wall), f"{row.peak:,.0f}", str(row.rounds))
                for row in found
            )
        else:
            headings = ("", "load s", "score s", "clock s", "score ×", "files to score ×", "peak MB", "runs", "score")
            body = tuple(_row(row) for row in found)
        made.append(Section(group.title, headings, body))
    return made


def _outcome(outcome: Outcome) -> tuple[str, ...]:
    assert outcome.measured is not None
    measured = f"{_number(outcome.measured)} {outcome.unit}"
    return outcome.claim, measured, f"{outcome.relation} {outcome.limit:g}", "yes" if outcome.met else "NO"


def _row(row: TaskRow) -> tuple[str, ...]:
    several = row.task.processes > 1
    quoted = next(iter(row.figures.items()), None)
    return (
        row.task.label,
        _seconds(row.load) if row.task.measures == "score" else "",
        "" if several else _seconds(row.score),
        _seconds(row.wall),
        _times(row.times),
        "" if several else _times(row.times_files),
        "" if several else f"{row.peak:,.0f}",
        str(row.rounds),
        f"{quoted[0]} {quoted[1]:.6f}" if quoted else "",
    )


def _seconds(value: float) -> str:
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 1 else f"{value:.2f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _times(value: Ratio | None) -> str:
    if value is None:
        return ""
    if value.rounds == 1 or value.low == value.high:
        return _number(value.median)
    return f"{_number(value.median)} ({_number(value.low)}–{_number(value.high)})"


def notes(results: Results, groups: Sequence[Group], facts: Facts) -> list[str]:
    """The machine, the versions, and what must not be overlooked."""
    found = [", ".join(f"{name}: {value}" for name, value in facts.machine.items())]
    found.append("ours: " + ", ".join(f"{name} {version}" for name, version in facts.ours.items()))
    if facts.peers:
        found.append("peers: " + ", ".join(f"{name} {version}" for name, version in facts.peers.items()))
    wrong = disagreements(results, groups, facts.truths)
    if not wrong:
        found.append("All scores of the same name on the same corpus agree to six digits, also with the generator.")
    for each in wrong:
        found.append(
            f"{each.figure} differs in {each.group}: {each.one} {each.value:.6f}, {each.other} {each.other_value:.6f}"
        )
    if facts.stale:
        found.append(f"{facts.stale} runs measured another version of the code: --again stale measures them again.")
    return found


def as_data(results: Results, groups: Sequence[Group], facts: Facts) -> dict[str, Any]:
    """Everything, for JSON."""
    return {
        **dataclasses.asdict(facts),
        "targets": [{**dataclasses.asdict(outcome), "met": outcome.met} for outcome in outcomes(results)],
        "disagreements": [dataclasses.asdict(each) for each in disagreements(results, groups, facts.truths)],
        "groups": {
            group.name: {"title": group.title, "rows": [_as_data(row) for row in found]}
            for group in groups
            if (found := rows(results, group))
        },
    }


def _as_data(row: TaskRow) -> dict[str, Any]:
    value = dataclasses.asdict(dataclasses.replace(row, figures=dict(row.figures)))
    task = row.task
    value["task"] = {
        "label": task.label,
        "side": task.side,
        "contender": task.contender,
        "corpus": task.corpus.name if task.corpus else None,
    }
    return value


def print_tables(console: Console, results: Results, groups: Sequence[Group], facts: Facts) -> None:
    """Tables that can be pasted, and the notes."""
    for section in sections(results, groups):
        table = Table(title=section.title, title_justify="left", box=None, pad_edge=False)
        for index, heading in enumerate(section.headings):
            table.add_column(heading, justify="right" if index else "left", no_wrap=True)
        for row in section.rows:
            table.add_row(*row)
        console.print(table)
        console.print()
    for note in notes(results, groups, facts):
        console.print(note, soft_wrap=True)


def markdown(results: Results, groups: Sequence[Group], facts: Facts) -> str:
    """The same for the README."""
    blocks = []
    for section in sections(results, groups):
        lines = [_line(section.headings), _line(["---", *["---:"] * (len(section.headings) - 1)])]
        lines += [_line(row) for row in section.rows]
        blocks.append(f"**{section.title}**\n\n" + "\n".join(lines))
    blocks.append("\n".join(f"- {note}" for note in notes(results, groups, facts)))
    return "\n\n".join(blocks) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def filled(text: str, made: str) -> str:
    """A document with the generated part put in."""
    return _PART.sub(lambda part: part.group(1) + made + part.group(2), text)

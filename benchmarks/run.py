"""Measure onrecord against its peers: ``python benchmarks/run.py``; what is measured and how stands in the README."""

from __future__ import annotations

import dataclasses
import fnmatch
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from benchmarks.measurement import Results
    from benchmarks.plan import Group
    from benchmarks.report import Facts
    from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent


class Again(StrEnum):
    """What to measure again."""

    nothing = "nothing"
    stale = "stale"
    all = "all"


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Small corpora, once: whether it all works.")] = False,
    only: Annotated[str, typer.Option(help="Names of groups, with * and ?.")] = "*",
    peers: Annotated[bool, typer.Option(help="Whether to measure the peers too.")] = True,
    again: Annotated[Again, typer.Option(help="Kept runs to measure again: all, or rounds with other code.")] = (
        Again.nothing
    ),
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the results.")] = ROOT / "results/bench",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure what is not measured yet and print ratios."""
    from benchmarks import plan, report
    from benchmarks.environment import HERE, home, peers_python
    from benchmarks.measurement import Results
    from benchmarks.session import make_corpora, missing, stale_rounds
    from rich.console import Console

    notes = Console(stderr=True, highlight=False)
    every = plan.QUICK if quick else plan.FULL
    groups = [_of_sides(group, peers) for group in every if fnmatch.fnmatch(group.name, only)]
    if not groups:
        notes.print(f"no group is called {only!r}; there are {', '.join(group.name for group in every)}", markup=False)
        raise typer.Exit(2)
    output.mkdir(parents=True, exist_ok=True)
    results = Results(output / ("quick.jsonl" if quick else "runs.jsonl"))
    if again is Again.stale:
        results.forget(stale_rounds(results, groups))
    elif again is Again.all:
        results.forget((name, task, n) for name, task, n in list(results.runs) if name in {g.name for g in groups})
    python = None
    if any(task.side == "peers" for _, task, _ in missing(results, groups)):
        with notes.status("installing the peers into an environment of their own"):
            python = peers_python()
    with notes.status("making the corpora"):
        make_corpora(home() / "data", groups)
    failures = _measure(notes, results, groups, home() / "data", python)
    shown = groups if quick else [_of_sides(group, True) for group in plan.FULL]
    facts = _facts(results, shown, home() / "data")
    data = {**report.as_data(results, shown, facts), "failures": failures}
    written = output / ("quick.json" if quick else "report.json")
    written.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if as_json:
        sys.stdout.write(written.read_text(encoding="utf-8"))
    else:
        report.print_tables(Console(highlight=False, markup=False, width=200), results, shown, facts)
    for name, reason in failures.items():
        notes.print(f"FAILED {name}: {reason}", markup=False)
    if not quick and not missing(results, plan.FULL):
        readme = HERE / "README.md"
        readme.write_text(report.filled(readme.read_text("utf-8"), report.markdown(results, shown, facts)), "utf-8")
    if failures:
        raise typer.Exit(1)


def _of_sides(group: Group, peers: bool) -> Group:
    return group if peers else dataclasses.replace(group, tasks=tuple(t for t in group.tasks if t.side != "peers"))


def _measure(notes: Console, results: Results, groups: list[Group], data: Path, python: Path | None) -> dict[str, str]:
    from benchmarks.plan import Task
    from benchmarks.session import missing, run_all
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # drawing the bar costs time that belongs to what is measured: seldom, then
    with Progress(*columns, console=notes, refresh_per_second=1) as progress:
        bar = progress.add_task("", total=len(missing(results, groups)))

        def told(group: Group, task: Task, number: int) -> None:
            begun = progress.tasks[0].total
            left = len(missing(results, groups))
            progress.update(bar, completed=(begun or 0) - left)
            doing = f"{group.name}: {task.label}, run {number + 1} of {task.rounds}"
            progress.update(bar, description=doing)
            if not notes.is_terminal:
                notes.print(doing, markup=False)

        failures = run_all(results, groups, data, python, told)
        progress.update(bar, completed=progress.tasks[0].total or 0, description="measured")
    return failures


def _facts(results: Results, groups: list[Group], data: Path) -> Facts:
    from benchmarks.environment import machine
    from benchmarks.report import Facts
    from benchmarks.session import known, stale

    versions: dict[str, dict[str, str]] = {"ours": {}, "peers": {}, "command": {}}
    for group in groups:
        for task in group.tasks:
            for run in results.of(group.name, task.key).values():
                versions[task.side] |= run.versions
    truths = known(data, groups)
    return Facts(machine(), versions["ours"], versions["peers"], truths, len(stale(results, groups)))


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    typer.run(main)

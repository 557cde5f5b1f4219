"""How long it takes to perturb many articles: the probes on copies of the five, by what a user waits for.

``python -m benchmarks.perturbing 10000`` prints a table: seconds of CPU and on the clock for the change itself
(:func:`onrecord.dataset.perturbing.perturbed.perturb`), by probe; ``--folder`` also writes the dataset folder of the
first probe, which takes far longer than any change. One process, one thread.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from benchmarks.articles import Kind, copy_of
from benchmarks.base import base as the_five
from benchmarks.environment import ROOT

from onrecord.dataset import Gold
from onrecord.dataset.corpus import read_corpus
from onrecord.dataset.perturbing.perturbed import perturb
from onrecord.dataset.perturbing.probe import Page, Pages
from onrecord.dataset.perturbing.probes import PROBES, asked_probes
from onrecord.dataset.publishing.build import write
from onrecord.dataset.publishing.card import markdown_table
from onrecord.dataset.seeds.documents import read_seed


def corpus(articles: int) -> tuple[Gold, Pages]:
    """So many articles, copies of the five, each with a page of its own."""
    base = the_five()
    copies = range(-(-articles // len(base.articles)))
    found = [article for n in copies for article in copy_of(base, Kind.copies, n).articles][:articles]
    seeds = {described.id: Page(described, decoded) for described, decoded in map(read_seed, _descriptions())}
    pages = {article.document.id: seeds[article.document.id.rpartition("-")[0]] for article in found}
    gold = Gold(articles=tuple(sorted(found, key=lambda each: each.document.id)), registries=base.registries)
    return gold, pages


def _descriptions() -> list[Path]:
    return sorted((ROOT / "seeds").glob("*.json"))


def main(
    articles: int = typer.Argument(10_000),
    probe: Annotated[list[str] | None, typer.Option(help="Those that are timed; every one if left out.")] = None,
    folder: bool = typer.Option(False, help="Write the dataset folder of the first of them too."),
) -> None:
    """Time the probes."""
    gold, pages = corpus(articles)
    about = msgspec.structs.replace(read_corpus(ROOT).about, gold=None)
    rows = []
    names = probe or [*PROBES]
    for name in names:
        clock, cpu = time.perf_counter(), time.process_time()
        found = perturb(gold, about, "", asked_probes(name.split("+")), 0, pages)
        seconds = time.process_time() - cpu, time.perf_counter() - clock
        edits = sum(len(step) for article in found.file.articles for step in article.steps)
        rows.append([name, f"{seconds[0]:.1f}", f"{seconds[1]:.1f}", str(edits)])
        if folder and name == names[0]:
            clock, cpu = time.perf_counter(), time.process_time()
            with tempfile.TemporaryDirectory() as made:
                write(found.build(), Path(made) / "dataset")
            seconds = time.process_time() - cpu, time.perf_counter() - clock
            rows.append([f"{name}, the folder written", f"{seconds[0]:.1f}", f"{seconds[1]:.1f}", ""])
    typer.echo(f"{articles} articles\n\n{markdown_table(['probe', 'CPU s', 'clock s', 'edits'], rows)}")


if __name__ == "__main__":
    typer.run(main)

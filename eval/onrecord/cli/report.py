"""``onrecord report``: a result as a page, or as a text."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.asked import (
    AllowMissing,
    Dataset,
    Draws,
    LabelMapName,
    Level,
    Seed,
    SplitName,
    Unit,
    UnitName,
    sampling,
)
from onrecord.cli.show import note, read_input, say_left_out

if TYPE_CHECKING:
    from onrecord.dataset import Gold
    from onrecord.eval.api import Scoring


class Format(StrEnum):
    """What a report is written as."""

    html = "html"
    markdown = "markdown"
    text = "text"


_SUFFIXES = {".html": Format.html, ".htm": Format.html, ".md": Format.markdown, ".txt": Format.text}


def report(
    predictions: Annotated[Path, typer.Argument(metavar="RESULT", help="Prediction file, JSON Lines.")],
    against: Annotated[Path | None, typer.Option(help="Another one, to show what changed from it.")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The report, report.html where not given; - for standard output.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        Format | None, typer.Option("--format", help="By the suffix of --output where not given.", show_default=False)
    ] = None,
    gold: Dataset = Path("dataset"),
    split: Annotated[SplitName, typer.Option(help="Articles to score on.")] = SplitName.test,
    labels: LabelMapName = None,
    allow_missing: AllowMissing = False,
    unit: UnitName = Unit.document,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
) -> None:
    """Show what a system gets right and wrong: one HTML file that opens anywhere, or Markdown, or text."""
    from onrecord.dataset import read_folder
    from onrecord.dataset.files import write_atomically
    from onrecord.eval.api import in_split
    from onrecord.eval.ceiling import read_ceiling
    from onrecord.eval.report import html, markdown_report, page_view, text_report
    from onrecord.eval.result import Report

    labelled = read_folder(gold)
    found = _scored(predictions, labelled, split, labels, allow_missing)
    other = None if against is None else _scored(against, labelled, split, labels, allow_missing)
    made = Report.of(found.result, sampling(unit, level, draws, seed))
    view = page_view(
        made,
        labelled,
        found.submission,
        ceiling=read_ceiling(gold, found.result),
        other=None if other is None or against is None else (_name(against, predictions), other.result),
        command=_command(predictions, gold, split, labels, allow_missing, unit, level, draws, seed),
    )
    kind = format or _SUFFIXES.get("" if output is None else output.suffix.lower(), Format.html)
    if kind is Format.html:
        content = html(view)
    else:
        content = (markdown_report if kind is Format.markdown else text_report)(view).encode("utf-8", "replace")
    output = output or Path(f"report{next(suffix for suffix, each in _SUFFIXES.items() if each is kind)}")
    if str(output) == "-":
        typer.echo(content, nl=False)
        return
    write_atomically(output, content)
    note(f"{len(in_split(labelled, split.value))} documents: {output}")


def _name(file: Path, beside: Path) -> str:
    """What a file is called where its own name may be that of the other."""
    from onrecord.eval.compare import distinct_names

    return distinct_names([str(file), str(beside)])[0]


def _scored(predictions: Path, gold: Gold, split: SplitName, labels: str | None, allow_missing: bool) -> Scoring:
    """The score of what the command was given."""
    from onrecord.eval.api import scored

    found = scored(predictions, read_input(predictions), gold, split.value, labels, allow_missing)
    say_left_out(found.left_out)
    return found


def _command(
    predictions: Path,
    gold: Path,
    split: SplitName,
    labels: str | None,
    allow_missing: bool,
    unit: Unit,
    level: float,
    draws: int,
    seed: int,
) -> str:
    """The command that gives the same scores."""
    words = ["onrecord", "score", predictions.name, "--gold", str(gold), "--split", split.value]
    words += [] if labels is None else ["--labels", labels]
    words += ["--allow-missing"] if allow_missing else []
    words += ["--unit", unit.value, "--level", f"{level:g}", "--draws", str(draws), "--seed", str(seed), "--details"]
    return shlex.join(words)

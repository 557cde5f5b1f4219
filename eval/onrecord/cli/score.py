"""``onrecord score`` and ``onrecord predict``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.show import faults_json, note, read_input

if TYPE_CHECKING:
    from onrecord.dataset import Article, Gold
    from onrecord.eval import Result


class SplitName(StrEnum):
    """What to score on."""

    test = "test"
    validation = "validation"
    all = "all"


class System(StrEnum):
    """The baselines."""

    rules = "rules"


Dataset = Annotated[Path, typer.Option("--gold", help="The dataset folder.", show_default=True)]


def score(
    predictions: Annotated[Path, typer.Argument(help="Prediction file, JSON Lines; - for standard input.")],
    gold: Dataset = Path("dataset"),
    split: Annotated[SplitName, typer.Option(help="Articles to score on.")] = SplitName.test,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the result JSON here.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result JSON instead of the table.")] = False,
    headlines: Annotated[bool, typer.Option(help="Only the headline measure of each layer.")] = False,
) -> None:
    """Score a prediction file against the gold labels.

    Exit code 2, every fault and no score where the file cannot be used.
    """
    from onrecord.dataset import FaultsError, read_folder
    from onrecord.dataset.files import write_atomically
    from onrecord.eval import as_json, read_submission, score_submission

    labelled = read_folder(gold)
    documents = [article.document for article in labelled.articles]
    try:
        submission = read_submission(predictions, read_input(predictions), documents, labelled.registries)
    except FaultsError as error:
        if not json:
            raise
        typer.echo(faults_json(error.faults))
        raise typer.Exit(2) from error
    result = score_submission(in_split(labelled, split), labelled.registries, submission, split.value)
    if output is not None:
        write_atomically(output, as_json(result))
    if json:
        typer.echo(as_json(result).decode("utf-8"), nl=False)
    else:
        print_table(result, headlines)
        if output is not None:
            typer.echo(f"result: {output}")


def in_split(gold: Gold, split: SplitName) -> list[Article]:
    """The articles of a split, or of all."""
    return [a for a in gold.articles if split is SplitName.all or a.document.split == split.value]


def print_table(result: Result, headlines: bool) -> None:
    """The score table on standard output, and what a reader must know of it."""
    from rich.console import Console
    from rich.table import Table

    from onrecord.eval.result import HEADINGS, reasons, rows, signature

    table = Table(box=None, pad_edge=False)
    for index, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if index else "left", no_wrap=True)
    layer = ""
    for row in rows(result, headlines):
        if layer and row[0].partition(":")[0] != layer and not headlines:
            table.add_section()
            table.add_row("")
        layer = row[0].partition(":")[0]
        table.add_row(*row)
    console = Console(highlight=False, markup=False)
    console.print(f"{result.submission} on {len(result.documents)} articles of split {result.split}", soft_wrap=True)
    if result.missing:
        console.print(f"PARTIAL: no line for {', '.join(result.missing)}; scored as empty", soft_wrap=True)
    console.print(table)
    for reason in reasons(result):
        console.print(f"– {reason}", soft_wrap=True)
    console.print(signature(result), soft_wrap=True)


def predict(
    system: Annotated[System, typer.Option(help="Which baseline.")] = System.rules,
    gold: Dataset = Path("dataset"),
    split: Annotated[SplitName, typer.Option(help="Articles to label.")] = SplitName.all,
    output: Annotated[Path, typer.Option("--output", "-o", help="Prediction file; - for standard output.")] = Path("-"),
) -> None:
    """Label articles with a baseline that has learnt from the validation split."""
    import msgspec

    from onrecord.dataset import read_folder
    from onrecord.dataset.files import write_atomically
    from onrecord.eval.rules import Rules

    labelled = read_folder(gold)
    if system is System.rules:
        rules = Rules.learn(in_split(labelled, SplitName.validation))
    lines = [msgspec.json.encode(rules.predict(article.document)) + b"\n" for article in in_split(labelled, split)]
    if str(output) == "-":
        typer.echo(b"".join(lines), nl=False)
    else:
        write_atomically(output, b"".join(lines))
        note(f"{len(lines)} documents labelled: {output}")

"""``onrecord predict``: the baselines."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.console import note
from onrecord.cli.options import Dataset
from onrecord.cli.places import GOLD


class System(StrEnum):
    """The baselines."""

    rules = "rules"


def predict(
    system: Annotated[System, typer.Option(help="Which baseline.")] = System.rules,
    gold: Dataset = GOLD,
    split: Annotated[str, typer.Option(help="Articles of the dataset to label: a split, or all.")] = "all",
    seeds: Annotated[
        Path | None, typer.Option(help="Label the articles of a seed folder instead, labelled or not.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Prediction file; - for standard output.")] = Path("-"),
) -> None:
    """Label articles with a baseline that has learnt from the validation split."""
    import msgspec

    from onrecord.dataset import read_documents, read_folder
    from onrecord.dataset.gold import in_split, learnable
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.baselines.rules import Rules

    labelled = read_folder(gold)
    if system is System.rules:
        rules = Rules.learn(learnable(labelled))
    of_split = [article.document for article in in_split(labelled, split)]
    documents = of_split if seeds is None else read_documents(seeds)
    lines = [msgspec.json.encode(rules.predict(document)) + b"\n" for document in documents]
    if str(output) == "-":
        typer.echo(b"".join(lines), nl=False)
    else:
        write_atomically(output, b"".join(lines))
        note(f"{len(lines)} documents labelled: {output}")

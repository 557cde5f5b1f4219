"""``onrecord annotation parallels``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.places import gold_folder


def parallels(
    gold: Annotated[
        Path | None, typer.Option(help="Dataset folder, as `onrecord build` makes it; the corpus's if left out.")
    ] = None,
    differences: Annotated[bool, typer.Option(help="Only what is not labelled alike.")] = False,
) -> None:
    """List passages of two articles that report the same thing, with their labels side by side.

    What is parallel is labelled alike, or somebody knows why not: = is in both, < in the first alone, > in the second.
    """
    from onrecord.annotation.gold.parallels import parallels as found
    from onrecord.cli.console import note
    from onrecord.dataset import read_folder

    pairs = found(read_folder(gold_folder(gold)).articles)
    for pair in pairs:
        for passage in (pair.one, pair.other):
            typer.echo(f"{passage.document} [{passage.start}, {passage.end}) {passage.text}")
        for where, label in pair.rows:
            if where != "=" or not differences:
                typer.echo(f"  {where} {label}")
        typer.echo()
    note(f"{len(pairs)} pairs of passages")

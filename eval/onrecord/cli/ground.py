"""``onrecord ground``: offsets for a prediction file that has words alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.articles import GoldFolder, Seeds, known_articles
from onrecord.cli.console import note, read_input
from onrecord.cli.outputs import put


def ground(
    predictions: Annotated[
        Path, typer.Argument(help="Prediction file whose spans have words and no offsets, or wrong ones; - for stdin.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Prediction file; - for standard output.")],
    gold: GoldFolder = None,
    seeds: Seeds = None,
) -> None:
    """Place the words of a prediction file in the articles; before and after, where spans have them, say which.

    What is not in the text is kept on its line in x_unplaced. All else stays as it is: onrecord validate checks it.
    """
    from onrecord.eval.prompting.requests import jsonl
    from onrecord.eval.prompting.telling import told_of_layers
    from onrecord.eval.prompting.words import ground_lines
    from onrecord.eval.rendering.counted import counted

    found = ground_lines(predictions, read_input(predictions), known_articles(gold, seeds).articles)
    put(output, jsonl(found.lines), f"{counted(len(found.lines), 'line')}: {output}")
    for line in told_of_layers(found.layers):
        note(line)

"""``onrecord export hub``: the whole repository of the dataset on the Hugging Face Hub."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.console import note, working
from onrecord.cli.options import Dataset
from onrecord.cli.outputs import refuse_stream
from onrecord.cli.places import GOLD, the_split


class TextFormName(StrEnum):
    """What becomes of texts that not anyone may have."""

    standoff = "standoff"
    gated = "gated"


def hub(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")],
    gold: Dataset = GOLD,
    text: Annotated[
        TextFormName, typer.Option(help="What becomes of texts that not anyone may have: left out, or behind a gate.")
    ] = TextFormName.standoff,
    dataset_id: Annotated[
        str | None, typer.Option(help="What it is called on the Hub, ORG/NAME, for the card.")
    ] = None,
    framework: Annotated[
        str | None, typer.Option(help="The Hub's key of the scorer, once it lists it: then eval.yaml has its name.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="The split that the benchmark is on; test if left out, or the only one.")
    ] = None,
) -> None:
    """The dataset's repository on the Hugging Face Hub, ready to upload: card, tables, Croissant, terms, eval.yaml."""
    from onrecord.dataset.reading.replacing import look_into, replace_folder
    from onrecord.eval.platforms.hub_repository import KIND, HubAsked, hub_repository

    refuse_stream(output)
    on = the_split(gold, split)
    if on == "all":
        raise typer.BadParameter("a task is on one split, and not on all", param_hint="--split")
    with working("making the repository"):
        look_into(output, KIND)
        made = hub_repository(gold, HubAsked(text.value, dataset_id, on, framework))
        replace_folder(output, KIND, made.files)
    for each in made.notes:
        note(each)
    note(f"written: {output}")

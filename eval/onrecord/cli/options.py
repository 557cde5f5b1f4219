"""Options that several commands have: where a result goes, how intervals are made, how labels are compared."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.places import gold_folder


def gold_option(context: typer.Context, parameter: typer.CallbackParam, value: Path) -> Path:
    """What ``--gold`` stands for: :func:`onrecord.cli.places.gold_folder`, of nothing where it was left out."""
    source = context.get_parameter_source(str(parameter.name))
    left_out = source is not None and source.name == "DEFAULT"
    return gold_folder(None if left_out else value)


class SamplingUnitName(StrEnum):
    """What is resampled."""

    document = "document"
    topic = "topic"


Dataset = Annotated[
    Path,
    typer.Option(
        "--gold",
        help="The dataset folder; that of the corpus if left out, and without a corpus the published one.",
        callback=gold_option,
        show_default=False,
    ),
]
SplitOption = Annotated[
    str | None,
    typer.Option("--split", help="Articles to score on: a split, or all; test if left out, or the only one there is."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write the record here; in a folder, under its id.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result JSON instead of the table.")]
AllowMissing = Annotated[
    bool, typer.Option("--allow-missing", help="Score articles without a line as empty; the result is partial then.")
]
MIB = 2**20
MaxBytes = Annotated[int, typer.Option(min=1, help="Bytes of the file, packed and unpacked.")]
MaxLineBytes = Annotated[int, typer.Option(min=1, help="Bytes of a line.")]
MaxLines = Annotated[int, typer.Option(min=1, help="Lines of the file.")]
MaxRatio = Annotated[int, typer.Option(min=1, help="How many times its size a packed file may unpack to.")]
MaxItems = Annotated[
    int, typer.Option(min=1, help="Items of a layer in an article, or half its characters if that is more.")
]
MaxFaults = Annotated[int, typer.Option(min=1, help="Faults after which the rest is not read.")]
UnitOption = Annotated[SamplingUnitName, typer.Option(help="What intervals and tests resample.")]
Level = Annotated[float, typer.Option(min=0.5, max=0.999, help="How often intervals cover the true value.")]
Draws = Annotated[int, typer.Option(min=0, max=1_000_000, help="Resamples where they are drawn; 0 for no intervals.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed where resamples are drawn; the same gives the same.")]
State = Annotated[
    Path | None, typer.Option(help="Write the state that scores are computed from, Parquet; see docs/state.md.")
]
FromState = Annotated[bool, typer.Option("--from-state", help="What is given is states: finish them together.")]
Each = Annotated[
    bool,
    typer.Option("--each", help="Each file is a submission: a line of JSON for each; with -o FOLDER, their records."),
]
Jobs = Annotated[int, typer.Option(min=1, max=1024, help="Processes that score parts, or with --each files.")]


class EngineName(StrEnum):
    """What scores parts, if not processes of this machine."""

    dask = "dask"


EngineOption = Annotated[EngineName | None, typer.Option(help="Score parts on the workers of a Dask scheduler.")]
Scheduler = Annotated[
    str | None, typer.Option(help="Its address, such as tcp://host:8786; --jobs workers on this machine if left out.")
]
LabelMapName = Annotated[
    str | None,
    typer.Option("--labels", help="Compare types by a map: conll2003, ontonotes, or a JSON file."),
]

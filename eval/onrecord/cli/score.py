"""``onrecord score``: the options of the command; ``scoring`` does what they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.options import (
    MIB,
    AllowMissing,
    Dataset,
    Draws,
    Each,
    EngineOption,
    FromState,
    Jobs,
    Json,
    LabelMapName,
    Level,
    MaxBytes,
    MaxFaults,
    MaxItems,
    MaxLineBytes,
    MaxLines,
    MaxRatio,
    Output,
    SamplingUnitName,
    Scheduler,
    Seed,
    SplitOption,
    State,
    UnitOption,
)
from onrecord.cli.places import GOLD
from onrecord.cli.score_parts import PartsAsked
from onrecord.cli.scoring import ScoreOptions, run

_DEFAULT = ScoreOptions()
_UNIT = SamplingUnitName(_DEFAULT.unit)


def score(
    predictions: Annotated[
        list[Path],
        typer.Argument(
            help="Prediction file, JSON Lines; - for standard input. Several, or a folder, are one submission."
        ),
    ],
    gold: Dataset = GOLD,
    split: SplitOption = None,
    output: Output = _DEFAULT.output,
    json: Json = _DEFAULT.json,
    headlines: Annotated[bool, typer.Option(help="Only each layer's headline, and what it is.")] = _DEFAULT.headlines,
    details: Annotated[
        bool, typer.Option(help="Slices, single types and further cluster measures too.")
    ] = _DEFAULT.details,
    labels: LabelMapName = _DEFAULT.labels,
    allow_missing: AllowMissing = _DEFAULT.allow_missing,
    unit: UnitOption = _UNIT,
    level: Level = _DEFAULT.level,
    draws: Draws = _DEFAULT.draws,
    seed: Seed = _DEFAULT.seed,
    max_bytes: MaxBytes = 64 * MIB,
    max_line_bytes: MaxLineBytes = 8 * MIB,
    max_lines: MaxLines = 100_000,
    max_ratio: MaxRatio = 200,
    max_items: MaxItems = 2_000,
    max_faults: MaxFaults = 10_000,
    state: State = None,
    from_state: FromState = False,
    each: Each = False,
    jobs: Jobs = 1,
    engine: EngineOption = None,
    scheduler: Scheduler = None,
) -> None:
    """Score a prediction file against the gold labels.

    Exit code 2, every fault and no score where the file cannot be used; in a folder of records a failed one is kept.
    """
    options = ScoreOptions(
        gold=gold,
        split=split,
        output=output,
        json=json,
        headlines=headlines,
        details=details,
        labels=labels,
        allow_missing=allow_missing,
        unit=unit.value,
        level=level,
        draws=draws,
        seed=seed,
        limits=(max_bytes, max_line_bytes, max_lines, max_ratio, max_items, max_faults),
        parts=PartsAsked(state, from_state, jobs, engine is not None, scheduler, each),
    )
    if code := run(predictions, options):
        raise typer.Exit(code)

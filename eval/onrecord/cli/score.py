"""``onrecord score`` and ``onrecord predict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import faults_json, note, say_left_out
from onrecord.cli.options import (
    MIB,
    AllowMissing,
    Dataset,
    Draws,
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
    Seed,
    SplitName,
    UnitOption,
    sampling,
)

if TYPE_CHECKING:
    from onrecord.dataset import FaultsError
    from onrecord.eval.scoring.record import Record
    from onrecord.eval.scoring.score_report import Report


def score(
    predictions: Annotated[Path, typer.Argument(help="Prediction file, JSON Lines; - for standard input.")],
    gold: Dataset = Path("dataset"),
    split: Annotated[SplitName, typer.Option(help="Articles to score on.")] = SplitName.test,
    output: Output = None,
    json: Json = False,
    headlines: Annotated[bool, typer.Option(help="Only the headline measure of each layer.")] = False,
    details: Annotated[bool, typer.Option(help="Slices, single types and further cluster measures too.")] = False,
    labels: LabelMapName = None,
    allow_missing: AllowMissing = False,
    unit: UnitOption = SamplingUnitName.document,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
    max_bytes: MaxBytes = 64 * MIB,
    max_line_bytes: MaxLineBytes = 8 * MIB,
    max_lines: MaxLines = 100_000,
    max_ratio: MaxRatio = 200,
    max_items: MaxItems = 2_000,
    max_faults: MaxFaults = 10_000,
) -> None:
    """Score a prediction file against the gold labels.

    Exit code 2, every fault and no score where the file cannot be used; in a folder of records a failed one is kept.
    """
    import hashlib

    from onrecord.cli.console import reading
    from onrecord.cli.inputs import hashed
    from onrecord.dataset import FaultsError
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.record import record_bytes, record_of
    from onrecord.eval.scoring.score_stream import score_stream, unscored_stream
    from onrecord.eval.scoring.stored_gold import stored_gold
    from onrecord.eval.submission.limits import Limits
    from onrecord.eval.submission.unpacking import opened

    stored = stored_gold(gold)
    limits = Limits(max_bytes, max_line_bytes, max_lines, max_ratio, max_items, max_faults)
    asked = Asked(split.value, labels, sampling(unit, level, draws, seed), allow_missing)
    digest = hashlib.sha256()
    try:
        with opened(predictions, limits) as pieces, reading(hashed(pieces, digest)) as counted:
            found = score_stream(predictions, counted, stored, asked, limits, keep=False)
    except FaultsError as error:
        if output is not None and output.is_dir():
            _keep_failed(output, unscored_stream(predictions, digest.hexdigest(), stored, asked), error)
        if not json:
            raise
        typer.echo(faults_json(error.faults))
        raise typer.Exit(2) from error
    report, raw = found.report, b""
    say_left_out(found.left_out)
    if output is not None or json:
        record = record_of(report)
        raw = record_bytes(record)
        output = None if output is None else record_path(output, record)
    if output is not None:
        write_atomically(output, raw)
    if json:
        typer.echo(raw.decode("utf-8"), nl=False)
        return
    print_table(report, headlines, details, gold)
    typer.echo("" if output is None else f"result: {output}\n", nl=False)


def _keep_failed(folder: Path, asked: Report, error: FaultsError) -> None:
    """Write the record of a file that was refused."""
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.scoring.record import record_bytes, refused_record

    refused = refused_record(asked, error)
    write_atomically(record_path(folder, refused), record_bytes(refused))
    note(f"a failed record: {record_path(folder, refused)}")


def record_path(output: Path, record: Record) -> Path:
    """Where a record is written: in a folder it is called by its id."""
    return output / f"{record.id}.json" if output.is_dir() else output


def print_table(report: Report, headlines: bool, details: bool, folder: Path) -> None:
    """The score table on standard output, and what a reader must know of it."""
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.scores import headings
    from onrecord.eval.rendering.terminal import plain_console, show_table
    from onrecord.eval.scoring.ceiling import BIASED, ceiling_table, read_ceiling
    from onrecord.eval.scoring.score_report import reasons, rows

    result = report.result
    lines: list[tuple[str, ...]] = []
    for row in rows(report, headlines, details):
        if lines and not headlines and row[0].partition(":")[0] != lines[-1][0].partition(":")[0]:
            lines.append(())
        lines.append(row)
    console = plain_console()
    console.print(
        f"{show(result.submission)} on {len(result.documents)} articles of split {result.split}", soft_wrap=True
    )
    if result.missing:
        console.print(f"PARTIAL: no line for {', '.join(result.missing)}; scored as empty", soft_wrap=True)
    show_table(console, headings(report.how), lines)
    for reason in reasons(report, details):
        console.print(f"– {reason}", soft_wrap=True)
    if annotators := read_ceiling(folder, result):
        console.print()
        show_table(console, *ceiling_table(result, annotators))
        console.print(BIASED)
    console.print(str(report.signature), soft_wrap=True)

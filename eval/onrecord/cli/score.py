"""``onrecord score`` and ``onrecord predict``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from onrecord.cli.console import faults_json, note, say_left_out
from onrecord.cli.options import (
    MIB,
    AllowMissing,
    Dataset,
    Draws,
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
    SplitName,
    State,
    UnitOption,
    sampling,
)
from onrecord.cli.score_parts import PartsAsked, score_submitted, submitted

if TYPE_CHECKING:
    from onrecord.dataset import FaultsError
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.record import Record
    from onrecord.eval.scoring.score_report import Report
    from onrecord.eval.submission.limits import Limits


def score(
    predictions: Annotated[
        list[Path],
        typer.Argument(
            help="Prediction file, JSON Lines; - for standard input. Several, or a folder, are one submission."
        ),
    ],
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
    state: State = None,
    from_state: FromState = False,
    jobs: Jobs = 1,
    engine: EngineOption = None,
    scheduler: Scheduler = None,
) -> None:
    """Score a prediction file against the gold labels.

    Exit code 2, every fault and no score where the file cannot be used; in a folder of records a failed one is kept.
    """
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.submission.limits import Limits

    limits = Limits(max_bytes, max_line_bytes, max_lines, max_ratio, max_items, max_faults)
    asked = Asked(split.value, labels, sampling(unit, level, draws, seed), allow_missing)
    how = PartsAsked(state, from_state, jobs, engine is not None, scheduler)
    shown = _Shown(output, json, headlines, details, gold)
    if how.needed(predictions):
        _score_parts(predictions, asked, limits, how, shown)
    else:
        _score_file(predictions[0], asked, limits, shown)


@dataclasses.dataclass(frozen=True)
class _Shown:
    """Where a result goes."""

    output: Path | None
    json: bool
    headlines: bool
    details: bool
    gold: Path

    def report(self, report: Report, left_out: Mapping[str, int]) -> None:
        """Write the record, and print it or the table."""
        from onrecord.dataset.reading.files import write_atomically
        from onrecord.eval.scoring.record import record_bytes, record_of

        say_left_out(left_out)
        output = self.output
        if output is not None or self.json:
            record = record_of(report)
            if output is not None:
                output = record_path(output, record)
                write_atomically(output, record_bytes(record))
            if self.json:
                typer.echo(record_bytes(record).decode("utf-8"), nl=False)
                return
        print_table(report, self.headlines, self.details, self.gold)
        if output is not None:
            typer.echo(f"result: {output}")

    def refuse(self, error: FaultsError, predictions: Path, sha256: str | None, asked: Asked) -> NoReturn:
        """Say why there is no result; in a folder of records a failed one is kept of a file whose content is known."""
        from onrecord.dataset.reading.files import write_atomically
        from onrecord.eval.scoring.record import record_bytes, refused_record
        from onrecord.eval.scoring.score_stream import unscored_stream
        from onrecord.eval.scoring.stored_gold import stored_gold

        if sha256 is not None and self.output is not None and self.output.is_dir():
            refused = refused_record(unscored_stream(predictions, sha256, stored_gold(self.gold), asked), error)
            write_atomically(record_path(self.output, refused), record_bytes(refused))
            note(f"a failed record: {record_path(self.output, refused)}")
        if not self.json:
            raise error
        typer.echo(faults_json(error.faults))
        raise typer.Exit(2) from error


def _score_file(predictions: Path, asked: Asked, limits: Limits, shown: _Shown) -> None:
    import hashlib

    from onrecord.cli.console import reading
    from onrecord.cli.inputs import hashed
    from onrecord.dataset import FaultsError
    from onrecord.eval.scoring.score_stream import score_stream
    from onrecord.eval.scoring.stored_gold import stored_gold
    from onrecord.eval.submission.unpacking import opened

    stored = stored_gold(shown.gold)
    digest = hashlib.sha256()
    try:
        with opened(predictions, limits) as pieces, reading(hashed(pieces, digest)) as counted:
            found = score_stream(predictions, counted, stored, asked, limits, keep=False)
    except FaultsError as error:
        shown.refuse(error, predictions, digest.hexdigest(), asked)
    shown.report(found.report, found.left_out)


def _score_parts(predictions: Sequence[Path], asked: Asked, limits: Limits, how: PartsAsked, shown: _Shown) -> None:
    from onrecord.dataset import FaultsError
    from onrecord.eval.scoring.parts import Setting

    setting = Setting(shown.gold.absolute(), asked.split, asked.labels, limits)
    what = submitted(predictions, setting, how)
    try:
        found = score_submitted(what, setting, asked, how)
    except FaultsError as error:
        shown.refuse(error, predictions[0], what.sha256, asked)
    if found.report is not None:
        shown.report(found.report, found.left_out)


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

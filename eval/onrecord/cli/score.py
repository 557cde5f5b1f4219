"""``onrecord score`` and ``onrecord predict``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import faults_json, note, read_input, say_left_out
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
    Seed,
    SplitName,
    Unit,
    UnitName,
    sampling,
)

if TYPE_CHECKING:
    from onrecord.dataset import Gold
    from onrecord.eval.scoring.record import Record
    from onrecord.eval.scoring.score_report import Report


class System(StrEnum):
    """The baselines."""

    rules = "rules"


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
    unit: UnitName = Unit.document,
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
    from onrecord.dataset import FaultsError, read_folder
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.scoring.record import record_bytes, record_of, refused_record
    from onrecord.eval.scoring.score_file import scored, unscored
    from onrecord.eval.scoring.score_report import Report
    from onrecord.eval.submission.limits import Limits
    from onrecord.eval.submission.unpacking import content

    labelled = read_folder(gold)
    limits = Limits(max_bytes, max_line_bytes, max_lines, max_ratio, max_items, max_faults)
    raw = content(predictions, limits)
    try:
        found = scored(predictions, raw, labelled, split.value, labels, allow_missing, limits)
    except FaultsError as error:
        if output is not None and output.is_dir():
            asked = Report(
                unscored(predictions, raw, labelled, split.value, labels), sampling(unit, level, draws, seed), {}
            )
            refused = refused_record(asked, error)
            write_atomically(record_path(output, refused), record_bytes(refused))
            note(f"a failed record: {record_path(output, refused)}")
        if not json:
            raise
        typer.echo(faults_json(error.faults))
        raise typer.Exit(2) from error
    report = Report.of(found.result, sampling(unit, level, draws, seed))
    say_left_out(found.left_out)
    record = record_of(report)
    if output is not None:
        output = record_path(output, record)
        write_atomically(output, record_bytes(record))
    if json:
        typer.echo(record_bytes(record).decode("utf-8"), nl=False)
    else:
        print_table(report, headlines, details, gold)
        if output is not None:
            typer.echo(f"result: {output}")


def record_path(output: Path, record: Record) -> Path:
    """Where a record is written: in a folder it is called by its id."""
    return output / f"{record.id}.json" if output.is_dir() else output


def print_table(report: Report, headlines: bool, details: bool, folder: Path) -> None:
    """The score table on standard output, and what a reader must know of it."""
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.terminal import plain_console, show_table
    from onrecord.eval.scoring.ceiling import BIASED, ceiling_table, read_ceiling
    from onrecord.eval.scoring.score_report import headings, reasons, rows

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


def predict(
    system: Annotated[System, typer.Option(help="Which baseline.")] = System.rules,
    gold: Dataset = Path("dataset"),
    split: Annotated[SplitName, typer.Option(help="Articles of the dataset to label.")] = SplitName.all,
    seeds: Annotated[
        Path | None, typer.Option(help="Label the articles of a seed folder instead, labelled or not.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Prediction file; - for standard output.")] = Path("-"),
) -> None:
    """Label articles with a baseline that has learnt from the validation split."""
    import msgspec

    from onrecord.dataset import read_documents, read_folder
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.baselines.rules import Rules
    from onrecord.eval.scoring.score_file import in_split

    labelled = read_folder(gold)
    if system is System.rules:
        rules = Rules.learn(in_split(labelled, SplitName.validation.value))
    of_split = [article.document for article in in_split(labelled, split.value)]
    documents = of_split if seeds is None else read_documents(seeds)
    lines = [msgspec.json.encode(rules.predict(document)) + b"\n" for document in documents]
    if str(output) == "-":
        typer.echo(b"".join(lines), nl=False)
    else:
        write_atomically(output, b"".join(lines))
        note(f"{len(lines)} documents labelled: {output}")


def diff(
    old: Annotated[Path, typer.Argument(help="A dataset folder.")],
    new: Annotated[Path, typer.Argument(help="Another version of it.")],
    predictions: Annotated[
        Path | None, typer.Option(help="A prediction file to score on both; its documents must be in both.")
    ] = None,
    split: Annotated[SplitName, typer.Option(help="Articles to score on.")] = SplitName.test,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """What changed between two versions of the dataset, item by item, and what it does to a file's scores."""
    from onrecord.dataset import read_folder
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.layers.gold_changes import changes
    from onrecord.eval.scoring.result import SCORED
    from onrecord.eval.scoring.score_report import percent

    before, after = read_folder(old), read_folder(new)
    found = changes(before, after)
    scores = [] if predictions is None else _both_scores(predictions, before, after, split)
    if json:
        import dataclasses
        from json import dumps

        value = {
            "changes": [dataclasses.asdict(change) for change in found],
            "scores": [dict(zip(("measure", "old", "new"), row, strict=True)) for row in scores],
        }
        typer.echo(dumps(value, ensure_ascii=False, indent=1))
        return
    for change in found:
        place = f"{change.document} {change.layer}".strip()
        typer.echo(f"{place}: {change.kind}: {show(change.item)}")
        for name, one, other in change.fields:
            typer.echo(f"    {name}: {show(one)} -> {show(other)}")
    typer.echo(f"{len(found)} changes")
    shown = {f"{layer.name}:{measure.name}" for layer in SCORED for measure in layer.measures if not measure.detail}
    for measure, before_f1, after_f1 in scores:
        if measure not in shown:
            continue
        difference = "" if before_f1 is None or after_f1 is None else f" ({100 * (after_f1 - before_f1):+.1f})"
        typer.echo(f"{measure}: {percent(before_f1)} -> {percent(after_f1)}{difference}")


def _both_scores(
    predictions: Path, before: Gold, after: Gold, split: SplitName
) -> list[tuple[str, float | None, float | None]]:
    """F1 of every measure on the old and the new gold."""
    from onrecord.eval.scoring.score_file import scored

    raw = read_input(predictions)
    versions = [scored(predictions, raw, gold, split.value, allow_missing=True) for gold in (before, after)]
    by_version = [each.result.values for each in versions]
    return [(name, f1, by_version[1][name]) for name, f1 in by_version[0].items()]

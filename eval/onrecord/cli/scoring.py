"""What ``onrecord score`` does, without the options of the command line: nothing here needs a parser for them."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from onrecord.cli.console import faults_json, note, reading, say_left_out

if TYPE_CHECKING:
    from onrecord.dataset import FaultsError
    from onrecord.eval.scoring.record import Record
    from onrecord.eval.scoring.score_report import Report


@dataclasses.dataclass(frozen=True)
class ScoreOptions:
    """The options of ``onrecord score``, as they are where none is given; the command says what each means."""

    gold: Path = Path("dataset")
    split: str = "test"
    output: Path | None = None
    json: bool = False
    headlines: bool = False
    details: bool = False
    labels: str | None = None
    allow_missing: bool = False
    unit: Literal["document", "topic"] = "document"
    level: float = 0.95
    draws: int = 10_000
    seed: int = 0
    limits: tuple[int, ...] = ()
    """The values of :class:`onrecord.eval.submission.limits.Limits`; its own where empty."""


def run(predictions: Path, options: ScoreOptions) -> int:
    """Score a prediction file, print what is asked for, and say the exit code."""
    import hashlib

    from onrecord.cli.inputs import hashed, sampling
    from onrecord.dataset.reading.faults import FaultsError
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.score_stream import score_stream, unscored_stream
    from onrecord.eval.scoring.stored_gold import stored_gold
    from onrecord.eval.submission.limits import Limits
    from onrecord.eval.submission.unpacking import opened

    output = options.output
    stored = stored_gold(options.gold)
    limits = Limits(*options.limits)
    how = sampling(options.unit, options.level, options.draws, options.seed)
    asked = Asked(options.split, options.labels, how, options.allow_missing)
    digest = hashlib.sha256()
    try:
        with opened(predictions, limits) as pieces, reading(hashed(pieces, digest)) as counted:
            found = score_stream(predictions, counted, stored, asked, limits, keep=False)
    except FaultsError as error:
        if output is not None and output.is_dir():
            _keep_failed(output, unscored_stream(predictions, digest.hexdigest(), stored, asked), error)
        if not options.json:
            raise
        _say(f"{faults_json(error.faults)}\n")
        return 2
    say_left_out(found.left_out)
    raw = b""
    if output is not None or options.json:
        output, raw = _write_record(found.report, output)
    if options.json:
        _say(raw.decode("utf-8"))
        return 0
    print_table(found.report, options.headlines, options.details, options.gold)
    if output is not None:
        _say(f"result: {output}\n")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _write_record(report: Report, output: Path | None) -> tuple[Path | None, bytes]:
    """The record, written where that is asked for, and the file that it is in."""
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.scoring.record import record_bytes, record_of

    record = record_of(report)
    raw = record_bytes(record)
    if output is not None:
        output = record_path(output, record)
        write_atomically(output, raw)
    return output, raw


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

"""What ``onrecord score`` does, without the options of the command line: nothing here needs a parser for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from onrecord.cli.console import faults_json, note, reading, say_left_out, say_warnings
from onrecord.cli.outputs import is_standard_output, put, refuse_no_new_file, refuse_overwriting, say
from onrecord.cli.places import gold_folder, the_split
from onrecord.cli.score_parts import PartsAsked, all_files, score_submitted, submitted

if TYPE_CHECKING:
    from onrecord.dataset import FaultsError
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.record import Record
    from onrecord.eval.scoring.score_report import Report
    from onrecord.eval.submission.limits import Limits


@dataclasses.dataclass(frozen=True)
class ScoreOptions:
    """The options of ``onrecord score``, as they are where none is given; the command says what each means."""

    gold: Path | None = None
    """None for what :func:`onrecord.cli.places.gold_folder` then takes."""
    split: str | None = None
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
    parts: PartsAsked = dataclasses.field(default_factory=PartsAsked)


def run(predictions: Sequence[Path], options: ScoreOptions) -> int:
    """Score predictions, print what is asked for, and say the exit code."""
    from onrecord.cli.inputs import sampling
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.submission.limits import Limits

    options.parts.refuse()
    if options.parts.each and (options.headlines or options.details):
        import typer

        raise typer.BadParameter("of each file, the headlines are told", param_hint="--each, --headlines, --details")
    gold = gold_folder(options.gold)
    limits = Limits(*options.limits)
    how = sampling(options.unit, options.level, options.draws, options.seed)
    asked = Asked(the_split(gold, options.split), options.labels, how, options.allow_missing)
    to_stream = is_standard_output(options.output)  # there is room for one of the two
    output = None if to_stream else options.output
    if options.parts.each:
        from onrecord.cli.score_each import score_each_file
        from onrecord.eval.scoring.parts import Setting

        setting = Setting(gold.absolute(), asked.split, asked.labels, limits)
        return score_each_file(predictions, setting, asked, options.parts, output, options.json or to_stream)
    in_parts = options.parts.needed(predictions)
    files = all_files(predictions, options.parts) if in_parts else predictions
    _refuse_outputs(options, files, gold)
    shown = _Shown(output, options.json or to_stream, options.headlines, options.details, gold)
    if in_parts:
        return _score_parts(files, asked, limits, options.parts, shown)
    return _score_file(files[0], asked, limits, shown)


def _refuse_outputs(options: ScoreOptions, files: Sequence[Path], gold: Path) -> None:
    """Refuse what cannot be written, or would be written over what is read."""
    state, labels = options.parts.state, None if options.labels is None else Path(options.labels)
    refuse_overwriting([options.output, state], [*files, gold, labels])
    if state is not None:
        refuse_no_new_file(state)


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
        say_left_out(left_out)
        output = self.output
        if output is not None or self.json:
            from onrecord.eval.scoring.record import record_bytes, record_of

            record = record_of(report)
            if output is not None:
                output = record_path(output, record)
                put(output, record_bytes(record))
            if self.json:
                put(None, record_bytes(record))
                return
        print_table(report, self.headlines, self.details, self.gold)
        if output is not None:
            say(f"result: {output}")

    def refuse(self, error: FaultsError, predictions: Path, sha256: str | None, asked: Asked) -> int:
        """Say why there is no result; in a folder of records a failed one is kept of a file whose content is known."""
        from onrecord.eval.scoring.record import record_bytes, refused_record
        from onrecord.eval.scoring.score_stream import unscored_stream
        from onrecord.eval.scoring.stored_gold import stored_gold

        if sha256 is not None and self.output is not None and self.output.is_dir():
            refused = refused_record(unscored_stream(predictions, sha256, stored_gold(self.gold), asked), error)
            put(record_path(self.output, refused), record_bytes(refused))
            note(f"a failed record: {record_path(self.output, refused)}")
        if not self.json:
            raise error
        put(None, f"{faults_json(error.faults)}\n".encode())
        return 2


def _score_file(predictions: Path, asked: Asked, limits: Limits, shown: _Shown) -> int:
    import hashlib

    from onrecord.dataset.reading.faults import FaultsError
    from onrecord.eval.scoring.score_stream import score_stream
    from onrecord.eval.scoring.stored_gold import stored_gold
    from onrecord.eval.submission.unpacking import opened

    stored = stored_gold(shown.gold)
    digest = hashlib.sha256()
    try:
        with opened(predictions, limits) as pieces, reading(pieces) as counted:
            found = score_stream(predictions, counted, stored, asked, limits, keep=False, digest=digest)
    except FaultsError as error:
        return shown.refuse(error, predictions, digest.hexdigest(), asked)
    say_warnings(found.submission.warnings, predictions)
    shown.report(found.report, found.left_out)
    return 0


def _score_parts(files: Sequence[Path], asked: Asked, limits: Limits, how: PartsAsked, shown: _Shown) -> int:
    from onrecord.dataset.reading.faults import FaultsError
    from onrecord.eval.scoring.parts import Setting

    setting = Setting(shown.gold.absolute(), asked.split, asked.labels, limits)
    what = submitted(files, setting, how)
    try:
        found = score_submitted(what, setting, asked, how)
    except FaultsError as error:
        return shown.refuse(error, files[0], what.sha256, asked)
    say_warnings(found.warnings, None if how.from_state or what.sha256 is None else files[0])
    if found.report is not None:
        shown.report(found.report, found.left_out)
    return 0


def record_path(output: Path, record: Record) -> Path:
    """Where a record is written: in a folder it is called by its id."""
    return output / f"{record.id}.json" if output.is_dir() else output


def print_table(report: Report, headlines: bool, details: bool, folder: Path) -> None:
    """The score table on standard output, and what a reader must know of it."""
    from onrecord.dataset.publishing.folder import splits_of
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.counted import counted
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
    there = splits_of(folder) if result.split == "all" else []
    where = f"all splits ({', '.join(there)}) in one figure" if len(there) > 1 else f"split {result.split}"
    many = counted(len(result.documents), "article")
    console.print(f"{show(result.submission)} on {many} of {where}", soft_wrap=True)
    if result.missing:
        console.print(f"PARTIAL: no line for {', '.join(result.missing)}; scored as empty", soft_wrap=True)
    show_table(console, headings(report.how), lines)
    shown = [each.layer.headline for each in result.layers]
    for reason in reasons(report, details):
        if not headlines or any(each.full in reason for each in shown):
            console.print(f"– {reason}", soft_wrap=True)
    if annotators := read_ceiling(folder, result):
        console.print()
        show_table(console, *ceiling_table(result, annotators))
        console.print(BIASED)
    if headlines:
        for headline in shown:
            console.print(f"{headline.full}: {headline.definition}", soft_wrap=True)
    console.print(str(report.signature), soft_wrap=True)

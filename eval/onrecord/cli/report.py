"""``onrecord report``: a result as a page, or as a text."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.cli.console import say_left_out
from onrecord.cli.inputs import PredictionInput, given, sampling
from onrecord.cli.label_options import FileLabels, labels_of, on_one_gold
from onrecord.cli.options import (
    AllowMissing,
    Dataset,
    Draws,
    Level,
    SamplingUnitName,
    Seed,
    SplitOption,
    UnitOption,
)
from onrecord.cli.outputs import put, refuse_folder, refuse_overwriting
from onrecord.cli.places import GOLD, the_split

if TYPE_CHECKING:
    from onrecord.eval.report import ReportView
    from onrecord.eval.report.exchanges import Exchange
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.gap_record import GapRecord
    from onrecord.eval.scoring.score_stream import StreamScoring
    from onrecord.eval.scoring.stored_gold import StoredGold


class Format(StrEnum):
    """What a report is written as."""

    html = "html"
    markdown = "markdown"
    text = "text"


_SUFFIXES = {".html": Format.html, ".htm": Format.html, ".md": Format.markdown, ".txt": Format.text}


Gaps = Annotated[
    list[Path] | None, typer.Option(help="A record of onrecord gap for these predictions. May be repeated.")
]


def report(
    predictions: Annotated[
        Path, typer.Argument(metavar="RESULT", help="Prediction file, or a record with the file beside it.")
    ],
    against: Annotated[Path | None, typer.Option(help="Another one, to show what changed from it.")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The report, report.html where not given; - for standard output.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        Format | None, typer.Option("--format", help="By the suffix of --output where not given.", show_default=False)
    ] = None,
    gap: Gaps = None,
    replies: Annotated[
        Path | None, typer.Option(help="What a model replied, to be read beside each article; as for prompt read.")
    ] = None,
    requests: Annotated[Path | None, typer.Option(help="What it was asked; as prompt requests writes it.")] = None,
    gold: Dataset = GOLD,
    split: SplitOption = None,
    labels: FileLabels = None,
    allow_missing: AllowMissing = False,
    unit: UnitOption = SamplingUnitName.document,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
) -> None:
    """Show what a system gets right and wrong: one HTML file that opens anywhere, or Markdown, or text.

    A record is scored as its own policy says, whatever the options.
    """
    from onrecord.dataset.publishing.makers import made_by
    from onrecord.eval.report import Background, page_view
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.ceiling import read_ceiling
    from onrecord.eval.scoring.stored_gold import stored_gold

    output, kind = _goes(output, format)
    labelled = stored_gold(gold)
    asked = Asked(the_split(gold, split), None, sampling(unit.value, level, draws, seed), allow_missing)
    source, beside = _sources(predictions, against, labels, asked)
    told = [predictions, against, requests, replies, *(gap or []), gold, _guidelines(gold)]
    refuse_overwriting([output], [*told, *_files(source), *_files(beside)])
    found = _scored(source, labelled)
    other = None if beside is None else _scored(_alike(beside, source), labelled)
    source.tell(found.result.gold_hash)
    view = page_view(
        found.report,
        labelled,
        found.submission,
        ceiling=read_ceiling(gold, found.result),
        other=None if other is None or against is None else (_name(against, predictions), other.result),
        command=_command(source, gold),
        made_by=made_by(gold),
        gaps=_gaps(gap or []),
        background=Background(_rules(gold), _exchanges(source.raw, requests, replies, tuple(labelled.documents))),
    )
    _write(output, _content(kind, view), len(found.result.documents))


def _goes(output: Path | None, format: Format | None) -> tuple[Path, Format]:
    """Where the report goes, and as what.

    Raises:
        IsADirectoryError: To a folder.
    """
    refuse_folder(output)
    kind = format or _SUFFIXES.get("" if output is None else output.suffix.lower(), Format.html)
    return output or Path(f"report{next(suffix for suffix, each in _SUFFIXES.items() if each is kind)}"), kind


def _content(kind: Format, view: ReportView) -> bytes:
    from onrecord.eval.report import html, markdown_report, text_report

    if kind is Format.html:
        return html(view)
    return (markdown_report if kind is Format.markdown else text_report)(view).encode("utf-8", "replace")


def _write(output: Path, content: bytes, articles: int) -> None:
    from onrecord.eval.rendering.counted import counted

    put(output, content, f"{counted(articles, 'article')}: {output}")


def _rules(gold: Path) -> dict[str, str]:
    """The rules by which the gold was made: those of the corpus that the dataset folder lies in."""
    from onrecord.dataset.publishing.published import is_published
    from onrecord.dataset.reading.files import read_text
    from onrecord.eval.report.rules import rules_of

    if is_published(gold):
        from onrecord.annotation.new_corpus.guidelines import guidelines

        return rules_of(guidelines())
    written = _guidelines(gold)
    return {} if written is None else rules_of(read_text(written))


def _guidelines(gold: Path) -> Path | None:
    """Those of the corpus that the dataset folder lies in, where it has any."""
    from onrecord.cli.places import corpus_at
    from onrecord.dataset.publishing.published import is_published

    corpus = None if is_published(gold) else corpus_at(gold)
    return None if corpus is None or not corpus.guidelines.is_file() else corpus.guidelines


def _files(source: PredictionInput | None) -> list[Path]:
    """What is read of predictions: themselves and their label map."""
    if source is None:
        return []
    return [source.path, *([] if source.asked.labels is None else [Path(source.asked.labels)])]


def _exchanges(
    predictions: bytes, requests: Path | None, replies: Path | None, documents: Sequence[str]
) -> dict[str, Exchange]:
    """What is known of how each document was asked about."""
    from onrecord.dataset.reading.faults import refuse
    from onrecord.dataset.reading.typed import read_lines
    from onrecord.eval.prompting.replies import read_replies
    from onrecord.eval.report.exchanges import exchanges
    from onrecord.eval.submission.limits import CORPUS
    from onrecord.eval.submission.unpacking import content

    asked, faults = ([], []) if requests is None else read_lines(requests, content(requests, CORPUS), dict[str, Any])
    refuse(faults)
    said = [] if replies is None else read_replies(replies, content(replies, CORPUS), documents)
    return exchanges(predictions, [value for _, value in asked], said)


def _gaps(records: list[Path]) -> list[GapRecord]:
    from onrecord.eval.board.entries import MOST_RECORD
    from onrecord.eval.scoring.gap_record import read_gap
    from onrecord.eval.submission.unpacking import small_file

    return [read_gap(str(path), small_file(path, MOST_RECORD)) for path in records]


def _name(file: Path, beside: Path) -> str:
    """What a file is called where its own name may be that of the other."""
    from onrecord.eval.scoring.compare import distinct_names

    return distinct_names([str(file), str(beside)])[0]


def _sources(
    predictions: Path, against: Path | None, labels: list[str] | None, asked: Asked
) -> tuple[PredictionInput, PredictionInput | None]:
    """What the command was given, types compared by one map where there are two."""
    said = labels_of(labels, [predictions] if against is None else [predictions, against])
    source = given(predictions, dataclasses.replace(asked, labels=said[0]))
    if against is None:
        return source, None
    sources = source, given(against, dataclasses.replace(source.asked, labels=said[1]))
    maps = on_one_gold([each.asked.labels for each in sources])
    first, second = (
        dataclasses.replace(each, asked=dataclasses.replace(each.asked, labels=name))
        for each, name in zip(sources, maps, strict=True)
    )
    return first, second


def _alike(other: PredictionInput, source: PredictionInput) -> PredictionInput:
    """What another system's file is, scored as this one's is, whatever its own record says."""
    missing = source.asked.allow_missing or other.asked.allow_missing
    asked = dataclasses.replace(source.asked, labels=other.asked.labels, allow_missing=missing)
    return dataclasses.replace(other, asked=asked)


def _scored(source: PredictionInput, gold: StoredGold) -> StreamScoring:
    """The score of what the command was given."""
    from onrecord.eval.scoring.score_stream import score_stream

    found = score_stream(source.path, [source.raw], gold, source.asked)
    say_left_out(found.left_out)
    return found


def _command(source: PredictionInput, gold: Path) -> str:
    """The command that gives the same scores."""
    from onrecord.dataset.publishing.published import is_published

    asked = source.asked
    folder = [] if is_published(gold) else ["--gold", str(gold)]
    words = ["onrecord", "score", source.path.name, *folder, "--split", asked.split]
    words += [] if asked.labels is None else ["--labels", asked.labels]
    words += ["--allow-missing"] if asked.allow_missing else []
    if how := asked.how:
        words += ["--unit", how.unit, "--level", f"{how.level:g}", "--draws", str(how.draws), "--seed", str(how.seed)]
    else:
        words += ["--draws", "0"]
    return shlex.join([*words, "--details"])

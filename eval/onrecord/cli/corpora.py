"""``onrecord spans`` and ``onrecord clusters``: the measures for any other corpus."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.compat import compat_mode, print_compat
from onrecord.cli.console import counting, note, say_left_out
from onrecord.cli.options import Draws, Json, LabelMapName, Level, Output, SamplingUnitName, Seed, sampling

if TYPE_CHECKING:
    from onrecord.eval.corpora.cluster_report import ClusterReport
    from onrecord.eval.corpora.files import SpanCorpora
    from onrecord.eval.corpora.span_report import SpanReport
    from onrecord.eval.readers import ColumnFormat
    from onrecord.eval.rendering.scores import ScoreRow
    from onrecord.eval.statistics.sampling import Sampling


class SpanFormat(StrEnum):
    """How files of spans are written."""

    jsonl = "jsonl"
    conll = "conll"
    brat = "brat"
    ours = "ours"


class ClusterFormat(StrEnum):
    """How files of clusters are written."""

    jsonl = "jsonl"
    conll = "conll-coref"
    ours = "ours"


class Scheme(StrEnum):
    """How tags stand for spans."""

    lenient = "lenient"
    conlleval = "conlleval"
    iob1 = "IOB1"
    iob2 = "IOB2"
    ioe1 = "IOE1"
    ioe2 = "IOE2"
    iobes = "IOBES"
    bilou = "BILOU"


class Across(StrEnum):
    """Where equal cluster ids are one cluster."""

    document = "document"
    corpus = "corpus"


Gold = Annotated[Path, typer.Argument(help="The gold file; - for standard input; gzip and zip are unpacked.")]
CompatName = Annotated[
    str | None, typer.Option(help="The numbers of another tool instead, such as nervaluate, conlleval or perl-8.01.")
]


def spans(
    gold: Gold,
    predicted: Annotated[
        Path | None, typer.Argument(help="The predictions; left out where a conll file has both columns.")
    ] = None,
    format: Annotated[SpanFormat, typer.Option(help="How both files are written.")] = SpanFormat.jsonl,
    scheme: Annotated[Scheme, typer.Option(help="conll: how tags stand for spans.")] = Scheme.lenient,
    column: Annotated[int, typer.Option(help="conll: the column of the (predicted) tag, from 0 or from -1 back.")] = -1,
    gold_column: Annotated[int, typer.Option(help="conll with one file: the column of the gold tag.")] = -2,
    labels: LabelMapName = None,
    types: Annotated[bool, typer.Option("--types", help="Strict scores of every type too.")] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Error classes and confusion of types too.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to use, for jsonl.")] = 1,
    compat: CompatName = None,
    output: Output = None,
    json: Json = False,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
) -> None:
    """Score spans of any corpus: JSON Lines, CoNLL columns, brat, or the mentions of prediction files."""
    from onrecord.eval.corpora.files import read_tag_corpora, score_span_paths, span_report
    from onrecord.eval.readers import ColumnFormat

    columns = ColumnFormat(scheme=scheme.value, tag=column)
    how = sampling(SamplingUnitName.document, level, draws, seed)
    if predicted is None and format is not SpanFormat.conll:
        raise typer.BadParameter("only a conll file can have both sides", param_hint="PREDICTED")
    if compat is not None:
        mode = compat_mode(compat, ("spans", "tags"))
        if mode.takes == "tags":
            if format is not SpanFormat.conll:
                raise typer.BadParameter(f"{mode.name} reads tags: give --format conll", param_hint="--compat")
            print_compat(mode, read_tag_corpora(gold, predicted, columns, gold_column), json)
        else:
            corpora = _corpora(gold, predicted, format, columns, gold_column)
            print_compat(mode, (corpora.gold, corpora.predicted), json)
        return
    if format is SpanFormat.jsonl and predicted is not None:
        with counting("documents read") as progress:
            report = score_span_paths(gold, predicted, labels, how, jobs, progress)
    else:
        report = span_report(_corpora(gold, predicted, format, columns, gold_column), labels, how)
    say_left_out(report.left_out)
    _hand_over(report, output, json)
    if json:
        return
    _show(f"{len(report.counts.documents)} documents", report.missing, report.rows(), how)
    if types:
        _show("\nby type", (), report.type_rows(), None, "strict")
    if errors:
        _show_errors(report)
    typer.echo(str(report.signature))


def clusters(
    gold: Gold,
    predicted: Annotated[Path, typer.Argument(help="The predictions.")],
    format: Annotated[ClusterFormat, typer.Option(help="How both files are written.")] = ClusterFormat.jsonl,
    across: Annotated[
        Across, typer.Option(help="conll-coref: whether equal ids are one cluster in a document or in all of them.")
    ] = Across.document,
    compat: CompatName = None,
    output: Output = None,
    json: Json = False,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
) -> None:
    """Score clusters of mentions of any corpus: JSON Lines, CoNLL-2012, or the entities of prediction files."""
    from onrecord.eval.clusters.measures import RepeatedMentionsError
    from onrecord.eval.corpora.files import cluster_report, clusters_by_document, read_cluster_corpora

    corpora = read_cluster_corpora(gold, predicted, format.value, across.value)
    if compat is not None:
        mode = compat_mode(compat, ("clusters",))
        print_compat(mode, (clusters_by_document(corpora, across.value),), json)
        return
    how = sampling(SamplingUnitName.document, level, draws, seed)
    try:
        report = cluster_report(corpora, how)
    except RepeatedMentionsError as error:
        from onrecord.dataset.reading.faults import show

        note(f"{show(str(error))}")
        note("a mention in two clusters has no score; --compat says what a tool makes of it")
        raise typer.Exit(2) from error
    _hand_over(report, output, json)
    if json:
        return
    _show(f"{len(report.tables)} documents", report.missing, report.rows(), how)
    _show_reasons(report)
    typer.echo(str(report.signature))


def _corpora(
    gold: Path, predicted: Path | None, format: SpanFormat, columns: ColumnFormat, gold_column: int
) -> SpanCorpora:
    from onrecord.eval.corpora.files import read_column_corpora, read_span_corpora

    if predicted is None:
        return read_column_corpora(gold, columns, gold_column)
    return read_span_corpora(gold, predicted, format.value, columns)


def _hand_over(report: SpanReport | ClusterReport, output: Path | None, json: bool) -> None:
    from onrecord.dataset.reading.files import write_atomically

    if output is None and not json:
        return
    content = report.as_json()
    if output is not None:
        write_atomically(output, content)
        note(f"result: {output}")
    if json:
        typer.echo(content.decode("utf-8"), nl=False)


def _show(
    title: str, missing: tuple[str, ...], rows: list[ScoreRow], how: Sampling | None, heading: str = "measure"
) -> None:
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.scores import headings
    from onrecord.eval.rendering.terminal import plain_console, show_table

    console = plain_console()
    console.print(title)
    if missing:
        named = ", ".join(show(id) for id in missing[:10])
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        console.print(f"PARTIAL: no predictions for {named}{more}; scored as empty", soft_wrap=True)
    show_table(console, [heading, *headings(how)[1:]], [(show(name), *rest) for name, *rest in rows])


def _show_reasons(report: ClusterReport) -> None:
    reasons: dict[str, list[str]] = {}
    for name, score in report.scores.items():
        if score.value is None and score.reason:
            reasons.setdefault(score.reason, []).append(name)
    for reason, names in reasons.items():
        typer.echo(f"– {', '.join(names)}: {reason}")


def _show_errors(report: SpanReport) -> None:
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.terminal import plain_console, show_table

    console = plain_console()
    console.print("\nerrors")
    show_table(console, ["", "count"], [[name, str(many)] for name, many in report.errors.items()])
    rows = [
        [f"{show(gold) if gold else '(spurious)'} → {show(predicted) if predicted else '(missed)'}", str(many)]
        for (gold, predicted), many in report.confusion.items()
    ]
    console.print("")
    show_table(console, ["gold type → predicted type", "pairs"], rows)

"""``onrecord spans``: the measures of spans for any other corpus."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.compat import compat_mode, print_compat
from onrecord.cli.console import counting, say_left_out, say_passed_over
from onrecord.cli.corpora import CompatName, GoldFile, hand_over, show_scores
from onrecord.cli.formats import AffixName, AffixOption, Comment, Layer, Scheme, TagNames, TokenColumn, read_options
from onrecord.cli.inputs import sampling
from onrecord.cli.options import Draws, Json, LabelMapName, Level, Output, SamplingUnitName, Seed
from onrecord.cli.outputs import is_standard_output, refuse_folder, refuse_overwriting, say

if TYPE_CHECKING:
    from onrecord.eval.corpora.files import SpanCorpora
    from onrecord.eval.corpora.span_report import SpanReport
    from onrecord.eval.readers import ReadOptions


class SpanFormat(StrEnum):
    """How files of spans are written."""

    jsonl = "jsonl"
    conll = "conll"
    brat = "brat"
    ours = "ours"
    spacy = "spacy"
    docbin = "docbin"
    prodigy = "prodigy"
    doccano = "doccano"
    label_studio = "label-studio"
    label_studio_min = "label-studio-min"
    gliner = "gliner"
    hf_pipeline = "hf-pipeline"
    hf_tokens = "hf-tokens"
    conllu = "conllu"
    e2e = "e2e"
    webanno = "webanno"


def spans(
    gold: GoldFile,
    predicted: Annotated[
        Path | None, typer.Argument(help="The predictions; left out where a conll file has both columns.")
    ] = None,
    format: Annotated[SpanFormat, typer.Option(help="How both files are written.")] = SpanFormat.jsonl,
    scheme: Annotated[Scheme, typer.Option(help="conll, hf-tokens: how tags stand for spans.")] = Scheme.lenient,
    affix: AffixOption = AffixName.prefix,
    comment: Comment = "",
    token_column: TokenColumn = 0,
    tag_names: TagNames = "",
    layer: Layer = "",
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
    """Score spans of any corpus, in any of the formats of docs/convert.md."""
    from onrecord.eval.corpora.files import read_tag_corpora, score_span_paths, span_report
    from onrecord.eval.rendering.counted import counted

    refuse_overwriting([output], [gold, predicted, None if labels is None else Path(labels)])
    refuse_folder(output)
    options = read_options(scheme, affix, comment, token_column, column, tag_names, layer)
    columns = options.columns
    how = sampling(SamplingUnitName.document.value, level, draws, seed)
    if predicted is None and format is not SpanFormat.conll:
        raise typer.BadParameter("only a conll file can have both sides", param_hint="PREDICTED")
    if compat is not None:
        mode = compat_mode(compat, ("spans", "tags"))
        if mode.takes == "tags":
            if format is not SpanFormat.conll:
                raise typer.BadParameter(f"{mode.name} reads tags: give --format conll", param_hint="--compat")
            as_script = dataclasses.replace(columns, script=mode.name.startswith("conlleval"))
            print_compat(mode, read_tag_corpora(gold, predicted, as_script, gold_column), json)
        else:
            corpora = _corpora(gold, predicted, format, options, gold_column)
            say_passed_over(corpora.passed_over)
            print_compat(mode, (corpora.gold, corpora.predicted), json)
        return
    if format is SpanFormat.jsonl and predicted is not None:
        with counting("documents read") as progress:
            report = score_span_paths(gold, predicted, labels, how, jobs, progress)
    else:
        report = span_report(_corpora(gold, predicted, format, options, gold_column), labels, how)
    say_passed_over(report.passed_over)
    say_left_out(report.left_out)
    hand_over(report, output, json)
    if json or is_standard_output(output):
        return
    show_scores(counted(len(report.counts.documents), "document"), report.missing, report.rows(), how)
    if types:
        show_scores("\nby type", (), report.type_rows(), None, "strict")
    if errors:
        _show_errors(report)
    say(str(report.signature))


def _corpora(
    gold: Path, predicted: Path | None, format: SpanFormat, options: ReadOptions, gold_column: int
) -> SpanCorpora:
    from onrecord.eval.corpora.files import read_column_corpora, read_span_corpora

    if predicted is None:
        return read_column_corpora(gold, options.columns, gold_column)
    return read_span_corpora(gold, predicted, format.value, options)


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

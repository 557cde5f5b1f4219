"""``onrecord clusters``: the measures of clusters for any other corpus."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.cli.compat import compat_mode, print_compat, told_if_refused
from onrecord.cli.console import note, say_passed_over
from onrecord.cli.corpora import CompatName, GoldFile, hand_over, show_scores
from onrecord.cli.inputs import sampling
from onrecord.cli.options import Draws, Json, Level, Output, SamplingUnitName, Seed
from onrecord.cli.outputs import is_standard_output, refuse_folder, refuse_overwriting, say

if TYPE_CHECKING:
    from onrecord.eval.compat import Compat
    from onrecord.eval.corpora.cluster_report import ClusterReport
    from onrecord.eval.corpora.files import ClusterCorpora


class ClusterFormat(StrEnum):
    """How files of clusters are written."""

    jsonl = "jsonl"
    conll = "conll-coref"
    ours = "ours"
    conllu = "conllu"
    e2e = "e2e"
    preco = "preco"


class Across(StrEnum):
    """Where equal cluster ids are one cluster."""

    document = "document"
    corpus = "corpus"


def clusters(
    gold: GoldFile,
    predicted: Annotated[Path, typer.Argument(help="The predictions.")],
    format: Annotated[ClusterFormat, typer.Option(help="How both files are written.")] = ClusterFormat.jsonl,
    across: Annotated[
        Across,
        typer.Option(help="conll-coref, conllu: whether equal ids are one cluster in a document or in all of them."),
    ] = Across.document,
    compat: CompatName = None,
    output: Output = None,
    json: Json = False,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
) -> None:
    """Score clusters of mentions of any corpus, in any of the formats of docs/convert.md."""
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.clusters.measures import RepeatedMentionsError
    from onrecord.eval.corpora.files import cluster_report, read_cluster_corpora
    from onrecord.eval.rendering.counted import counted

    refuse_overwriting([output], [gold, predicted])
    refuse_folder(output)
    mode = None if compat is None else _mode(compat, format, across)
    # a tool that reads columns does not look at tokens
    looks = mode is None or mode.reads_format == ClusterFormat.conllu
    corpora = read_cluster_corpora(gold, predicted, format.value, across.value, other_tokens=not looks)
    for fault in corpora.differences[:1]:
        note(f"the tool does not look at tokens, and they differ: {show(fault.found)}; in gold {show(fault.expected)}")
    say_passed_over(corpora.passed_over)
    if mode is not None:
        print_compat(mode, (_as_the_tool_reads(mode, corpora, format, across),), json)
        return
    how = sampling(SamplingUnitName.document.value, level, draws, seed)
    try:
        report = cluster_report(corpora, how)
    except RepeatedMentionsError as error:
        note(f"{show(str(error))}")
        note("a mention in two clusters has no score; --compat says what a tool makes of it")
        raise typer.Exit(2) from error
    hand_over(report, output, json)
    if json or is_standard_output(output):
        return
    show_scores(counted(len(report.tables), "document"), report.missing, report.rows(), how)
    _show_reasons(report)
    say(str(report.signature))


def _mode(name: str, format: ClusterFormat, across: Across) -> Compat:
    mode = compat_mode(name, ("clusters", "heads"))
    if mode.takes == "heads" and (format is not ClusterFormat.conllu or across is not Across.document):
        said = f"{mode.name} matches heads, document by document: give --format conllu, and no --across corpus"
        raise typer.BadParameter(said, param_hint="--compat")
    return mode


def _as_the_tool_reads(
    mode: Compat, corpora: ClusterCorpora, format: ClusterFormat, across: Across
) -> Mapping[str, tuple[Any, Any]]:
    """Gold and predicted clusters of every document; as we read them where the tool does not read such files."""
    from onrecord.eval.compat import both_sides
    from onrecord.eval.corpora.files import clusters_by_document

    if mode.reads is None or mode.reads_format != format or across is not Across.document:
        return clusters_by_document(corpora, across.value)
    with told_if_refused(mode):
        return both_sides(mode.reads, *corpora.contents)


def _show_reasons(report: ClusterReport) -> None:
    reasons: dict[str, list[str]] = {}
    for name, score in report.scores.items():
        if score.value is None and score.reason:
            reasons.setdefault(score.reason, []).append(name)
    for reason, names in reasons.items():
        say(f"– {', '.join(names)}: {reason}")

"""``onrecord clusters``: the measures of clusters for any other corpus."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.compat import compat_mode, print_compat
from onrecord.cli.console import note, say_passed_over
from onrecord.cli.corpora import CompatName, GoldFile, hand_over, show_scores
from onrecord.cli.inputs import sampling
from onrecord.cli.options import Draws, Json, Level, Output, SamplingUnitName, Seed
from onrecord.cli.outputs import is_standard_output, say

if TYPE_CHECKING:
    from onrecord.eval.corpora.cluster_report import ClusterReport


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
    from onrecord.eval.corpora.files import cluster_report, clusters_by_document, read_cluster_corpora

    corpora = read_cluster_corpora(gold, predicted, format.value, across.value, other_tokens=compat is not None)
    for fault in corpora.differences[:1]:
        note(f"the tool does not look at tokens, and they differ: {show(fault.found)}; in gold {show(fault.expected)}")
    say_passed_over(corpora.passed_over)
    if compat is not None:
        mode = compat_mode(compat, ("clusters",))
        print_compat(mode, (clusters_by_document(corpora, across.value),), json)
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
    show_scores(f"{len(report.tables)} documents", report.missing, report.rows(), how)
    _show_reasons(report)
    say(str(report.signature))


def _show_reasons(report: ClusterReport) -> None:
    reasons: dict[str, list[str]] = {}
    for name, score in report.scores.items():
        if score.value is None and score.reason:
            reasons.setdefault(score.reason, []).append(name)
    for reason, names in reasons.items():
        say(f"– {', '.join(names)}: {reason}")

"""The numbers of coval at commit 87071a6 (MIT; github.com/ns-moosavi/coval; the coval of PyPI is something else).

Mention identification, MUC, B3, CEAFe, LEA and the CoNLL score. Numerators and denominators are summed over documents.
``remove_singletons`` drops the clusters of one mention from each side by itself. Mentions are compared exactly; the
matching of minimum spans needs parses and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from onrecord.eval.compat import coreference
from onrecord.eval.compat.bracket_files import read_coval
from onrecord.eval.compat.coreference import Clusters, Documents, Sides
from onrecord.eval.compat.mode import Compat, CompatResult, CompatRow, counted
from onrecord.eval.statistics.counts import Counts

NAME = "coval"
WITHOUT_SINGLETONS = "coval-remove-singletons"

DIFFERENCES = (
    "Precision, recall and F1 are 0 where there is nothing to divide by, as MUC of singletons alone, so the CoNLL "
    "score of a perfect answer of singletons is 2/3; ours is undefined.",
    "A mention in two clusters counts for the last one that lists it, and in CEAF for each (ns-moosavi/coval#5), so "
    "the order of the clusters decides; ours refuses.",
    "A mention twice in one cluster is counted twice, so that a perfect answer can be below 1; ours refuses.",
    "CEAFm, which the command does not offer, is divided by the number of clusters, so a perfect answer can exceed 1; "
    "it is given only where asked for by name.",
    "Counts are summed over documents, so a cluster over two documents is two clusters.",
    "In a cell mentions of one token come first, then openings, then closings, and an opening without `|` behind it is "
    "lost, so `0)|(0` and `(1(2` are read otherwise than by ours; ids are numbers, so `(03` is `(3`.",
    "A mention over the end of a sentence counts as if its first token stood in the sentence of its last.",
    "A document that the response lacks ends the tool with an error; here it is one without clusters.",
    "The printed numbers are per cent with two decimals, rounded.",
)

WITHOUT_SINGLETONS_DIFFERENCES = (
    "Singletons are dropped from each side by itself: our view without singletons is the same, and is named in the "
    "signature of the score.",
    *DIFFERENCES,
)


def score(documents: Documents, measures: Sequence[str] = ("mentions", "muc", "bcub", "ceafe", "lea")) -> CompatResult:
    """Scores over all documents, with singletons; and the CoNLL score where its three parts are among the measures.

    Args:
        documents: Gold and predicted clusters by document.
        measures: Some of :data:`MEASURES`.

    Raises:
        KeyError: The tool has no such measure.
    """
    return CompatResult(NAME, _rows([Sides.of(*clusters) for clusters in documents.values()], measures))


def score_without_singletons(
    documents: Documents, measures: Sequence[str] = ("mentions", "muc", "bcub", "ceafe", "lea")
) -> CompatResult:
    """Scores with the option ``remove_singletons``."""
    sides = [
        Sides.of(without_singletons(gold), without_singletons(predicted)) for gold, predicted in documents.values()
    ]
    return CompatResult(WITHOUT_SINGLETONS, _rows(sides, measures))


def text(result: CompatResult) -> str:
    """The lines that the tool prints."""
    lines = [f"{row.measure:<10} {percent(row)}" for row in result.rows if row.measure != "conll"]
    return "\n".join([*lines, *conll_line(result), ""])


def percent(row: CompatRow) -> str:
    """Recall, precision and F1 as the tool prints them."""
    recall, precision, f1 = (100 * (number or 0.0) for number in (row.recall, row.precision, row.f1))
    return f"Recall: {recall:.2f}  Precision: {precision:.2f}  F1: {f1:.2f}"


def conll_line(result: CompatResult) -> list[str]:
    """The line of the CoNLL score, where there is one."""
    return [f"CoNLL score: {100 * (row.f1 or 0.0):.2f}" for row in result.rows if row.measure == "conll"]


def without_singletons(clusters: Clusters) -> Clusters:
    """The clusters that list more than one mention."""
    return [cluster for cluster in clusters if len(cluster) > 1]


def conll(rows: Sequence[CompatRow]) -> tuple[CompatRow, ...]:
    """The CoNLL score as a row, where all of its three parts are there."""
    parts = [row.f1 or 0.0 for row in rows if row.measure in ("muc", "bcub", "ceafe")]
    return (CompatRow("conll", None, None, sum(parts) / 3, {}),) if len(parts) == 3 else ()


def _ceafm(sides: Sides) -> Counts:
    # this is the defect that the mode is for: the tool divides mentions by clusters
    best = coreference.ceaf_by_mentions(sides.gold, sides.predicted)
    return Counts.matched(best, len(sides.gold), len(sides.predicted))


MEASURES: Mapping[str, Callable[[Sides], Counts]] = {
    "mentions": coreference.mentions,
    "muc": coreference.muc,
    "bcub": coreference.b_cubed,
    "ceafe": coreference.ceafe,
    "lea": coreference.lea,
    "ceafm": _ceafm,
}
"""Every measure there is code for, in the order of the tool."""


def _rows(sides: Sequence[Sides], measures: Sequence[str]) -> tuple[CompatRow, ...]:
    rows = [counted(name, sum((MEASURES[name](each) for each in sides), Counts())) for name in measures]
    return (*rows, *conll(rows))


COMPAT = (
    Compat(NAME, "87071a6", "clusters", (*MEASURES, "conll"), DIFFERENCES, score, text, read_coval, "conll-coref"),
    Compat(
        WITHOUT_SINGLETONS,
        "87071a6",
        "clusters",
        (*MEASURES, "conll"),
        WITHOUT_SINGLETONS_DIFFERENCES,
        score_without_singletons,
        text,
        read_coval,
        "conll-coref",
    ),
)

"""The numbers of corefud-scorer at commit 4fd7b0e (MIT; github.com/ufal/corefud-scorer; not on PyPI), exact matching.

Numerators and denominators are summed over documents. A mention twice in one cluster is dropped; then clusters of one
mention are dropped from each side by itself, unless ``--keep-singletons`` is given. BLANC follows Luo et al. (2014).
Matching by heads and by overlap, the mention overlap ratio and empty nodes need words and are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from onrecord.eval.compat import coreference
from onrecord.eval.compat.blanc import PARTS, blanc
from onrecord.eval.compat.coreference import Clusters, Documents, Sides
from onrecord.eval.compat.coval import conll, conll_line, percent, without_singletons
from onrecord.eval.compat.mode import Compat, CompatResult, CompatRow, counted
from onrecord.eval.statistics.counts import Counts

NAME = "corefud"
WITH_SINGLETONS = "corefud-keep-singletons"

DIFFERENCES = (
    "Singletons are dropped from each side by itself; ours are kept, and the view without them is named in the "
    "signature of the score.",
    "Precision, recall and F1 are 0 where there is nothing to divide by; ours are undefined.",
    "A mention twice in one cluster is dropped in silence; one in two clusters counts for the last of them, and "
    "in CEAF for each, so the order of the clusters decides; ours refuses.",
    "Counts are summed over documents, and a cluster over two documents is split with a warning.",
    "BLANC leaves out a part that neither side has links for and counts one as 0 that one side has none for (Luo et "
    "al., 2014); the reference scorer leaves out what gold has none for. Ours offers both rules by name.",
    "Unless told otherwise the tool matches mentions by heads, as the CRAC shared tasks do; this is its exact matching "
    "(`-x`), as in ours. A gold mention `the old man` and a predicted `man` with the same head are one to the tool and "
    "two to this mode.",
    "The tool takes clusters in the order of their first mentions, which decides where a mention is in two of them; "
    "here the order is that of the file.",
    "The printed numbers are per cent with two decimals, rounded.",
)

WITH_SINGLETONS_DIFFERENCES = DIFFERENCES[1:]


def score(documents: Documents) -> CompatResult:
    """Scores over all documents, without singletons, which is what the tool does unless told otherwise."""
    return CompatResult(
        NAME,
        _rows(
            Sides.of(without_singletons(_once(gold)), without_singletons(_once(predicted)))
            for gold, predicted in documents.values()
        ),
    )


def score_with_singletons(documents: Documents) -> CompatResult:
    """Scores with the option ``--keep-singletons``."""
    return CompatResult(
        WITH_SINGLETONS, _rows(Sides.of(_once(gold), _once(predicted)) for gold, predicted in documents.values())
    )


def text(result: CompatResult) -> str:
    """The lines that the tool prints for each measure."""
    lines = [f"{row.measure}\n{percent(row)}" for row in result.rows if row.measure != "conll"]
    return "\n".join([*lines, *conll_line(result), ""])


def _once(clusters: Clusters) -> Clusters:
    return [list(dict.fromkeys(cluster)) for cluster in clusters]


_MEASURES: Mapping[str, Callable[[Sides], Counts]] = {
    "lea": coreference.lea,
    "muc": coreference.muc,
    "bcub": coreference.b_cubed,
    "ceafe": coreference.ceafe,
    "ceafm": coreference.ceafm,
}
MEASURES = (*_MEASURES, "blanc", "conll")


def _rows(sides: Iterable[Sides]) -> tuple[CompatRow, ...]:
    documents = list(sides)
    rows = [counted(name, sum((measure(each) for each in documents), Counts())) for name, measure in _MEASURES.items()]
    parts = {name: sum((part(each) for each in documents), Counts()) for name, part in PARTS.items()}
    return (*rows, blanc(parts, lambda part: part.gold > 0 or part.predicted > 0), *conll(rows))


COMPAT = (
    Compat(NAME, "4fd7b0e", "clusters", MEASURES, DIFFERENCES, score, text),
    Compat(WITH_SINGLETONS, "4fd7b0e", "clusters", MEASURES, WITH_SINGLETONS_DIFFERENCES, score_with_singletons, text),
)

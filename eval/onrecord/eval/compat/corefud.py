"""The numbers of corefud-scorer at commit 4fd7b0e (MIT; github.com/ufal/corefud-scorer; not on PyPI).

Mentions are one where they have the same head, as in the CRAC shared tasks, or with ``--exact-match`` the same words;
zeros are aligned by their dependencies in both. Numerators and denominators are summed over documents. A mention twice
in one cluster is dropped; then clusters of one mention are dropped from each side by itself, unless
``--keep-singletons`` is given. BLANC follows Luo et al. (2014).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterable, Mapping

from onrecord.eval.compat import coreference
from onrecord.eval.compat.blanc import PARTS, blanc
from onrecord.eval.compat.coreference import Clusters, Documents, Sides
from onrecord.eval.compat.corefud_files import read_corefud
from onrecord.eval.compat.coval import conll, conll_line, percent, without_singletons
from onrecord.eval.compat.headed import aligned, identity
from onrecord.eval.compat.mode import Compat, CompatResult, CompatRow, counted
from onrecord.eval.statistics.counts import Counts

NAME = "corefud"
EXACT = "corefud-exact-match"
KEEP = "-keep-singletons"

_SINGLETONS = (
    "Singletons are dropped from each side by itself; ours are kept, and the view without them is named in the "
    "signature of the score."
)
_HEADS = (
    "Mentions are one where they have the same head, of several those that share most words of gold: a gold mention "
    "`the old man` and a predicted `man` with the head `man` are one to the tool and two to ours.",
    "Of alignments by heads that are equally good, one is chosen by first words, last words and lengths of mentions; "
    "where these are equal too, the tool goes by the order of its sets. Of more than 16 million pairs of mentions in a "
    "document, which the tool aligns at once, those of each head are aligned by themselves.",
)
_COMMON = (
    "Precision, recall and F1 are 0 where there is nothing to divide by; ours are undefined.",
    "A mention twice in one cluster is dropped in silence; one in two clusters counts for the last of them, and "
    "in CEAF for each, so the order of the clusters decides, which from CoNLL-U is that of their first mentions; ours "
    "refuses.",
    "Counts are summed over documents, and a cluster over two documents is split with a warning.",
    "BLANC leaves out a part that neither side has links for and counts one as 0 that one side has none for (Luo et "
    "al., 2014); the reference scorer leaves out what gold has none for. Ours offers both rules by name.",
    "Zeros, mentions whose head is an empty node, are first aligned with each other by what governs them; ours passes "
    "over mentions without a token. A zero without dependencies ends the tool with an error and is aligned with none "
    "here.",
    "Partial matching (`-a partial`), linear matching of zeros (`-z linear`), the mention overlap ratio and the score "
    "of zeros are left out.",
    "A document that the response lacks ends the tool with an error; here it is one without clusters.",
    "The printed numbers are per cent with two decimals, rounded.",
)


def score(documents: Documents, by_head: bool = True, singletons: bool = False, name: str = NAME) -> CompatResult:
    """Scores over all documents.

    Args:
        documents: Gold and predicted clusters by document; a mention that is no
            :class:`onrecord.eval.compat.headed.HeadedMention` is one with its equal alone.
        by_head: Whether mentions of one head are one, as the tool has it unless told otherwise.
        singletons: Whether clusters of one mention are kept.
        name: Of the mode.
    """
    return CompatResult(name, _rows(_sides(*sides, by_head, singletons) for sides in documents.values()))


def text(result: CompatResult) -> str:
    """The lines that the tool prints for each measure."""
    lines = [f"{row.measure}\n{percent(row)}" for row in result.rows if row.measure != "conll"]
    return "\n".join([*lines, *conll_line(result), ""])


def _sides(gold: Clusters, predicted: Clusters, by_head: bool, singletons: bool) -> Sides:
    gold, predicted = (_once(side, by_head) for side in (gold, predicted))
    if not singletons:
        gold, predicted = without_singletons(gold), without_singletons(predicted)
    alignment = aligned(gold, predicted, by_head)
    return Sides.of(_named(gold, by_head), _named(predicted, by_head), alignment)


def _once(clusters: Clusters, by_head: bool) -> Clusters:
    """Each mention once in a cluster, the first of those that are equal."""
    once = []
    for cluster in clusters:
        found: dict[Hashable, Hashable] = {}
        for mention in cluster:
            found.setdefault(identity(mention, by_head), mention)
        once.append(list(found.values()))
    return once


def _named(clusters: Clusters, by_head: bool) -> Clusters:
    return [[identity(mention, by_head) for mention in cluster] for cluster in clusters]


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


COMPAT = tuple(
    Compat(
        name,
        "4fd7b0e",
        "heads" if by_head else "clusters",
        MEASURES,
        (*(() if singletons else (_SINGLETONS,)), *(_HEADS if by_head else ()), *_COMMON),
        functools.partial(score, by_head=by_head, singletons=singletons, name=name),
        text,
        read_corefud,
        "conllu",
    )
    for name, by_head, singletons in (
        (NAME, True, False),
        (f"{NAME}{KEEP}", True, True),
        (EXACT, False, False),
        (f"{EXACT}{KEEP}", False, True),
    )
)

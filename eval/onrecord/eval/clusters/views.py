"""Measures of who is who: the views in which a layer's clusters are scored, alike for entities and for events.

Each cluster measure is given across documents; ``[within]``, with the clusters of each document apart; and, for the two
headlines, ``[no-singletons]``: the named view of :func:`onrecord.eval.clusters.table.without_singletons`. Singletons
are kept in all others.
"""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.eval.clusters.measures import (
    SHARED_MENTIONS,
    Table,
    cluster_scores,
    cluster_scores_within,
    lea,
    without_singletons,
)
from onrecord.eval.statistics.counts import Score, score
from onrecord.eval.statistics.measure import Measure

_DEFINITIONS = {
    "lea": "share of each {one}'s links resolved, weighted by its size",
    "conll": "mean F1 of MUC, B3 and CEAFe",
    "muc": "links found",
    "b3": "share of its cluster found, for each mention",
    "ceafm": "mentions shared under the best one-to-one alignment of {many}",
    "ceafe": "best one-to-one alignment of {many}",
    "blanc[luo2014]": "mean of links and non-links found, by the rule of Luo (2014)",
    "blanc[recasens2011]": "the same by the rule of Recasens and Hovy (2011)",
    "pairwise": "pairs of mentions of one {one} found",
}

_SHOWN = {"lea", "conll", "lea[within]", "conll[within]"}

_SINGLETONS = ("lea", "conll")


_SOURCES = {
    "lea": ("lea.md", "Moosavi and Strube, 2016"),
    "conll": ("conll-f1.md", "Pradhan et al., 2012"),
    "muc": ("muc.md", "Vilain et al., 1995"),
    "b3": ("b3.md", "Bagga and Baldwin, 1998"),
    "ceafm": ("ceaf.md", "Luo, 2005"),
    "ceafe": ("ceaf.md", "Luo, 2005"),
    "blanc[luo2014]": ("blanc.md", "Luo et al., 2014"),
    "blanc[recasens2011]": ("blanc.md", "Recasens and Hovy, 2011"),
    "pairwise": ("pairwise.md", ""),
}
"""Page and definition of each."""


def cluster_measures(one: str, many: str) -> tuple[Measure, ...]:
    """The measures of a layer whose clusters are, say, an ``entity`` each and ``entities`` together."""
    definitions = {name: text.format(one=one, many=many) for name, text in _DEFINITIONS.items()}
    found = [(name, f"{text}, across documents", "") for name, text in definitions.items()]
    found += [(name, f"{text}, each document's clusters apart", "within") for name, text in definitions.items()]
    found += [(name, f"{definitions[name]}, {many} of one mention left out", "no-singletons") for name in _SINGLETONS]
    return tuple(_measure(name, text, view) for name, text, view in found)


def _measure(name: str, text: str, view: str) -> Measure:
    full = f"{name}[{view}]" if view else name
    page, citation = _SOURCES[name]
    return Measure(
        full, text, detail=full not in _SHOWN, view=view, page=page, citation=citation, clusters=True, adds=False
    )


def lea_alone(tables: Sequence[Table]) -> Score:
    """LEA of :func:`cluster_views`, and nothing else."""
    across = Table.total(tables)
    return SHARED_MENTIONS if across.overlapping else score(lea(across))


def cluster_views(tables: Sequence[Table]) -> dict[str, Score]:
    """Scores of all those measures from the tables of the documents."""
    across = Table.total(tables)
    bare = cluster_scores(without_singletons(across))
    return {
        **cluster_scores(across),
        **{f"{name}[within]": each for name, each in cluster_scores_within(tables).items()},
        **{f"{name}[no-singletons]": bare[name] for name in _SINGLETONS},
    }

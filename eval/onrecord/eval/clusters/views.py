"""Measures of who is who: the views in which a layer's clusters are scored, alike for entities and for events.

Each cluster measure is given across documents; ``[within]``, with the clusters of each document apart; and, for the two
headlines, ``[no-singletons]``: the named view of :func:`onrecord.eval.clusters.table.without_singletons`. Singletons
are kept in all others.
"""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.eval.clusters.measures import Table, cluster_scores, cluster_scores_within, without_singletons
from onrecord.eval.statistics.counts import Score
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


def cluster_measures(one: str, many: str) -> tuple[Measure, ...]:
    """The measures of a layer whose clusters are, say, an ``entity`` each and ``entities`` together."""
    definitions = {name: text.format(one=one, many=many) for name, text in _DEFINITIONS.items()}
    found = [(name, f"{text}, across documents") for name, text in definitions.items()]
    found += [(f"{name}[within]", f"{text}, each document's clusters apart") for name, text in definitions.items()]
    found += [
        (f"{name}[no-singletons]", f"{definitions[name]}, {many} of one mention left out") for name in _SINGLETONS
    ]
    return tuple(Measure(name, text, detail=name not in _SHOWN) for name, text in found)


def cluster_views(tables: Sequence[Table]) -> dict[str, Score]:
    """Scores of all those measures from the tables of the documents."""
    across = Table.total(tables)
    bare = cluster_scores(without_singletons(across))
    return {
        **cluster_scores(across),
        **{f"{name}[within]": each for name, each in cluster_scores_within(tables).items()},
        **{f"{name}[no-singletons]": bare[name] for name in _SINGLETONS},
    }

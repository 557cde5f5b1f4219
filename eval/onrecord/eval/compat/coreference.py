"""Cluster measures as the coreference scorers count them, which also count mentions that one side has twice.

The scorers look a mention up on the other side and find one cluster there: the last one that holds it. But they count
the mentions of a cluster as often as they are listed. What each does before that (dropping repeats or singletons) is
its own module. Without repeated mentions all of this is :mod:`onrecord.eval.clusters.measures`, which the tests check.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from onrecord.eval.matching.sparse import match
from onrecord.eval.statistics.counts import Counts

Clusters = Sequence[Sequence[Hashable]]
"""Clusters of mentions; a cluster without mentions does not count, as no file can hold one."""

Documents = Mapping[str, tuple[Clusters, Clusters]]
"""Gold and predicted clusters of each document."""

Alignment = Mapping[Hashable, Hashable]
"""For mentions of either side that are one without being equal, the other of the two."""

NOTHING_ALIGNED: Alignment = MappingProxyType({})

Found = Sequence[Counter[int]]
"""For each cluster of one side, in which clusters of the other side its mentions are found, and how many."""


@dataclasses.dataclass(frozen=True)
class Sides:
    """The clusters of one document, each looked up on the other side."""

    gold: Clusters
    predicted: Clusters
    gold_found: Found
    predicted_found: Found
    aligned: Alignment = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, gold: Clusters, predicted: Clusters, aligned: Alignment = NOTHING_ALIGNED) -> Sides:
        """Look up all mentions."""
        gold, predicted = ([cluster for cluster in side if cluster] for side in (gold, predicted))
        return cls(gold, predicted, found(gold, predicted, aligned), found(predicted, gold, aligned), aligned)


def found(clusters: Clusters, others: Clusters, aligned: Alignment = NOTHING_ALIGNED) -> Found:
    """Where the mentions of each cluster are on the other side: each in the last cluster that holds it."""
    home = {mention: at for at, cluster in enumerate(others) for mention in cluster}
    there = ([aligned.get(mention, mention) for mention in cluster] for cluster in clusters)
    return [Counter(home[mention] for mention in cluster if mention in home) for cluster in there]


def mentions(sides: Sides) -> Counts:
    """Mentions that both sides have, each once."""
    gold, predicted = ({mention for cluster in side for mention in cluster} for side in (sides.gold, sides.predicted))
    return Counts.matched(len(gold & predicted), len(gold), len(predicted))


def muc(sides: Sides) -> Counts:
    """MUC, each side's links counted on its own."""
    return Counts(
        links_found(sides.gold_found),
        links_listed(sides.gold),
        links_found(sides.predicted_found),
        links_listed(sides.predicted),
    )


def links_found(clusters: Found) -> int:
    """Links that are left where each cluster is cut into its parts of the other side."""
    return sum(found.total() - len(found) for found in clusters)


def links_listed(clusters: Clusters) -> int:
    """Links that join the mentions of each cluster, as listed."""
    return listed(clusters) - len(clusters)


def listed(clusters: Clusters) -> int:
    """Mentions as often as they are listed."""
    return sum(len(cluster) for cluster in clusters)


def b_cubed(sides: Sides) -> Counts:
    """B3."""
    gold, predicted = (
        math.fsum(n * n / len(cluster) for cluster, found in zip(clusters, founds, strict=True) for n in found.values())
        for clusters, founds in ((sides.gold, sides.gold_found), (sides.predicted, sides.predicted_found))
    )
    return Counts(gold, listed(sides.gold), predicted, listed(sides.predicted))


def lea(sides: Sides) -> Counts:
    """LEA."""
    return Counts(
        _resolved(sides.gold, sides.gold_found, sides.predicted),
        listed(sides.gold),
        _resolved(sides.predicted, sides.predicted_found, sides.gold),
        listed(sides.predicted),
    )


def _resolved(clusters: Clusters, founds: Found, others: Clusters) -> float:
    total = []
    for cluster, found in zip(clusters, founds, strict=True):
        size = len(cluster)
        if size == 1:
            total.append(float(any(len(others[at]) == 1 for at in found)))
        else:
            links = sum(n * (n - 1) for n in found.values())
            total.append(links / (size - 1))
    return math.fsum(total)


def ceaf_by_dice(gold: Clusters, predicted: Clusters, aligned: Alignment = NOTHING_ALIGNED) -> float:
    """The sum of phi4 over the best one-to-one alignment of clusters."""
    cells = _common(gold, predicted, aligned)
    return _best({(g, p): 2 * n / (len(gold[g]) + len(predicted[p])) for (g, p), n in cells.items()})


def ceaf_by_mentions(gold: Clusters, predicted: Clusters, aligned: Alignment = NOTHING_ALIGNED) -> float:
    """The sum of phi3 over the best one-to-one alignment of clusters."""
    return _best(_common(gold, predicted, aligned))


def ceafe(sides: Sides) -> Counts:
    """CEAF by entities."""
    best = ceaf_by_dice(sides.gold, sides.predicted, sides.aligned)
    return Counts.matched(best, len(sides.gold), len(sides.predicted))


def ceafm(sides: Sides) -> Counts:
    """CEAF by mentions."""
    best = ceaf_by_mentions(sides.gold, sides.predicted, sides.aligned)
    return Counts.matched(best, listed(sides.gold), listed(sides.predicted))


def _common(gold: Clusters, predicted: Clusters, aligned: Alignment) -> Counter[tuple[int, int]]:
    """How many mentions of a gold cluster, as often as it lists them, are in a predicted one at all."""
    holders: dict[Hashable, dict[int, None]] = {}
    for at, cluster in enumerate(predicted):
        for mention in cluster:
            holders.setdefault(mention, {})[at] = None
    there = ((g, aligned.get(mention, mention)) for g, cluster in enumerate(gold) for mention in cluster)
    return Counter((g, p) for g, mention in there for p in holders.get(mention, ()))


def _best(weights: Mapping[tuple[int, int], float]) -> float:
    rows, columns = (np.array([cell[side] for cell in weights], dtype=np.int64) for side in (0, 1))
    values = np.array(list(weights.values()), dtype=np.float64)
    return math.fsum(values[match(rows, columns, values)].tolist())

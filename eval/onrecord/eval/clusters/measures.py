"""Measures of clusterings: LEA, MUC, B3, CEAFm, CEAFe, BLANC, pairwise and CoNLL F1, all from one sparse table.

Read off a :class:`~onrecord.eval.clusters.table.Table` with cells ``n_ij`` and cluster sizes ``a_i`` and ``b_j``.
Mentions that the other side lacks stay in their clusters (Pradhan et al., 2014) and singletons are kept: nothing is
ever deleted from one side alone. The view without singletons is
:func:`~onrecord.eval.clusters.table.without_singletons`.

Everything is exact at any size, and grows with the number of mentions. Sums of fractions are taken in integers and
rounded once, so they do not depend on the order of mentions, documents or shards, nor on what the clusters are called.
Where tools print 0 for nothing to measure (MUC of singletons, either side empty), the score is undefined here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt

from onrecord.eval.clusters.table import (
    Duplicates,
    Membership,
    Repeat,
    RepeatedMentionsError,
    Table,
    without_singletons,
)
from onrecord.eval.matching.reduction import IntArray
from onrecord.eval.matching.sparse import match
from onrecord.eval.statistics.counts import Counts, Score, mean_f1, score

__all__ = [
    "NAMES",
    "Duplicates",
    "Links",
    "Membership",
    "Repeat",
    "RepeatedMentionsError",
    "Rule",
    "Table",
    "b_cubed",
    "best_alignment",
    "best_cells",
    "blanc",
    "blanc_score",
    "ceafe",
    "ceafm",
    "cluster_scores",
    "cluster_scores_within",
    "lea",
    "links",
    "muc",
    "pairwise",
    "sums_of_fractions",
    "table_scores",
    "without_singletons",
]

Rule = Literal["luo2014", "recasens2011"]
"""Which of its two parts BLANC is the mean of; see :func:`blanc_score`."""

NAMES = ("lea", "conll", "muc", "b3", "ceafm", "ceafe", "blanc[luo2014]", "blanc[recasens2011]", "pairwise")
"""The cluster measures, the headlines first."""

FRACTION_BITS = 128
"""Bits after the point that sums of fractions are taken with; far more than the 53 that are kept."""


def muc(table: Table) -> Counts:
    """MUC (Vilain et al., 1995): links that must be added to join what the other side has split.

    Undefined where a side has no cluster of two: it has no links.
    """
    found = _sum(table.shared) - table.shared.size
    return Counts(
        found,
        _sum(table.gold_sizes) - table.gold_sizes.size,
        found,
        _sum(table.predicted_sizes) - table.predicted_sizes.size,
    )


def b_cubed(table: Table) -> Counts:
    """B3 (Bagga and Baldwin, 1998): for each mention, the share of its cluster that the other cluster shares."""
    squares = table.shared * table.shared
    return Counts(
        _sum_of_fractions(squares, table.gold_sizes[table.rows]),
        _sum(table.gold_sizes),
        _sum_of_fractions(squares, table.predicted_sizes[table.columns]),
        _sum(table.predicted_sizes),
    )


def ceafm(table: Table) -> Counts:
    """CEAF with phi3 (Luo, 2005): mentions shared by the best one-to-one alignment of clusters; exact."""
    chosen = match(table.rows, table.columns, table.shared.astype(np.float64))
    return Counts.matched(_sum(table.shared[chosen]), _sum(table.gold_sizes), _sum(table.predicted_sizes))


def ceafe(table: Table) -> Counts:
    """CEAF with phi4 (Luo, 2005): the best one-to-one alignment of clusters by Dice similarity; exact."""
    chosen = match(table.rows, table.columns, _dice(table))
    total = _sum_of_fractions(2 * table.shared[chosen], _joint_sizes(table)[chosen])
    return Counts.matched(total, table.gold_sizes.size, table.predicted_sizes.size)


def lea(table: Table) -> Counts:
    """LEA (Moosavi and Strube, 2016): the share of each entity's links that is resolved, weighted by its size.

    A singleton has one link, to itself; it is resolved where the other side has the same singleton.
    """
    gold, predicted = table.gold_sizes[table.rows], table.predicted_sizes[table.columns]
    same_singletons = int(np.count_nonzero((gold == 1) & (predicted == 1)))
    links = table.shared * (table.shared - 1)
    return Counts(
        _sum_of_fractions(links, np.maximum(gold - 1, 1)) + same_singletons,
        _sum(table.gold_sizes),
        _sum_of_fractions(links, np.maximum(predicted - 1, 1)) + same_singletons,
        _sum(table.predicted_sizes),
    )


def pairwise(table: Table) -> Counts:
    """Pairs of mentions that are in one cluster: found, of gold and of the predictions.

    Undefined where a side has no cluster of two. It is the coreference part of BLANC.
    """
    return Counts.matched(_pairs(table.shared), _pairs(table.gold_sizes), _pairs(table.predicted_sizes))


@dataclasses.dataclass(frozen=True)
class Links:
    """What BLANC is computed from: pairs of mentions in one cluster, and pairs in two; adds.

    Summed over documents, the pairs across documents are in neither part. Those of a table of the whole corpus are,
    and there the second part is larger by orders of magnitude: BLANC depends on the level it is computed at.
    """

    coreference: Counts
    """Pairs within a cluster."""
    noncoreference: Counts
    """Pairs of mentions of different clusters."""

    def __add__(self, other: Links) -> Links:
        return Links(self.coreference + other.coreference, self.noncoreference + other.noncoreference)


def links(table: Table) -> Links:
    """Counts of both parts of BLANC; the pairs are counted and not enumerated."""
    together = pairwise(table)
    gold_common = np.bincount(table.rows, weights=table.shared).astype(np.int64)
    predicted_common = np.bincount(table.columns, weights=table.shared).astype(np.int64)
    apart = _choose_2(_sum(table.shared)) - _pairs(gold_common) - _pairs(predicted_common) + _pairs(table.shared)
    return Links(
        together,
        Counts.matched(
            apart,
            _choose_2(_sum(table.gold_sizes)) - together.gold,
            _choose_2(_sum(table.predicted_sizes)) - together.predicted,
        ),
    )


def blanc(table: Table, rule: Rule) -> Score:
    """BLANC (Recasens and Hovy, 2011; Luo et al., 2014, for predicted mentions) of one table."""
    return blanc_score(links(table), rule)


def blanc_score(parts: Links, rule: Rule) -> Score:
    """BLANC: precision, recall and F1 are each the mean of those of the coreference and the non-coreference part.

    Args:
        parts: Counts of a table, or their sum over documents.
        rule: ``luo2014`` leaves a part out where neither side has such pairs; corefud-scorer does so.
            ``recasens2011`` leaves it out where gold has none, whatever was predicted; the reference scorer 8.01 does
            so. A part that counts and that one side lacks is 0.

    Undefined where no side has two mentions; where one side has not, F1 is 0.
    """
    both = (parts.coreference, parts.noncoreference)
    gold, predicted = any(part.gold for part in both), any(part.predicted for part in both)
    if not gold and not predicted:
        return Score(None, None, None, "no two mentions in gold and no two predicted")
    if not gold:
        return Score(0.0, None, 0.0, "recall: no two mentions in gold")
    if not predicted:
        return Score(None, 0.0, 0.0, "precision: no two mentions predicted")
    counted = [score(part) for part in both if part.gold or (rule == "luo2014" and part.predicted)]
    precision, recall, f1 = (
        sum(values) / len(counted)
        for values in zip(
            *((part.precision or 0.0, part.recall or 0.0, part.f1 or 0.0) for part in counted), strict=True
        )
    )
    return Score(precision, recall, f1)


def cluster_scores(table: Table) -> dict[str, Score]:
    """Scores of all cluster measures by name, in the order of :data:`NAMES`.

    On clusters that share mentions only CEAF is defined.

    >>> merged = Table.of_clusters([["he", "Ann"], ["it"]], [["he", "Ann", "it"]])
    >>> {name: round(each.f1, 3) for name, each in cluster_scores(merged).items() if name in ("lea", "conll", "muc")}
    {'lea': 0.444, 'conll': 0.638, 'muc': 0.667}
    """
    return table_scores(table, links(table))


def cluster_scores_within(tables: Iterable[Table]) -> dict[str, Score]:
    """Scores of all cluster measures with the clusters of each table kept apart, and BLANC without pairs across them.

    Args:
        tables: One for each document.
    """
    parts = list(tables)
    apart = Table.total(table.apart(number) for number, table in enumerate(parts))
    return table_scores(apart, sum((links(table) for table in parts), Links(Counts(), Counts())))


def best_alignment(table: Table) -> list[tuple[Hashable, Hashable, float]]:
    """(gold cluster, predicted cluster, similarity) of the one-to-one alignment with the largest sum of phi4.

    Ties are broken by the order of the table's cells, so callers that need the pairs themselves, and not their sum
    alone, build it from mentions in reading order.
    """
    similarity, chosen = _dice(table), best_cells(table)
    cells = zip(table.rows[chosen].tolist(), table.columns[chosen].tolist(), similarity[chosen].tolist(), strict=True)
    return [(table.gold_ids[row], table.predicted_ids[column], dice) for row, column, dice in cells]


def best_cells(table: Table) -> IntArray:
    """The cells of :func:`best_alignment`, as indices, ascending."""
    return match(table.rows, table.columns, _dice(table))


SHARED_MENTIONS = Score(None, None, None, "clusters share mentions: defined for partitions alone")
"""The score of clusters that overlap, by most measures."""


def table_scores(table: Table, parts: Links) -> dict[str, Score]:
    """Scores of all cluster measures of a table, and BLANC and the pairs from links that may leave out some pairs."""
    if table.overlapping:
        names = ("lea", "muc", "b3", "blanc[luo2014]", "blanc[recasens2011]", "pairwise")
        scores = dict.fromkeys(names, SHARED_MENTIONS)
    else:
        scores = {name: score(measure(table)) for name, measure in (("lea", lea), ("muc", muc), ("b3", b_cubed))}
        scores["blanc[luo2014]"] = blanc_score(parts, "luo2014")
        scores["blanc[recasens2011]"] = blanc_score(parts, "recasens2011")
        scores["pairwise"] = score(parts.coreference)
    scores |= {"ceafm": score(ceafm(table)), "ceafe": score(ceafe(table))}
    scores["conll"] = mean_f1({name: scores[name] for name in ("muc", "b3", "ceafe")})
    return {name: scores[name] for name in NAMES}


def _dice(table: Table) -> npt.NDArray[np.float64]:
    return 2 * table.shared / _joint_sizes(table)


def _joint_sizes(table: Table) -> IntArray:
    return table.gold_sizes[table.rows] + table.predicted_sizes[table.columns]


def _sum(values: IntArray) -> int:
    return int(values.sum())


def _choose_2(n: int) -> int:
    return n * (n - 1) // 2


def _pairs(sizes: IntArray) -> int:
    """Pairs of mentions within clusters of these sizes."""
    return (int(sizes @ sizes) - int(sizes.sum())) // 2


def sums_of_fractions(
    group: IntArray, numerators: IntArray, denominators: IntArray, groups: int
) -> npt.NDArray[np.float64]:
    """The sum of each group's fractions, rounded once; shape (groups,)."""
    width = int(denominators.max(initial=0)) + 1
    keys, at = np.unique(group * width + denominators, return_inverse=True)
    over = np.zeros(keys.size, dtype=np.int64)
    np.add.at(over, at, numerators)
    totals = [0] * groups
    of, below = np.divmod(keys, width)
    for number, above, each in zip(of.tolist(), over.tolist(), below.tolist(), strict=True):
        totals[number] += (above << FRACTION_BITS) // each
    return np.array([total / (1 << FRACTION_BITS) for total in totals])


def _sum_of_fractions(numerators: IntArray, denominators: IntArray) -> float:
    """The sum, rounded once.

    Numerators over equal denominators are added first, as integers. What remains is a term for each distinct size,
    and there are no more of those than the square root of twice the number of mentions.
    """
    if not denominators.size:
        return 0.0
    over = np.zeros(int(denominators.max()) + 1, dtype=np.int64)
    np.add.at(over, denominators, numerators)
    used = np.flatnonzero(over)
    terms = zip(over[used].tolist(), used.tolist(), strict=True)
    total: int = sum((above << FRACTION_BITS) // below for above, below in terms)
    return total / (1 << FRACTION_BITS)

"""Measures of clusterings: MUC, B3, CEAFe, LEA and CoNLL F1, all from one sparse contingency table.

``n_ij`` mentions are shared by gold cluster i and predicted cluster j; ``a_i`` and ``b_j`` are the cluster sizes,
mentions that the other side lacks included. The table adds: those of disjoint sets of mentions (documents, shards)
sum to that of the whole, also where clusters run across them.

Singletons are kept. Mentions that the other side lacks stay in their clusters (Pradhan et al., 2014): nothing is ever
deleted from one side alone.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Hashable, Iterable

from onrecord.eval.assignment import assign
from onrecord.eval.counts import Counts, Score, score

Membership = tuple[Hashable | None, Hashable | None]
"""The gold and the predicted cluster of one mention; None where that side lacks the mention."""


@dataclasses.dataclass(frozen=True)
class Table:
    """A contingency table of two clusterings; adds."""

    cells: Counter[tuple[Hashable, Hashable]]
    """Mentions shared by a gold and a predicted cluster; only cells above zero."""
    gold: Counter[Hashable]
    """Size of every gold cluster."""
    predicted: Counter[Hashable]
    """Size of every predicted cluster."""

    @classmethod
    def of(cls, memberships: Iterable[Membership]) -> Table:
        """The table of a set of mentions."""
        cells: Counter[tuple[Hashable, Hashable]] = Counter()
        gold: Counter[Hashable] = Counter()
        predicted: Counter[Hashable] = Counter()
        for g, p in memberships:
            if g is not None:
                gold[g] += 1
            if p is not None:
                predicted[p] += 1
            if g is not None and p is not None:
                cells[g, p] += 1
        return cls(cells, gold, predicted)

    def __add__(self, other: Table) -> Table:
        return Table(self.cells + other.cells, self.gold + other.gold, self.predicted + other.predicted)


def muc(table: Table) -> Counts:
    """MUC (Vilain et al., 1995): links that must be added to join what the other side has split.

    Undefined where neither side has a cluster of two: there are no links to find.
    """
    found = sum(table.cells.values()) - len(table.cells)
    return Counts(
        found,
        sum(size - 1 for size in table.gold.values()),
        found,
        sum(size - 1 for size in table.predicted.values()),
    )


def b_cubed(table: Table) -> Counts:
    """B3 (Bagga and Baldwin, 1998): for each mention, the share of its cluster that the other cluster shares."""
    return Counts(
        math.fsum(n * n / table.gold[g] for (g, _), n in table.cells.items()),
        sum(table.gold.values()),
        math.fsum(n * n / table.predicted[p] for (_, p), n in table.cells.items()),
        sum(table.predicted.values()),
    )


def ceafe(table: Table) -> Counts:
    """CEAF with phi4 (Luo, 2005): the best one-to-one alignment of clusters by Dice similarity; exact."""
    total = math.fsum(similarity for _, _, similarity in best_alignment(table))
    return Counts(total, len(table.gold), total, len(table.predicted))


def lea(table: Table) -> Counts:
    """LEA (Moosavi and Strube, 2016): the share of each entity's links that is resolved, weighted by its size.

    A singleton has one link, to itself; it is resolved where the other side has the same singleton.
    """
    gold: list[float] = []
    predicted: list[float] = []
    for (g, p), n in table.cells.items():
        a, b = table.gold[g], table.predicted[p]
        gold.append(n * (n - 1) / (a - 1) if a > 1 else b == 1)
        predicted.append(n * (n - 1) / (b - 1) if b > 1 else a == 1)
    return Counts(math.fsum(gold), sum(table.gold.values()), math.fsum(predicted), sum(table.predicted.values()))


def conll(table: Table) -> Score:
    """CoNLL F1 (Pradhan et al., 2012): the mean of the F1 of MUC, B3 and CEAFe; undefined where one of them is."""
    parts = {name: score(measure(table)).f1 for name, measure in (("muc", muc), ("b3", b_cubed), ("ceafe", ceafe))}
    missing = [name for name, f1 in parts.items() if f1 is None]
    if missing:
        return Score(None, None, None, f"{' and '.join(missing)} undefined: no cluster, or none of two mentions")
    return Score(None, None, sum(f1 for f1 in parts.values() if f1 is not None) / len(parts))


def best_alignment(table: Table) -> list[tuple[Hashable, Hashable, float]]:
    """(gold cluster, predicted cluster, similarity) of the one-to-one alignment with the largest sum of phi4.

    Ties are broken by the order of the table's cells, so callers that need the pairs themselves, and not their sum
    alone, build it from mentions in reading order.
    """
    edges = [(g, p, 2 * n / (table.gold[g] + table.predicted[p])) for (g, p), n in table.cells.items()]
    return [edges[index] for index in assign(edges)]


MEASURES = {"lea": lea, "muc": muc, "b3": b_cubed, "ceafe": ceafe}


def cluster_scores(table: Table) -> dict[str, Score]:
    """Scores of all cluster measures, LEA and CoNLL F1 first."""
    scores = {name: score(measure(table)) for name, measure in MEASURES.items()}
    return {"lea": scores.pop("lea"), "conll": conll(table), **scores}

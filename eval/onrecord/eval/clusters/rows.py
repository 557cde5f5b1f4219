"""Mentions counted by document, gold cluster and predicted cluster, as arrays: the tables of many documents at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from onrecord.eval.clusters.measures import NAMES, Links, links, sums_of_fractions, table_scores
from onrecord.eval.clusters.table import Table, without_singletons
from onrecord.eval.matching.keys import distinct, row_keys
from onrecord.eval.matching.reduction import IntArray
from onrecord.eval.statistics.counts import Counts, Score

BARE = ("lea", "conll")
"""The measures that are given without singletons too."""


@dataclasses.dataclass(frozen=True, eq=False)
class MembershipRows:
    """How many mentions of a document are in a gold and a predicted cluster, a row each; all of shape (k,).

    Rows may repeat. Clusters of one code are one cluster, whatever the document. Codes are about as many as rows.
    """

    document: IntArray
    """Number of the document, from 0."""
    gold: IntArray
    """Code of the gold cluster, from 0; -1 where gold lacks the mentions."""
    predicted: IntArray
    """Code of the predicted cluster, from 0; -1 where the predictions lack the mentions."""
    count: IntArray
    """Mentions, above zero."""

    @classmethod
    def of_tables(cls, tables: Iterable[Table]) -> MembershipRows:
        """The rows of the tables of documents, numbered in their order; clusters of one name are one cluster.

        Raises:
            ValueError: Clusters of one side share mentions, so that mentions cannot be told from sizes.
        """
        gold_code, predicted_code = _Codes(), _Codes()
        parts = [np.zeros((4, 0), dtype=np.int64)]
        for number, table in enumerate(tables):
            if table.overlapping:
                raise ValueError("clusters share mentions: rows are of partitions alone")
            g = np.array(list(map(gold_code.__getitem__, table.gold_ids)), np.int64)
            p = np.array(list(map(predicted_code.__getitem__, table.predicted_ids)), np.int64)
            rest_g, rest_p = table.gold_sizes.copy(), table.predicted_sizes.copy()
            np.subtract.at(rest_g, table.rows, table.shared)
            np.subtract.at(rest_p, table.columns, table.shared)
            only_g, only_p = np.flatnonzero(rest_g), np.flatnonzero(rest_p)
            gold = np.concatenate((g[table.rows], g[only_g], np.full(only_p.size, -1)))
            predicted = np.concatenate((p[table.columns], np.full(only_g.size, -1), p[only_p]))
            count = np.concatenate((table.shared, rest_g[only_g], rest_p[only_p]))
            parts.append(np.stack((np.full(gold.size, number), gold, predicted, count)))
        return cls(*np.concatenate(parts, axis=1))

    def table(self) -> Table:
        """The table of all documents; a cluster's name is its code."""
        gold_ids, gold_sizes, row = _sizes(self.gold, self.count)
        predicted_ids, predicted_sizes, column = _sizes(self.predicted, self.count)
        both = np.flatnonzero((row >= 0) & (column >= 0))
        first, at = distinct(row_keys([row[both], column[both]]))
        shared = grouped_sum(at, self.count[both], first.size)
        cells = both[first]
        ids = _names(gold_ids), _names(predicted_ids)
        return Table(*ids, gold_sizes, predicted_sizes, row[cells], column[cells], shared)

    def apart(self) -> MembershipRows:
        """The same with the clusters of each document kept apart, coded anew."""
        return dataclasses.replace(
            self, gold=_coded_apart(self.document, self.gold), predicted=_coded_apart(self.document, self.predicted)
        )

    def take(self, at: IntArray) -> MembershipRows:
        """Some of the rows."""
        return MembershipRows(self.document[at], self.gold[at], self.predicted[at], self.count[at])


class _Codes(dict[Hashable, int]):
    """Gives what it does not know yet the next code."""

    def __missing__(self, id: Hashable) -> int:
        code = self[id] = len(self)
        return code


def _names(codes: IntArray) -> Sequence[int]:
    """Ascending codes as names: a range, which holds none of them, where all are there."""
    return range(codes.size) if codes.size and codes[-1] == codes.size - 1 else tuple(codes.tolist())


def total(rows: MembershipRows) -> dict[str, Score]:
    """Scores of all cluster measures in all views: what ``cluster_views`` gives of the documents' tables."""
    whole, bare = _across(rows)  # before the other table is made: both are as large as the rows
    apart = rows.apart().table()
    within = table_scores(apart, _links_within(rows, apart))
    return {
        **{name: whole[name] for name in NAMES},
        **{f"{name}[within]": within[name] for name in NAMES},
        **{f"{name}[no-singletons]": bare[name] for name in BARE},
    }


def _across(rows: MembershipRows) -> tuple[dict[str, Score], dict[str, Score]]:
    """Scores of the whole table, and of that without singletons."""
    table = rows.table()
    bare = without_singletons(table)
    return table_scores(table, links(table)), table_scores(bare, links(bare))


def lea_apart(rows: MembershipRows, documents: int) -> npt.NDArray[np.float64]:
    """The counts of :func:`~onrecord.eval.clusters.measures.lea` of each document's table, to the last bit.

    Returns:
        Shape (4, documents): gold matched, gold, predicted matched, predicted.
    """
    table_of = rows.apart()
    apart = table_of.table()
    found = np.zeros((4, documents))
    owners = [np.zeros(sizes.size, np.int64) for sizes in (apart.gold_sizes, apart.predicted_sizes)]
    for side, (owner, codes) in enumerate(zip(owners, (table_of.gold, table_of.predicted), strict=True)):
        there = codes >= 0
        owner[codes[there]] = rows.document[there]
        found[2 * side + 1] = grouped_sum(rows.document[there], rows.count[there], documents)
    of, links = owners[0][apart.rows], apart.shared * (apart.shared - 1)
    sizes = apart.gold_sizes[apart.rows], apart.predicted_sizes[apart.columns]
    singletons = np.bincount(of[(sizes[0] == 1) & (sizes[1] == 1)], minlength=documents)
    for side, size in enumerate(sizes):
        found[2 * side] = sums_of_fractions(of, links, np.maximum(size - 1, 1), documents) + singletons
    return found


def choose_2(n: IntArray) -> IntArray:
    """Pairs of so many things."""
    return n * (n - 1) // 2


def grouped_sum(at: IntArray, values: IntArray, size: int) -> IntArray:
    """Sums of integers by place, exact; shape (size,)."""
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, at, values)
    return sums


def _links_within(rows: MembershipRows, apart: Table) -> Links:
    """BLANC's pairs within documents: the choices of two of each document's mentions less those in one cluster."""
    documents = int(rows.document.max()) + 1 if rows.document.size else 0
    in_gold, in_predicted = rows.gold >= 0, rows.predicted >= 0

    def pairs(kept: npt.NDArray[np.bool_]) -> int:
        return int(choose_2(grouped_sum(rows.document[kept], rows.count[kept], documents)).sum())

    together = links(apart).coreference
    common_gold = grouped_sum(apart.rows, apart.shared, apart.gold_sizes.size)
    common_predicted = grouped_sum(apart.columns, apart.shared, apart.predicted_sizes.size)
    found = pairs(in_gold & in_predicted) + int(choose_2(apart.shared).sum())
    found -= int(choose_2(common_gold).sum()) + int(choose_2(common_predicted).sum())
    apart_counts = Counts.matched(found, pairs(in_gold) - together.gold, pairs(in_predicted) - together.predicted)
    return Links(together, apart_counts)


def _sizes(codes: IntArray, count: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Codes that are there, how many mentions each has, and each row's place among them or -1."""
    present = codes >= 0
    sizes = grouped_sum(codes[present], count[present], int(codes.max(initial=-1)) + 1)
    ids = np.flatnonzero(sizes)
    at = np.full(sizes.size + 1, -1)  # the last is what -1 looks up
    at[ids] = np.arange(ids.size)
    return ids, sizes[ids], at[codes]


def _coded_apart(document: IntArray, codes: IntArray) -> IntArray:
    present = codes >= 0
    apart = np.full(codes.size, -1)
    apart[present] = distinct(row_keys([document[present], codes[present]]))[1]
    return apart

"""The clusters of many documents: what the measures of who is who are functions of."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from onrecord.eval.clusters.left_out import b3_without_each, without_each
from onrecord.eval.clusters.measures import b_cubed
from onrecord.eval.clusters.rows import MembershipRows, lea_apart, total
from onrecord.eval.clusters.table import Membership, Table
from onrecord.eval.layers.columns import NONE, Ints, narrow, together
from onrecord.eval.layers.mention_states import memberships
from onrecord.eval.layers.span_pairing import SpanPairing
from onrecord.eval.layers.state_columns import Floats, Sheet, StateColumns, f1_of
from onrecord.eval.matching.keys import by_sight, distinct, row_keys, sorting
from onrecord.eval.statistics.counts import Counts, Score


def in_order(rows: MembershipRows) -> MembershipRows:
    """The rows with clusters coded in order of first sight: float sums go by that, however files are read."""
    return dataclasses.replace(rows, gold=_by_sight(rows.gold), predicted=_by_sight(rows.predicted))


def _by_sight(codes: Ints) -> Ints:
    there = np.flatnonzero(codes != NONE)
    coded = np.full(len(codes), NONE, np.int64)
    coded[there] = by_sight(codes[there])[1]
    return coded


@dataclasses.dataclass(frozen=True, eq=False)
class Clusters:
    """Gold and predicted clusters of the mentions of documents, named by codes."""

    kept: MembershipRows
    """Documents ascending; in as few bits as they take, which is not what to compute with: see :attr:`rows`."""
    names: Sequence[str]
    """Of the documents."""
    words: Sequence[str]
    """Of gold's codes."""
    file_words: Sequence[str]
    """Of the file's; what is numbered from here on is a mention without an id."""
    first: Ints
    """Shape (D + 1,): how many predicted mentions there are before each document, and in all."""

    @classmethod
    def of(
        cls, pairing: SpanPairing, documents: Sequence[str], words: Sequence[str], file_words: Sequence[str]
    ) -> Clusters:
        """Those of all mentions that are not optional."""
        rows = counted(memberships(pairing, len(file_words), skip_optional=True))
        return cls.of_rows(rows, pairing, documents, words, file_words)

    @classmethod
    def of_rows(
        cls,
        rows: MembershipRows,
        pairing: SpanPairing,
        documents: Sequence[str],
        words: Sequence[str],
        file_words: Sequence[str],
    ) -> Self:
        """Those of some mentions of a pairing."""
        first = np.searchsorted(pairing.predicted.document, np.arange(len(documents) + 1))
        return cls(_narrow(rows), documents, words, file_words, narrow(first))

    @property
    def rows(self) -> MembershipRows:
        """The rows, in 64 bits."""
        return _exchanged(self.kept, lambda column: column.astype(np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Self], index: Sequence[Ints], documents: Sequence[str]) -> Self:
        """The clusters of parts together; see :class:`~onrecord.eval.layers.added_states.PartState`."""
        file_words, codes = together([part.file_words for part in parts])
        many = np.zeros(len(documents), np.int64)
        for part, at in zip(parts, index, strict=True):
            many[at] = np.diff(part.first.astype(np.int64))
        first = np.concatenate([[0], np.cumsum(many)])
        found = []
        for part, at, known in zip(parts, index, codes, strict=True):
            rows, own = part.rows, len(part.file_words)
            code = np.append(known, NONE)
            alone = rows.predicted >= own
            moved = first[at[rows.document]] - part.first[rows.document] + len(file_words) - own
            column = np.where(alone, rows.predicted + moved, code[np.where(alone, NONE, rows.predicted)])
            found.append(_narrow(MembershipRows(at[rows.document], rows.gold, column, rows.count)))
        kept = MembershipRows(
            *(
                np.concatenate([getattr(rows, field.name) for rows in found])
                for field in dataclasses.fields(MembershipRows)
            )
        )
        if (order := sorting(kept.document)) is not None:
            kept = kept.take(order)
        return cls(kept, documents, parts[0].words, file_words, narrow(first))

    def columns(self) -> StateColumns:
        """As the state of a layer that counts nothing else."""
        return Sheet(len(self.names)).columns([self])

    def documents(self) -> int | None:
        """How many documents have a cluster."""
        return len(np.unique(self.kept.document))

    def scores(self) -> Mapping[str, Counts | Score]:
        """Every measure of clusters."""
        return total(self.rows)

    def lea_of_each(self) -> Floats:
        """LEA of each document by itself, NaN where it is undefined; shape (documents,)."""
        return f1_of(*lea_apart(self.rows, len(self.names)))

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """See :class:`~onrecord.eval.layers.state_columns.Whole`."""
        return without_each(in_order(self.rows), group, groups)

    def parts(self, document: int) -> tuple[tuple[Table, ...], tuple[Any, ...]]:
        """The table of one document."""
        return (self.table(document),), ()

    def named(self) -> list[tuple[list[tuple[str, str, int]], dict[str, int], dict[str, int]]]:
        """Of each document the cells of its table, and the mentions of each gold and each predicted cluster; clusters
        by their ids in words.
        """
        found: list[tuple[list[tuple[str, str, int]], dict[str, int], dict[str, int]]] = [
            ([], {}, {}) for _ in self.names
        ]
        rows, known = self.rows, len(self.file_words)
        first = self.first.tolist()
        columns = (each.tolist() for each in (rows.document, rows.gold, rows.predicted, rows.count))
        for at, g, p, many in zip(*columns, strict=True):
            cells, gold, predicted = found[at]
            if p != NONE:
                other = self.file_words[p] if p < known else str((self.names[at], p - known - first[at]))
                predicted[other] = predicted.get(other, 0) + many
            if g != NONE:
                word = self.words[g]
                gold[word] = gold.get(word, 0) + many
                if p != NONE:
                    cells.append((word, other, many))
        return found

    def table(self, document: int) -> Table:
        """The table of one document, clusters by their ids."""
        low, high = np.searchsorted(self.kept.document, [document, document + 1]).tolist()
        gold, predicted, count = (
            column[low:high].tolist() for column in (self.kept.gold, self.kept.predicted, self.kept.count)
        )
        rows: list[Membership] = [
            (None if g == NONE else self.words[g], self.cluster(document, p))
            for g, p in zip(gold, predicted, strict=True)
        ]
        return Table.of_cells(Counter(dict(zip(rows, count, strict=True))))

    def cluster(self, document: int, code: int) -> str | tuple[str, int] | None:
        """What a predicted cluster of a document is called: by its id, or as a mention of a document and its number."""
        if code < len(self.file_words):
            return None if code == NONE else self.file_words[code]
        return self.names[document], code - len(self.file_words) - int(self.first[document])


def _exchanged(rows: MembershipRows, of: Callable[[Ints], Ints]) -> MembershipRows:
    return MembershipRows(*(of(getattr(rows, field.name)) for field in dataclasses.fields(rows)))


def _narrow(rows: MembershipRows) -> MembershipRows:
    return _exchanged(rows, narrow)


def counted(rows: MembershipRows) -> MembershipRows:
    """The same rows, equal ones as one; documents ascending."""
    first, place = distinct(row_keys([rows.document, rows.gold, rows.predicted]))
    many = np.bincount(place, minlength=len(first))
    order = np.argsort(first)  # as they were seen, and not by codes, which follow the order of the file
    first = first[order]
    return MembershipRows(rows.document[first], rows.gold[first], rows.predicted[first], many[order])


@dataclasses.dataclass(frozen=True, eq=False)
class LinkedNames(Clusters):
    """The same of names that count as found only where their link is right: what B3+ is a function of."""

    def scores(self) -> Mapping[str, Counts | Score]:
        """B3+."""
        return {"b3+": b_cubed(self.rows.table())}

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """B3+ without each group."""
        return {"b3+": b3_without_each(in_order(self.rows), group, groups)}

    def documents(self) -> int | None:
        """It is a measure of names, and not of clusters."""
        return None

    def parts(self, document: int) -> tuple[tuple[Table, ...], tuple[Any, ...]]:
        """What one document adds."""
        return (), (self.table(document),)

"""The clusters of many documents: what the measures of who is who are functions of."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.clusters.left_out import b3_without_each, without_each
from onrecord.eval.clusters.measures import b_cubed
from onrecord.eval.clusters.rows import MembershipRows, lea_apart, total
from onrecord.eval.clusters.table import Membership, Table
from onrecord.eval.layers.columns import NONE, Ints
from onrecord.eval.layers.mention_states import memberships
from onrecord.eval.layers.span_pairing import SpanPairing
from onrecord.eval.layers.state_columns import Floats, Sheet, StateColumns, f1_of
from onrecord.eval.statistics.counts import Counts, Score


def in_order(rows: MembershipRows) -> MembershipRows:
    """The rows with clusters coded in order of first sight: float sums go by that, however files are read."""
    return dataclasses.replace(rows, gold=_by_sight(rows.gold), predicted=_by_sight(rows.predicted))


def _by_sight(codes: Ints) -> Ints:
    there = np.flatnonzero(codes != NONE)
    found, first, inverse = np.unique(codes[there], return_index=True, return_inverse=True)
    place = np.empty(len(found), np.int64)
    place[np.argsort(first)] = np.arange(len(found))
    coded = np.full(len(codes), NONE, np.int64)
    coded[there] = place[inverse]
    return coded


@dataclasses.dataclass(frozen=True, eq=False)
class Clusters:
    """Gold and predicted clusters of the mentions of documents, named by codes."""

    rows: MembershipRows
    """Documents ascending."""
    names: Sequence[str]
    """Of the documents."""
    words: Sequence[str]
    """Of gold's codes."""
    file_words: Sequence[str]
    """Of the file's; what is numbered from here on is a mention without an id."""
    predicted: NDArray[np.integer]
    """The document of each predicted mention, ascending."""

    @classmethod
    def of(
        cls, pairing: SpanPairing, documents: Sequence[str], words: Sequence[str], file_words: Sequence[str]
    ) -> Clusters:
        """Those of all mentions that are not optional."""
        rows = counted(memberships(pairing, len(file_words), skip_optional=True))
        return cls(rows, documents, words, file_words, pairing.predicted.document)

    @classmethod
    def joined(cls, parts: Sequence[Self], index: Sequence[Ints], documents: Sequence[str]) -> Self:
        """The clusters of parts together; see :class:`~onrecord.eval.layers.added_states.PartState`."""
        codes: dict[str, int] = {}
        for part in parts:
            for word in part.file_words:
                codes.setdefault(word, len(codes))
        predicted = np.sort(np.concatenate([at[part.predicted] for part, at in zip(parts, index, strict=True)]))
        found = []
        for part, at in zip(parts, index, strict=True):
            rows = part.rows
            own = rows.predicted - len(part.file_words)
            alone = np.flatnonzero(own >= 0)
            code = np.array([codes[word] for word in part.file_words] + [NONE], np.int64)
            column = code[np.where(own >= 0, NONE, rows.predicted)]
            document = part.predicted[own[alone]]
            within = own[alone] - np.searchsorted(part.predicted, document)
            column[alone] = len(codes) + np.searchsorted(predicted, at[document]) + within
            found.append(np.stack([at[rows.document], rows.gold, column, rows.count]))
        every = np.concatenate(found, axis=1)
        every = every[:, np.argsort(every[0], kind="stable")]
        return cls(MembershipRows(*every), documents, parts[0].words, tuple(codes), predicted)

    def columns(self) -> StateColumns:
        """As the state of a layer that counts nothing else."""
        return Sheet(len(self.names)).columns([self])

    def documents(self) -> int | None:
        """How many documents have a cluster."""
        return len(np.unique(self.rows.document))

    def scores(self) -> Mapping[str, Counts | Score]:
        """Every measure of clusters."""
        return total(self.rows)

    def lea_of_each(self) -> Floats:
        """LEA of each document by itself, NaN where it is undefined; shape (documents,)."""
        return f1_of(*lea_apart(self.rows, len(self.names)))

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """See :class:`~onrecord.eval.layers.state_columns.Whole`."""
        return without_each(in_order(self.rows), group, groups)

    def parts(self, document: int) -> tuple[tuple[Table, ...], object]:
        """The table of one document."""
        return (self.table(document),), None

    def named(self) -> list[tuple[list[tuple[str, str, int]], dict[str, int], dict[str, int]]]:
        """Of each document the cells of its table, and the mentions of each gold and each predicted cluster; clusters
        by their ids in words.
        """
        found: list[tuple[list[tuple[str, str, int]], dict[str, int], dict[str, int]]] = [
            ([], {}, {}) for _ in self.names
        ]
        rows, known = self.rows, len(self.file_words)
        first = np.searchsorted(self.predicted, np.arange(len(self.names))).tolist()
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
        low, high = np.searchsorted(self.rows.document, [document, document + 1]).tolist()
        first = int(np.searchsorted(self.predicted, document))
        name = self.names[document]

        def cluster(code: int) -> Hashable | None:
            if code < len(self.file_words):
                return None if code == NONE else self.file_words[code]
            return name, code - len(self.file_words) - first

        rows: list[Membership] = [
            (None if g == NONE else self.words[g], cluster(p))
            for g, p in zip(self.rows.gold[low:high].tolist(), self.rows.predicted[low:high].tolist(), strict=True)
        ]
        return Table.of_cells(Counter(dict(zip(rows, self.rows.count[low:high].tolist(), strict=True))))


def counted(rows: MembershipRows) -> MembershipRows:
    """The same rows, equal ones as one; documents ascending."""
    gold, predicted = int(rows.gold.max(initial=0)) + 2, int(rows.predicted.max(initial=0)) + 2
    if (int(rows.document.max(initial=0)) + 1) * gold * predicted >= 2**62:
        return rows
    key = (rows.document * gold + rows.gold + 1) * predicted + rows.predicted + 1
    _, first, many = np.unique(key, return_index=True, return_counts=True)
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

    def parts(self, document: int) -> tuple[tuple[Table, ...], object]:
        """What one document adds."""
        return (), self.table(document)

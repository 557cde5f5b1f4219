"""The clusters of many documents: what the measures of who is who are functions of."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from onrecord.eval.clusters.left_out import b3_without_each, without_each
from onrecord.eval.clusters.measures import b_cubed
from onrecord.eval.clusters.rows import MembershipRows, total
from onrecord.eval.clusters.table import Membership, Table
from onrecord.eval.layers.columns import NONE, Ints, MentionColumns
from onrecord.eval.layers.id_columns import table_of
from onrecord.eval.layers.mention_states import memberships
from onrecord.eval.layers.span_pairing import SpanPairing
from onrecord.eval.layers.state_columns import Floats, StateColumns
from onrecord.eval.statistics.counts import Counts, Score


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
    predicted: MentionColumns

    @classmethod
    def of(
        cls, pairing: SpanPairing, documents: Sequence[str], words: Sequence[str], file_words: Sequence[str]
    ) -> Clusters:
        """Those of all mentions that are not optional."""
        rows = memberships(pairing, len(file_words), skip_optional=True)
        return cls(rows, documents, words, file_words, pairing.predicted)

    def columns(self) -> StateColumns:
        """As the state of a layer that counts nothing else."""
        return StateColumns((), np.zeros((len(self.names), 0, 4)), (self,))

    def documents(self) -> int | None:
        """How many documents have a cluster."""
        return len(np.unique(self.rows.document))

    def scores(self) -> Mapping[str, Counts | Score]:
        """Every measure of clusters."""
        return total(self.rows)

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """See :class:`~onrecord.eval.layers.state_columns.Whole`."""
        return without_each(self.rows, group, groups)

    def parts(self, document: int) -> tuple[tuple[Table, ...], object]:
        """The table of one document."""
        return (self.table(document),), None

    def table(self, document: int) -> Table:
        """The table of one document, clusters by their ids."""
        low, high = np.searchsorted(self.rows.document, [document, document + 1]).tolist()
        first = int(np.searchsorted(self.predicted.document, document))
        name = self.names[document]

        def cluster(code: int) -> Hashable | None:
            if code < len(self.file_words):
                return None if code == NONE else self.file_words[code]
            return name, code - len(self.file_words) - first

        rows: list[Membership] = [
            (None if g == NONE else self.words[g], cluster(p))
            for g, p in zip(self.rows.gold[low:high].tolist(), self.rows.predicted[low:high].tolist(), strict=True)
        ]
        return Table.of(rows)


@dataclasses.dataclass(frozen=True, eq=False)
class LinkedNames(Clusters):
    """The same of names that count as found only where their link is right: what B3+ is a function of."""

    def scores(self) -> Mapping[str, Counts | Score]:
        """B3+."""
        return {"b3+": b_cubed(table_of(self.rows))}

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """B3+ without each group."""
        return {"b3+": b3_without_each(self.rows, group, groups)}

    def documents(self) -> int | None:
        """It is a measure of names, and not of clusters."""
        return None

    def parts(self, document: int) -> tuple[tuple[Table, ...], object]:
        """What one document adds."""
        return (), self.table(document)

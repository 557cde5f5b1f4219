"""Which gold events many documents report, on columns; the definitions are those of
:mod:`onrecord.eval.layers.event_attributes`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.columns import KINDS, Ints, SideColumns, narrow
from onrecord.eval.layers.event_attributes import (
    EVENT_ATTRIBUTE_MEASURES,
    ReportedEvents,
    answered_events,
    counts_of_each,
)
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.state_columns import Floats, f1_of
from onrecord.eval.matching.keys import distinct, row_keys
from onrecord.eval.statistics.counts import Counts, Score


@dataclasses.dataclass(frozen=True, eq=False)
class Reported:
    """The gold events that documents report: a row for each document and event; arrays of the shape (r,)."""

    document: Ints
    event: Ints
    """A code of gold."""
    words: tuple[str, ...]
    ids: IdMap

    @classmethod
    def of(cls, gold: SideColumns, ids: IdMap) -> Reported:
        """Those that a gold mention or a gold stance is about, unless it is optional."""
        mentions, stances = gold.events, gold.stances
        mentioned = np.flatnonzero(~mentions.optional)
        targets = np.flatnonzero((stances.kind == KINDS.index("event")) & ~stances.optional)
        document = np.concatenate([mentions.document[mentioned], stances.document[targets]])
        event = np.concatenate([mentions.id[mentioned], stances.target[targets]])
        first, _ = distinct(row_keys([document, event]))
        return cls(narrow(document[first]), narrow(event[first]), tuple(gold.codes.event.words), ids)

    @classmethod
    def joined(cls, parts: Sequence[Self], index: Sequence[Ints], documents: Sequence[str]) -> Self:
        """What parts report together; see :class:`~onrecord.eval.layers.added_states.PartState`."""
        document = np.concatenate([at[part.document] for part, at in zip(parts, index, strict=True)])
        event = np.concatenate([part.event for part in parts])
        order = np.lexsort((event, document))
        return cls(narrow(document[order]), narrow(event[order]), parts[0].words, parts[0].ids)

    def take(self, rows: Ints) -> Reported:
        """Some of the rows."""
        return dataclasses.replace(self, document=self.document[rows], event=self.event[rows])

    def reported(self) -> ReportedEvents:
        """The events, by what they are."""
        return ReportedEvents(frozenset(self.words[code] for code in np.unique(self.event).tolist()), self.ids)

    def documents(self) -> None:
        """There are no clusters."""

    def parts(self, document: int) -> tuple[tuple[Table, ...], tuple[Any, ...]]:
        """What one document reports."""
        return (), (self.take(np.flatnonzero(self.document == document)).reported(),)

    def scores(self) -> Mapping[str, Counts | Score]:
        """The counts of every attribute."""
        _, each = self._counted
        total = each.sum(axis=0).tolist()
        return {measure.name: Counts(*row) for measure, row in zip(EVENT_ATTRIBUTE_MEASURES, total, strict=True)}

    @functools.cached_property
    def _counted(self) -> tuple[Ints, Ints]:
        """The codes of the events that are reported, ascending, and what each adds; see :func:`counts_of_each`."""
        answered = answered_events(self.ids)
        codes = [code for code in np.unique(self.event).tolist() if self.words[code] in answered]
        each = counts_of_each([answered[self.words[code]] for code in codes], self.ids)
        return np.array(codes, np.int64), each

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """See :class:`~onrecord.eval.layers.state_columns.Whole`: what only one group reports is taken off."""
        codes, each = self._counted
        first, _ = distinct(row_keys([self.event, group[self.document]]))
        event, of = self.event[first].astype(np.int64), group[self.document[first]]
        alone = (np.bincount(event)[event] == 1) & (of >= 0) & np.isin(event, codes)
        at = np.searchsorted(codes, event[alone])
        found = {}
        for place, measure in enumerate(EVENT_ATTRIBUTE_MEASURES):
            lost = (np.bincount(of[alone], numbers[at], groups) for numbers in each[:, place].T)
            total = each[:, place].sum(axis=0)
            found[measure.name] = f1_of(*(every - less for every, less in zip(total, lost, strict=True)))
        return found

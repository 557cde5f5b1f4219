"""States that were counted document by document, as columns: of a layer that has none of its own, or of a record."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from onrecord.eval.clusters.left_out import without_each
from onrecord.eval.clusters.rows import MembershipRows, total
from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.columns import Ints
from onrecord.eval.layers.layer import Layer, State
from onrecord.eval.layers.state_columns import Floats, StateColumns
from onrecord.eval.statistics.counts import Counts, Score


@dataclasses.dataclass(frozen=True, eq=False)
class DocumentStates:
    """What each document adds, as it was counted; what is left out is summed anew."""

    layer: Layer[Any]
    states: Sequence[State]

    def scores(self) -> Mapping[str, Counts | Score]:
        """The measures that do not add."""
        return {} if self.layer.whole is None else self.layer.whole(State.total(self.states))

    def documents(self) -> int | None:
        """How many documents have clusters."""
        tables = [state.tables for state in self.states]
        if not any(tables):
            return None
        return sum(any(table.gold or table.predicted for table in several) for several in tables)

    def parts(self, document: int) -> tuple[tuple[Table, ...], tuple[Any, ...]]:
        """What one document adds beside counts."""
        return self.states[document].tables, self.states[document].said

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """See :class:`~onrecord.eval.layers.state_columns.Whole`."""
        measures = [measure for measure in self.layer.measures if not measure.adds]
        found = {measure.name: np.full(groups, np.nan) for measure in measures}
        for left_out in range(groups if measures else 0):
            rest = (state for state, of in zip(self.states, group.tolist(), strict=True) if of != left_out)
            for name, score in self.layer.scores(State.total(rest), measures).items():
                found[name][left_out] = np.nan if score.value is None else score.value
        return found


@dataclasses.dataclass(frozen=True, eq=False)
class TableStates:
    """The clusters of documents, as a record tells of them."""

    tables: Sequence[Table]

    @functools.cached_property
    def _rows(self) -> MembershipRows:
        return MembershipRows.of_tables(self.tables)

    def documents(self) -> int | None:
        """How many documents have clusters."""
        return len(np.unique(self._rows.document))

    def scores(self) -> Mapping[str, Counts | Score]:
        """Every measure of clusters."""
        return total(self._rows)

    def parts(self, document: int) -> tuple[tuple[Table, ...], tuple[Any, ...]]:
        """The table of one document."""
        return (self.tables[document],), ()

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """See :class:`~onrecord.eval.layers.state_columns.Whole`."""
        return without_each(self._rows, group, groups)


def columns_of_states(layer: Layer[Any], states: Sequence[State]) -> StateColumns:
    """The columns of some documents' states."""
    names = sorted({name for state in states for name in state.counts})
    counts = np.zeros((len(states), len(names), 4))
    for row, state in zip(counts, states, strict=True):
        for place, name in enumerate(names):
            if (each := state.counts.get(name)) is not None:
                row[place] = each.gold_matched, each.gold, each.predicted_matched, each.predicted
    return StateColumns.of(names, counts, (DocumentStates(layer, states),))

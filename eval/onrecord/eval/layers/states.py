"""States that were counted document by document, as columns: of a layer that has none of its own, or of a record."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

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

    def parts(self, document: int) -> tuple[tuple[Table, ...], object]:
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


def columns_of_states(layer: Layer[Any], states: Sequence[State]) -> StateColumns:
    """The columns of some documents' states."""
    names = sorted({name for state in states for name in state.counts})
    counts = np.zeros((len(states), len(names), 4))
    for row, state in zip(counts, states, strict=True):
        for place, name in enumerate(names):
            if (each := state.counts.get(name)) is not None:
                row[place] = each.gold_matched, each.gold, each.predicted_matched, each.predicted
    return StateColumns(tuple(names), counts, (DocumentStates(layer, states),))

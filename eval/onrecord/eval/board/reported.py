"""A record that a team sent without predictions: whether it can be right, as far as it says so itself."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

from onrecord.dataset.layers import LAYERS
from onrecord.eval.clusters.measures import Table
from onrecord.eval.clusters.table import Membership
from onrecord.eval.layers.layer import Layer, State
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.layers.state_columns import Sheet
from onrecord.eval.layers.states import TableStates
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.intervals import LayerUnits, layer_intervals
from onrecord.eval.scoring.record import Record, RecordDocument, RecordLayer, RecordTable, asked_of, record_of
from onrecord.eval.scoring.result import LayerResult, LayerState
from onrecord.eval.scoring.score_stream import unscored_stream
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.sampling import Sampling

MOST_MENTIONS = 10**7
"""Mentions of a table in a record from elsewhere."""


def wrong_with(record: Record, gold: StoredGold, asked: Asked) -> str:
    """Why a complete record of this gold cannot be right; empty where its headlines follow from its own counts."""
    nothing = unscored_stream(Path(), "0" * 64, gold, dataclasses.replace(asked, how=None), LAYERS)
    return _inconsistent(record, record_of(nothing))  # whose gold side is everyone's


def _inconsistent(record: Record, reference: Record) -> str:
    """Why a record that was sent cannot be right; empty where its headlines follow from its own counts."""
    try:
        how = asked_of(record).how
        if set(record.layers) != set(reference.layers):
            return "failed: a record of other layers"
        for layer in scored_layers():
            part, expected = record.layers[layer.name], reference.layers[layer.name]
            wrong = _wrong_layer(layer, part, expected, record, how)
            if wrong:
                return f"failed: {layer.name}: {wrong}"
    except (KeyError, ValueError, OverflowError):
        return "failed: a record that contradicts itself"
    return ""


def _wrong_layer(
    layer: Layer[Any], part: RecordLayer, expected: RecordLayer, record: Record, how: Sampling | None
) -> str:
    name = layer.headline.name
    told = part.measures[name]
    if not part.documents:
        claimed = any(score.value is not None for score in part.measures.values())
        return "scores without counts" if claimed else ""
    for id, document in expected.documents.items():
        counts = part.documents[id].counts.get(name, (0, 0, 0, 0))
        if counts[1] != document.counts.get(name, (0, 0, 0, 0))[1]:
            return "counts of another gold"
        tables = part.documents[id].clusters, document.clusters
        if tables[0] is not None and tables[1] is not None and tables[0].gold != tables[1].gold:
            return "clusters of another gold"
    result = _headline_result(layer, part, record)
    assert result is not None  # there are documents
    if not _same(told.value, result.scores[name].value):
        return f"{name} is not what its counts give"
    if how is not None and told.interval is not None and result.state is not None:
        units = {id: (id,) for id in part.documents}
        of_units = LayerUnits.of(result, result.state.columns, result.state.ids, units, [layer.headline])
        computed = layer_intervals({layer.name: of_units}, how)[layer.headline.full]
        if how.unit == "document" and not (
            _same(told.interval.low, computed.low) and _same(told.interval.high, computed.high)
        ):
            return f"the interval of {name} is not what its counts give"
    for score in part.measures.values():
        interval = score.interval
        if interval is None or interval.low is None or interval.high is None or score.value is None:
            continue
        if not interval.low - 1e-9 <= score.value <= interval.high + 1e-9:
            return "a score outside of its interval"
    return ""


def _same(one: float | None, other: float | None) -> bool:
    return one is other if one is None or other is None else abs(one - other) <= 1e-9


def _headline_result(layer: Layer[Any], part: RecordLayer, record: Record) -> LayerResult | None:
    """A layer's headline with its state, as a record tells of them; None where it has no predictions for it.

    Raises:
        ValueError: The record contradicts itself.
        KeyError: It lacks a part.
    """
    if not part.documents:
        return None
    assert record.coverage is not None
    headline = layer.headline
    ids = record.coverage.scored
    if headline.clusters:
        tables = [_table(part.documents[id].clusters) for id in ids]
        state = LayerState(ids, Sheet(len(ids)).columns([TableStates(tables)]), {})
    else:
        state = LayerState.of_states(layer, {id: _state(headline, part.documents[id]) for id in ids}, {})
    return LayerResult(layer, layer.scores(state.total(), [headline]), state)


def _state(headline: Measure, document: RecordDocument) -> State:
    """What a document of a record adds to a headline."""
    return State({headline.name: Counts(*document.counts.get(headline.name, (0, 0, 0, 0)))})


def _table(table: RecordTable | None) -> Table:
    if table is None:
        raise ValueError("a layer of clusters without a table")
    cells: Counter[Membership] = Counter()
    gold, predicted = Counter(table.gold), Counter(table.predicted)
    for g, p, many in table.cells:
        cells[g, p] += many
        gold[g] -= many
        predicted[p] -= many
    cells.update({(g, None): many for g, many in gold.items()})
    cells.update({(None, p): many for p, many in predicted.items()})
    if min(cells.values(), default=0) < 0 or cells.total() > MOST_MENTIONS:
        raise ValueError("cells that are more than their clusters")
    return Table.of_cells(Counter({row: many for row, many in cells.items() if many}))

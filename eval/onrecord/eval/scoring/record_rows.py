"""What a record says of each document, read off the columns of a layer: counts, and the cells of its table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.cluster_columns import Clusters
from onrecord.eval.layers.state_columns import StateColumns, Whole

Row = tuple[float, float, float, float]
"""Gold matched, gold, predicted matched, predicted."""

MOST = 1e12
"""The largest count of a record."""

NamedTable = tuple[tuple[tuple[str, str, int], ...], dict[str, int], dict[str, int]]
"""Gold cluster, predicted cluster and mentions in both, ascending; mentions of each gold, and of each predicted one."""


def plain(value: float) -> float:
    """The number as JSON has it: 3 and 3.0 are the same."""
    number = float(value)
    return int(number) if number.is_integer() else number


def counts_of_each(columns: StateColumns) -> list[dict[str, Row]]:
    """The counts of each document by name; a row of zeros is left out."""
    values = [_plain_values(column) for column in columns.columns]
    there = [column != 0 for column in columns.columns]
    found: list[dict[str, Row]] = [{} for _ in range(columns.size)]
    for name, places in zip(columns.names, columns.places.tolist(), strict=True):
        one, two, three, four = (values[at] for at in places)
        rows = np.flatnonzero(np.logical_or.reduce([there[at] for at in places]))
        for row in rows.tolist():
            found[row][name] = one[row], two[row], three[row], four[row]
    return found


def _plain_values(column: NDArray[Any]) -> list[float]:
    values: list[float] = column.tolist()
    return [plain(value) for value in values] if column.dtype.kind == "f" else values


def are_counts(columns: StateColumns) -> bool:
    """Whether all counts are ones that a record may have."""
    return all(
        bool(np.all((column >= 0) & (column <= MOST))) and not math.isnan(float(column.max(initial=0)))
        for column in columns.columns
    )


def tables_of_each(columns: StateColumns) -> list[NamedTable | None]:
    """The table of each document; None where the layer has none."""
    for whole in columns.wholes:
        if whole.documents() is not None:
            return list(_named(whole, columns.size))
    return [None] * columns.size


def _named(whole: Whole, documents: int) -> Iterator[NamedTable | None]:
    if isinstance(whole, Clusters):
        yield from (_sorted(*each) for each in whole.named())
        return
    for place in range(documents):
        tables, _ = whole.parts(place)
        yield _of_table(tables[0]) if tables else None


def _of_table(table: Table) -> NamedTable:
    return _sorted(
        [(str(g), str(p), int(n)) for (g, p), n in table.cells.items()],
        {str(g): int(n) for g, n in table.gold.items()},
        {str(p): int(n) for p, n in table.predicted.items()},
    )


def _sorted(cells: Sequence[tuple[str, str, int]], gold: dict[str, int], predicted: dict[str, int]) -> NamedTable:
    return tuple(sorted(cells)), gold, predicted

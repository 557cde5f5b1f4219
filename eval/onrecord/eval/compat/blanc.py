"""BLANC as the coreference scorers count it: links within clusters, links between them, and the mean of the two parts.

Which parts the mean is of is the scorer's rule; see :mod:`onrecord.eval.compat.corefud` and
:mod:`onrecord.eval.compat.perl`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from onrecord.eval.compat.coreference import Clusters, Sides, listed
from onrecord.eval.compat.mode import CompatRow, counted
from onrecord.eval.statistics.counts import Counts


def coreference(sides: Sides) -> Counts:
    """Pairs of mentions in one cluster: of both sides, of gold, of the predictions."""
    together = sum(pairs(n) for found in sides.gold_found for n in found.values())
    return Counts.matched(together, _pairs_within(sides.gold), _pairs_within(sides.predicted))


def noncoreference(sides: Sides) -> Counts:
    """Pairs of mentions in two clusters."""
    everywhere: Counter[int] = Counter()
    for found in sides.gold_found:
        everywhere.update(found)
    apart = (
        pairs(everywhere.total())
        - sum(pairs(found.total()) for found in sides.gold_found)
        - sum(pairs(n) for n in everywhere.values())
        + sum(pairs(n) for found in sides.gold_found for n in found.values())
    )
    gold, predicted = (pairs(listed(clusters)) - _pairs_within(clusters) for clusters in (sides.gold, sides.predicted))
    return Counts.matched(apart, gold, predicted)


PARTS: Mapping[str, Callable[[Sides], Counts]] = {"coreference": coreference, "noncoreference": noncoreference}


def blanc(parts: Mapping[str, Counts], used: Callable[[Counts], bool]) -> CompatRow:
    """BLANC of the summed counts of its parts.

    Args:
        parts: Counts by the names of :data:`PARTS`.
        used: Which parts the mean is of; where it is of none, all is 0.
    """
    rows = [counted(name, counts) for name, counts in parts.items()]
    chosen = [row for row, counts in zip(rows, parts.values(), strict=True) if used(counts)]
    return CompatRow(
        "blanc",
        _mean(row.precision for row in chosen),
        _mean(row.recall for row in chosen),
        _mean(row.f1 for row in chosen),
        {f"{row.measure}_{name}": number for row in rows for name, number in row.counts.items()},
    )


def pairs(size: int) -> int:
    """Pairs of so many mentions."""
    return size * (size - 1) // 2


def _pairs_within(clusters: Clusters) -> int:
    return sum(pairs(len(cluster)) for cluster in clusters)


def _mean(values: Iterable[float | None]) -> float:
    numbers: Sequence[float] = [value or 0.0 for value in values]
    return sum(numbers) / len(numbers) if numbers else 0.0

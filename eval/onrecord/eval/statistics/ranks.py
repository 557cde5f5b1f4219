"""Ranks of several systems as intervals, from pairwise tests.

A system's best rank is one more than the number of systems that are significantly better, its worst is the number of
systems less those that are significantly worse. The p-values of all pairs are adjusted together (Holm, 1979), which
holds the chance of any false claim on the whole board at the level.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class RankInterval:
    """The ranks that a system may have, 1 for the best."""

    best: int
    worst: int


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjusted p-values: the smallest times their number, the next times one less, and never less than the one before.

    Args:
        p_values: None where there is no test: it stays None and is not one of the number.

    >>> holm([0.01, 0.04, None, 0.03])
    [0.03, 0.06, None, 0.06]
    """
    tests = sorted((p, position) for position, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    least = 0.0
    for place, (p, position) in enumerate(tests):
        least = max(least, min(1.0, p * (len(tests) - place)))
        adjusted[position] = least
    return adjusted


def rank_intervals(
    values: Sequence[float | None], p_values: Sequence[Sequence[float | None]], level: float = 0.95
) -> list[RankInterval | None]:
    """The rank interval of each system.

    Args:
        values: Scores of K systems; None where undefined.
        p_values: Shape (K, K): of pairwise tests, not adjusted; None where there is no test, which then shows nothing.
            The diagonal is not looked at. A ValueError if it has another shape or is not symmetric.
        level: 1 minus the chance of any false claim.

    Returns:
        None for an undefined score, which ranks nowhere and is nobody's rival.

    >>> rank_intervals([0.9, 0.5, None, 0.6], [[1, 0.01, 1, 0.02], [0.01, 1, 1, 0.4], [1] * 4, [0.02, 0.4, 1, 1]])
    [RankInterval(best=1, worst=1), RankInterval(best=2, worst=3), None, RankInterval(best=2, worst=3)]
    """
    systems = len(values)
    if [len(row) for row in p_values] != [systems] * systems:
        raise ValueError(f"{systems} scores need p-values of shape ({systems}, {systems})")
    ranked = [(position, value) for position, value in enumerate(values) if value is not None]
    pairs = list(itertools.combinations(ranked, 2))
    for (i, _), (j, _) in pairs:
        if p_values[i][j] != p_values[j][i]:
            raise ValueError(f"p-values of systems {i} and {j} differ: {p_values[i][j]} and {p_values[j][i]}")
    adjusted = holm([p_values[i][j] for (i, _), (j, _) in pairs])
    better, worse = [0] * systems, [0] * systems
    for ((i, first), (j, second)), p in zip(pairs, adjusted, strict=True):
        if p is not None and first != second and p <= 1 - level + 1e-12:
            winner, loser = (i, j) if first > second else (j, i)
            better[loser] += 1
            worse[winner] += 1
    return [
        None if value is None else RankInterval(1 + better[i], len(ranked) - worse[i]) for i, value in enumerate(values)
    ]

"""How intervals are asked for."""

from __future__ import annotations

import dataclasses
from typing import Literal

SamplingUnit = Literal["document", "topic"]
"""What is resampled: never single items, which are alike within a document."""


@dataclasses.dataclass(frozen=True)
class Sampling:
    """How intervals are made; see :mod:`onrecord.eval.statistics.uncertainty`."""

    unit: SamplingUnit = "document"
    level: float = 0.95
    """How often such intervals cover the true value."""
    draws: int = 10_000
    """Of the bootstrap, where units are many, and of permutations that cannot be enumerated."""
    seed: int = 0


DEFAULT_SAMPLING = Sampling()

MOST_GROUPS = 50
"""Of measures that are no sums, at most so many groups of units are left out in turn."""


def group_of_each(units: int) -> list[int]:
    """The group that each unit is left out with: its own, or, of many, one of :data:`MOST_GROUPS`.

    >>> group_of_each(3), group_of_each(52)[48:]
    ([0, 1, 2], [48, 49, 0, 1])
    """
    return [unit % MOST_GROUPS for unit in range(units)]


def sampling_policy(how: Sampling | None) -> str:
    """How intervals were made, for a signature."""
    return "none" if how is None else f"{how.unit},{100 * how.level:g}%,{how.draws}draws,seed{how.seed}"

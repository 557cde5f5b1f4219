"""How intervals are asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
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


def kept_in_turn(units: Sequence[Sequence[str]]) -> list[set[str]]:
    """What is kept where each unit is left out in turn, or, of many units, each of :data:`MOST_GROUPS` groups of them.

    >>> kept_in_turn([["a", "b"], ["c"]]) == [{"c"}, {"a", "b"}]
    True
    """
    groups = min(len(units), MOST_GROUPS)
    everything = {id for documents in units for id in documents}
    return [everything - {id for documents in units[group::groups] for id in documents} for group in range(groups)]


def sampling_policy(how: Sampling | None) -> str:
    """How intervals were made, for a signature."""
    return "none" if how is None else f"{how.unit},{100 * how.level:g}%,{how.draws}draws,seed{how.seed}"

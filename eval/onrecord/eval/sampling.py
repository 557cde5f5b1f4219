"""How intervals are asked for."""

from __future__ import annotations

import dataclasses
from typing import Literal

Unit = Literal["document", "topic"]
"""What is resampled: never single items, which are alike within a document."""


@dataclasses.dataclass(frozen=True)
class Sampling:
    """How intervals are made; see :mod:`onrecord.eval.uncertainty`."""

    unit: Unit = "document"
    level: float = 0.95
    """How often such intervals cover the true value."""
    draws: int = 10_000
    """Of the bootstrap, from 20 units."""
    seed: int = 0


DEFAULT = Sampling()


def sampling_policy(how: Sampling | None) -> str:
    """How intervals were made, for a signature."""
    return "none" if how is None else f"{how.unit},{100 * how.level:g}%,{how.draws}draws,seed{how.seed}"

"""Pairs of a gold and a predicted span, and how well they fit."""

from __future__ import annotations

import dataclasses
import enum

import numpy as np

from onrecord.eval.spans.columns import Ints


class Fit(enum.IntEnum):
    """How well two aligned spans agree, from worst to best."""

    OVERLAP = 0
    TYPE = 1
    """Same type, other positions."""
    EXACT = 2
    """Same positions, other type."""
    STRICT = 3


@dataclasses.dataclass(frozen=True, eq=False)
class Pairs:
    """k pairs of spans; every array has the shape (k,)."""

    gold: Ints
    """Row of the gold span."""
    predicted: Ints
    fit: Ints
    """A :class:`Fit`."""
    shared: Ints
    """How many positions both cover."""
    union: Ints
    """How many positions either covers."""

    def __len__(self) -> int:
        return len(self.gold)

    def take(self, which: Ints) -> Pairs:
        """Some of the pairs, by index."""
        return Pairs(*(getattr(self, field.name)[which] for field in dataclasses.fields(self)))

    @classmethod
    def joined(cls, *parts: Pairs) -> Pairs:
        """All pairs of several sets."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

"""What is looked for in a text, and what was found of it."""

from __future__ import annotations

import dataclasses
from typing import Literal

How = Literal["exact", "normalised", "edited"]
"""``exact``: letter for letter. ``normalised``: its letters and digits alone, without case, accents and marks.
``edited``: these, but for a few letters."""

Decided = Literal["only", "context", "near", "order"]
"""What decided which place is meant. ``only``: there is one. ``context``: it alone has the words before and after.
``near``: it is the nearest to what it belongs to. ``order``: the next one in the order of the reply."""

HOWS: tuple[How, ...] = ("exact", "normalised", "edited")
GUESSED: tuple[Decided, ...] = ("near", "order")
"""Decided by what need not be right: such words are called ambiguous."""


@dataclasses.dataclass(frozen=True)
class Quoted:
    """Words that are said to be in a text."""

    text: str
    before: str = ""
    """Some characters that stand before them; empty where nothing is said of it."""
    after: str = ""
    """Some characters that stand after them."""


@dataclasses.dataclass(frozen=True)
class Placed:
    """Where quoted words are."""

    start: int
    """First code point, counted from 0."""
    end: int
    """One past the last."""
    how: How
    decided: Decided
    choices: int
    """How many places were as good, but for what decided."""

    @property
    def ambiguous(self) -> bool:
        """Whether another place would have been as good."""
        return self.decided in GUESSED

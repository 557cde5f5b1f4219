"""What a measure is: a name, what it says, and how it is read off counts."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Measure:
    """A measure: it is called the same in Python, on the command line, in JSON and in the table."""

    name: str
    definition: str
    """In one sentence."""
    share: str = ""
    """For a measure that is a share and no F1: what it is a share of, such as ``matched quotes``."""
    mean_of: tuple[str, ...] = ()
    """For a mean of F1: the counts that it is the mean over, which need not be measures themselves."""
    detail: bool = False
    """Part of the record, but shown only where details are asked for: slices, single types."""

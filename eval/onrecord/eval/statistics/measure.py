"""What a measure is: a value that knows what it is called, what it says, and how it is read off counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from onrecord.eval.statistics.counts import Counts, Score, mean_f1, share


def full_name(layer: str, measure: str) -> str:
    """What a measure of a layer is called everywhere."""
    return f"{layer}:{measure}"


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
    view: str = ""
    """Of what it is a view, such as ``within`` for clusters of each document apart; empty for the plain one."""
    page: str = ""
    """Its page in ``docs/measures``."""
    citation: str = ""
    """Author and year of its definition; empty for one that is made here."""
    clusters: bool = False
    """Whether it is of clusters, from the contingency tables of the documents."""
    adds: bool = True
    """Whether it is a function of counts that add over documents; the others are of a set of documents as a whole."""
    layer: str = ""
    """The layer that it is a measure of, which sets it."""

    @property
    def full(self) -> str:
        """Its full name: ``layer:name``."""
        return full_name(self.layer, self.name) if self.layer else self.name

    @property
    def has_parts(self) -> bool:
        """Whether it has a precision and a recall."""
        return not (self.share or self.mean_of)

    def score(self, counts: Mapping[str, Counts], scores: Mapping[str, Score]) -> Score:
        """The score.

        Args:
            counts: By name of what is counted.
            scores: The scores of those, and of whatever is no function of counts.
        """
        if self.mean_of:
            return mean_f1({name: scores[name] for name in self.mean_of})
        if self.share:
            return share(counts[self.name], self.share)
        return scores[self.name]

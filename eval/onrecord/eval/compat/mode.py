"""What a compatibility mode is and what it gives back: another scorer's numbers, as that scorer gives them.

Unlike everywhere else, 0 here may mean undefined: it is what the other tool says.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Literal

from onrecord.eval.statistics.counts import Counts

Tags = Sequence[Sequence[str]]
"""The tags of each sentence."""

InputKind = Literal["spans", "tags", "clusters", "heads"]


@dataclasses.dataclass(frozen=True, slots=True)
class CompatRow:
    """One measure, over all or for one label; all scores are in [0, 1] and not rounded."""

    measure: str
    precision: float | None
    """None where the tool gives no precision for this measure."""
    recall: float | None
    f1: float | None
    counts: Mapping[str, float]
    """What the tool counts, under its own names where it has names."""
    label: str | None = None
    """The label that the row is for; None for all labels together."""
    share: float | None = None
    """For a measure that is no F1, such as token accuracy: its one number."""


@dataclasses.dataclass(frozen=True, slots=True)
class CompatResult:
    """The numbers of one tool on one pair of inputs."""

    name: str
    """Of the mode, as in the table of contents."""
    rows: tuple[CompatRow, ...]
    refused: str | None = None
    """Why the tool stops before it has printed every measure; the rows are those printed until then."""

    def row(self, measure: str, label: str | None = None) -> CompatRow:
        """The row of a measure.

        Raises:
            KeyError: There is no such row.
        """
        for each in self.rows:
            if (each.measure, each.label) == (measure, label):
                return each
        raise KeyError(measure, label)


@dataclasses.dataclass(frozen=True)
class Compat:
    """A compatibility mode: the face that all of them share."""

    name: str
    version: str
    """Of the tool whose numbers are reproduced."""
    takes: InputKind
    """``spans``: two sequences of :class:`onrecord.eval.spans.documents.SpanDocument`, gold and predicted. ``tags``:
    two sequences of sentences, each a sequence of tags. ``clusters``: gold and predicted clusters by document.
    ``heads``: the same, of mentions that are :class:`onrecord.eval.compat.headed.HeadedMention`."""
    measures: tuple[str, ...]
    differences: tuple[str, ...]
    """What differs from our own measures, and why; one sentence or two each."""
    score: Callable[..., CompatResult]
    text: Callable[[CompatResult], str]
    """The result as the tool prints it, rounded as the tool rounds."""
    reads: Callable[[bytes], dict[str, list[list[Hashable]]]] | None = None
    """The clusters of each document of a file, as the tool reads them; ``ValueError`` where it refuses the file. None
    where unknown."""
    reads_format: str = ""
    """What such a file is: ``conll-coref`` or ``conllu``."""


def ratio(numerator: float, denominator: float) -> float:
    """A share that is 0 where there is nothing to divide by."""
    return numerator / denominator if denominator else 0.0


def harmonic(precision: float, recall: float) -> float:
    """F1, 0 where both are 0."""
    return ratio(2 * precision * recall, precision + recall)


def counted(measure: str, counts: Counts) -> CompatRow:
    """The row of a measure that has two numerators and two denominators."""
    precision, recall = ratio(counts.predicted_matched, counts.predicted), ratio(counts.gold_matched, counts.gold)
    return CompatRow(measure, precision, recall, harmonic(precision, recall), dataclasses.asdict(counts))

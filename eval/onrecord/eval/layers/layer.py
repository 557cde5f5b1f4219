"""What a layer is to the scorer: a name, measures, and how one document is counted.

Everything a measure needs of a document is in :class:`DocumentPair`; what it gives back adds over documents.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence

from onrecord.dataset import Document, Labels
from onrecord.eval.clusters.measures import Membership
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.mentions import SpanAlignment
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure


@dataclasses.dataclass(frozen=True)
class DocumentPair:
    """One document with its gold and predicted labels and what has been found out about them."""

    document: Document
    gold: Labels
    predicted: Labels
    mentions: SpanAlignment
    events: SpanAlignment
    ids: IdMap


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What became of one gold item or one prediction."""

    document: str
    layer: str
    gold: bool
    """Whether it is a gold item; otherwise a prediction that is right with no gold item."""
    key: tuple[Hashable, ...]
    """What the item is, by place and content in gold's terms: equal over systems and independent of their ids."""
    text: str
    """The item in a few words."""
    outcome: str
    """``right``, or what is wrong: ``missed``, ``spurious``, ``type``, ``boundary``, ``speaker``, ``label`` ..."""


@dataclasses.dataclass(frozen=True)
class Layer:
    """A layer of the score."""

    name: str
    submitted_as: str
    """The field of a prediction line that makes a file take part in this layer."""
    measures: tuple[Measure, ...]
    """The headline measure first."""
    counts: Callable[[DocumentPair], Mapping[str, Counts]] | None = None
    """Counts of one document by measure."""
    memberships: Callable[[DocumentPair], list[Membership]] | None = None
    """Cluster memberships of one document, for the measures of :mod:`onrecord.eval.clusters.measures`."""
    corpus: Callable[[Sequence[DocumentPair]], Mapping[str, Counts]] | None = None
    """Counts that do not add over documents, of all documents at once, by measure."""
    verdicts: Callable[[DocumentPair], list[Verdict]] | None = None
    """Of one document: every gold item that is not optional, and every prediction without a counterpart. Right are
    those that the headline counts as right."""

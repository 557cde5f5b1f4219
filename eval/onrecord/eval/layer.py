"""What a layer is to the scorer: a name, measures, and how one document is counted.

Everything a measure needs of a document is in :class:`DocumentPair`; what it gives back adds over documents.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from onrecord.dataset import Document, EventMention, Labels, Mention
from onrecord.dataset.records import Layer as RecordLayer
from onrecord.eval.clusters import Membership
from onrecord.eval.counts import Counts
from onrecord.eval.references import IdMap
from onrecord.eval.spans import Fit, Pair, TypedSpan, align


@dataclasses.dataclass(frozen=True)
class Measure:
    """A measure: it is called the same in Python, on the command line, in JSON and in the table."""

    name: str
    definition: str
    """In one sentence."""


@dataclasses.dataclass(frozen=True)
class SpanAlignment:
    """The alignment of one document's mentions, of entities or of events."""

    document: str
    gold: tuple[Mention | EventMention, ...]
    predicted: tuple[Mention | EventMention, ...]
    """In reading order, whatever the order of the file."""
    pairs: tuple[Pair, ...]

    @classmethod
    def of(
        cls, document: str, gold: Sequence[Mention | EventMention], predicted: Sequence[Mention | EventMention]
    ) -> SpanAlignment:
        """Align the mentions of one document."""
        gold, predicted = sorted(gold, key=_reading_order), sorted(predicted, key=_reading_order)
        pairs = align([typed(item) for item in gold], [typed(item) for item in predicted])
        return cls(document, tuple(gold), tuple(predicted), tuple(pairs))

    def memberships(self, skip_optional: bool) -> list[Membership]:
        """The gold and the predicted cluster of every mention; two are the same mention where their offsets agree.

        A prediction without an id is a cluster of its own. With ``skip_optional``, optional gold and what is paired
        with it is left out on both sides.
        """
        partner = {pair.predicted: pair.gold for pair in self.pairs if pair.fit >= Fit.EXACT}
        by_gold = {gold: predicted for predicted, gold in partner.items()}
        excused = {pair.predicted for pair in self.pairs if skip_optional and self.gold[pair.gold].optional}
        rows: list[Membership] = []
        for g, item in enumerate(self.gold):
            if not (skip_optional and item.optional):
                p = by_gold.get(g)
                rows.append((cluster(item), self._predicted_cluster(p) if p is not None else None))
        for p in range(len(self.predicted)):
            if p not in partner and p not in excused:
                rows.append((None, self._predicted_cluster(p)))
        return rows

    def _predicted_cluster(self, p: int) -> str:
        item = self.predicted[p]
        return cluster(item) or f"{self.document}#{p}"


def cluster(item: Mention | EventMention) -> str | None:
    """The id of the cluster that a mention is in."""
    return item.entity if isinstance(item, Mention) else item.event


def typed(item: Mention | EventMention) -> TypedSpan:
    """A mention as the span alignment sees it; events have no type."""
    if isinstance(item, Mention):
        return TypedSpan(item.start, item.end, item.type, item.kind, item.optional)
    return TypedSpan(item.start, item.end, optional=item.optional)


def _reading_order(item: Mention | EventMention) -> tuple[object, ...]:
    # by content alone: ids are opaque, and renaming them must not change a tie
    label = (item.type, item.kind) if isinstance(item, Mention) else ("", "")
    return (item.start, item.end, label, item.optional)


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
class Layer:
    """A layer of the score."""

    name: str
    submitted_as: RecordLayer
    """The field of a prediction line that makes a file take part in this layer."""
    measures: tuple[Measure, ...]
    """The headline measure first."""
    counts: Callable[[DocumentPair], Mapping[str, Counts]] | None = None
    """Counts of one document by measure."""
    memberships: Callable[[DocumentPair], list[Membership]] | None = None
    """Cluster memberships of one document, for the measures of :mod:`onrecord.eval.clusters`."""

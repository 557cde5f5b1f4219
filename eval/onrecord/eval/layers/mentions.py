"""The mentions of entities and of events: aligned once for all documents, and brought into clusters."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from onrecord.dataset import EventMention, Mention
from onrecord.eval.clusters.measures import Membership
from onrecord.eval.spans.alignment import Alignment
from onrecord.eval.spans.columns import Bools
from onrecord.eval.spans.counting import Pair, Selection, SpanColumnPair, pair_list
from onrecord.eval.spans.documents import TypedSpan
from onrecord.eval.spans.measures import mode_counts
from onrecord.eval.spans.pairs import Fit
from onrecord.eval.statistics.counts import Counts

Spanned = Mention | EventMention


@dataclasses.dataclass(frozen=True)
class SpanAlignment:
    """The alignment of one document's mentions, of entities or of events."""

    document: str
    gold: tuple[Spanned, ...]
    predicted: tuple[Spanned, ...]
    """In reading order, whatever the order of the file."""
    pairs: tuple[Pair, ...]
    counts: Mapping[str, Mapping[str, Counts]]
    """Of the document, by measure of :mod:`onrecord.eval.spans.counting`, in several views: ``all`` mentions,
    ``names``, and the names of each type that any document has."""

    @classmethod
    def of(cls, document: str, gold: Sequence[Spanned], predicted: Sequence[Spanned]) -> SpanAlignment:
        """Align the mentions of one document."""
        return align_mentions([(document, gold, predicted)])[0]

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

    def exact(self) -> list[tuple[int, int]]:
        """Gold and predicted index of the pairs with the same offsets."""
        return [(pair.gold, pair.predicted) for pair in self.pairs if pair.fit >= Fit.EXACT]

    def _predicted_cluster(self, p: int) -> Hashable:
        return cluster(self.predicted[p]) or (self.document, p)


def align_mentions(documents: Sequence[tuple[str, Sequence[Spanned], Sequence[Spanned]]]) -> list[SpanAlignment]:
    """Align the mentions of several documents, each given as its name, gold and predictions."""
    names = [name for name, _, _ in documents]
    gold = _in_reading_order([(name, items) for name, items, _ in documents])
    predicted = _in_reading_order([(name, items) for name, _, items in documents])
    columns = SpanColumnPair.of(*([[typed(item) for item in items] for items in side] for side in (gold, predicted)))
    alignment = columns.align()
    sides = _names(gold), _names(predicted)
    selections: dict[str, Selection | None] = {"all": None, "names": Selection(*sides)}
    for code, type in enumerate(columns.types.words):
        if type:
            selections[type] = Selection(
                sides[0] & (columns.gold.type == code), sides[1] & (columns.predicted.type == code)
            )
    states = {name: columns.count(names, alignment, selection) for name, selection in selections.items()}
    by_document = _pairs_by_document(columns, alignment, len(names))
    return [
        SpanAlignment(
            name,
            gold[n],
            predicted[n],
            by_document[n],
            {view: mode_counts(state.values[n]) for view, state in states.items()},
        )
        for n, name in enumerate(names)
    ]


def _names(documents: Sequence[Sequence[Spanned]]) -> Bools:
    return np.array([isinstance(i, Mention) and i.kind == "name" for items in documents for i in items], bool)


def _pairs_by_document(columns: SpanColumnPair, alignment: Alignment, documents: int) -> list[tuple[Pair, ...]]:
    first = np.searchsorted(columns.gold.document, np.arange(documents)).tolist()
    other_first = np.searchsorted(columns.predicted.document, np.arange(documents)).tolist()
    found: list[list[Pair]] = [[] for _ in range(documents)]
    documents_of_gold = columns.gold.document.tolist()
    for pair in pair_list(alignment.pairs):
        document = documents_of_gold[pair.gold]
        found[document].append(Pair(pair.gold - first[document], pair.predicted - other_first[document], pair.fit))
    return [tuple(pairs) for pairs in found]


def cluster(item: Spanned) -> str | None:
    """The id of the cluster that a mention is in."""
    return item.entity if isinstance(item, Mention) else item.event


def typed(item: Spanned) -> TypedSpan:
    """A mention as the span alignment sees it; events have no type."""
    if isinstance(item, Mention):
        return TypedSpan(item.start, item.end, item.type, item.kind, item.optional)
    return TypedSpan(item.start, item.end, optional=item.optional)


def _in_reading_order(documents: Sequence[tuple[str, Sequence[Spanned]]]) -> list[tuple[Spanned, ...]]:
    """The mentions of each document in an order that depends on content alone.

    Ids are opaque, so mentions that are alike but for their cluster are ordered by the places of all its mentions: that
    neither the order of a file nor what it calls its clusters can change what is paired.
    """
    places: dict[str | None, list[tuple[str, int, int]]] = {}
    alike = {cluster(item) for _, items in documents for item in _repeated(items)}
    for name, items in documents if alike else ():
        for item in items:
            if cluster(item) in alike:
                places.setdefault(cluster(item), []).append((name, item.start, item.end))
    for each in places.values():
        each.sort()
    return [
        tuple(sorted(items, key=lambda item: (*_place(item), places.get(cluster(item), [])))) for _, items in documents
    ]


def _repeated(items: Sequence[Spanned]) -> list[Spanned]:
    count = Counter(_place(item) for item in items)
    return [item for item in items if count[_place(item)] > 1]


def _place(item: Spanned) -> tuple[object, ...]:
    label = (item.type, item.kind) if isinstance(item, Mention) else ("", "")
    return (item.start, item.end, label, item.optional)

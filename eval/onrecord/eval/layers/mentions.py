"""The mentions of entities and of events: aligned once for all documents, and brought into clusters."""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from onrecord.dataset import EventMention, Mention
from onrecord.dataset.layers import scheme
from onrecord.eval.clusters.measures import Membership
from onrecord.eval.spans.columns import Bools
from onrecord.eval.spans.counting import Pair, Selection, SpanColumnPair
from onrecord.eval.spans.documents import TypedSpan
from onrecord.eval.spans.measures import mode_counts
from onrecord.eval.spans.pairs import Fit
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.submission.prediction_line import NotInText

Spanned = Mention | EventMention


@dataclasses.dataclass(frozen=True)
class SpanAlignment:
    """The alignment of one document's mentions, of entities or of events."""

    document: str
    gold: tuple[Spanned, ...]
    predicted: tuple[Spanned, ...]
    """In reading order, whatever the order of the file."""
    pairs: tuple[Pair, ...]
    unplaced: tuple[NotInText, ...] = ()
    """What is predicted and not in the text, of whatever layer."""

    @classmethod
    def of(
        cls,
        document: str,
        gold: Sequence[Spanned],
        predicted: Sequence[Spanned],
        unplaced: tuple[NotInText, ...] = (),
    ) -> SpanAlignment:
        """Align the mentions of one document."""
        return cls.of_each([document], [gold], [predicted], [unplaced])[0]

    @classmethod
    def of_each(
        cls,
        documents: Sequence[str],
        gold: Sequence[Sequence[Spanned]],
        predicted: Sequence[Sequence[Spanned]],
        unplaced: Sequence[tuple[NotInText, ...]],
    ) -> list[SpanAlignment]:
        """Align the mentions of some documents, each by itself and all in the same few steps.

        Raises:
            CrowdedError: Too many of them lie over each other.
        """
        one, other = ([_in_reading_order(items) for items in side] for side in (gold, predicted))
        columns = _columns(one, other)
        pairs = columns.pair_lists(columns.align(), len(documents))
        rows = zip(documents, one, other, map(tuple, pairs), unplaced, strict=True)
        return [cls(*row) for row in rows]

    @functools.cached_property
    def counts(self) -> Mapping[str, Mapping[str, Counts]]:
        """By measure of :mod:`onrecord.eval.spans.counting`, in several views: ``all`` mentions, ``names``, and the
        names of each type that the document has.
        """
        columns = _columns([self.gold], [self.predicted])
        alignment = columns.align()
        sides = _names(self.gold), _names(self.predicted)
        selections: dict[str, Selection | None] = {"all": None, "names": Selection(*sides)}
        for code, type in enumerate(columns.types.words):
            if type:
                selections[type] = Selection(
                    sides[0] & (columns.gold.type == code), sides[1] & (columns.predicted.type == code)
                )
        return {
            name: mode_counts(columns.count([self.document], alignment, selection).values[0])
            for name, selection in selections.items()
        }

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


def _columns(gold: Sequence[Sequence[Spanned]], predicted: Sequence[Sequence[Spanned]]) -> SpanColumnPair:
    return SpanColumnPair.of(*([[typed(item) for item in items] for items in side] for side in (gold, predicted)))


def _names(items: Sequence[Spanned]) -> Bools:
    name = scheme().mention_kinds[0]
    return np.array([isinstance(item, Mention) and item.kind == name for item in items], bool)


def cluster(item: Spanned) -> str | None:
    """The id of the cluster that a mention is in."""
    return item.entity if isinstance(item, Mention) else item.event


def typed(item: Spanned) -> TypedSpan:
    """A mention as the span alignment sees it; events have no type, and differ in modality as others do in kind."""
    if isinstance(item, Mention):
        return TypedSpan(item.start, item.end, item.type, item.kind, item.optional)
    return TypedSpan(item.start, item.end, kind=item.modality, optional=item.optional)


def _in_reading_order(items: Sequence[Spanned]) -> tuple[Spanned, ...]:
    """The mentions in an order that depends on content alone.

    Of alike mentions one with an id comes before one without: two ids at one place are a fault of a file.
    """
    places = [(item.start, item.end) for item in items]
    if all(map(operator.lt, places, places[1:])):  # as nearly all are
        return tuple(items)
    return tuple(sorted(items, key=lambda item: (*_place(item), cluster(item) is None, cluster(item) or "")))


def _place(item: Spanned) -> tuple[object, ...]:
    label = (item.type, item.kind) if isinstance(item, Mention) else ("", item.modality)
    return (item.start, item.end, label, item.optional)

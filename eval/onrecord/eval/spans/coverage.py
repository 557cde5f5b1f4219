"""What is covered, whatever is paired with what: character F1 and two-sided coverage.

**Character F1** compares the positions that gold and predictions of a type cover; a position counts once for each type,
however many spans of that type lie over it.

**Coverage** asks of every gold span what share of it predictions of its type cover (recall), and of every prediction
what share of it gold of its type covers (precision); many may cover one. LoReHLT scored mentions so (neleval's
``overlap-sumsum``); nothing is consumed, and each position of a span counts once.

In both a gold span and a prediction cover each other only from an intersection over union of
:data:`~onrecord.eval.spans.overlaps.MIN_IOU`, as in the alignment: a span over a whole document covers nothing.

Positions of optional gold that no other gold of the type covers are left out on both sides. Shares are added in units
of 2**-40, as whole numbers, so that no order of adding them changes the sum.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from onrecord.eval.spans.columns import Bools, Ints, SpanColumns
from onrecord.eval.spans.pairs import Pairs

SHARE_UNIT = 2**40
"""A share of 1 as it is added."""


@dataclasses.dataclass(frozen=True, eq=False)
class CoverageCounts:
    """By document; every array has the shape (documents,)."""

    shared: Ints
    """Positions that gold and predictions of a type cover together."""
    gold: Ints
    """Positions covered by gold, once for each type."""
    predicted: Ints
    gold_share: Ints
    """Sum over gold spans of the share that is covered, in :data:`SHARE_UNIT`."""
    predicted_share: Ints
    predicted_spans: Ints
    """How many predictions that sum is over: those that lie wholly on optional gold are left out."""


def cover(
    gold: SpanColumns,
    predicted: SpanColumns,
    documents: int,
    touching: Pairs,
    gold_rows: Ints,
    rows: Ints,
    copies: tuple[Ints, Ints] | None = None,
) -> CoverageCounts:
    """Character counts and coverage of some documents.

    Args:
        gold: Gold spans.
        predicted: Predictions, with gold's codes.
        documents: How many documents there are.
        touching: All pairs of spans that overlap enough, among the spans to look at.
        gold_rows: The gold spans to look at, ascending.
        rows: The predictions to look at, ascending.
        copies: How many times each gold span and each prediction is there, shapes (spans,); None for once.
    """
    types = 1 + int(max(gold.type.max(initial=0), predicted.type.max(initial=0)))
    width = 1 + int(max(gold.end.max(initial=0), predicted.end.max(initial=0)))
    stretch = width * types
    parts, others = _Parts.of(gold, types, width, gold_rows), _Parts.of(predicted, types, width, rows)
    required = parts
    if gold.optional is not None:
        required = parts.where(np.flatnonzero(~gold.optional[parts.row]))
        touching = touching.take(np.flatnonzero(~gold.optional[touching.gold]))
    touching = touching.take(np.flatnonzero(gold.type[touching.gold] == predicted.type[touching.predicted]))
    pieces = _pieces(gold, predicted, touching, types, width)
    union, other_union = required.union(), others.union()
    excused, beside = np.zeros_like(other_union.start), np.zeros_like(others.start)
    if gold.optional is not None:
        left_out, everything = parts.where(np.flatnonzero(gold.optional[parts.row])).union(), parts.union()
        for found, each in ((excused, other_union), (beside, others)):
            near = np.flatnonzero(left_out.covered(each.start, each.end))  # few, and the others cover nothing of it
            start, end = each.start[near], each.end[near]
            found[near] = everything.covered(start, end) - union.covered(start, end)
    size = _sums(others.row, others.end - others.start - beside, len(predicted))
    shared = _Parts(pieces.gold, pieces.start, pieces.end).union()
    return CoverageCounts(
        shared=_sums(shared.start // stretch, shared.end - shared.start, documents),
        gold=_sums(union.start // stretch, union.end - union.start, documents),
        predicted=_sums(other_union.start // stretch, other_union.end - other_union.start - excused, documents),
        gold_share=_shares(pieces.gold, pieces, gold.size, gold.document, documents, copies and copies[0]),
        predicted_share=_shares(pieces.predicted, pieces, size, predicted.document, documents, copies and copies[1]),
        predicted_spans=_sums(
            predicted.document, (size > 0).astype(np.int64) if copies is None else (size > 0) * copies[1], documents
        ),
    )


def clear(start: Ints, end: Ints) -> Bools:
    """Which spans no other span of their side overlaps.

    Args:
        start: Shape (n,), on one axis for all documents; see :class:`onrecord.eval.spans.equal.Places`.
        end: Shape (n,).
    """
    order = None if np.all(start[1:] >= start[:-1]) else np.argsort(start, kind="stable")
    if order is not None:
        start, end = start[order], end[order]
    free = np.ones(len(start), bool)
    apart = start[1:] >= end[:-1]
    if not apart.all():
        free[:-1] &= apart
        free[1:] &= start[1:] >= np.maximum.accumulate(end)[:-1]
    if order is None:
        return free
    found = np.empty_like(free)
    found[order] = free
    return found


@dataclasses.dataclass(frozen=True, eq=False)
class _Pieces:
    """What each pair of touching spans shares: stretches on the axis."""

    gold: Ints
    predicted: Ints
    start: Ints
    end: Ints


def _pieces(gold: SpanColumns, predicted: SpanColumns, touching: Pairs, types: int, width: int) -> _Pieces:
    row, column = touching.gold, touching.predicted
    start = np.maximum(gold.start[row], predicted.start[column])
    end = np.minimum(gold.end[row], predicted.end[column])
    if gold.fragments or predicted.fragments:
        found = [
            (g, p, max(a, c), min(b, d))
            for g, p in zip(row.tolist(), column.tolist(), strict=True)
            for a, b in gold.parts(g)
            for c, d in predicted.parts(p)
            if max(a, c) < min(b, d)
        ]
        row, column, start, end = np.array(found, np.int64).reshape(-1, 4).T
    shift = (gold.document[row] * types + gold.type[row]) * width
    return _Pieces(row, column, start + shift, end + shift)


def _shares(row: Ints, pieces: _Pieces, size: Ints, document: Ints, documents: int, copies: Ints | None) -> Ints:
    """Sum over spans of the share of each that its pieces cover, by document."""
    order = np.lexsort((pieces.start, row))
    row, start, reach = row[order], pieces.start[order], pieces.end[order].copy()
    opens = np.ones(len(row), bool)
    opens[1:] = row[1:] != row[:-1]
    if not opens.all():  # a span with several pieces: what an earlier one reaches counts once
        reach = _running_reach(reach, opens)
        start[1:] = np.where(opens[1:], start[1:], np.maximum(start[1:], np.minimum(reach[:-1], reach[1:])))
    spans, covered = row[opens], np.add.reduceat(reach - start, np.flatnonzero(opens)) if len(row) else row
    share = np.rint(covered / np.maximum(size[spans], 1) * SHARE_UNIT).astype(np.int64)
    return _sums(document[spans], share if copies is None else share * copies[spans], documents)


def _running_reach(end: Ints, opens: Bools) -> Ints:
    """The largest end so far within each group."""
    group = np.cumsum(opens)
    span = int(end.max(initial=0)) + 1
    reach: Ints = np.maximum.accumulate(group * span + end) - group * span
    return reach


@dataclasses.dataclass(frozen=True, eq=False)
class _Union:
    """Stretches on the axis, ascending and apart from each other."""

    start: Ints
    end: Ints

    def covered(self, start: Ints, end: Ints) -> Ints:
        """How many positions of each of some stretches lie in the union."""
        return self._up_to(end) - self._up_to(start)

    def _up_to(self, at: Ints) -> Ints:
        if not len(self.start):
            return np.zeros_like(at)
        size = self.end - self.start
        before = np.cumsum(size) - size
        # what lies before the first stretch counts as at its start
        last = np.maximum(np.searchsorted(self.start, at, "right") - 1, 0)
        inside = np.clip(at, self.start[last], self.end[last]) - self.start[last]
        many: Ints = before[last] + inside
        return many


@dataclasses.dataclass(frozen=True, eq=False)
class _Parts:
    """The contiguous parts of spans on one axis, on which every document and type has a stretch of its own."""

    row: Ints
    """The span that each part is of."""
    start: Ints
    end: Ints

    @classmethod
    def of(cls, side: SpanColumns, types: int, width: int, rows: Ints) -> _Parts:
        starts, ends = side.start[rows], side.end[rows]
        if side.fragments:
            pieces = [(row, start, end) for row in rows.tolist() for start, end in side.parts(row)]
            rows, starts, ends = np.array(pieces, np.int64).reshape(-1, 3).T
        shift = (side.document[rows] * types + side.type[rows]) * width
        return cls(rows, starts + shift, ends + shift)

    def where(self, keep: Ints) -> _Parts:
        return _Parts(self.row[keep], self.start[keep], self.end[keep])

    def union(self) -> _Union:
        order = np.argsort(self.start, kind="stable")
        start, reach = self.start[order], np.maximum.accumulate(self.end[order])
        opens = np.ones(len(order), bool)
        opens[1:] = start[1:] > reach[:-1]
        closes = np.ones(len(order), bool)
        closes[:-1] = opens[1:]
        return _Union(start[opens], reach[closes])


def _sums(group: Ints, amount: Ints, groups: int) -> Ints:
    """Sum of ``amount`` by group, exact for whole numbers of any size."""
    total = np.zeros(groups, np.int64)
    if len(group):
        order = np.arange(len(group)) if np.all(group[1:] >= group[:-1]) else np.argsort(group, kind="stable")
        ordered = group[order]
        first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        total[ordered[first]] = np.add.reduceat(amount[order], first)
    return total

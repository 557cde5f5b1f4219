"""The mentions of many documents aligned on columns, and what the alignment counts."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.layers.columns import NONE, Bools, Codes, Ints, MentionColumns
from onrecord.eval.matching.keys import row_keys, sorting
from onrecord.eval.spans.alignment import Alignment, align_columns
from onrecord.eval.spans.columns import SpanColumns
from onrecord.eval.spans.counting import BLOCK_SPANS, CountColumn, Selection, count_spans
from onrecord.eval.spans.overlaps import CrowdedError, overlapping
from onrecord.eval.spans.pairs import Fit

Floats = NDArray[np.float64]


def in_reading_order(columns: MentionColumns, types: Ints, kinds: Ints) -> MentionColumns:
    """The mentions in an order that depends on content alone.

    Of alike mentions one with an id comes before one without: two ids at one place are a fault of a file.

    Args:
        columns: Documents ascending.
        types: Alphabetical rank of each type, shape (types,).
        kinds: Likewise of the kinds.
    """
    of_type = types[columns.type] if len(types) else columns.type
    of_kind = kinds[columns.kind] if len(kinds) else columns.kind
    order = sorting(
        row_keys([columns.document, columns.start, columns.end, of_type, of_kind, columns.optional, columns.id == NONE])
    )
    if order is None:
        return columns
    return MentionColumns(*(getattr(columns, field.name)[order] for field in dataclasses.fields(columns)))


@dataclasses.dataclass(frozen=True, eq=False)
class SpanPairing:
    """Which predicted mention answers which gold one in D documents, and what was counted; rows are of the columns."""

    documents: int
    gold: MentionColumns
    predicted: MentionColumns
    partner: Ints
    """Shape (gold,): the row of the prediction paired with each; -1 for none."""
    fit: Ints
    """Shape (gold,): how well they fit, a :class:`Fit`; -1 without."""
    everything: Ints
    """Shape (D, 15): a :class:`CountColumn` each."""

    @property
    def exact(self) -> Bools:
        """Which gold mentions are found with their offsets."""
        return self.fit >= Fit.EXACT

    @property
    def taken(self) -> Ints:
        """Shape (predicted,): the gold row that each prediction is paired with; -1 for none."""
        found = np.full(len(self.predicted), -1)
        rows = np.flatnonzero(self.partner >= 0)
        found[self.partner[rows]] = rows
        return found

    @property
    def excused(self) -> Bools:
        """Which predictions are paired with optional gold."""
        found = np.zeros(len(self.predicted), bool)
        rows = self.partner[self.gold.optional & (self.partner >= 0)]
        found[rows] = True
        return found


def pair_spans(
    documents: Sequence[str],
    gold: MentionColumns,
    predicted: MentionColumns,
    types: Codes,
    kinds: Ints,
    selected: Sequence[Selection] = (),
    coverage: bool = True,
) -> tuple[SpanPairing, list[Ints]]:
    """Align the mentions of documents, some documents at a time.

    Args:
        documents: Their names.
        gold: In reading order.
        predicted: In reading order.
        types: Codes of the types.
        kinds: Alphabetical rank of each kind, shape (kinds,), so that no choice hangs on how they are numbered.
        selected: Mentions that are to be counted apart.
        coverage: Whether characters and shares are counted of all of them; of a selection they are.

    Returns:
        The pairing, and for each selection counts of the shape (D, 15).

    Raises:
        CrowdedError: Too many mentions of one document lie over each other.
    """
    ranks = types.ranks() if len(types) > 1 else np.zeros(1, np.int64)
    ranked, other = (dataclasses.replace(side, kind=kinds[side.kind]) for side in (gold, predicted))
    words = types.words or [""]
    partner, fit = (np.full(len(gold), -1) for _ in range(2))
    counts: list[list[Ints]] = [[] for _ in range(1 + len(selected))]
    wanted = [None, *selected]
    for first, last in _blocks(gold, predicted, len(documents)):
        for start, stop, alignment in _aligned(documents, ranked, other, ranks, first, last):
            low, high = np.searchsorted(gold.document, [start, stop]).tolist()
            at, until = np.searchsorted(predicted.document, [start, stop]).tolist()
            sides = _spans(ranked, low, high, start), _spans(other, at, until, start)
            partner[low + alignment.pairs.gold] = at + alignment.pairs.predicted
            fit[low + alignment.pairs.gold] = alignment.pairs.fit
            for into, which in zip(counts, wanted, strict=True):
                some = None if which is None else Selection(which.gold[low:high], which.predicted[at:until])
                into.append(
                    count_spans(
                        documents[start:stop], words, *sides, alignment, some, coverage or some is not None
                    ).values
                )
    values = [np.concatenate(each) if each else np.zeros((0, len(CountColumn)), np.int64) for each in counts]
    return SpanPairing(len(documents), gold, predicted, partner, fit, values[0]), values[1:]


def _blocks(gold: MentionColumns, predicted: MentionColumns, documents: int) -> Iterator[tuple[int, int]]:
    longer = max(gold.document, predicted.document, key=len)
    firsts = np.unique(longer[::BLOCK_SPANS]).tolist()
    bounds = sorted({0, *firsts, documents})
    return itertools.pairwise(bounds)


def _aligned(
    documents: Sequence[str], gold: MentionColumns, predicted: MentionColumns, ranks: Ints, first: int, last: int
) -> Iterator[tuple[int, int, Alignment]]:
    """The alignment of some documents, of fewer at a time where mentions crowd."""
    one, other = (_between(each, first, last) for each in (gold, predicted))
    try:
        yield first, last, align_columns(one, other, ranks)
    except CrowdedError:
        if last - first == 1:
            raise CrowdedError(documents[first]) from None
        middle = (first + last) // 2
        yield from _aligned(documents, gold, predicted, ranks, first, middle)
        yield from _aligned(documents, gold, predicted, ranks, middle, last)


def _between(columns: MentionColumns, first: int, last: int) -> SpanColumns:
    low, high = np.searchsorted(columns.document, [first, last]).tolist()
    return _spans(columns, low, high, first)


def _spans(columns: MentionColumns, low: int, high: int, first: int) -> SpanColumns:
    rows = slice(low, high)
    optional = columns.optional[rows]
    return SpanColumns(
        document=columns.document[rows].astype(np.int64) - first,
        start=columns.start[rows].astype(np.int64),
        end=columns.end[rows].astype(np.int64),
        type=columns.type[rows].astype(np.int64),
        kind=columns.kind[rows].astype(np.int64),
        optional=optional if optional.any() else None,
    )


def strict_by_type(pairing: SpanPairing, names: Bools, other_names: Bools, types: int) -> Ints:
    """Names of each type: matched strictly, in gold, predicted; shape (D, types, 3).

    Args:
        pairing: The pairing.
        names: Which gold mentions are names.
        other_names: Which predictions are.
        types: Number of types.
    """
    gold, predicted = pairing.gold, pairing.predicted
    required = names & ~gold.optional
    charged = other_names & ~pairing.excused
    found = required & (pairing.fit == Fit.STRICT)
    found[found] = charged[pairing.partner[found]]
    counts = [
        np.bincount(
            side.document[which].astype(np.int64) * types + side.type[which], minlength=pairing.documents * types
        )
        for side, which in ((gold, found), (gold, required), (predicted, charged))
    ]
    return np.stack([each.reshape(pairing.documents, types) for each in counts], axis=-1)


_AT_ONCE = 2**16


def all_overlapping(gold_start: Ints, gold_end: Ints, start: Ints, end: Ints, near: int = 4) -> tuple[Ints, Ints]:
    """:func:`~onrecord.eval.spans.overlaps.overlapping` of stretches of any number of documents, some at a time."""
    order = sorting(start)
    found: list[tuple[Ints, Ints]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for low in range(0, len(start), _AT_ONCE):
        some = np.arange(low, min(low + _AT_ONCE, len(start))) if order is None else order[low : low + _AT_ONCE]
        g, p = overlapping(gold_start, gold_end, start[some], end[some], near)
        found.append((g, some[p]))
    return np.concatenate([g for g, _ in found]), np.concatenate([p for _, p in found])

"""Pairs of gold and predicted spans that overlap enough to be aligned, found without looking at all pairs.

Two spans with an intersection over union of at least 0.1 differ in size by a factor of ten at most. So spans are
sorted into classes by the binary logarithm of their size, and a span is only compared with spans of classes that are
near to its own and start near to it: the work is n log n and what is found, also where spans cover whole documents.
"""

from __future__ import annotations

import numpy as np

from onrecord.dataset.reading.faults import OnrecordError
from onrecord.eval.spans.columns import Ints

MIN_IOU = 0.1
"""Least intersection over union of two spans that may be aligned. Less is no answer: a span over a whole document
overlaps everything in it."""

_NEAR = 4
"""Classes of sizes that differ by a factor of ten are at most this far apart."""


MOST_PAIRS = 2**22
"""So many pairs are looked at together; a document that has more has hundreds of spans over every place."""


class CrowdedError(OnrecordError, ValueError):
    """Too many spans lie over each other: looking at all pairs of them would take memory without bound."""

    def __init__(self, document: str = "") -> None:
        super().__init__(document)  # as it goes from process to process
        self.document = document

    def __str__(self) -> str:
        where = f" in the document {self.document!r}" if self.document else ""
        return f"more than {MOST_PAIRS:,} pairs of gold and predicted spans lie over each other{where}"


def overlapping(gold_start: Ints, gold_end: Ints, start: Ints, end: Ints, near: int = _NEAR) -> tuple[Ints, Ints]:
    """Index pairs of all spans that overlap and whose sizes are not too different.

    Args:
        gold_start: Shape (n,), on one axis for all documents.
        gold_end: Shape (n,).
        start: Of the predictions, shape (m,), on the same axis.
        end: Shape (m,).
        near: How many classes of size two spans may be apart; 63 for any sizes.

    Raises:
        CrowdedError: There are more than :data:`MOST_PAIRS` pairs to look at.
    """
    none = np.empty(0, np.int64)
    if not len(gold_start) or not len(start):
        return none, none
    gold_class, class_ = _size_class(gold_end - gold_start), _size_class(end - start)
    flat = _all_at_once(gold_start, gold_end, start, end)
    if flat is not None:
        row, column = flat
        alike = np.abs(gold_class[row] - class_[column]) <= near
        if not alike.all():
            row, column = row[alike], column[alike]
        order = np.argsort(gold_class[row], kind="stable")  # as the classes one after the other have them
        return row[order], column[order]
    found: list[tuple[Ints, Ints]] = []
    pairs = 0
    for size in np.flatnonzero(np.bincount(gold_class)).tolist():
        rows = np.flatnonzero(gold_class == size)
        rows = rows[np.argsort(gold_start[rows], kind="stable")]
        columns = np.flatnonzero(np.abs(class_ - size) <= near)
        starts = gold_start[rows]
        # a span of this class that overlaps starts less than its own largest size before
        low = np.searchsorted(starts, start[columns] - (2 << size), "right")
        many = np.searchsorted(starts, end[columns], "left") - low
        pairs += int(many.sum())
        if pairs > MOST_PAIRS:
            raise CrowdedError
        column = np.repeat(columns, many)
        place = np.arange(len(column)) - np.repeat(np.cumsum(many) - many, many) + np.repeat(low, many)
        row = rows[place]
        overlaps = gold_end[row] > start[column]
        found.append((row[overlaps], column[overlaps]))
    return np.concatenate([row for row, _ in found]), np.concatenate([column for _, column in found])


def _all_at_once(gold_start: Ints, gold_end: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints] | None:
    """All pairs that overlap, whatever their sizes, by column and gold start; None where long spans hide short ones."""
    order = None if np.all(gold_start[1:] >= gold_start[:-1]) else np.argsort(gold_start, kind="stable")
    starts, ends = (gold_start, gold_end) if order is None else (gold_start[order], gold_end[order])
    # of what starts before a span ends, all from the first that reaches beyond its start
    low = np.searchsorted(np.maximum.accumulate(ends), start, "right")
    many = np.searchsorted(starts, end, "left") - low
    total = int(many.sum())
    if total > 2 * (len(starts) + len(start)):
        return None
    column = np.repeat(np.arange(len(start)), many)
    row = np.arange(total) + np.repeat(low - (np.cumsum(many) - many), many)
    overlaps = ends[row] > start[column]
    if not overlaps.all():
        row, column = row[overlaps], column[overlaps]
    return (row if order is None else order[row]), column


def _size_class(size: Ints) -> Ints:
    return (np.frexp(size.astype(np.float64))[1] - 1).astype(np.int8)

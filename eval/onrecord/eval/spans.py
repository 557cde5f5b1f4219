"""Span alignment and the measures read off it: strict, exact, type, partial.

One one-to-one alignment of gold and predicted spans a document, optimal and independent of the order of either,
lexicographically: as many strict pairs (same offsets, same type) as possible, then exact ones (same offsets), then
overlapping ones of the same type, then overlapping ones. Ties go to gold that is not optional, to pairs of the same
kind, to the larger overlap. Strict, exact, type and partial are those of SemEval-2013 task 9.1 (Segura-Bedmar et al.,
2013), which itself leaves open what is paired with what.
"""

from __future__ import annotations

import dataclasses
import enum
from collections import defaultdict
from collections.abc import Iterable, Sequence

from onrecord.eval.assignment import assign
from onrecord.eval.counts import Counts

MIN_IOU = 0.1
"""Least intersection over union of two spans that may be aligned. Less is no answer: a span over a whole document
overlaps everything in it."""


class Fit(enum.IntEnum):
    """How well two aligned spans agree, from worst to best."""

    OVERLAP = 0
    TYPE = 1
    """Same type, other offsets."""
    EXACT = 2
    """Same offsets, other type."""
    STRICT = 3


@dataclasses.dataclass(frozen=True, slots=True)
class TypedSpan:
    """A span to be aligned. Half-open offsets in any unit, as long as both sides use the same."""

    start: int
    end: int
    type: str = ""
    kind: str = ""
    """Breaks ties alone: spans of the same kind are paired first."""
    optional: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """A gold span and the prediction aligned with it, by index."""

    gold: int
    predicted: int
    fit: Fit


def align(gold: Sequence[TypedSpan], predicted: Sequence[TypedSpan]) -> list[Pair]:
    """The optimal one-to-one alignment of one document's spans.

    Returns:
        Pairs in order of the gold index; every pair has an intersection over union of at least :data:`MIN_IOU`.
    """
    pairs: list[Pair] = []
    free_gold, free_predicted = _take_equal(gold, predicted, pairs)
    # ordered by content, so that ties do not depend on the order of the input
    edges = sorted(
        _overlapping(gold, predicted, free_gold, free_predicted),
        key=lambda edge: (_key(gold[edge[0]]), _key(predicted[edge[1]])),
    )
    base = min(len(free_gold), len(free_predicted)) + 1
    for index in assign([(g, p, _weight(gold[g], predicted[p], base)) for g, p in edges]):
        g, p = edges[index]
        pairs.append(Pair(g, p, fit(gold[g], predicted[p])))
    return sorted(pairs, key=lambda pair: pair.gold)


def fit(gold: TypedSpan, predicted: TypedSpan) -> Fit:
    """How well two overlapping spans agree."""
    same_type = gold.type == predicted.type
    if (gold.start, gold.end) == (predicted.start, predicted.end):
        return Fit.STRICT if same_type else Fit.EXACT
    return Fit.TYPE if same_type else Fit.OVERLAP


def iou(one: TypedSpan, other: TypedSpan) -> float:
    """Intersection over union of two non-empty spans, in [0, 1]."""
    shared = max(0, min(one.end, other.end) - max(one.start, other.start))
    return shared / (one.end - one.start + other.end - other.start - shared)


def _key(span: TypedSpan) -> tuple[int, int, str, str, bool]:
    return span.start, span.end, span.type, span.kind, span.optional


def _take_equal(
    gold: Sequence[TypedSpan], predicted: Sequence[TypedSpan], pairs: list[Pair]
) -> tuple[list[int], list[int]]:
    """Pair what is equal: every optimum holds as many strict pairs, and equal spans are interchangeable."""
    free: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for g in sorted(range(len(gold)), key=lambda g: gold[g].optional):
        free[gold[g].start, gold[g].end, gold[g].type].append(g)
    left: list[int] = []
    for p in sorted(range(len(predicted)), key=lambda p: _key(predicted[p])):
        span = predicted[p]
        candidates = free.get((span.start, span.end, span.type), [])
        if not candidates:
            left.append(p)
            continue
        g = next((g for g in candidates if gold[g].kind == span.kind), candidates[0])
        candidates.remove(g)
        pairs.append(Pair(g, p, Fit.STRICT))
    return sorted(g for candidates in free.values() for g in candidates), left


def _overlapping(
    gold: Sequence[TypedSpan], predicted: Sequence[TypedSpan], free_gold: list[int], free_predicted: list[int]
) -> Iterable[tuple[int, int]]:
    """Index pairs of spans that overlap enough, by a sweep over starts."""
    events = sorted([(gold[g].start, 0, g) for g in free_gold] + [(predicted[p].start, 1, p) for p in free_predicted])
    open_gold: list[int] = []
    open_predicted: list[int] = []
    for start, side, index in events:
        open_gold = [g for g in open_gold if gold[g].end > start]
        open_predicted = [p for p in open_predicted if predicted[p].end > start]
        if side == 0:
            yield from ((index, p) for p in open_predicted if iou(gold[index], predicted[p]) >= MIN_IOU)
            open_gold.append(index)
        else:
            yield from ((g, index) for g in open_gold if iou(gold[g], predicted[index]) >= MIN_IOU)
            open_predicted.append(index)


_SECOND = 4096
"""More than the largest second-rank weight of one pair."""


def _weight(gold: TypedSpan, predicted: TypedSpan, base: int) -> int:
    """First rank: the fit, so that one pair of a better fit outweighs all pairs of worse ones. Second rank: ties."""
    second = 2048 * (not gold.optional) + 1024 * (gold.kind == predicted.kind) + round(1000 * iou(gold, predicted))
    first: int = base ** (1 + fit(gold, predicted))
    return first * _SECOND + second


MODES = ("strict", "exact", "type", "partial")


def mode_counts(gold: Sequence[TypedSpan], predicted: Sequence[TypedSpan], pairs: Sequence[Pair]) -> dict[str, Counts]:
    """Counts of every mode, read off one alignment.

    Partial gives half a point to an overlap with other offsets. Optional gold that is not found is not missed, and a
    prediction paired with optional gold is not spurious.
    """
    skipped = [pair for pair in pairs if gold[pair.gold].optional]
    counted = [pair for pair in pairs if not gold[pair.gold].optional]
    total_gold = sum(not span.optional for span in gold)
    total_predicted = len(predicted) - len(skipped)
    points = {
        "strict": sum(pair.fit == Fit.STRICT for pair in counted),
        "exact": sum(pair.fit >= Fit.EXACT for pair in counted),
        "type": sum(pair.fit in (Fit.STRICT, Fit.TYPE) for pair in counted),
        "partial": sum(1.0 if pair.fit >= Fit.EXACT else 0.5 for pair in counted),
    }
    return {mode: Counts.matched(points[mode], total_gold, total_predicted) for mode in MODES}

"""Measures of spans, read off their counts: strict, exact, type, partial, IoU, character F1, coverage; error classes.

What each is: :mod:`onrecord.eval.spans.counting`. What is undefined: :func:`onrecord.eval.statistics.counts.score`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.spans.columns import Ints
from onrecord.eval.spans.counting import CLASSES, IOU, CountColumn, SpanCounts
from onrecord.eval.spans.coverage import SHARE_UNIT
from onrecord.eval.spans.overlaps import MIN_IOU
from onrecord.eval.statistics.counts import Counts

MODES = ("strict", "exact", "type", "partial", "iou", "characters", "coverage")
"""Every measure that :func:`mode_counts` gives, in order."""


def mode_array(values: Ints) -> NDArray[np.float64]:
    """Counts of every measure, from the counts of documents or of the sum over several.

    They are ``strict``, ``exact``, ``type``, ``partial`` (half a point for an overlap), ``iou``, ``characters`` and
    ``coverage``, whose gold side is the covered share of each gold span, its predicted side that of each prediction.

    Args:
        values: Shape (..., 15): a :class:`CountColumn` each.

    Returns:
        Shape (..., 7, 4): a measure of :data:`MODES` each, and its gold_matched, gold, predicted_matched, predicted.
    """
    column = np.moveaxis(values, -1, 0).astype(np.float64)
    correct, other_type = column[CountColumn.CORRECT], column[CountColumn.TYPE]
    boundary, both = column[CountColumn.BOUNDARY], column[CountColumn.BOTH]
    points = {
        "strict": correct,
        "exact": correct + other_type,
        "type": correct + boundary,
        "partial": correct + other_type + (boundary + both) / 2,
        "iou": column[CountColumn.IOU],
    }
    gold, predicted, characters = (
        column[CountColumn.GOLD],
        column[CountColumn.PREDICTED],
        column[CountColumn.CHARACTERS],
    )
    found = {name: [matched, gold, matched, predicted] for name, matched in points.items()}
    found["characters"] = [
        characters,
        column[CountColumn.GOLD_CHARACTERS],
        characters,
        column[CountColumn.PREDICTED_CHARACTERS],
    ]
    shares = column[CountColumn.GOLD_SHARE] / SHARE_UNIT, column[CountColumn.PREDICTED_SHARE] / SHARE_UNIT
    found["coverage"] = [shares[0], gold, shares[1], column[CountColumn.COVERABLE]]
    return np.stack([np.stack(found[mode], axis=-1) for mode in MODES], axis=-2)


def mode_counts(values: Ints) -> dict[str, Counts]:
    """:func:`mode_array` of one document, or of one sum, by measure."""
    rows = mode_array(values).tolist()
    return {
        mode: Counts(*(int(number) if number.is_integer() else number for number in row))
        for mode, row in zip(MODES, rows, strict=True)
    }


def error_classes(values: Ints) -> dict[str, int]:
    """How often each error was made: ``type``, ``boundary``, ``both``, ``missed``, ``spurious``, ``split``, ``merged``.

    Args:
        values: Shape (15,). The first five and ``correct`` make up gold, and with ``spurious`` in the place of
            ``missed`` the predictions; ``split`` and ``merged`` say of some of them what else happened.
    """
    count = values.tolist()
    paired = sum(count[column] for column in CLASSES.values())
    return {
        "correct": count[CountColumn.CORRECT],
        "type": count[CountColumn.TYPE],
        "boundary": count[CountColumn.BOUNDARY],
        "both": count[CountColumn.BOTH],
        "missed": count[CountColumn.GOLD] - paired,
        "spurious": count[CountColumn.PREDICTED] - paired,
        "split": count[CountColumn.SPLIT],
        "merged": count[CountColumn.MERGED],
    }


def type_counts(counts: SpanCounts) -> dict[str, dict[str, Counts]]:
    """Counts of each type by measure: ``strict``, ``exact``, ``type``, ``partial``, ``iou``.

    A gold span counts with its own type and a prediction with its own, in every measure, so that the types add up to
    the whole.
    """
    fit, gold_type, type_, many = counts.cells.T
    kinds = len(counts.types)
    # half points of each measure by fit, from overlap to strict
    halves = {"strict": (0, 0, 0, 2), "exact": (0, 0, 2, 2), "type": (0, 2, 0, 2), "partial": (1, 1, 2, 2)}
    gold = np.bincount(gold_type, many, kinds) + counts.missed
    predicted = np.bincount(type_, many, kinds) + counts.spurious
    points: dict[str, list[NDArray[np.float64]]] = {
        name: [np.bincount(side, many * np.array(weights)[fit], kinds) / 2 for side in (gold_type, type_)]
        for name, weights in halves.items()
    }
    points["iou"] = [counts.iou.astype(np.float64)] * 2
    return {
        counts.types[code]: {
            name: Counts(float(one[code]), float(gold[code]), float(other[code]), float(predicted[code]))
            for name, (one, other) in points.items()
        }
        for code in sorted(range(kinds), key=lambda code: counts.types[code])
        if gold[code] or predicted[code]
    }


SPAN_POLICY = {
    "align": "lexicographic",
    "overlap": f"iou{MIN_IOU}",
    "iou": str(IOU),
    "duplicates": "multiset",
    "optional": "ignored",
    "missing": "empty",
    "average": "micro",
}
"""The decisions that are in every score of spans; a score made under others has another signature."""

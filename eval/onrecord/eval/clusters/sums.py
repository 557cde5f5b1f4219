"""The sums that cluster measures are read off, of many corpora at once, and their values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from onrecord.eval.clusters.rows import choose_2
from onrecord.eval.matching.reduction import FloatArray, IntArray

CELL_SUMS = (
    "shared",
    "muc",
    "pairs",
    "b3 gold",
    "b3 predicted",
    "lea gold",
    "lea predicted",
    "bare muc",
    "bare b3 gold",
    "bare b3 predicted",
    "bare lea gold",
    "bare lea predicted",
)
"""Sums over cells; those that are bare are without singletons."""


def cell_sums(n: IntArray, a: IntArray, b: IntArray) -> FloatArray:
    """What each cell adds to each of ``CELL_SUMS``; shape (sums, cells), the numbers of a cell one after the other.

    Args:
        n: Mentions of each cell; one of none adds nothing.
        a: Size of its gold cluster.
        b: Size of its predicted cluster.
    """
    found = np.empty((n.size, len(CELL_SUMS))).T
    for row, each in zip(found, _each_cell_sum(n, a, b), strict=True):
        row[:] = each
    return found


def cell_totals(n: IntArray, a: IntArray, b: IntArray) -> FloatArray:
    """What all cells add to each of ``CELL_SUMS``, shape (sums,); the cells are those of :func:`cell_sums`.

    One sum after the other, for which twelve numbers a cell are more than fits.
    """
    return np.array([each.sum(dtype=np.float64) for each in _each_cell_sum(n, a, b)])


def _each_cell_sum(n: IntArray, a: IntArray, b: IntArray) -> Iterator[npt.NDArray[Any]]:
    joined, bare = np.maximum(n - 1, 0), (a > 1) & (b > 1)
    yield from (n, joined, choose_2(n))
    yield from _shares(n, joined, a, b)
    yield joined * bare
    for each in _shares(n, joined, a, b):
        yield each * bare


def _shares(n: IntArray, joined: IntArray, a: IntArray, b: IntArray) -> Iterator[FloatArray]:
    """B-cubed and LEA of gold and of the predictions."""
    for size in (a, b):
        yield n * n / np.maximum(size, 1)
    alike = (n > 0) & (a == 1) & (b == 1)
    for size in (a, b):
        yield n * joined / np.maximum(size - 1, 1) + alike


def cluster_sums(sizes: IntArray, common: IntArray) -> FloatArray:
    """Sums over the clusters of one side; a cluster of no mentions is none.

    Returns:
        Mentions, clusters, pairs, pairs of mentions that the other side has; mentions and clusters of those of more
        than one mention.
    """
    bare = sizes > 1
    return np.array(
        [
            sizes.sum(),
            np.count_nonzero(sizes),
            choose_2(sizes).sum(),
            choose_2(common).sum(),
            sizes[bare].sum(),
            np.count_nonzero(bare),
        ],
        dtype=np.float64,
    )


@dataclasses.dataclass(frozen=True)
class Sums:
    """All sums of many corpora; each array is of shape (corpora,)."""

    cells: Mapping[str, FloatArray]
    gold: FloatArray
    """Those of ``cluster_sums``; shape (6, corpora)."""
    predicted: FloatArray
    aligned: FloatArray
    """The best alignments by CEAFm, by CEAFe, and by CEAFe without singletons; shape (3, corpora)."""


def values_across(sums: Sums) -> dict[str, FloatArray]:
    """F1 of all measures across documents and without singletons; nan where undefined."""
    gold, predicted = sums.gold, sums.predicted
    shared = sums.cells["shared"]
    found = _choose_2(shared) - gold[3] - predicted[3] + sums.cells["pairs"]
    apart = found, _choose_2(gold[0]) - gold[2], _choose_2(predicted[0]) - predicted[2]
    bare = {
        "muc": _matched(sums.cells["bare muc"], gold[4] - gold[5], predicted[4] - predicted[5]),
        "b3": f1_of_parts(sums.cells["bare b3 gold"], gold[4], sums.cells["bare b3 predicted"], predicted[4]),
        "ceafe": _matched(sums.aligned[2], gold[5], predicted[5]),
    }
    return {
        **_values(sums, apart),
        "lea[no-singletons]": f1_of_parts(
            sums.cells["bare lea gold"], gold[4], sums.cells["bare lea predicted"], predicted[4]
        ),
        "conll[no-singletons]": (bare["muc"] + bare["b3"] + bare["ceafe"]) / 3,
    }


def values_within(sums: Sums, gold: FloatArray, predicted: FloatArray, both: FloatArray) -> dict[str, FloatArray]:
    """F1 of all measures within documents; nan where undefined.

    Args:
        sums: Of corpora in which each document's clusters are apart.
        gold: Pairs of mentions of one document, of gold.
        predicted: Of the predictions.
        both: Of mentions that both sides have.
    """
    found = both - sums.gold[3] - sums.predicted[3] + sums.cells["pairs"]
    apart = found, gold - sums.gold[2], predicted - sums.predicted[2]
    return {f"{name}[within]": each for name, each in _values(sums, apart).items()}


def _values(sums: Sums, apart: tuple[FloatArray, FloatArray, FloatArray]) -> dict[str, FloatArray]:
    gold, predicted, cells = sums.gold, sums.predicted, sums.cells
    together = cells["pairs"], gold[2], predicted[2]
    muc = _matched(cells["muc"], gold[0] - gold[1], predicted[0] - predicted[1])
    b3 = f1_of_parts(cells["b3 gold"], gold[0], cells["b3 predicted"], predicted[0])
    ceafe = _matched(sums.aligned[1], gold[1], predicted[1])
    return {
        "lea": f1_of_parts(cells["lea gold"], gold[0], cells["lea predicted"], predicted[0]),
        "conll": (muc + b3 + ceafe) / 3,
        "muc": muc,
        "b3": b3,
        "ceafm": _matched(sums.aligned[0], gold[0], predicted[0]),
        "ceafe": ceafe,
        "blanc[luo2014]": _blanc(together, apart, lenient=False),
        "blanc[recasens2011]": _blanc(together, apart, lenient=True),
        "pairwise": _matched(*together),
    }


def _blanc(
    together: tuple[FloatArray, FloatArray, FloatArray],
    apart: tuple[FloatArray, FloatArray, FloatArray],
    lenient: bool,
) -> FloatArray:
    """BLANC; ``lenient`` leaves out a part that gold lacks, else one that neither side has (``blanc_score``)."""
    gold, predicted = (together[side] + apart[side] for side in (1, 2))
    total, parts = np.zeros_like(gold), np.zeros_like(gold)
    for found, in_gold, in_predicted in (together, apart):
        counted = (in_gold > 0) if lenient else (in_gold > 0) | (in_predicted > 0)
        total += np.where(counted, np.nan_to_num(_matched(found, in_gold, in_predicted)), 0.0)
        parts += counted
    value = np.where((gold > 0) & (predicted > 0), total / np.maximum(parts, 1), 0.0)
    return np.where((gold > 0) | (predicted > 0), value, np.nan)


def _matched(matched: FloatArray, gold: FloatArray, predicted: FloatArray) -> FloatArray:
    return f1_of_parts(matched, gold, matched, predicted)


def f1_of_parts(
    gold_matched: FloatArray, gold: FloatArray, predicted_matched: FloatArray, predicted: FloatArray
) -> FloatArray:
    """F1 as :func:`onrecord.eval.statistics.counts.score` has it, of many; nan where there is neither side."""
    recall, precision = gold_matched / np.maximum(gold, 1), predicted_matched / np.maximum(predicted, 1)
    both = precision + recall
    value = np.where((gold > 0) & (predicted > 0), 2 * precision * recall / np.where(both > 0, both, 1.0), 0.0)
    return np.where((gold > 0) | (predicted > 0), value, np.nan)


def _choose_2(n: FloatArray) -> FloatArray:
    return n * (n - 1) / 2

"""What is computed on arrays, for all measures at once, is what the plain definitions give one by one."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.eval.statistics import plain

from onrecord.eval.statistics import resampling
from onrecord.eval.statistics.paired import Paired, SystemCounts, paired_jackknife, paired_permutation
from onrecord.eval.statistics.resampling import Floats, Formula, WeightBlock, each_f1, side_by_side
from onrecord.eval.statistics.uncertainty import (
    MANY_UNITS,
    Interval,
    LeftOut,
    bootstrap_intervals,
    intervals,
    jackknife_error,
    jackknife_interval,
    jackknife_intervals,
    optional,
)

FORMULAS = (*each_f1(3), Formula((0, 2)), Formula((1,), "share"), Formula((2, 0, 1)), Formula((0, 1), "share"))


def sparse_counts(units: int, seed: int, filled: float, scale: float) -> Floats:
    """Counts of three sets, two of which are alike in some numbers; many documents have nothing."""
    random = np.random.default_rng(seed)
    there = random.random((units, 3)) < filled
    gold, predicted = random.poisson(2, (2, units, 3)) * there
    matched, right = (random.binomial(np.minimum(gold, predicted), 0.6) for _ in range(2))
    counts = np.stack([matched, gold, right, predicted], axis=-1).astype(np.float64)
    counts[:, 2, 1] = counts[:, 0, 1]
    return counts * scale


scales = st.sampled_from([1.0, 0.1, 1 / 3])
"""Whole counts, and fractions, whose sums are rounded."""
some = st.builds(sparse_counts, st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.5, 1.0]), scales)


def close(found: Interval, expected: Interval) -> None:
    assert dataclasses.replace(found, low=0, high=0) == dataclasses.replace(expected, low=0, high=0)
    assert (found.low is None) == (expected.low is None)
    if expected.low is not None:
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=0, abs=1e-12)


@given(some)
def test_scores_and_what_is_left_out(counts: Floats) -> None:
    for sums in (counts, counts.sum(axis=0)):
        assert np.array_equal(resampling.values(sums, FORMULAS), plain.values(sums, FORMULAS), equal_nan=True)
    without = resampling.leave_one_out(counts, FORMULAS)
    expected = np.array([plain.leave_one_out(counts, formula) for formula in FORMULAS], np.float64).T
    assert np.array_equal(without, expected, equal_nan=True)


def test_blocks_of_units_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = sparse_counts(40, 0, 0.5, 0.1)
    before = resampling.leave_one_out(counts, FORMULAS)
    monkeypatch.setattr(resampling, "_LEFT_OUT", 7)
    assert np.array_equal(resampling.leave_one_out(counts, FORMULAS), before, equal_nan=True)


@given(some)
def test_how_many_units_a_measure_rests_on(counts: Floats) -> None:
    expected = [sum(plain.there(counts, formula)) for formula in FORMULAS]
    assert resampling.units_with_any(counts != 0, FORMULAS).tolist() == expected


@given(some)
def test_intervals_by_leaving_out(counts: Floats) -> None:
    found = jackknife_intervals(counts, FORMULAS)
    whole = plain.values(counts.sum(axis=0), FORMULAS)
    for m, formula in enumerate(FORMULAS):
        there = plain.there(counts, formula)
        without = plain.leave_one_out(counts, formula)
        close(found[m], plain.jackknife_interval(optional(whole[m]), without, 0.95, there))


scores = st.none() | st.sampled_from([0.0, 0.4, 0.5, 1.0]) | st.floats(0, 1)


@given(scores, st.lists(scores, max_size=8))
def test_an_array_says_what_a_list_says(value: float | None, without: list[float | None]) -> None:
    array: Floats = np.array(without, np.float64)
    expected = plain.jackknife_interval(value, without)
    for given_as in (without, array):
        close(jackknife_interval(value, given_as), expected)
        assert intervals(np.zeros((0, 0, 4)), [], [LeftOut(value, given_as)]) == [jackknife_interval(value, given_as)]
    assert paired_jackknife(value, without) == paired_jackknife(value, array)


@settings(max_examples=30)
@given(some, st.integers(0, 3))
def test_resamples(counts: Floats, seed: int) -> None:
    drawn = resampling.bootstrap(counts, FORMULAS, draws=21, seed=seed)
    sums = plain.moved(plain.multinomial_weights(len(counts), 21, seed), counts, 21)
    assert np.array_equal(drawn, plain.values(sums, FORMULAS), equal_nan=True)


@settings(max_examples=30)
@given(st.integers(1, 2500), st.integers(0, 99), scales, st.sampled_from(["multinomial", "poisson", "swap"]))
def test_weighted_sums(units: int, seed: int, scale: float, which: str) -> None:
    make: Callable[[int, int, int], Iterator[WeightBlock]] = getattr(resampling, f"{which}_weights")
    counts = sparse_counts(units, seed, 0.5, scale)
    columns = [column.copy() for column in (counts - counts[::-1]).reshape(units, -1).T]
    sums, places = resampling.distinct_sums(make(units, 9, seed), columns, 9)
    assert (plain.weighted_sums(make(units, 9, seed), columns, 9) == sums[places].T).all()


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(0, 99), st.sampled_from([0.1, 0.5, 1.0]), scales)
def test_pairs(units: int, seed: int, filled: float, scale: float) -> None:
    a, b = (sparse_counts(units, each, filled, scale) for each in (seed, seed + 1000))
    b[..., 1] = a[..., 1]
    expected: list[Paired] = [plain.paired_permutation(a, b, formula, 50, seed) for formula in FORMULAS]
    assert paired_permutation(a, b, FORMULAS, draws=50, seed=seed) == expected
    first, second = (SystemCounts.of(each, FORMULAS) for each in (a, b))
    for _ in range(2):
        assert paired_permutation(first, second, FORMULAS, draws=50, seed=seed) == expected


def test_prepared_counts_are_of_the_same_measures() -> None:
    counts = sparse_counts(5, 0, 1.0, 1.0)
    with pytest.raises(ValueError, match="other measures"):
        paired_permutation(SystemCounts.of(counts, each_f1(3)), counts, each_f1(2))


def test_layers_that_share_a_draw_have_the_numbers_of_each_alone() -> None:
    layers = [sparse_counts(MANY_UNITS + 400, seed, filled, 1.0) for seed, filled in ((0, 1.0), (1, 0.95), (2, 0.02))]
    formulas = [FORMULAS, each_f1(3), [*each_f1(2), Formula((2, 1))]]
    others = [sparse_counts(MANY_UNITS + 400, seed, 0.9, 1.0) for seed in (3, 4, 5)]
    counts, all_formulas = side_by_side(layers, formulas)
    other_counts, _ = side_by_side(others, formulas)

    together = intervals(counts, all_formulas, draws=300, seed=4)
    assert {each.method for each in together} == {"bootstrap-percentile", "jackknife-logit-t"}
    alone = [intervals(*layer, draws=300, seed=4) for layer in zip(layers, formulas, strict=True)]
    assert together == [each for found in alone for each in found]

    drawn = bootstrap_intervals(counts, all_formulas, draws=300)
    each_drawn = [bootstrap_intervals(*layer, draws=300) for layer in zip(layers, formulas, strict=True)]
    assert drawn == [each for found in each_drawn for each in found]

    pairs = paired_permutation(counts, other_counts, all_formulas, draws=300)
    each_pair = [paired_permutation(*layer, draws=300) for layer in zip(layers, others, formulas, strict=True)]
    assert pairs == [each for found in each_pair for each in found]


@pytest.mark.parametrize("units", [300, 9000])
def test_order_of_units_changes_no_interval_by_leaving_out(units: int) -> None:
    counts = sparse_counts(units, 0, 0.5, 1.0)
    order = np.random.default_rng(1).permutation(units)
    assert jackknife_intervals(counts[order], FORMULAS) == jackknife_intervals(counts, FORMULAS)


@given(st.lists(st.sampled_from([0.1, 1 / 3, 0.7]) | st.floats(-1, 1), min_size=2, max_size=30))
def test_the_error_of_leaving_out_to_the_last_bit(without: list[float]) -> None:
    mean = math.fsum(without) / len(without)
    squares = [(x - mean) * (x - mean) for x in without]
    assert jackknife_error(without) == math.sqrt((len(without) - 1) / len(without) * math.fsum(squares))

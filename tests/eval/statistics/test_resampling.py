"""Resampling: by hand, by enumeration, against scipy, and to the last bit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from onrecord.eval.statistics import counts as scalar
from onrecord.eval.statistics import resampling
from onrecord.eval.statistics.resampling import Floats, Formula, WeightBlock, each_f1

few_counts = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).map(
    lambda n: np.array([min(n[0], n[1]), n[1], min(n[2], n[3]), n[3]], np.float64)
)
Weights = Callable[[int, int, int], Iterator[WeightBlock]]
ALL_WEIGHTS = pytest.mark.parametrize(
    "make", [resampling.multinomial_weights, resampling.poisson_weights, resampling.swap_weights]
)

ENUMERATED_UNITS = 8
"""C(15, 8) = 6,435 resamples."""


def some_counts(units: int, sets: int = 1, seed: int = 0, size: float = 20) -> Floats:
    random = np.random.default_rng(seed)
    gold, predicted = random.poisson(size, (2, units, sets))
    matched = random.binomial(np.minimum(gold, predicted), random.beta(7, 3, (units, 1)))
    return np.stack([matched, gold, matched, predicted], axis=-1).astype(np.float64)


def exact_bootstrap(counts: Floats, formulas: Sequence[Formula]) -> tuple[Floats, Floats]:
    """The scores of all resamples, with their probabilities: no seed, no sampling error.

    Returns:
        Scores of the distinct resamples, shape (resamples, measures), NaN where undefined, and probabilities, shape
        (resamples,), which sum to 1. A ValueError for more than ``ENUMERATED_UNITS`` units.
    """
    units = len(counts)
    if units > ENUMERATED_UNITS:
        raise ValueError(f"{units} units have too many resamples to enumerate: at most {ENUMERATED_UNITS}")
    drawn = itertools.combinations_with_replacement(range(units), units)
    weights = np.array([np.bincount(each, minlength=units) for each in drawn])
    factorials = np.array([math.factorial(n) for n in range(units + 1)], np.float64)
    probabilities = factorials[units] / factorials[weights].prod(axis=1) / float(units) ** units
    return resampling.values(np.tensordot(weights, counts, 1), formulas), probabilities


@given(few_counts)
def test_scores_are_those_of_the_scorer(sums: Floats) -> None:
    one = scalar.Counts(*map(float, sums))
    for formula, expected in (
        (Formula((0,)), scalar.score(one).f1),
        (Formula((0,), "share"), scalar.share(one, "things").value),
    ):
        found = resampling.values(sums[None], [formula])[0]
        assert np.isnan(found) if expected is None else found == expected


def test_a_mean_is_undefined_where_a_part_is() -> None:
    sums = [[1, 2, 1, 2], [1, 1, 1, 1], [0, 0, 0, 0]]
    found = resampling.values(sums, [Formula((0, 1)), Formula((0, 2))])
    assert found[0] == 0.75
    assert np.isnan(found[1])


def test_which_units_have_something_to_score() -> None:
    there = np.array([[[0, 0, 0, 1]], [[0, 1, 0, 0]], [[0, 0, 0, 0]]]) != 0
    assert resampling.units_with_any(there, [Formula((0,)), Formula((0,), "share")]).tolist() == [2, 1]


def test_leaving_out_is_scoring_the_others() -> None:
    counts = some_counts(6, 3)
    formulas = [*each_f1(3), Formula((0, 2)), Formula((1,), "share")]
    for unit, found in enumerate(resampling.leave_one_out(counts, formulas)):
        assert (found == resampling.values(np.delete(counts, unit, axis=0).sum(axis=0), formulas)).all()


def test_enumeration_by_hand() -> None:
    # two units drawn twice: both alike with chance 1/4 each, one of each with 1/2
    counts = np.array([[[1.0, 1, 1, 1]], [[0, 1, 0, 1]]])
    found, probabilities = exact_bootstrap(counts, each_f1(1))
    assert dict(zip(found[:, 0], probabilities, strict=True)) == {1.0: 0.25, 0.5: 0.5, 0.0: 0.25}
    with pytest.raises(ValueError, match="too many resamples"):
        exact_bootstrap(some_counts(9), each_f1(1))


@pytest.mark.parametrize(("units", "distinct"), [(1, 1), (5, 126), (8, 6435)])
def test_enumeration_is_complete(units: int, distinct: int) -> None:
    found, probabilities = exact_bootstrap(some_counts(units), each_f1(1))
    assert len(found) == len(probabilities) == distinct
    assert probabilities.sum() == pytest.approx(1)


def test_sampling_approaches_the_enumeration() -> None:
    counts = some_counts(8, 2)
    exact, probabilities = exact_bootstrap(counts, each_f1(2))
    drawn = resampling.bootstrap(counts, each_f1(2), draws=40_000)
    for m in range(2):
        for at in np.quantile(exact[:, m], [0.05, 0.3, 0.5, 0.7, 0.95]):
            share = probabilities[exact[:, m] <= at].sum()
            assert (drawn[:, m] <= at).mean() == pytest.approx(share, abs=0.01)


def test_scipy_gives_the_same_interval() -> None:
    counts = some_counts(40)
    drawn = resampling.bootstrap(counts, each_f1(1), draws=20_000)[:, 0]

    def f1(matched: Floats, gold: Floats, predicted: Floats, axis: int) -> Floats:
        found: Floats = 2 * matched.sum(axis) / (gold.sum(axis) + predicted.sum(axis))
        return found

    columns = (counts[:, 0, 0], counts[:, 0, 1], counts[:, 0, 3])
    theirs = stats.bootstrap(
        columns, f1, paired=True, vectorized=True, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    )
    width = theirs.confidence_interval.high - theirs.confidence_interval.low
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx(theirs.confidence_interval, abs=width / 30)
    assert drawn.std() == pytest.approx(theirs.standard_error, rel=0.03)


def test_poisson_weights_give_what_exact_ones_give() -> None:
    units = resampling.MULTINOMIAL_UNITS
    counts = some_counts(units + 1, size=3)
    poisson = resampling.bootstrap(counts, each_f1(1), draws=4_000)
    exact = resampling.bootstrap(counts[:units], each_f1(1), draws=4_000)
    assert poisson.std() == pytest.approx(exact.std(), rel=0.06)
    assert poisson.mean() == pytest.approx(exact.mean(), abs=exact.std() / 10)


def whole_weights(make: Weights, units: int, draws: int, seed: int = 0) -> Floats:
    found = np.full((draws, units), np.nan)
    for drawn, these, weights in make(units, draws, seed):
        found[drawn, these] = weights
    return found


def weighted_sums(blocks: Iterable[WeightBlock], columns: Iterable[Floats], draws: int) -> Floats:
    """Shape (draws, columns)."""
    sums, places = resampling.distinct_sums(blocks, columns, draws)
    return sums[places].T


def test_weights_are_what_they_are_called() -> None:
    multinomial = whole_weights(resampling.multinomial_weights, 50, 2_000)
    assert (multinomial.sum(axis=1) == 50).all()
    assert multinomial.var(axis=1).mean() == pytest.approx(1 - 1 / 50, abs=0.02)

    poisson = whole_weights(resampling.poisson_weights, 1500, 300)
    found = np.bincount(poisson.astype(int).ravel(), minlength=9) / poisson.size
    assert found == pytest.approx(stats.poisson.pmf(range(9), 1), abs=0.002)

    swaps = whole_weights(resampling.swap_weights, 1500, 300)
    assert set(np.unique(swaps)) == {0.0, 1.0}
    assert swaps.mean() == pytest.approx(0.5, abs=0.003)


@ALL_WEIGHTS
def test_a_seed_gives_the_same_whatever_the_size_of_blocks(make: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    before = whole_weights(make, 1100, 50)
    monkeypatch.setattr(resampling, "_DRAWS", 7)
    assert (whole_weights(make, 1100, 50) == before).all()
    assert (whole_weights(make, 1100, 50, seed=1) != before).any()


@ALL_WEIGHTS
@pytest.mark.parametrize("units", [20, 1024, 3001])
def test_sums_of_large_counts_are_exact(make: Weights, units: int) -> None:
    random = np.random.default_rng(0)
    columns = [
        random.integers(0, 10**7, units),
        random.integers(-(10**7), 10**7, units),
        random.integers(0, 2**33, units),
        np.full(units, 2**33 - 1),
        random.integers(0, 3, units),
        np.zeros(units, np.int64),
    ]
    weights = whole_weights(make, units, 9).astype(np.int64)
    found = weighted_sums(make(units, 9, 0), [c.astype(np.float64) for c in columns], 9)
    assert (found == np.stack([weights @ column for column in columns], axis=1)).all()


@ALL_WEIGHTS
def test_sums_of_fractions_are_good_to_nine_digits(make: Weights) -> None:
    random = np.random.default_rng(0)
    columns = [random.random(2000), random.random(2000) * 1e-6, random.random(2000) * 1e12]
    weights = whole_weights(make, 2000, 9)
    found = weighted_sums(make(2000, 9, 0), columns, 9)
    assert found == pytest.approx(np.stack([weights @ column for column in columns], axis=1), rel=1e-10)


def test_the_largest_sums_that_blocks_can_hold_stay_exact() -> None:
    """Defect to avoid: single precision loses whole numbers from 2 ** 24 on."""
    most = int(resampling._POISSON.size) * resampling._CHUNK * (2**resampling._DIGIT - 1)
    assert most < 2**24
    assert resampling.MULTINOMIAL_UNITS * (2**resampling._DIGIT - 1) < 2**24


def test_alike_columns_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Floats] = []
    plain = resampling._digits

    def watched(column: Floats) -> Iterator[tuple[NDArray[np.float32], float]]:
        seen.append(column)
        return plain(column)

    monkeypatch.setattr(resampling, "_digits", watched)
    column: Floats = np.arange(30, dtype=np.float64)
    found = weighted_sums(resampling.swap_weights(30, 5, 0), [column, column + 1, column.copy()], 5)
    assert len(seen) == 2
    assert (found[:, 0] == found[:, 2]).all()

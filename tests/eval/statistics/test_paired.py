"""Paired tests: by hand, by property, against scipy, by simulation."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from onrecord.eval.statistics import paired
from onrecord.eval.statistics.paired import (
    PERMUTATION_EXACT,
    PERMUTATION_SAMPLED,
    Paired,
    conclusion,
    paired_jackknife,
    paired_permutation,
)
from onrecord.eval.statistics.resampling import Floats, Formula, each_f1, values

F1 = each_f1(1)
matched = st.integers(1, 6).flatmap(lambda units: arrays.arrays(np.int64, (units, 2), elements=st.integers(0, 4)))


def answers(found: Floats | list[int], gold: int = 4, predicted: int = 4) -> Floats:
    """Counts of one measure with so many items found in each document."""
    return np.array([[[n, gold, n, predicted]] for n in np.asarray(found)], np.float64)


def systems(units: int, seed: int, better: float = 0.0) -> tuple[Floats, Floats]:
    """Two systems on documents of some 20 items that are harder or easier for both."""
    random = np.random.default_rng(seed)
    gold = 1 + random.poisson(19, units)
    ease = random.beta(6.3, 2.7, units)
    rows = []
    for advantage in (better, 0.0):
        found = random.binomial(gold, np.clip(ease + advantage, 0, 1))
        rows.append(np.stack([found, gold, found, found + random.binomial(gold, 0.3)], axis=-1)[:, None])
    return rows[0].astype(np.float64), rows[1].astype(np.float64)


def test_five_documents_all_won() -> None:
    """Defect of others: sacreBLEU gives p = 0.0001 for five segments that are all won."""
    [found] = paired_permutation(answers([3, 3, 2, 4, 3]), answers([2, 2, 1, 3, 1]), F1)
    assert found.difference == pytest.approx((15 - 9) / 20)
    assert found.p == found.attainable_p == 0.0625
    assert found.method == PERMUTATION_EXACT


def test_identical_systems() -> None:
    """Defect of others: identical systems were called different."""
    a, _ = systems(30, 0)
    [found] = paired_permutation(a, a, F1)
    assert (found.difference, found.p, found.reason) == (0.0, 1.0, None)
    assert found.interval.low is None
    assert found.interval.reason == "the systems are alike on every document"
    assert found.differing == 0


@given(matched)
def test_scipy_gives_the_same_p(found: Floats) -> None:
    a, b = answers(found[:, 0]), answers(found[:, 1], predicted=5)
    rows = np.concatenate([a, b])[:, 0]

    def difference(first: Floats, second: Floats) -> float:
        sums = [rows[each.astype(int)].sum(axis=0)[None] for each in (first, second)]
        return float(values(sums[0], F1)[0] - values(sums[1], F1)[0])

    units = len(a)
    if units == 1:
        expected = 1.0  # scipy wants two observations
    else:
        expected = stats.permutation_test(
            (np.arange(units), np.arange(units) + units), difference, permutation_type="samples", n_resamples=np.inf
        ).pvalue
    [ours] = paired_permutation(a, b, F1)
    if abs(ours.difference or 0.0) < 1e-12:
        expected = 1.0  # no difference but for rounding, which scipy compares with
    # scipy doubles the smaller tail; both are alike here, as swapping all units negates the difference
    assert ours.p == pytest.approx(expected)


@given(matched)
def test_exchanging_the_systems_negates_the_difference_and_keeps_p(found: Floats) -> None:
    a, b = answers(found[:, 0]), answers(found[:, 1], predicted=3)
    [one], [other] = paired_permutation(a, b, F1), paired_permutation(b, a, F1)
    assert one.difference == -(other.difference or 0.0)
    assert one.p == other.p
    assert one.detectable == pytest.approx(other.detectable)
    if one.interval.low is not None:
        assert one.interval.low == pytest.approx(-(other.interval.high or 0.0))


@given(matched, st.randoms(use_true_random=False))
def test_order_of_the_documents_changes_nothing(found: Floats, random: random.Random) -> None:
    a, b = answers(found[:, 0]), answers(found[:, 1])
    before = paired_permutation(a, b, F1)
    order = list(range(len(a)))
    random.shuffle(order)
    assert paired_permutation(a[order], b[order], F1) == before


@given(matched)
def test_p_is_never_below_what_can_be_attained(found: Floats) -> None:
    [result] = paired_permutation(answers(found[:, 0]), answers(found[:, 1]), F1)
    assert result.p is not None
    assert result.attainable_p is not None
    assert 0 < result.attainable_p <= result.p <= 1
    assert result.attainable_p == min(1.0, 2.0 ** (1 - result.differing))


def test_documents_on_which_the_systems_agree_do_not_help() -> None:
    a, b = answers([3, 3, 2, 4, 3]), answers([2, 2, 2, 4, 3])
    [found] = paired_permutation(a, b, F1)
    assert (found.units, found.differing, found.attainable_p, found.p) == (5, 2, 0.5, 0.5)
    assert found.interval.reason == "the systems differ on 2 of 5 documents: at least 3 are needed"


def test_sampling_approaches_the_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = systems(18, 4, better=0.04)
    [sampled] = paired_permutation(a, b, F1, draws=40_000)
    monkeypatch.setattr(paired, "ENUMERATED_SWAPS", 18)
    [exact] = paired_permutation(a, b, F1)
    assert (sampled.method, exact.method) == (PERMUTATION_SAMPLED, PERMUTATION_EXACT)
    assert sampled.p == pytest.approx(exact.p, abs=0.01)
    assert sampled.difference == exact.difference
    assert sampled.interval == exact.interval


def test_a_sampled_p_is_never_0_and_the_same_seed_gives_the_same() -> None:
    a, b = systems(300, 0, better=0.2)
    [found] = paired_permutation(a, b, F1, draws=999)
    assert found.p == found.attainable_p == 0.001
    a, b = systems(300, 1, better=0.01)
    assert paired_permutation(a, b, F1, seed=5) == paired_permutation(a, b, F1, seed=5)
    assert paired_permutation(a, b, F1, seed=5) != paired_permutation(a, b, F1, seed=6)


def test_measures_are_tested_each_as_if_alone() -> None:
    pairs = [systems(12, seed) for seed in range(3)]
    a, b = (np.concatenate([pair[side] for pair in pairs], axis=1) for side in (0, 1))
    formulas = [*each_f1(3), Formula((1,), "share"), Formula((0, 2))]
    together = paired_permutation(a, b, formulas)
    assert together == [paired_permutation(a, b, [formula])[0] for formula in formulas]
    assert together[:3] == [paired_permutation(*pair, F1)[0] for pair in pairs]
    assert together[4].difference == pytest.approx(sum((together[m].difference or 0) / 2 for m in (0, 2)))


def test_an_undefined_score_has_no_test() -> None:
    a, b = np.zeros((5, 1, 4)), answers([1, 2, 3, 4, 4])
    [found] = paired_permutation(a, b, F1)
    assert (found.difference, found.p, found.attainable_p) == (None, None, None)
    assert found.reason == "one of the scores is undefined"
    assert conclusion(found) == "There is no test: one of the scores is undefined."


def test_a_swap_that_leaves_a_score_undefined_counts_as_great() -> None:
    # each system has items in one document only: swapping one of the two empties one side
    a = np.array([[[1, 1, 1, 1]], [[0, 0, 0, 0]]])
    b = np.array([[[0, 0, 0, 0]], [[0, 1, 0, 1]]])
    [found] = paired_permutation(a, b, F1)
    assert found.p == 1.0


def test_fractions_that_cancel_leave_nothing() -> None:
    a = np.array([[[0.1, 0.1, 0.1, 0.1]], [[0.2, 0.2, 0.2, 0.2]], [[0.0, 0.0, 0.0, 0.0]], [[0.3, 0.4, 0.3, 0.4]]])
    b = a[[2, 2, 0, 1]]
    whole = paired_permutation(np.rint(10 * a), np.rint(10 * b), F1)[0]
    assert paired_permutation(a, b, F1)[0].p == whole.p


def test_two_systems_need_the_same_units() -> None:
    with pytest.raises(ValueError, match="one shape"):
        paired_permutation(answers([1, 2]), answers([1, 2, 3]), F1)


def test_jackknife_by_hand() -> None:
    without = [0.12, 0.11, 0.07]
    error = (2 / 3 * (0.02**2 + 0.01**2 + 0.03**2)) ** 0.5
    found = paired_jackknife(0.1, without)
    assert found.p == pytest.approx(2 * stats.t.sf(0.1 / error, 2))
    assert found.interval.low == pytest.approx(0.1 - stats.t.ppf(0.975, 2) * error)
    assert found.detectable == pytest.approx((stats.t.ppf(0.975, 2) + stats.t.ppf(0.8, 2)) * error)
    assert found.attainable_p is None


def test_jackknife_of_a_mean_is_the_t_test() -> None:
    differences = np.random.default_rng(0).normal(0.05, 0.1, 12)
    without = [(differences.sum() - each) / 11 for each in differences]
    found = paired_jackknife(float(differences.mean()), without)
    theirs = stats.ttest_1samp(differences, 0)
    assert found.p == pytest.approx(theirs.pvalue)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(theirs.confidence_interval()))


@pytest.mark.parametrize(
    ("difference", "without", "reason"),
    [
        (None, [None, 0.1, 0.2], "one of the scores is undefined"),
        (0.1, [0.2, 0.05, None, 0.1], "without one document a score is undefined"),
        (0.1, [0.2, 0.05, 0.1], "the systems differ on 2 of 3 documents: at least 3 are needed"),
        (0.1, [0.2, 0.2, 0.2], "leaving out any document changes nothing"),
        (0.1, [], "the systems differ on 0 of 0 documents: at least 3 are needed"),
    ],
)
def test_no_test_rather_than_a_false_one(difference: float | None, without: list[float | None], reason: str) -> None:
    found = paired_jackknife(difference, without)
    assert (found.p, found.interval.low, found.detectable) == (None, None, None)
    assert found.reason == found.interval.reason == reason


def test_a_difference_cannot_leave_its_range() -> None:
    found = paired_jackknife(0.8, [0.95, 0.85, 0.6])
    assert found.interval.high == 1.0
    assert (found.interval.low or 0) > -1


@pytest.mark.parametrize("units", [5, 12, 25])
def test_systems_that_are_alike_are_rarely_called_different(units: int) -> None:
    runs = [paired_permutation(*systems(units, seed), F1, draws=500)[0] for seed in range(300)]
    assert sum((each.p or 1.0) <= 0.05 for each in runs) / len(runs) < 0.09
    covering = sum((each.interval.low or 0) <= 0 <= (each.interval.high or 0) for each in runs)
    assert 0.91 <= covering / len(runs) <= 0.99


def test_conclusions_say_what_could_not_be_seen() -> None:
    [found] = paired_permutation(answers([3, 3, 2, 4, 3]), answers([2, 2, 1, 3, 1]), F1)
    words = conclusion(found)
    assert words.startswith("The difference of 30.0 points may be chance in the choice of documents (p = 0.0625).")
    assert "With 5 documents the smallest p that this test can give is 0.0625; differences under " in words

    surer = dataclasses.replace(found, p=0.0001, units=9)
    words = conclusion(surer, unit="topic")
    assert words.startswith("The difference of 30.0 points is more than the choice of topics explains (p < 0.001).")
    assert "With 9 topics, 5 of which the systems differ on, the smallest p" in words

    alike: Paired = paired_jackknife(0.0, [0.0, 0.0, 0.0])
    assert conclusion(alike) == "The difference of 0.0 points may be chance in the choice of documents (p = 1)."

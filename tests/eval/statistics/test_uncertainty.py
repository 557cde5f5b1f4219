"""Intervals: by hand, by property, by simulation, and where there is none."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from onrecord.eval.statistics import uncertainty
from onrecord.eval.statistics.paired import paired_permutation
from onrecord.eval.statistics.resampling import Floats, Formula, each_f1, values
from onrecord.eval.statistics.uncertainty import (
    BOOTSTRAP_MULTINOMIAL,
    JACKKNIFE_LOGIT,
    MANY_UNITS,
    NONE,
    Interval,
    LeftOut,
    attainable_p,
    bootstrap_intervals,
    detectable_difference,
    detectable_paired_difference,
    intervals,
    jackknife_error,
    jackknife_interval,
    jackknife_intervals,
)

shares = st.floats(0.05, 0.95)
F1 = each_f1(1)


def documents(units: int, random: np.random.Generator, filled: float = 1.0) -> Floats:
    """Documents of one population: some 20 gold items, 70 % found, more alike within documents than between them."""
    gold = np.where(random.random(units) < filled, 1 + random.poisson(19, units), 0)
    found = random.binomial(gold, random.beta(6.3, 2.7, units))
    predicted = found + random.binomial(gold, 0.3)
    return np.stack([found, gold, found, predicted], axis=-1).astype(np.float64)[:, None]


def test_by_hand() -> None:
    without = [0.55, 0.62, 0.63]
    logits = [math.log(x / (1 - x)) for x in without]
    middle = sum(logits) / 3
    error = math.sqrt(2 / 3 * sum((x - middle) ** 2 for x in logits))
    reach = 4.302653 * error  # Student's t with 2 degrees of freedom at .975
    centre = math.log(0.6 / 0.4)
    found = jackknife_interval(0.6, without)
    assert found.low == pytest.approx(1 / (1 + math.exp(reach - centre)))
    assert found.high == pytest.approx(1 / (1 + math.exp(-reach - centre)))
    assert (found.method, found.units, found.contributing) == (JACKKNIFE_LOGIT, 3, 3)


@given(shares, st.lists(shares, min_size=3, max_size=9), st.randoms(use_true_random=False))
def test_order_of_the_documents_changes_nothing(value: float, without: list[float], random: random.Random) -> None:
    before = jackknife_interval(value, without)
    random.shuffle(without)
    assert jackknife_interval(value, without) == before


@given(shares, st.lists(shares, min_size=3, max_size=9))
def test_an_interval_holds_its_value_and_stays_within_0_and_1(value: float, without: list[float]) -> None:
    found = jackknife_interval(value, without)
    if found.low is None or found.high is None:
        assert found.reason
    else:
        assert 0 <= found.low <= value <= found.high <= 1


@given(shares, st.lists(shares, min_size=3, max_size=9))
def test_errors_counted_instead_of_successes_mirror_the_interval(value: float, without: list[float]) -> None:
    found = jackknife_interval(value, without)
    mirrored = jackknife_interval(1 - value, [1 - x for x in without])
    assume(found.low is not None and found.high is not None)
    assert mirrored.low == pytest.approx(1 - (found.high or 0), abs=1e-9)
    assert mirrored.high == pytest.approx(1 - (found.low or 0), abs=1e-9)


def test_a_higher_level_is_a_wider_interval() -> None:
    narrow, wide = (jackknife_interval(0.6, [0.55, 0.62, 0.63], level) for level in (0.8, 0.95))
    assert (wide.low or 0) < (narrow.low or 0)
    assert (narrow.high or 1) < (wide.high or 1)


@pytest.mark.parametrize(
    ("value", "without", "reason"),
    [
        (None, [None] * 5, "the score is undefined"),
        (0.5, [0.4], "1 document: an interval needs at least 3"),
        (0.5, [0.4, 0.6], "2 documents: an interval needs at least 3"),
        (1.0, [1.0] * 5, "none of 5 documents has an error; among documents like these up to 45% may have (at 95%)"),
        (0.0, [0.0] * 5, "none of 5 documents has anything right; among documents like these up to 45% may have"),
        (0.5, [0.5, 0.5, 0.5], "leaving out any document changes nothing"),
        (0.5, [0.4, 0.6, 0.5, 0.5], "only 2 of 4 documents have anything to score"),
        (0.5, [0.5, 0.5, None], "only 1 of 3 documents has anything to score"),
        (0.5, [0.4, 0.6, None], "without one document there is nothing to score"),
        (0.9, [0.88, 0.89, 1.0], "all that is wrong is in one document"),
        (0.1, [0.11, 0.12, 0.0], "all that is right is in one document"),
    ],
)
def test_no_interval_rather_than_a_false_one(value: float | None, without: Sequence[float | None], reason: str) -> None:
    found = jackknife_interval(value, without)
    assert (found.low, found.high, found.method) == (None, None, NONE)
    assert found.reason is not None
    assert found.reason.startswith(reason)


def test_the_bound_without_any_error_is_that_of_clopper_and_pearson() -> None:
    for units in (5, 30, 1000):
        upper = stats.binomtest(0, units, alternative="less").proportion_ci(0.95, method="exact").high
        found = jackknife_interval(1.0, [1.0] * units).reason
        assert found is not None
        assert f"up to {upper:.0%} may have" in found


@pytest.mark.parametrize("empty", [1, 4, 30])
def test_documents_with_nothing_to_score_widen_and_narrow_nothing(empty: int) -> None:
    """Defect to avoid: with t(G-1) some 88 % of the intervals cover where two in five documents have items."""
    counts = documents(3, np.random.default_rng(0))
    padded = np.concatenate([counts, np.zeros((empty, 1, 4))])
    [plain], [found] = jackknife_intervals(counts, F1), jackknife_intervals(padded, F1)
    assert (found.units, found.contributing) == (3 + empty, 3)
    assert (found.low, found.high) == (plain.low, plain.high)
    logits = [math.log(x / (1 - x)) for x in (float(values(counts.sum(0) - left, F1)[0]) for left in counts)]
    error = jackknife_error(logits)
    assert error is not None
    value = float(values(counts.sum(0), F1)[0])
    upper = math.log(value / (1 - value)) + float(stats.t.ppf(0.975, 2)) * error
    assert found.high == pytest.approx(1 / (1 + math.exp(-upper)))


def test_nor_do_they_in_a_comparison_or_in_what_is_no_sum() -> None:
    a, b = documents(5, np.random.default_rng(0)), documents(5, np.random.default_rng(1))
    none = np.zeros((20, 1, 4))
    [plain] = paired_permutation(a, b, F1)
    [found] = paired_permutation(np.concatenate([a, none]), np.concatenate([b, none]), F1)
    assert (found.interval.low, found.interval.high, found.p) == (plain.interval.low, plain.interval.high, plain.p)
    one, two = (jackknife_interval(0.6, [0.55, 0.62, 0.63, *[0.6] * many]) for many in (0, 20))
    assert (one.low, one.high) == (two.low, two.high)


def test_the_bound_without_any_error_is_of_the_documents_that_have_anything() -> None:
    counts = np.concatenate([np.ones((5, 1, 4)), np.zeros((30, 1, 4))])
    [found] = jackknife_intervals(counts, F1)
    assert found.reason is not None
    assert found.reason.startswith("none of 5 documents with anything to score has an error; among documents")
    assert "up to 45% may have" in found.reason
    [few] = jackknife_intervals(counts[3:], F1)
    assert few.reason == "only 2 of 32 documents have anything to score"


@pytest.mark.parametrize(("units", "filled"), [(5, 1.0), (10, 0.5), (30, 1.0)])
def test_intervals_cover(units: int, filled: float) -> None:
    truth = float(values(documents(200_000, np.random.default_rng(1)).sum(axis=0), F1)[0])
    random = np.random.default_rng(2)
    found = [intervals(documents(units, random, filled), F1, draws=1_000)[0] for _ in range(400)]
    given = [each for each in found if each.low is not None and each.high is not None]
    assert len(given) > 350
    covering = sum(bool((each.low or 0) <= truth <= (each.high or 0)) for each in given)
    assert 0.92 <= covering / len(given) <= 0.985


def test_each_measure_by_the_method_that_suits_it() -> None:
    random = np.random.default_rng(0)
    counts = np.concatenate([documents(MANY_UNITS, random), documents(MANY_UNITS, random)], axis=1)
    counts[6:, 1] = 0  # only six documents have anything of the second measure
    left_out = LeftOut(0.6, [0.6 + 0.001 * n for n in range(25)])
    formulas = [Formula((1,)), Formula((0,)), Formula((0,), "share"), Formula((0, 1))]
    found = intervals(counts, formulas, [left_out])
    assert [each.method for each in found] == [
        JACKKNIFE_LOGIT,
        BOOTSTRAP_MULTINOMIAL,
        BOOTSTRAP_MULTINOMIAL,
        BOOTSTRAP_MULTINOMIAL,
        JACKKNIFE_LOGIT,
    ]
    assert [each.contributing for each in found] == [6, MANY_UNITS, MANY_UNITS, MANY_UNITS, 24]
    assert found == intervals(counts, formulas, [left_out])
    assert [each.method for each in intervals(counts[:-1], formulas)] == [JACKKNIFE_LOGIT] * 4
    assert intervals(counts, []) == []


def test_bootstrap_and_jackknife_agree_on_many_documents() -> None:
    counts = documents(200, np.random.default_rng(3))
    [drawn], [left] = bootstrap_intervals(counts, F1), jackknife_intervals(counts, F1)
    assert drawn.low == pytest.approx(left.low, abs=0.003)
    assert drawn.high == pytest.approx(left.high, abs=0.003)


def rare(units: int, filled: int) -> Floats:
    """Documents alike but that only some have items, half of them right in one half of these."""
    counts = np.zeros((units, 1, 4))
    counts[:filled] = (1, 1, 1, 1)
    counts[: filled // 2] = (0, 1, 0, 1)
    return counts


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (
            np.tile([3.0, 3, 3, 3], (30, 1, 1)),
            "none of 30 documents has an error; among documents like these up to",
        ),
        (np.tile([0.0, 3, 0, 3], (30, 1, 1)), "none of 30 documents has anything right"),
        (np.tile([1.0, 3, 1, 3], (30, 1, 1)), "resampling the documents changes nothing"),
        (np.zeros((30, 1, 4)), "the score is undefined"),
        (rare(30, 19), "only 19 of 30 documents have anything to score: resampling needs 20"),
    ],
)
def test_no_bootstrap_rather_than_a_false_one(counts: Floats, reason: str) -> None:
    [found] = bootstrap_intervals(counts, F1, draws=200)
    assert (found.low, found.high, found.method) == (None, None, NONE)
    assert found.reason is not None
    assert found.reason.startswith(reason)


def test_undefined_resamples_could_be_anything() -> None:
    defined: Floats = np.linspace(0.4, 0.6, 990, dtype=np.float64)
    found = uncertainty._percentiles(np.concatenate([defined, np.full(10, np.nan)]), 0.95)
    plain = uncertainty._percentiles(defined, 0.95)
    assert found is not None
    assert plain is not None
    assert found[0] < plain[0]
    assert found[1] > plain[1]
    assert uncertainty._percentiles(np.concatenate([defined, np.full(30, np.nan)]), 0.95) is None


def test_topics_are_called_topics() -> None:
    found = jackknife_interval(0.5, [0.4, 0.6], unit="topic")
    assert found == Interval(None, None, 0.95, NONE, "2 topics: an interval needs at least 3", 2, 2)


def test_detectable_differences_by_hand() -> None:
    # Student's t with 4 degrees of freedom: 2.7764 at .975 and 0.9410 at .8
    assert detectable_paired_difference(0.01, 5) == pytest.approx((2.7764 + 0.9410) * 0.01, rel=1e-4)
    assert detectable_difference(0.01, 5) == pytest.approx(math.sqrt(2) * detectable_paired_difference(0.01, 5))
    with pytest.raises(ValueError, match="degrees of freedom"):
        detectable_paired_difference(0.01, 1)


def test_a_detectable_difference_is_found_four_times_in_five() -> None:
    random = np.random.default_rng(0)
    for units in (5, 20):
        needed = detectable_paired_difference(0.05 / math.sqrt(units), units)
        drawn = random.normal(needed, 0.05, (4_000, units))
        found = stats.ttest_1samp(drawn, 0, axis=1).pvalue < 0.05
        assert found.mean() == pytest.approx(0.8, abs=0.03)


def test_attainable_p() -> None:
    assert [attainable_p(n) for n in (0, 1, 2, 5, 10)] == [1.0, 1.0, 0.5, 0.0625, 2**-9]

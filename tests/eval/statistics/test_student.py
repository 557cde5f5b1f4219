"""Student's t against scipy."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from onrecord.eval.statistics.student import quantile, two_sided_p

DEGREES = [1, 2, 3, 4, 5, 8, 19, 20, 99, 100, 1001]


def cdf(t: float, degrees: int) -> float:
    """P(T <= t)."""
    tail = two_sided_p(t, degrees) / 2
    return tail if t < 0 else 1 - tail


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize("t", [0.0, 0.01, 0.7, 1.0, 2.5, 4.0, 6.0, 12.0, 30.0])
def test_distribution(t: float, degrees: int) -> None:
    assert two_sided_p(t, degrees) == pytest.approx(2 * stats.t.sf(t, degrees), rel=1e-10, abs=1e-300)
    assert two_sided_p(-t, degrees) == two_sided_p(t, degrees)
    assert cdf(t, degrees) == pytest.approx(stats.t.cdf(t, degrees), rel=1e-12)
    assert cdf(-t, degrees) == pytest.approx(stats.t.cdf(-t, degrees), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize("p", [0.0005, 0.025, 0.2, 0.5, 0.6, 0.8, 0.95, 0.975, 0.9995])
def test_quantiles(p: float, degrees: int) -> None:
    assert quantile(p, degrees) == pytest.approx(stats.t.ppf(p, degrees), rel=1e-10, abs=1e-12)
    assert cdf(quantile(p, degrees), degrees) == pytest.approx(p, rel=1e-11)


def test_very_many_degrees_are_nearly_normal() -> None:
    assert quantile(0.975, 99_999) == pytest.approx(stats.t.ppf(0.975, 99_999), rel=1e-9)
    assert two_sided_p(6.0, 99_999) == pytest.approx(2 * stats.t.sf(6.0, 99_999), rel=1e-8)


def test_what_there_is_no_answer_to() -> None:
    assert two_sided_p(math.inf, 3) == 0.0
    for p in (0.0, 1.0, -1.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            quantile(p, 3)
    for degrees in (0, -1):
        with pytest.raises(ValueError, match="degrees of freedom"):
            quantile(0.5, degrees)
        with pytest.raises(ValueError, match="degrees of freedom"):
            two_sided_p(1.0, degrees)

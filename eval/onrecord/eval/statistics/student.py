"""Student's t distribution for whole degrees of freedom, in closed form.

Abramowitz & Stegun (1964), 26.7.3 and 26.7.4: P(|T| <= t) is a finite sum in the powers of the cosine of
theta = atan(t / sqrt(degrees)). Continued beyond its last term the same sum is P(|T| > t), which keeps small p-values
exact to their last digits where one minus the finite sum would have lost them.
"""

from __future__ import annotations

import functools
import math

import numpy as np

_SMALL = 1e-3
"""Where a tail is smaller than this it is summed itself."""


def two_sided_p(t: float, degrees: int) -> float:
    """P(|T| > |t|), in [0, 1].

    Args:
        t: Any number; infinity gives 0.
        degrees: Degrees of freedom, at least 1; a ValueError otherwise.

    >>> two_sided_p(1.0, 1)
    0.5
    >>> round(two_sided_p(2.776445, 4), 6)
    0.05
    """
    _check(degrees)
    t = abs(t)
    if math.isinf(t):
        return 0.0
    theta = math.atan2(t, math.sqrt(degrees))
    inside = _scale(theta, degrees) * math.fsum(_terms(theta, degrees))
    if degrees % 2:
        inside += 2 / math.pi * theta
    return _tail(t, theta, degrees) if 1 - inside < _SMALL else 1 - inside


@functools.lru_cache(maxsize=256)
def quantile(p: float, degrees: int) -> float:
    """The t with P(T <= t) = p.

    Right of 0 the distribution function is concave, so that Newton's method climbs from 0 to the answer and never
    beyond it.

    Args:
        p: More than 0 and less than 1; a ValueError otherwise.
        degrees: Degrees of freedom, at least 1; a ValueError otherwise.

    >>> round(quantile(0.975, 4), 4)
    2.7764
    """
    _check(degrees)
    if not 0 < p < 1:
        raise ValueError(f"no quantile at {p}: it must lie between 0 and 1")
    if p < 0.5:
        return -quantile(1 - p, degrees)
    if degrees == 1:
        return math.tan(math.pi * (p - 0.5))
    t = 0.0
    while True:
        step = (two_sided_p(t, degrees) / 2 - (1 - p)) / _density(t, degrees)
        if step <= 1e-14 * t:
            return t
        t += step


def _check(degrees: int) -> None:
    if degrees < 1:
        raise ValueError(f"{degrees} degrees of freedom: at least 1 is needed")


def _scale(theta: float, degrees: int) -> float:
    return 2 / math.pi * math.sin(theta) * math.cos(theta) if degrees % 2 else math.sin(theta)


def _terms(theta: float, degrees: int) -> list[float]:
    """The terms of cos(theta) ** (2 k) for all k below half the degrees.

    Their coefficients are 1, 1/2, 1*3/(2*4) ... for even degrees and 1, 2/3, 2*4/(3*5) ... for odd ones.
    """
    square, odd = math.cos(theta) ** 2, degrees % 2
    k = np.arange(degrees // 2, dtype=np.float64)
    ratios = (2 * k + 1 + odd) / (2 * k + 2 + odd) * square
    terms: list[float] = np.cumprod(np.concatenate([[1.0], ratios]))[:-1].tolist()
    return terms


def _tail(t: float, theta: float, degrees: int) -> float:
    """The terms that the finite sum leaves out: the whole sum, without an end, is 1."""
    odd = degrees % 2
    k = degrees // 2
    square = degrees / (degrees + t * t)
    half = (1 + odd) / 2
    # the coefficient of the first one is (half)_k / (half + 1/2)_k, with Pochhammer's rising factorials
    log = math.lgamma(half + k) - math.lgamma(half) - math.lgamma(half + 0.5 + k) + math.lgamma(half + 0.5)
    term = math.exp(log + k * math.log1p(-t * t / (degrees + t * t)))
    total = 0.0
    while term > 1e-17 * total:
        total += term
        term *= (2 * k + 1 + odd) / (2 * k + 2 + odd) * square
        k += 1
    return min(1.0, _scale(theta, degrees) * total)


def _density(t: float, degrees: int) -> float:
    log = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - 0.5 * math.log(degrees * math.pi)
    return math.exp(log - (degrees + 1) / 2 * math.log1p(t * t / degrees))

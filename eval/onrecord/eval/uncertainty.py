"""How much a score could move with the documents: leave-one-document-out.

The jackknife (Efron, 1982): with G documents and the score without each of them, the standard error is
sqrt((G-1)/G * sum((s_i - mean)^2)). With so few documents Student's t with G-1 degrees of freedom takes the place of
the normal distribution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def jackknife_error(left_out: Sequence[float]) -> float | None:
    """Standard error from the scores without each document; None for fewer than two.

    >>> jackknife_error([0.5, 0.7])
    0.09999999999999998
    """
    groups = len(left_out)
    if groups < 2:
        return None
    mean = math.fsum(left_out) / groups
    return math.sqrt((groups - 1) / groups * math.fsum((value - mean) ** 2 for value in left_out))


def detectable_difference(error: float, groups: int, power: float = 0.8, level: float = 0.05) -> float:
    """The smallest true difference between two systems that a paired test is likely to find.

    Two systems whose scores vary over documents independently, each with this standard error, are compared by a
    two-sided t test over documents. Real systems vary together, which makes smaller differences visible; this is the
    figure to plan with where that is not known.

    Args:
        error: Standard error of one system's score.
        groups: Number of documents.
        power: How likely is likely.
        level: Two-sided level of the test.
    """
    from scipy.stats import t

    degrees = groups - 1
    return float(t.ppf(1 - level / 2, degrees) + t.ppf(power, degrees)) * error * math.sqrt(2)


def attainable_p(groups: int) -> float:
    """The smallest two-sided p of an exact paired permutation test over this many documents.

    >>> attainable_p(5)
    0.0625
    """
    return min(1.0, 2.0 ** (1 - groups))

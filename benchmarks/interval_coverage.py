"""How often 95 % intervals cover the true score: leave-one-out on the logit scale beside the percentile bootstrap.

Documents have a Poisson number of gold items around 20; the share of them that is found varies from document to
document by a beta distribution around the mean, with a correlation of items within documents of 0.1. As many are
predicted as are gold. Prints a Markdown table; takes some minutes.

    python benchmarks/interval_coverage.py [RUNS]
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from onrecord.dataset.publishing.card import markdown_table
from onrecord.eval.statistics.resampling import each_f1
from onrecord.eval.statistics.uncertainty import Interval, bootstrap_intervals, jackknife_intervals

UNITS = (5, 20, 50, 100, 300, 1000)
MEANS = (0.7, 0.95, 0.99)
CORRELATION = 0.1
ITEMS = 20
DRAWS = 1000


def documents(units: int, mean: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Counts of one score in some documents, shape (units, 1, 4)."""
    spread = 1 / CORRELATION - 1
    gold = random.poisson(ITEMS, units)
    right = random.binomial(gold, random.beta(mean * spread, (1 - mean) * spread, units))
    return np.stack([right, gold, right, gold], axis=-1)[:, None, :].astype(np.float64)


def covered(intervals: list[Interval], mean: float) -> str:
    """The share of the intervals given that cover, and in brackets that of those given."""
    given = [each for each in intervals if each.low is not None and each.high is not None]
    if not given:
        return "none given"
    covering = sum((each.low or 0.0) <= mean <= (each.high or 0.0) for each in given) / len(given)
    return f"{100 * covering:.1f} ({100 * len(given) / len(intervals):.0f})"


def main(runs: int) -> None:
    """Print the table."""
    rows = []
    for units in track(UNITS, description="simulating", transient=True):
        for mean in MEANS:
            random = np.random.default_rng(units)
            drawn = [documents(units, mean, random) for _ in range(runs)]
            left = [jackknife_intervals(counts, each_f1(1))[0] for counts in drawn]
            boot = [bootstrap_intervals(counts, each_f1(1), DRAWS)[0] for counts in drawn]
            rows.append([str(units), f"{mean:g}", covered(left, mean), covered(boot, mean)])
    heads = ["documents", "true score", "leave-one-out covers % (given %)", "bootstrap covers % (given %)"]
    print(markdown_table(heads, rows))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)

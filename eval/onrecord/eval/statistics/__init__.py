"""From counts to scores, intervals, p-values and ranks.

- ``counts``: counts that add, and precision, recall and F1 as functions of their sum.
- ``measure``: what a measure is: its name, what it says, and how it is read off counts.
- ``sampling``: how intervals are asked for.
- ``resampling``: the bootstrap over units, and scores without each unit.
- ``uncertainty``: the interval of a score, or why there is none.
- ``student``: Student's t distribution.
- ``paired``: two systems on the same units: their difference, its interval, its p-value.
- ``ranks``: ranks of several systems as intervals.
"""

__all__ = ["counts", "measure", "paired", "ranks", "resampling", "sampling", "uncertainty"]

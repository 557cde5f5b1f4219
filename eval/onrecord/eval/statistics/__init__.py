"""From counts to scores, intervals, p values and ranks."""

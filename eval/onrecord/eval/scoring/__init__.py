"""A file against the gold: result, intervals, record, comparison.

- ``asked``: how a score is asked for.
- ``score_file``: a prediction file scored in one call.
- ``parts``: one part of a submission: read, brought together with gold, counted.
- ``rounds``: a submission scored in parts, in two rounds.
- ``engines``: who does them.
- ``state_file``: the state of a submission as a Parquet file.
- ``result``: from a submission and gold to a result.
- ``intervals``: the intervals of a whole result.
- ``score_report``: a result with its intervals, as a table and as a data frame.
- ``record``: the same as canonical JSON that anyone can make again.
- ``compare``: systems side by side on the same articles.
- ``ceiling``: annotators' scores, to read a system's beside.
"""

__all__ = [
    "asked",
    "ceiling",
    "compare",
    "engines",
    "intervals",
    "parts",
    "record",
    "result",
    "rounds",
    "score_file",
    "score_report",
    "state_file",
]

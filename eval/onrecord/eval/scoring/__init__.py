"""A file against the gold: result, intervals, record, comparison.

- ``asked``: how a score is asked for.
- ``stored_gold``: gold as columns, kept in the user's cache.
- ``kept_gold``: what is kept of gold, made of a dataset folder.
- ``given``: what Python code has at hand, rows and tables among it, as what is scored.
- ``score_stream``: a prediction file scored while it is read, line by line.
- ``target``: what a submission is scored against: gold, a split, a label map.
- ``blocks``: the documents of one file, brought together with gold some at a time.
- ``used_ids``: which ids the documents of a file use.
- ``spool``: what waits between the two rounds, in a temporary file.
- ``parts``: parts of a submission, and what one of them says.
- ``rounds``: the two rounds by which parts are scored.
- ``systems``: many submissions, each scored by itself and whole.
- ``engines``: who does either: this process, several, or the workers of Dask.
- ``state_file``: the state of a part as a Parquet file.
- ``state_checks``: whether what it says of a part can be.
- ``score_file``: a prediction file scored in one call.
- ``result``: from a submission and gold to a result.
- ``intervals``: the intervals of a whole result.
- ``score_report``: a result with its intervals, as a table and as a data frame.
- ``record``: the same as canonical JSON that anyone can make again.
- ``record_rows``: what it says of each document, read off columns.
- ``compare``: systems side by side on the same articles.
- ``item_changes``: what changed item by item from one to another.
- ``gap``: what a system loses when articles are changed under their labels; ``gap_items`` item by item,
  ``gap_record`` as canonical JSON.
- ``ceiling``: annotators' scores, to read a system's beside.
"""

__all__ = [
    "asked",
    "ceiling",
    "compare",
    "engines",
    "gap",
    "gap_items",
    "gap_record",
    "intervals",
    "item_changes",
    "parts",
    "record",
    "result",
    "rounds",
    "score_file",
    "score_report",
    "score_stream",
    "state_file",
    "stored_gold",
    "systems",
]

"""Two clusterings as a contingency table, and every measure on it.

- ``table``: the table: how many mentions a gold and a predicted cluster share.
- ``measures``: LEA, MUC, B3, CEAF, BLANC, pairwise and CoNLL F1.
- ``views``: each of them across documents, within documents, and without singletons.
- ``rows``: the tables of many documents as arrays, and every measure of their sum.
- ``sums``: the sums that measures are read off, and their values, of many corpora at once.
- ``left_out``: every measure without each group of documents, from what changes.
"""

__all__ = ["left_out", "measures", "rows", "table", "views"]

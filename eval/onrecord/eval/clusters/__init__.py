"""Two clusterings as a contingency table, and every measure on it.

- ``table``: the table: how many mentions a gold and a predicted cluster share.
- ``measures``: LEA, MUC, B3, CEAF, BLANC, pairwise and CoNLL F1.
- ``views``: each of them across documents, within documents, and without singletons.
"""

__all__ = ["measures", "table", "views"]

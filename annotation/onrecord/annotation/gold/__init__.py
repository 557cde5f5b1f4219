"""From rounds of annotation to the gold.

- ``passes``: from the exports of a pass to labels.
- ``adjudication``: from blind annotations to one.
- ``from_rounds``: from all rounds to the gold.
"""

__all__ = ["adjudication", "from_rounds"]

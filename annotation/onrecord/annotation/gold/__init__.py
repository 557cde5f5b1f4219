"""From rounds of annotation to the gold.

- ``passes``: from the exports of a pass to labels.
- ``adjudication``: from blind annotations to one.
- ``from_rounds``: from all rounds to the gold.
- ``made``: how the labels were made, for metadata.
- ``parallels``: what is told in two articles, with its labels side by side.
"""

__all__ = ["adjudication", "from_rounds", "parallels"]

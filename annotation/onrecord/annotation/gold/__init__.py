"""From rounds of annotation to the gold.

- ``passes``: from the exports of a pass to labels.
- ``adjudication``: from blind annotations to one.
- ``from_rounds``: from all rounds to the gold.
- ``errata``: from verdicts on a report to tasks for an adjudicator.
- ``made``: how the labels were made, for metadata.
- ``parallels``: what is told in two articles, with its labels side by side.
"""

__all__ = ["adjudication", "errata", "from_rounds", "parallels"]

"""A page for an annotator: what they marked beside what others did, the gold, and the rule that decided.

- ``beside``: the items of one annotator, item by item beside the others' and the gold's.
- ``html``: these as one HTML file.
"""

__all__ = ["beside", "html"]

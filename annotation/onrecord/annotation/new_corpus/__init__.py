"""A folder for a corpus of one's own.

- ``files``: what is in it at first.
- ``guidelines``: the guidelines that come along.
"""

__all__ = ["files", "guidelines"]

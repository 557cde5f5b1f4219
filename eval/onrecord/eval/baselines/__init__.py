"""The systems that come along.

- ``rules``: capital letters, quotation marks, word lists and the nearest name.
"""

__all__ = ["rules"]

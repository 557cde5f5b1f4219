"""The systems that come along.

- ``rules``: capital letters, quotation marks, word lists and the nearest name.
- ``spacy_names``: the names that a spaCy pipeline finds, and the rules for all else.
- ``systems``: a system by what it is called.
"""

__all__ = ["rules", "spacy_names", "systems"]

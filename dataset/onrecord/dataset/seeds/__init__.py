"""Articles as they were found, and the documents made of them.

- ``documents``: from the bytes of a seed through its zones to the text that labels are put on.
- ``ingest``: from a new article to a seed and a proposal of its zones.
"""

__all__ = ["documents", "ingest"]

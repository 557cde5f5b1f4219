"""Articles as they were found, and the documents made of them.

- ``documents``: from the bytes of a seed through its zones to the text that labels are put on.
- ``ingest``: from a new article to a seed and a proposal of its zones.
- ``sources``: what articles come in: text, lines of JSON, pages.
- ``pages``: the article of a page; ``page_lines`` and ``page_claims`` read its markup and its metadata.
- ``proposal``: a guess at the zones of a text.
- ``days``: days as people and pages write them.
- ``zoning``: zones changed by line or by quoted words.
"""

__all__ = ["documents", "ingest", "zoning"]

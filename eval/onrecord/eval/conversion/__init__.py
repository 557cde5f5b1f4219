"""Documents of any format as prediction lines of a dataset.

- ``characters``: the characters of a text that count, and those of a document of a file.
- ``placing``: which text of the dataset a document is of, and where its spans are there.
- ``converted``: from documents to prediction lines.
- ``older``: from prediction lines for older labels to those of now.
"""

__all__ = ["converted", "older"]

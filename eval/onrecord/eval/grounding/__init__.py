"""Quoted words to places in a text: what a language model, or anybody without offsets, says is found and placed.

- ``folding``: a text as its letters and digits alone, each with its place.
- ``occurrences``: where some letters and digits occur, in time that does not grow with the text.
- ``small_edits``: where words occur that are nearly those.
- ``quoted``: what is looked for, and what was found.
- ``searching``: every place that quoted words may mean, the best first.
- ``placing``: one place for each of a row of quoted words.
- ``records``: items with words and no offsets as items with both.
"""

__all__ = ["folding", "placing", "quoted", "records", "searching"]

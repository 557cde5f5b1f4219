"""How anything is written so that nothing foreign acts in it.

- ``counted``: numbers of things in words.
- ``scores``: scores as percent, as rows of a table, as JSON.
- ``signature``: the line that says what was scored on what and how.
- ``terminal``: tables that can be pasted into a paper.
- ``markdown``: foreign text in Markdown.
- ``spreadsheet``: CSV that no spreadsheet takes for formulas.
- ``html``: HTML pages of one file each.
- ``notebook``: tables of HTML for a notebook.
- ``frames``: data frames.
"""

__all__ = ["counted", "frames", "html", "markdown", "notebook", "scores", "signature", "spreadsheet", "terminal"]

"""Tables for a terminal that can be pasted into a paper: no boxes, numbers to the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def plain_console() -> Console:
    """A console for standard output that takes text as it is: no colour, no markup, no emoji for words in colons.

    It is as wide as a table may be: in a narrow terminal, or a file, no number may be cut off.
    """
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, width=1000)


def show_table(console: Console, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    console.print(plain_table(headings, rows))


def plain_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose first column is text; a row without cells leaves a line free."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(row or [""]))
    return table

"""Tables for a terminal that can be pasted into a paper: no boxes, numbers to the right."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from onrecord.dataset.reading.foreign import one_line, visible
from onrecord.dataset.reading.platform import unread

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 1000
"""As wide as a table may be: in a narrow terminal, or a file, no number may be cut off."""

_ALSO_ONE_WIDE = frozenset("–…→")
"""Characters that take one column, as those of ASCII do."""


class PlainConsole:
    """Standard output that takes text as it is: no colour, no markup, no emoji for words in colons. Foreign words in it
    tell the terminal nothing: what is not seen is written as escapes.

    A terminal gets what ``rich`` makes of it. What goes elsewhere is the same without its styles; where it is of
    letters that are one column wide, it is put together here, and ``rich`` is not imported, which takes longer than to
    score a small file.
    """

    def print(self, text: str = "", *, soft_wrap: bool = False) -> None:
        """Print a line; it is not broken if it is soft, or not wider than a table may be."""
        text = visible(text)
        if no_terminal(sys.stdout) and _one_wide(text) and (soft_wrap or len(text) <= WIDTH):
            _write(f"{text}\n")
        else:
            _rich_console().print(text, soft_wrap=soft_wrap)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table; see :func:`plain_table`."""
        headings, rows = [*map(one_line, headings)], [[*map(one_line, row)] for row in rows]
        cells = [*headings, *(cell for row in rows for cell in row)]
        simple = all(_one_wide(cell) and cell == cell.strip() for cell in cells)  # rich drops spaces at the end
        lines = table_lines(headings, rows) if simple and no_terminal(sys.stdout) else None
        if lines is None:
            _rich_console().print(plain_table(headings, rows))
        else:
            _write("".join(f"{line}\n" for line in lines))


def plain_console() -> PlainConsole:
    """A console for standard output."""
    return PlainConsole()


def show_table(console: PlainConsole, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    console.table(headings, rows)


def no_terminal(stream: TextIO) -> bool:
    """Whether ``rich`` would surely find that a stream is no terminal, without asking it."""
    return not stream.isatty() and not {"FORCE_COLOR", "TTY_COMPATIBLE"} & os.environ.keys()


def table_lines(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The lines of :func:`plain_table` without styles; None where it is wider than a table may be.

    Every character takes one column. Rows may be shorter than the headings, and not longer.
    """
    if not headings or any(len(row) > len(headings) for row in rows):
        return None
    full = [[*row, *[""] * (len(headings) - len(row))] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*full, strict=True)]
    if sum(widths) + 2 * len(widths) > WIDTH or 0 in widths:
        return None
    return [
        "  ".join(
            cell.rjust(width) if n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in full
    ]


def _one_wide(text: str) -> bool:
    return all(" " <= letter <= "~" or letter in _ALSO_ONE_WIDE for letter in text)


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        unread(sys.stdout)


def _rich_console() -> Console:
    from rich.console import Console

    class Unbroken(Console):
        def on_broken_pipe(self) -> None:
            unread(sys.stdout)

    return Unbroken(highlight=False, markup=False, emoji=False, width=WIDTH)


def plain_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose first column is text; a row without cells leaves a line free."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(row or [""]))
    return table

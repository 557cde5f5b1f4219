"""CSV that is harmless in a spreadsheet, whatever that takes for the end of a cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from onrecord.dataset.reading.foreign import visible

_FORMULA = re.compile("(^|[;\t|\r\n])(?=[\\s\"']*[=+\\-@＝＋－＠])|^(?=[\t\r\n])")
"""Where a formula would begin: at the beginning of a cell, or behind what ends one where it is not the comma. Excel
does so in much of Europe, and LibreOffice if it is told to; quotes in the middle of such a cell then hold nothing
together."""


def safe_cell(value: object) -> str:
    """A value as a cell: nothing for None; what looks like a formula gets an apostrophe before it.

    >>> safe_cell("=1+1"), safe_cell(" @x"), safe_cell("a;=1"), safe_cell(0.5), safe_cell(-0.5), safe_cell(None)
    ("'=1+1", "' @x", "a;'=1", '0.5', '-0.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return repr(value)
    return _FORMULA.sub(r"\1'", visible(str(value), kept="\t\r\n"))


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV (RFC 4180) in UTF-8, every cell safe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode("utf-8")

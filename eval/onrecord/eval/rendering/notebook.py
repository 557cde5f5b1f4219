"""Results as a notebook shows them: plain tables of HTML, whatever is in them escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from onrecord.dataset.reading.foreign import visible


def html_table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of text; the first column names the row."""
    head = "".join(f"<th>{_text(each)}</th>" for each in headings)
    body = "".join(
        f"<tr><th>{_text(first)}</th>{''.join(f'<td>{_text(each)}</td>' for each in rest)}</tr>"
        for first, *rest in rows
    )
    caption = f"<caption>{_text(caption)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def html_lines(lines: Iterable[str]) -> str:
    """Some lines, each a paragraph of its own."""
    return "".join(f"<p><small>{_text(line)}</small></p>" for line in lines)


def _text(text: str) -> str:
    return escape(visible(text))

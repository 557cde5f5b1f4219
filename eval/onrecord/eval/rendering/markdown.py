"""Foreign text in Markdown, so that it is text and nothing else."""

from __future__ import annotations

from onrecord.dataset.reading.faults import show


def code(value: object) -> str:
    r"""A value as a code span: no markup in it is read, no name in it is notified, and a table cell stays one.

    >>> code("@someone <img src=x> | `rm`")
    "`@someone <img src=x> \\| 'rm'`"
    """
    text = show(value).replace("`", "'").replace("|", "\\|").strip()
    return f"`{text or ' '}`"

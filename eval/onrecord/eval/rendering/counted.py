"""Numbers of things in words."""

from __future__ import annotations


def counted(many: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "reply"), counted(2, "reply"), counted(0, "item")
    ('1 reply', '2 replies', '0 items')
    """
    several = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{many} {what if many == 1 else several}"

"""Which names the folders of teams and entries may have, so that every system can check them out side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable

OURS = "onrecord"
"""The team of the baselines, which whoever makes a board computes: nobody else's entry may pass for one."""

MOST = 64
"""Characters of a name: two of them and a record's id are a path that Windows takes."""

EXPECTED = f"at most {MOST} letters, digits and . _ -, first a letter or digit, last no dot, and no name of a device"

_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{MOST - 1}}}")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def is_portable(name: str) -> bool:
    """Whether a folder may be called so on Linux, macOS and Windows.

    >>> [is_portable(name) for name in ("my-team", "x.", "con", "NUL.v2", "a:b", ".x", "console")]
    [True, False, False, False, False, False, True]
    """
    return bool(_NAME.fullmatch(name)) and not name.endswith(".") and not _DEVICE.fullmatch(name)


def is_ours(team: str) -> bool:
    """Whether a team is called like that of the baselines, in whatever capitals."""
    return team.lower() == OURS


def clash(name: str, others: Iterable[str]) -> str | None:
    """One of the other names that differs in capital letters alone, which are one folder on macOS and Windows.

    >>> clash("Famous-Lab", ["famous-lab", "other"]), clash("other", ["other"])
    ('famous-lab', None)
    """
    return next((each for each in sorted(others) if each != name and each.lower() == name.lower()), None)

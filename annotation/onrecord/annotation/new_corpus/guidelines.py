"""The guidelines that come along: in the installed package, or in ``annotation/`` of a checkout."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve()
_PLACES = (_HERE.parents[1] / "GUIDELINES.md", _HERE.parents[3] / "GUIDELINES.md")


def guidelines() -> str:
    """Their text.

    Raises:
        FileNotFoundError: They are in neither place.
    """
    path = next((path for path in _PLACES if path.is_file()), _PLACES[0])
    return path.read_text(encoding="utf-8")

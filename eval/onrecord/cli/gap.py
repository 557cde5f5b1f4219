"""x."""

from __future__ import annotations


def gap() -> None:
    """x."""

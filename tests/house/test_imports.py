"""Which way imports run: a wing takes only from those before it, and only what they offer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ORDER: dict[str, tuple[str, ...]] = {
    "dataset": ("records", "reading", "seeds", "gold", "registries", "check", "derive", "publishing", "__init__"),
    "eval": (
        "matching statistics submission rendering spans clusters baselines readers compat layers scoring corpora report "
        "platforms board schemas __init__"
    ).split(),
    "annotation": ("label_studio", "agreement", "gold", "__init__"),
    "cli": ("options", "console", "inputs", "commands", "__init__"),
}

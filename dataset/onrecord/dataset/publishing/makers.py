"""Who made the gold labels, as the card of the dataset folder says: what a reader of any score must know."""

from __future__ import annotations

import re
from pathlib import Path

from onrecord.dataset.reading.files import read_text

NOT_SAID = "The dataset folder does not say who made the labels."

_LINE = re.compile(r"(?P<name>[^ ]+) \([^)]*\): (?P<kind>[^,]+), ")


MADE_BY = "## Who made the labels\n\n"
"""What stands in a card before those who made the labels."""


def stated_provenance(text: str) -> str:
    """What a card says of who made the labels."""
    return text.partition(MADE_BY)[2].partition("\n## ")[0]


def stated_makers(folder: Path) -> list[str]:
    """A line for each annotator, adjudicator and auditor; none where the card says nothing.

    Raises:
        FaultsError: The card is not UTF-8.
    """
    try:
        card = read_text(folder / "README.md")
    except FileNotFoundError:
        return []
    stated = stated_provenance(card).partition("\n#")[0]
    return [line.removeprefix("- ").replace("`", "") for line in stated.split("\n") if line.strip()]


def made_by(folder: Path) -> str:
    """The same in a sentence: people, language models, or both, with their names."""
    by_kind: dict[str, list[str]] = {}
    for line in stated_makers(folder):
        if said := _LINE.match(line):
            by_kind.setdefault(said["kind"], []).append(said["name"])
    if not by_kind:
        return NOT_SAID
    kinds = "; ".join(f"{kind} ({', '.join(names)})" for kind, names in sorted(by_kind.items()))
    checked = "" if "person" in by_kind else " No person has checked them."
    return f"Labels made by: {kinds}.{checked}"

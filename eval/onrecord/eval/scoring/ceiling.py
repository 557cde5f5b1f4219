"""Annotators' scores, as rows to read a system's score beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from onrecord.dataset.reading.faults import show
from onrecord.eval.rendering.scores import percent
from onrecord.eval.scoring.result import Result

FILE = "ceiling.json"
"""Name of the file in the dataset folder."""


class CeilingRow(msgspec.Struct, frozen=True):
    """One annotator scored as a system."""

    name: str
    against: str
    """Another annotator, or ``gold``."""
    f1: dict[str, float | None]
    """By ``layer:measure``."""


class CeilingFile(msgspec.Struct, frozen=True):
    """The rows of one split."""

    gold_sha256: str
    rows: tuple[CeilingRow, ...]

    def as_dict(self) -> Any:
        """For JSON."""
        return msgspec.to_builtins(self)


def read_ceiling(folder: Path, result: Result) -> tuple[CeilingRow, ...]:
    """The rows for a result; see :func:`ceiling_rows`."""
    return ceiling_rows(folder, result.split, result.gold_hash)


def ceiling_rows(folder: Path, split: str, gold_hash: str) -> tuple[CeilingRow, ...]:
    """The rows for a split of some gold; none where there is no file, or it is of another gold."""
    try:
        raw = (folder / FILE).read_bytes()
        splits = msgspec.json.decode(raw, type=dict[str, CeilingFile])
    except (FileNotFoundError, msgspec.DecodeError):
        return ()
    found = splits.get(split)
    return found.rows if found is not None and found.gold_sha256 == gold_hash else ()


BIASED = "* biased upwards: the gold was made from these labels"


def ceiling_table(result: Result, rows: tuple[CeilingRow, ...]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a table of each layer's headline F1: the system, then every annotator."""
    headlines = result.headlines
    table = [[show(result.submission), *(percent(result.values[name]) for name in headlines)]]
    for row in rows:
        label = f"{row.name} on {row.against}" + ("*" if row.against == "gold" else "")
        table.append([label, *(percent(row.f1.get(name)) for name in headlines)])
    return ["headline F1", *(each.layer.name for each in result.layers)], table

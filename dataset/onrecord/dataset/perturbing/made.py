"""The file of a perturbed dataset that says what was done, with the map back to the original, and no word of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from onrecord.dataset.perturbing.edits import Moves, Row
from onrecord.dataset.reading.faults import Fault, FaultsError, refuse
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import Id, Offset, Strict

FILE = "probe.json"
FORMAT: Final = "onrecord-probe/1"

Step = tuple[tuple[Offset, Offset, Offset, Offset], ...]
"""What one probe moved: of each edit start and end before, start and end after."""


class ProbedArticle(Strict, frozen=True, kw_only=True):
    """An article of a perturbed dataset and the one that it was made of."""

    id: Id
    """Its id here."""
    place: Annotated[int, msgspec.Meta(ge=0)]
    """The place of the original, ids ascending, from 0."""
    steps: tuple[Step, ...] = ()
    """What each probe moved, in their order."""
    gone: dict[str, tuple[int, ...]] = msgspec.field(default_factory=dict)
    """By layer the places of the original's items that are not here; the others are in the same order."""

    @property
    def moves(self) -> tuple[Moves, ...]:
        """The maps of offsets, one after the other."""
        return tuple(Moves(tuple(Row(*row) for row in step)) for step in self.steps)

    def forward(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the original is here; empty where all of it was taken out."""
        for moves in self.moves:
            start, end = moves.span(start, end)
        return start, end

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of this text was in the original; empty where all of it was put in."""
        for moves in reversed(self.moves):
            start, end = moves.inverse.span(start, end)
        return start, end


class ProbeFile(Strict, frozen=True, kw_only=True):
    """What was done to a dataset."""

    format: Literal["onrecord-probe/1"]
    probes: tuple[str, ...]
    """In the order in which they were applied, each with its variant."""
    seed: int
    of: str
    """SHA-256 of the original gold, all splits."""
    linked: bool
    """Whether links of entities to Wikidata are still looked for."""
    articles: tuple[ProbedArticle, ...]
    """In the order of the originals."""


def probe_bytes(file: ProbeFile) -> bytes:
    """The file as canonical JSON."""
    return msgspec.json.encode(file, order="deterministic") + b"\n"


def read_probe(folder: Path) -> ProbeFile:
    """What was done to a dataset.

    Raises:
        FaultsError: It is no perturbed dataset, or its file is not right.
    """
    path = folder / FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        hint = "onrecord perturb makes one"
        raise FaultsError([Fault("file", str(path), None, "", "no such file", "a perturbed dataset", hint)]) from None
    file, faults = read_value(path, raw, ProbeFile)
    refuse(faults)
    assert file is not None
    return file

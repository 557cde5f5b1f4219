"""A results folder: what teams have submitted, one folder an entry, ``TEAM/SYSTEM/``.

An entry has ``about.json``, which says what it is; the predictions (``predictions.jsonl``, ``.jsonl.gz`` or ``.zip``);
and any number of records, each named by its id. Nothing is ever overwritten: a new gold or scorer adds a record.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from onrecord.dataset import Fault, FaultsError, Gold
from onrecord.dataset.faults import nearest, refuse
from onrecord.dataset.files import sha256
from onrecord.dataset.reading import read_value
from onrecord.dataset.records import Id
from onrecord.eval.api import scored
from onrecord.eval.incoming import content
from onrecord.eval.labels import BUILT_IN
from onrecord.eval.limits import DEFAULT, Limits
from onrecord.eval.record import Record, Strict, policy_fields, read_record, record_of
from onrecord.eval.result import Report
from onrecord.eval.sampling import Sampling

ABOUT = "about.json"
PREDICTIONS = ("predictions.jsonl", "predictions.jsonl.gz", "predictions.zip")

MOST_RECORD = 32 * 2**20
"""Bytes of a record that are read."""

_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$(?!\n)"
"""One line without control characters."""

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=_LINE)]


class About(Strict, frozen=True, kw_only=True):
    """What an entry is."""

    team: Id
    """The name of the team's folder."""
    system: Id
    """The name of the entry's folder in it."""
    name: Words
    """What people call the system."""
    kind: Literal["system", "baseline"] = "system"
    description: Annotated[str, msgspec.Meta(max_length=1000, pattern=_LINE)] = ""
    url: Annotated[str, msgspec.Meta(max_length=500, pattern=r"^https://[^\s\x00-\x1f\x7f-\x9f]+$(?!\n)")] | None = None
    """A paper or a repository."""
    date: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")] | None = None
    """When it was submitted."""
    retracted: Words | None = None
    """Why it is not to be ranked any more; it stays to be seen."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry of a results folder."""

    folder: Path
    about: About
    predictions: Path | None
    records: tuple[Record, ...]
    """In order of their ids."""


def read_entries(results: Path) -> list[Entry]:
    """Every entry of a results folder, in order of team and system.

    Raises:
        FaultsError: With every fault of every entry: an ``about.json`` that is none, a folder that is called otherwise,
            a record that is none, two prediction files.
    """
    if not results.is_dir():
        raise FaultsError([Fault("file", str(results), None, "", "no folder", "a folder of results")])
    entries: list[Entry] = []
    faults: list[Fault] = []
    for path in sorted(results.glob(f"*/*/{ABOUT}")):
        try:
            entries.append(_read_entry(path.parent))
        except FaultsError as error:
            faults += error.faults
    faults += [
        Fault("missing-field", str(folder), None, "", f"no {ABOUT}", f"{ABOUT}, which says what the entry is")
        for folder in sorted(results.glob("*/*/"))
        if folder.is_dir() and not (folder / ABOUT).is_file()
    ]
    refuse(faults)
    return entries


def _read_entry(folder: Path) -> Entry:
    about, faults = read_about(folder / ABOUT, (folder / ABOUT).read_bytes(), folder.parent.name, folder.name)
    records = []
    for path in sorted(folder.glob("*.json")):
        if re.fullmatch(r"[0-9a-f]{64}\.json", path.name):
            try:
                records.append(_read_named(path))
            except FaultsError as error:
                faults += error.faults
    files = [folder / name for name in PREDICTIONS if (folder / name).exists()]
    if len(files) > 1:
        faults.append(
            Fault("repeated-document", str(folder), None, "", ", ".join(f.name for f in files), "one prediction file")
        )
    refuse(faults)
    assert about is not None
    return Entry(folder, about, files[0] if files else None, tuple(records))


def read_about(path: Path | str, raw: bytes, team: str, system: str) -> tuple[About | None, list[Fault]]:
    """What an ``about.json`` says, and what is wrong with it; team and system are the names of its folders."""
    about, faults = read_value(path, raw, About)
    if about is not None:
        faults += [
            Fault("id", str(path), None, f"/{field}", said, f"{name}, the name of the folder", nearest(said, [name]))
            for field, said, name in (("team", about.team, team), ("system", about.system, system))
            if said != name
        ]
    return about, faults


def _read_named(path: Path) -> Record:
    if path.stat().st_size > MOST_RECORD:
        found = f"{path.stat().st_size} bytes"
        raise FaultsError([Fault("file-too-long", str(path), None, "", found, f"at most {MOST_RECORD}")])
    record = read_record(str(path), path.read_bytes())
    if path.stem != record.id:
        raise FaultsError([Fault("id", str(path), None, "/id", record.id, f"{path.stem}, the name of the file")])
    return record


def records_in(paths: Sequence[Path]) -> Iterator[tuple[Path, Record]]:
    """Records of files and of folders, whatever their names in the former; in folders those named by an id.

    Raises:
        FaultsError: A file is no record.
    """
    for path in paths:
        if path.is_dir():
            found = [each for each in path.rglob("*.json") if re.fullmatch(r"[0-9a-f]{64}", each.stem)]
            yield from ((each, _read_named(each)) for each in sorted(found))
        else:
            yield path, read_record(str(path), path.read_bytes())


def predictions_of(record: Record, folder: Path, limits: Limits = DEFAULT) -> Path | None:
    """The file in a folder whose content a record is of; None if there is none."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.endswith((".jsonl", ".jsonl.gz", ".zip")):
            try:
                if sha256(content(path, limits)) == record.key.submission:
                    return path
            except FaultsError:
                continue
    return None


@dataclasses.dataclass(frozen=True)
class Asked:
    """How a record was asked for."""

    split: str
    labels: str | None
    how: Sampling | None
    allow_missing: bool

    @classmethod
    def of(cls, record: Record) -> Asked:
        """As its policy says.

        Raises:
            ValueError: It was made with a label map of one's own, or intervals that this version does not know.
        """
        fields = policy_fields(record)
        labels = None if fields["labels"] == "as-is" else fields["labels"]
        if labels is not None and labels not in BUILT_IN:
            raise ValueError(f"it was scored with a label map of its own ({labels})")
        return cls(fields["split"], labels, _sampling(fields["interval"]), record.status == "partial")


def _sampling(policy: str) -> Sampling | None:
    if policy == "none":
        return None
    parts = re.fullmatch(r"(document|topic),(\d+(?:\.\d+)?)%,(\d+)draws,seed(\d+)", policy)
    if parts is None:
        raise ValueError(f"its intervals ({policy}) are not known to this version")
    unit: Literal["document", "topic"] = "topic" if parts[1] == "topic" else "document"
    return Sampling(unit, float(parts[2]) / 100, int(parts[3]), int(parts[4]))


def rescored(predictions: Path, gold: Gold, asked: Asked) -> Record:
    """The record of predictions on this gold, by this version, asked for in the same way.

    Raises:
        FaultsError: They cannot be scored.
    """
    raw = content(predictions, DEFAULT, follow_links=False)
    found = scored(predictions, raw, gold, asked.split, asked.labels, asked.allow_missing)
    return record_of(Report.of(found.result, asked.how))

"""A results folder: what teams have submitted, one folder an entry, ``TEAM/SYSTEM/``.

An entry has ``about.json``, which says what it is; the predictions (``predictions.jsonl``, ``.jsonl.gz`` or ``.zip``);
predictions for perturbed articles (:func:`probe_file`), if it has any; and any number of records, each named by its id.
Nothing is ever overwritten: a new gold or scorer adds a record.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.reading.faults import nearest, refuse, show
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.foreign import is_unseen
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import Id, Strict
from onrecord.eval.scoring.record import Record, read_record
from onrecord.eval.submission.limits import DEFAULT_LIMITS, Limits
from onrecord.eval.submission.unpacking import content, small_file

ABOUT = "about.json"
PREDICTIONS = ("predictions.jsonl", "predictions.jsonl.gz", "predictions.zip")

_MOST_PROBE = 57
"""Characters of a probe in the name of a file, which is then no longer than that of a record."""

PROBED = re.compile(rf"probe-[a-z0-9-]{{1,{_MOST_PROBE}}}\.jsonl")
"""Predictions for perturbed articles; without capitals, so that no two are one file on some systems."""

MOST_RECORD = 32 * 2**20
"""Bytes of a record that are read."""

MOST_ABOUT = 16 * 1024
"""Bytes of an ``about.json``."""

_UNSEEN = r"\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
"""Characters that cannot be seen, or turn others around, as far as a schema says so; :func:`read_about` knows all."""

_LINE = rf"^[^{_UNSEEN}]*$(?!\n)"

Words = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=100,
        pattern=rf"^[^{_UNSEEN}]*[^{_UNSEEN}\s][^{_UNSEEN}]*$(?!\n)",
        description="one line of up to 100 characters that can be seen",
    ),
]


class About(Strict, frozen=True, kw_only=True):
    """What an entry is."""

    team: Id
    """The name of the team's folder."""
    system: Id
    """The name of the entry's folder in it."""
    name: Words
    """What people call the system."""
    kind: Literal["system", "baseline"] = "system"
    description: Annotated[
        str,
        msgspec.Meta(max_length=1000, pattern=_LINE, description="one line of up to 1000 characters that can be seen"),
    ] = ""
    url: (
        Annotated[
            str,
            msgspec.Meta(
                max_length=500,
                pattern=rf"^https://[^\s{_UNSEEN}]+$(?!\n)",
                description="an address that begins with https://, of up to 500 characters",
            ),
        ]
        | None
    ) = None
    """A paper or a repository."""
    date: (
        Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)", description="a date, YYYY-MM-DD")]
        | None
    ) = None
    """When it was submitted."""
    submitter: (
        Annotated[
            str,
            msgspec.Meta(
                max_length=64,
                pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$(?!\n)",
                description="the name of an account: letters, digits and -",
            ),
        ]
        | None
    ) = None
    """The account that may add to the team's folder by pull request."""
    labels: Literal["conll2003", "ontonotes"] | None = None
    """The label map that its types are of; null where they are ours."""
    retracted: Words | None = None
    """Why it is not to be ranked any more; it stays to be seen."""


def probe_file(probe: str) -> str:
    """The file of an entry with its predictions for perturbed articles.

    >>> probe_file("names+quotes:german,seed0")
    'probe-names-quotes-german-seed0.jsonl'
    >>> probe_file("boilerplate+headline+speaker-exchange+alias+names+dates,seed0")
    'probe-boilerplate-headline-speaker-exchange-alias-name-291ee867.jsonl'
    """
    name = re.sub(r"[^a-z0-9]+", "-", probe.lower())
    if len(name) > _MOST_PROBE:
        name = f"{name[: _MOST_PROBE - 9]}-{sha256(probe)[:8]}"
    return f"probe-{name}.jsonl"


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry of a results folder."""

    folder: Path
    about: About
    predictions: Path | None
    stored: tuple[Path, ...]
    """The files of its records, in order of their ids."""
    records: tuple[Record, ...] = ()
    """The records, where it has no predictions; else they are read where they are other than what is scored."""

    def others(self, made: bytes) -> list[Record]:
        """Its records but one that is a file made here, byte for byte, which need not be read.

        Raises:
            FaultsError: A file is no record.
            OSError: A file cannot be read.
        """
        found, faults = _records(path for path in self.stored if _raw(path) != made)
        refuse(faults)
        return found


def entry_folders(results: Path) -> tuple[list[Path], list[Path]]:
    """The folders of the entries of a results folder, and those of teams that cannot be looked into, by name.

    Folders whose name begins with a dot are passed over.

    Raises:
        FaultsError: There is no such folder.
        OSError: It cannot be looked into.
    """
    if not results.is_dir():
        raise FaultsError([Fault("file", str(results), None, "", "no folder", "a folder of results")])
    folders, closed = [], []
    for team in _within(results):
        try:
            folders += _within(team)
        except OSError:
            closed.append(team)
    return folders, closed


def _within(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def read_entry(folder: Path) -> Entry:
    """An entry from its folder.

    Raises:
        FaultsError: Its ``about.json`` is none or not there, or the folder is called otherwise than it says; a record
            is none; or there are two prediction files.
        OSError: A file cannot be read.
    """
    raw = small_file(folder / ABOUT, MOST_ABOUT, follow_links=False)
    about, faults = read_about(folder / ABOUT, raw, folder.parent.name, folder.name)
    stored = stored_records(folder)
    files = [folder / name for name in PREDICTIONS if (folder / name).exists()]
    if len(files) > 1:
        faults.append(
            Fault("repeated-document", str(folder), None, "", ", ".join(f.name for f in files), "one prediction file")
        )
    records, more = ([], []) if len(files) == 1 and not faults else _records(stored)
    refuse([*faults, *more])
    assert about is not None
    return Entry(folder, about, files[0] if files else None, tuple(stored), tuple(records))


def stored_records(folder: Path) -> list[Path]:
    """The files of the records of an entry, in order of their ids."""
    return [path for path in sorted(folder.glob("*.json")) if re.fullmatch(r"[0-9a-f]{64}\.json", path.name)]


def _records(paths: Iterable[Path]) -> tuple[list[Record], list[Fault]]:
    records, faults = [], list[Fault]()
    for path in paths:
        try:
            records.append(_read_named(path))
        except FaultsError as error:
            faults += error.faults
    return records, faults


def read_about(path: Path | str, raw: bytes, team: str, system: str) -> tuple[About | None, list[Fault]]:
    """What an ``about.json`` says, and what is wrong with it; team and system are the names of its folders."""
    about, faults = read_value(path, raw, About)
    if about is not None:
        faults += [
            Fault("id", str(path), None, f"/{field}", said, f"{name}, the name of the folder", nearest(said, [name]))
            for field, said, name in (("team", about.team, team), ("system", about.system, system))
            if said != name
        ]
        words = {"name": about.name, "description": about.description, "retracted": about.retracted or ""}
        faults += [
            Fault("pattern", str(path), None, f"/{field}", show(said), "characters that can be seen", "take it away")
            for field, said in words.items()
            if any(map(is_unseen, said))
        ]
        if about.date is not None and not _is_date(about.date):
            faults.append(Fault("date", str(path), None, "/date", about.date, "a day of the calendar"))
    return about, faults


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _raw(path: Path) -> bytes:
    return small_file(path, MOST_RECORD, follow_links=False)


def _read_named(path: Path) -> Record:
    record = read_record(str(path), _raw(path))
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
            yield path, read_record(str(path), small_file(path, MOST_RECORD))


def predictions_of(record: Record, folder: Path, limits: Limits = DEFAULT_LIMITS) -> Path | None:
    """The file in a folder whose content a record is of; None if there is none."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.endswith((".jsonl", ".jsonl.gz", ".zip")):
            try:
                if sha256(content(path, limits)) == record.key.submission:
                    return path
            except FaultsError:
                continue
    return None

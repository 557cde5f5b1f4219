"""What a branch of somebody's changes, read with ``git`` and never checked out, and whether it may.

Nothing of the commits runs: no hook, no configuration, no code. A contribution adds entries of its own, in folders that
every system can check out, and touches nothing else. However many files it has, ``git`` is asked a few times.
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec

from onrecord.dataset import Fault
from onrecord.dataset.reading.faults import show
from onrecord.eval.board.entries import ABOUT, MOST_ABOUT, MOST_RECORD, PREDICTIONS, PROBED
from onrecord.eval.board.folder_names import EXPECTED, clash, is_ours, is_portable
from onrecord.eval.submission.limits import DEFAULT_LIMITS

_COMMIT = re.compile(r"[0-9a-f]{40}")
_RECORD = re.compile(r"[0-9a-f]{64}\.json")

_PLAIN_FILE = "100644"

MOST_FILES = 60
"""Files of one contribution."""

Present = Mapping[PurePosixPath, Mapping[str, str]]
"""The entries that are there, ``TEAM/SYSTEM``, with their files' blobs by name."""


class FileChange(NamedTuple):
    """A file that differs between two commits."""

    status: str
    """``A`` for added; see ``git diff --raw``."""
    mode: str
    """Of the new file."""
    blob: str
    path: str


@dataclasses.dataclass(frozen=True)
class Contribution:
    """A branch of somebody's, as commits of a repository."""

    repository: Path
    """Where both commits are known."""
    base: str
    """The commit that it is to be merged into; whatever runs is of this one."""
    head: str
    """The contribution."""
    results: PurePosixPath
    """The results folder within the repository."""
    submitter: str | None = None
    """Whose it is, as the platform says; None where nobody says it, who then adds to no team that is there."""

    def git(self, *words: str, said: bytes = b"") -> bytes:
        """What ``git`` says, without running anything of a repository."""
        command = ["git", "-C", str(self.repository), "-c", f"core.hooksPath={os.devnull}", *words]
        return subprocess.run(command, input=said, capture_output=True, check=True, timeout=120).stdout


def changed_files(contribution: Contribution) -> list[FileChange]:
    """What a contribution changes: the files that differ between ``head`` and where it left ``base``.

    Raises:
        ValueError: A commit is not given by its full hash.
        subprocess.CalledProcessError: ``git`` does not know it.
    """
    base, head = contribution.base, contribution.head
    for commit in (base, head):
        if not _COMMIT.fullmatch(commit):
            raise ValueError(f"{show(commit)} is not the full hash of a commit")
    options = ["--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv"]
    parts = contribution.git("diff", *options, f"{base}...{head}").decode("utf-8", "surrogateescape").split("\0")
    found = []
    for about, path in zip(parts[::2], parts[1::2], strict=False):
        _, mode, _, blob, status = about.removeprefix(":").split(" ")
        found.append(FileChange(status, mode, blob, path))
    return found


def entries_at(contribution: Contribution, commit: str) -> Present:
    """The entries of the results folder at a commit."""
    found: dict[PurePosixPath, dict[str, str]] = defaultdict(dict)
    for path, mode, kind, blob in _tree(contribution, commit):
        if len(path.parts) == 3 and kind == "blob" and mode == _PLAIN_FILE:
            found[path.parent][path.name] = blob
    return found


def _tree(contribution: Contribution, commit: str) -> Iterator[tuple[PurePosixPath, str, str, str]]:
    """Whatever is in the results folder at a commit: its path there, mode, kind and blob."""
    said = contribution.git("ls-tree", "-r", "-z", commit, "--", f"{contribution.results}/")
    for line in said.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        about, _, name = line.partition("\t")
        mode, kind, blob = about.split(" ")
        yield PurePosixPath(name).relative_to(contribution.results), mode, kind, blob


def refused_changes(contribution: Contribution, changes: Sequence[FileChange], present: Present) -> list[Fault]:
    """What of a contribution is no entry of its own: its files, their folders, whose folders they are.

    Args:
        contribution: What it is.
        changes: What it changes.
        present: What is there at its base.
    """
    sizes = _sizes(contribution, [change.blob for change in changes])
    faults, folders = [], set()
    for change, size in zip(changes, sizes, strict=True):
        said = _refused(change, size, contribution.results, present)
        if said is not None:
            faults.append(_fault(show(change.path), *said))
        else:
            folders.add(PurePosixPath(change.path).relative_to(contribution.results).parent)
    there = {path for path, *_ in _tree(contribution, contribution.base)}  # a README is no entry, and has a name
    for folder in sorted(folders):
        said = _refused_folder(contribution, folder, {*folders, *there}, present)
        if said is not None:
            faults.append(_fault(str(contribution.results / folder), *said))
    return faults


def _fault(where: str, found: str, expected: str) -> Fault:
    return Fault("admission", where, None, "", found, expected, "see the README of the results folder")


def _sizes(contribution: Contribution, blobs: Sequence[str]) -> list[int]:
    """The size of each blob in bytes; 0 for one that is not there, as of a file that is removed."""
    said = contribution.git("cat-file", "--batch-check=%(objectsize)", said="\n".join([*blobs, ""]).encode())
    return [int(line) if line.isdigit() else 0 for line in said.decode().splitlines()]


def _refused(change: FileChange, size: int, results: PurePosixPath, present: Present) -> tuple[str, str] | None:
    """Why a changed file cannot be part of a contribution: what was found and what was expected."""
    if change.status != "A":
        return f"changed ({change.status})", "files that are added, and none changed or removed"
    path = PurePosixPath(change.path)
    if not path.is_relative_to(results) or len(path.relative_to(results).parts) != 3:
        return "a file outside of an entry", f"{results}/TEAM/SYSTEM/FILE"
    team, system, name = path.relative_to(results).parts
    if not (is_portable(team) and is_portable(system)):
        return "a folder whose name not every system takes", EXPECTED
    if is_ours(team):
        return f"a team called {team}, as that of the baselines", "a name of one's own"
    predicted = name in PREDICTIONS or PROBED.fullmatch(name) is not None
    if name != ABOUT and not predicted and not _RECORD.fullmatch(name):
        expected = f"{ABOUT}, {', '.join(PREDICTIONS)}, probe-NAME.jsonl in small letters, or a record under its id"
        return f"a file called {show(name)}", expected
    if change.mode != _PLAIN_FILE:
        return f"mode {change.mode}", "a plain file: no link, no program, no module"
    most = DEFAULT_LIMITS.max_bytes if predicted else MOST_RECORD if name != ABOUT else MOST_ABOUT
    if size > most:
        return f"{size} bytes", f"at most {most}"
    if PurePosixPath(team, system) in present:
        return f"more of {team}/{system}, which is there already", "an entry of its own"
    return None


def _refused_folder(
    contribution: Contribution, folder: PurePosixPath, every: Iterable[PurePosixPath], present: Present
) -> tuple[str, str] | None:
    """Why an entry cannot have its folder, beside every other path of the results folder."""
    team, system = folder.parts
    every = list(every)
    if (other := clash(team, {each.parts[0] for each in every})) is not None:
        return f"{team} beside {other}", "a name that differs in more than capital letters"
    beside = {each.parts[1] for each in every if each.parts[0] == team and each.parts[1:]}
    if (other := clash(system, beside)) is not None:
        return f"{system} beside {other}", "a name that differs in more than capital letters"
    of_team = [files for each, files in present.items() if each.parts[0] == team]
    if of_team and (contribution.submitter or "").lower() not in _submitters(contribution, of_team):
        who = contribution.submitter or "nobody who is known"
        return (
            f"an entry of {team}, by {who}",
            "a team of one's own, or whose entries name them as submitter",
        )
    return None


class _Submitter(msgspec.Struct):
    submitter: str | None = None


def _submitters(contribution: Contribution, entries: Iterable[Mapping[str, str]]) -> set[str]:
    """The accounts that entries name, in small letters."""
    found = set()
    for files in entries:
        if ABOUT in files:
            try:
                about = msgspec.json.decode(contribution.git("cat-file", "blob", files[ABOUT]), type=_Submitter)
            except msgspec.DecodeError:
                continue
            if about.submitter:
                found.add(about.submitter.lower())
    return found

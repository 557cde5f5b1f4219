"""A contribution to a results folder, taken as data: what a pull request may add, and what it scores.

The commits are read with ``git`` and never checked out, so that nothing of them runs: no hook, no configuration, no
code. A contribution adds entries of its own and touches nothing else.
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.reading.faults import in_order, refuse, show
from onrecord.eval.board.entries import ABOUT, MOST_ABOUT, MOST_RECORD, PREDICTIONS, PROBED, Entry, readable_entries
from onrecord.eval.board.standings import same_result
from onrecord.eval.rendering.markdown import inert
from onrecord.eval.rendering.scores import percent
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.record import Record, record_of
from onrecord.eval.scoring.score_file import score_path
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.statistics.measure import full_name
from onrecord.eval.submission.limits import DEFAULT_LIMITS

_COMMIT = re.compile(r"[0-9a-f]{40}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_RECORD = re.compile(r"[0-9a-f]{64}\.json")

_PLAIN_FILE = "100644"

MOST_FILES = 60
"""Files of one contribution."""


class FileChange(NamedTuple):
    """A file that differs between two commits."""

    status: str
    """``A`` for added; see ``git diff --raw``."""
    mode: str
    """Of the new file."""
    blob: str
    path: str


@dataclasses.dataclass(frozen=True)
class Admitted:
    """An entry that a contribution adds, with its record."""

    entry: Entry
    record: Record


def changed_files(repository: Path, base: str, head: str) -> list[FileChange]:
    """What a branch changes: the files that differ between ``head`` and where it left ``base``.

    Raises:
        ValueError: A commit is not given by its full hash.
        subprocess.CalledProcessError: ``git`` does not know it.
    """
    for commit in (base, head):
        if not _COMMIT.fullmatch(commit):
            raise ValueError(f"{show(commit)} is not the full hash of a commit")
    options = ["--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv"]
    parts = _git(repository, "diff", *options, f"{base}...{head}").decode("utf-8", "surrogateescape").split("\0")
    found = []
    for about, path in zip(parts[::2], parts[1::2], strict=False):
        _, mode, _, blob, status = about.removeprefix(":").split(" ")
        found.append(FileChange(status, mode, blob, path))
    return found


def _git(repository: Path, *words: str) -> bytes:
    command = ["git", "-C", str(repository), "-c", f"core.hooksPath={os.devnull}", *words]
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout


def admit(
    repository: Path, base: str, head: str, results: PurePosixPath, gold: StoredGold, asked: Asked, folder: Path
) -> list[Admitted]:
    """Check a contribution, and score what it adds.

    Args:
        repository: Where both commits are known.
        base: The commit that it is to be merged into; whatever runs is of this one.
        head: The contribution.
        results: The results folder within the repository.
        gold: What is scored against, from the base.
        asked: How.
        folder: An empty folder, into which the entries are laid.

    Raises:
        FaultsError: With everything that cannot be admitted.
    """
    found = changed_files(repository, base, head)
    faults = [fault for change in found if (fault := _refused(repository, base, change, results)) is not None]
    if len(found) > MOST_FILES:
        faults.append(Fault("admission", str(results), None, "", f"{len(found)} files", f"at most {MOST_FILES}"))
    if not found:
        faults.append(Fault("admission", str(results), None, "", "no change", "an entry that is added"))
    refuse(faults)
    by_entry: dict[PurePosixPath, list[str]] = defaultdict(list)
    for change in found:
        path = PurePosixPath(change.path).relative_to(results)
        by_entry[path.parent].append(path.name)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(_git(repository, "cat-file", "blob", change.blob))
    refuse(list(_incomplete(by_entry)))
    entries, broken = readable_entries(folder)
    faults += [fault for each in broken.values() for fault in each]
    admitted: list[Admitted] = []
    for entry in entries:
        try:
            admitted.append(_scored(entry, gold, asked))
        except FaultsError as error:
            faults += error.faults
    faults = [dataclasses.replace(fault, file=fault.file.removeprefix(f"{folder}/")) for fault in faults]
    refuse(sorted(faults, key=in_order))
    return admitted


def _refused(repository: Path, base: str, change: FileChange, results: PurePosixPath) -> Fault | None:
    """Why a changed file cannot be part of a contribution."""

    def fault(found: str, expected: str) -> Fault:
        return Fault("admission", show(change.path), None, "", found, expected, "see the README of the results folder")

    if change.status != "A":
        return fault(f"changed ({change.status})", "files that are added, and none changed or removed")
    path = PurePosixPath(change.path)
    if not path.is_relative_to(results) or len(path.relative_to(results).parts) != 3:
        return fault("a file outside of an entry", f"{results}/TEAM/SYSTEM/FILE")
    team, system, name = path.relative_to(results).parts
    if not (_NAME.fullmatch(team) and _NAME.fullmatch(system)):
        return fault("a folder whose name is no id", "letters, digits and . _ : -")
    predicted = name in PREDICTIONS or PROBED.fullmatch(name) is not None
    if name != ABOUT and not predicted and not _RECORD.fullmatch(name):
        expected = f"{ABOUT}, {', '.join(PREDICTIONS)}, probe-NAME.jsonl, or a record under its id"
        return fault(f"a file called {show(name)}", expected)
    if change.mode != _PLAIN_FILE:
        return fault(f"mode {change.mode}", "a plain file: no link, no program, no module")
    size = int(_git(repository, "cat-file", "-s", change.blob))
    most = DEFAULT_LIMITS.max_bytes if predicted else MOST_RECORD if name != ABOUT else MOST_ABOUT
    if size > most:
        return fault(f"{size} bytes", f"at most {most}")
    if _git(repository, "ls-tree", base, f"{path.parent}/"):
        return fault(f"more of {team}/{system}, which is there already", "an entry of its own")
    return None


def _incomplete(entries: Mapping[PurePosixPath, Sequence[str]]) -> list[Fault]:
    faults = []
    for folder, names in sorted(entries.items()):
        many = len([name for name in names if name in PREDICTIONS])
        if ABOUT not in names:
            faults.append(Fault("admission", str(folder), None, "", f"no {ABOUT}", "what the entry is"))
        if many != 1:
            faults.append(Fault("admission", str(folder), None, "", f"{many} prediction files", "one"))
    return faults


def _scored(entry: Entry, gold: StoredGold, asked: Asked) -> Admitted:
    where = f"{entry.about.team}/{entry.about.system}"
    if entry.about.kind != "system":
        raise FaultsError([Fault("admission", f"{where}/{ABOUT}", None, "/kind", entry.about.kind, "system")])
    assert entry.predictions is not None  # _incomplete has seen to it
    asked = dataclasses.replace(asked, labels=entry.about.labels)
    record = record_of(score_path(entry.predictions, gold, asked).report)
    for stored in entry.records:
        if not same_result(stored, record):
            hint = f"leave it out: the record is made here (its id is {record.id})"
            raise FaultsError(
                [
                    Fault(
                        "admission",
                        f"{where}/{stored.id}.json",
                        None,
                        "",
                        "another record",
                        "what is scored here",
                        hint,
                    )
                ]
            )
    return Admitted(entry, record)


def comment(admitted: Sequence[Admitted]) -> str:
    """What a contribution scores, as Markdown whose foreign text is inert."""
    lines = ["### Scored", ""]
    for each in admitted:
        about, record = each.entry.about, each.record
        lines += [f"**{inert(about.name)}** of {inert(about.team)}, record `{record.id[:12]}`, {record.status}", ""]
        lines += ["| headline | score | interval |", "|---|---:|---|"]
        for name, layer in record.layers.items():
            score = layer.measures[layer.headline]
            interval = score.interval
            low, high = (interval.low, interval.high) if interval else (None, None)
            between = "" if low is None else f"{percent(low)}–{percent(high)}"
            lines.append(f"| `{full_name(name, layer.headline)}` | {percent(score.value)} | {between} |")
        lines.append("")
    return "\n".join(lines)


def refusal(error: FaultsError, most: int = 50) -> str:
    """Why a contribution cannot be taken, as Markdown whose foreign text is inert."""
    lines = [f"### Not taken: {error.total} fault{'s' if error.total > 1 else ''}", ""]
    lines += ["| where | code | found | expected | hint |", "|---|---|---|---|---|"]
    for fault in error.faults[:most]:
        where = f"{fault.file}{'' if fault.line is None else f':{fault.line}'} {fault.pointer}"
        cells = (where, fault.code, fault.found, fault.expected, fault.hint)
        lines.append("| " + " | ".join(inert(show(cell)) if cell else "" for cell in cells) + " |")
    if error.total > most:
        lines += ["", f"{most} of {error.total} are shown; `onrecord validate` shows more."]
    return "\n".join([*lines, ""])

"""Folders that a command makes anew each time: it takes away what it wrote before, and nothing else.

What it wrote is what the folder's manifest names. Other files in it are carried over. A folder without a manifest that
holds anything is not written to, nor is one where another's file stands in the way: that is a fault, said before
anything is done.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import filecmp
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from onrecord.dataset.reading.faults import Fault, FaultsError, refuse, show
from onrecord.dataset.reading.files import fill, put_in_place, resolved, write_folder_atomically
from onrecord.dataset.reading.platform import linked
from onrecord.dataset.reading.staging import staged, sweep

MANIFEST = "manifest.json"
"""Names the files of a folder that its command wrote, itself among them."""


class Manifest(msgspec.Struct, frozen=True):
    """What a command wrote into a folder."""

    kind: str
    """``dataset`` or ``board``."""
    files: tuple[str, ...]
    """Their names, sorted, with ``/`` between folders."""


@dataclasses.dataclass(frozen=True)
class Found:
    """What is in a folder, by name; links are files, and are not followed."""

    own: frozenset[str] = frozenset()
    """What its manifest names."""
    others: frozenset[str] = frozenset()


def look_into(folder: Path, kind: str, files: Collection[str] = ()) -> Found:
    """What is in a folder that is to be replaced; what killed runs have left beside it is swept.

    Args:
        folder: It need not be there.
        kind: What is to be written there.
        files: The names that are to be written, as far as they are known.

    Raises:
        FaultsError: It has files that no such command wrote and no manifest; or one of them has a name that is to be
            written, or that a folder has. With each of them.
    """
    sweep(folder)
    if not folder.exists():
        return Found()
    if not folder.is_dir():
        raise FaultsError([Fault("file", str(folder), None, "", "a file", f"no folder, or a {kind}")])
    found = files_in(folder, kind)
    hint = f"give a new folder, or move them away: what onrecord wrote is named in {MANIFEST}"
    if not found.own and (strange := sorted(name for name in found.others if not name.startswith("."))):
        said = f"files that are not of a {kind} made here: {', '.join(map(show, strange[:5]))}"
        raise FaultsError([Fault("not-ours", str(folder), None, "", said, f"no folder, or a {kind}", hint)])
    folders = {parent for name in files for parent in _parents(name)}
    within = {parent for name in found.others for parent in _parents(name)}
    wrong = sorted(name for name in found.others if name in folders or name in files)
    wrong += sorted(name for name in files if name in within)
    refuse([Fault("not-ours", str(folder / n), None, "", "another's", "a name that is free", hint) for n in wrong])
    return found


def files_in(folder: Path, kind: str) -> Found:
    """What is in a folder, whatever it is; nothing where there is none."""
    there = _names(folder)
    own = _named(folder, kind)
    return Found(there & own, there - own)


def replace_folder(target: Path, kind: str, files: Mapping[str, bytes]) -> None:
    """Write a folder beside ``target`` and let the two change places, whatever else is in it carried over.

    Args:
        target: The folder.
        kind: What it is.
        files: Content by name; the manifest is added.

    Raises:
        FaultsError: See :func:`look_into`; nothing was written then.
        OSError: It cannot be written, is a mount, or another command made it meanwhile; nothing was changed then.
    """
    target = resolved(target)
    files = {**files, MANIFEST: manifest_json(kind, files)}
    found = look_into(target, kind, files)
    if not found.own and not found.others:
        _write_first(target, files)
        return
    with staged(target) as folder:
        new = folder / "new"
        same = {name for name in found.own & files.keys() if _is_same(target / name, files[name])}
        fill(new, {name: content for name, content in files.items() if name not in same})
        for name in sorted(found.others | same):
            _carry(target / name, new / name)
        _carry_folders(target, new, {parent for name in found.own for parent in _parents(name)})
        put_in_place(new, target)
        _carry_late(new, target, kind)  # by now, the old folder is where the new one was


def _write_first(target: Path, files: Mapping[str, bytes]) -> None:
    try:
        write_folder_atomically(target, files)
    except FileExistsError:
        said = "was made by another command meanwhile, and is as that left it; once more would replace it"
        raise FileExistsError(errno.EEXIST, said, str(target)) from None


def manifest_json(kind: str, files: Collection[str]) -> bytes:
    """The manifest of a folder with these files."""
    made = Manifest(kind, tuple(sorted({*files, MANIFEST})))
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def _named(folder: Path, kind: str) -> frozenset[str]:
    """What the manifest of a folder names; nothing where it is of another kind, or none."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return frozenset()
    return frozenset(manifest.files) if manifest.kind == kind else frozenset()


def _names(folder: Path) -> frozenset[str]:
    found = set()
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        links = [name for name in folders if (here / name).is_symlink()]
        found |= {(here / name).relative_to(folder).as_posix() for name in (*files, *links)}
    return frozenset(found)


def _parents(name: str) -> list[str]:
    return [parent.as_posix() for parent in Path(name).parents if parent != Path()]


def _is_same(path: Path, content: bytes) -> bool:
    return not path.is_symlink() and path.is_file() and path.read_bytes() == content


def _carry(old: Path, new: Path) -> None:
    """Give a file a second name in the new folder, or copy it where there is no such thing."""
    new.parent.mkdir(parents=True, exist_ok=True)
    if not linked(old, new):
        shutil.copy2(old, new, follow_symlinks=False)


def _carry_folders(old: Path, new: Path, own: Collection[str]) -> None:
    """Folders of others, which may be empty, and the permissions of all."""
    for parent, folders, _ in os.walk(old):
        for each in (Path(parent) / name for name in folders):
            name = each.relative_to(old).as_posix()
            if each.is_symlink():
                continue
            if name not in own:
                (new / name).mkdir(parents=True, exist_ok=True)
            if (new / name).is_dir():
                shutil.copymode(each, new / name)


def _carry_late(old: Path, target: Path, kind: str) -> None:
    """What others wrote into the old folder while the new one was being made."""
    own = _named(old, kind)
    for name in _names(old) - own:
        theirs, here = old / name, target / name
        if not (os.path.lexists(here) and (theirs.is_symlink() or _are_same(theirs, here))):
            with contextlib.suppress(OSError):
                here.parent.mkdir(parents=True, exist_ok=True)
                theirs.replace(here)


def _are_same(one: Path, other: Path) -> bool:
    return other.is_file() and (one.samefile(other) or filecmp.cmp(one, other, shallow=False))

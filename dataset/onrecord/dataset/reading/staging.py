"""A folder beside a place, for what is to be put there in one step: nobody else writes in it, and it is swept.

Its name follows from that of the place, so that the next run finds what a killed one has left. Whether somebody still
works in it, a lock says that the file system holds and not a process number: it is gone with whoever held it, in
whatever container that was.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from onrecord.dataset.reading.platform import closes_first, is_own, locked_at_once

_LOCK = "lock"
SLOTS = 8
"""How many places are looked at for what was left; more writers at once than that still find one each."""

OLD = "old"
"""Where the target stands while it changes places in steps; put back where a run was killed between them."""


@contextlib.contextmanager
def staged(target: Path) -> Iterator[Path]:
    """An empty folder on the file system of ``target``, this run's alone for the length of a ``with`` block.

    What killed runs have left of the same target is removed; what others have under way is left alone.

    Args:
        target: Where the result goes; its folder is there.
    """
    folder, lock, number = _taken_folder(target)
    try:
        sweep(target, number)
        yield folder
    finally:
        _empty(folder)
        _end(folder, lock)


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder for what nobody needs afterwards, where the system keeps such; see :func:`staged`."""
    with staged(Path(tempfile.gettempdir()) / "scratch") as folder:
        yield folder


def slot(target: Path, number: int) -> Path:
    """One of the places beside a target. Its length does not grow with the target's name, which may be of 255 bytes."""
    name = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    return target.parent / f".onrecord-{name}.{number}"


def _taken_folder(target: Path) -> tuple[Path, IO[bytes], int]:
    for number in itertools.count():
        folder = slot(target, number)
        if (lock := _taken(folder, make=True)) is not None:
            _settle(folder, target)
            return folder, lock, number
    raise AssertionError


def sweep(target: Path, own: int = -1) -> None:
    """Remove what killed runs have left beside a target; of a run that has nothing to write there, this is all.

    Args:
        target: What they were to write.
        own: The place of this run, which stays.
    """
    for number in range(max(SLOTS, own + SLOTS)):
        folder = slot(target, number)
        if number != own and (lock := _taken(folder, make=False)) is not None:
            _settle(folder, target)
            _end(folder, lock)


def _taken(folder: Path, make: bool) -> IO[bytes] | None:
    """The lock of a folder, held; None where somebody else has it, or there is no such folder and none is to be made.

    Raises:
        OSError: A folder cannot be made there.
    """
    while True:
        made = False
        if make:
            with contextlib.suppress(FileExistsError):
                folder.mkdir(0o700)
                made = True
        if not made and not is_own(folder):  # where all may write, such a name may be a trap
            return None
        try:
            lock = (folder / _LOCK).open("ab")
        except FileNotFoundError:  # whoever had it has just ended
            continue
        except PermissionError:  # so Windows says of what is being removed
            return None
        held = locked_at_once(lock)
        if held is None and made:  # no locks here: it is ours because it was not there
            return lock
        if not held:
            lock.close()
            return None
        if _is_at(lock, folder / _LOCK):
            return lock
        lock.close()  # that one was swept before it was locked


def _is_at(lock: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(lock.fileno()), path.stat())
    except OSError:
        return False


def _settle(folder: Path, target: Path) -> None:
    """Empty what a killed run has left; a target that it had taken away in steps is put back."""
    if (folder / OLD).is_dir() and not target.exists():
        with contextlib.suppress(OSError):
            (folder / OLD).rename(target)
    _empty(folder)


def _empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name == _LOCK:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _end(folder: Path, lock: IO[bytes]) -> None:
    if closes_first():
        lock.close()
    with contextlib.suppress(OSError):
        (folder / _LOCK).unlink(missing_ok=True)
        folder.rmdir()
    lock.close()

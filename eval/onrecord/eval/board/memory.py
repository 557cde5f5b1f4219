"""What boards found out before, kept in the user's cache: what has not changed is not computed again.

A finding is kept under the SHA-256 of everything that it hangs on. What comes with an entry has no part in it but by
its bytes. ``$ONRECORD_CACHE`` names another folder than the user's, or, empty, none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import importlib.util
import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from onrecord.dataset.reading.staging import staged, sweep
from onrecord.eval.scoring.record import environment
from onrecord.eval.scoring.stored_gold import DAYS, cache_folder

MOST = 4 * 2**30
"""Bytes of all findings; beyond them those go that were not asked for the longest."""

_PART = "part"
"""What is staged in the cache is staged as."""

_DIGEST = 32


@dataclasses.dataclass(frozen=True)
class Memory:
    """Findings of one board."""

    folder: Path
    board: str
    """What every entry is put to, as a digest."""
    anew: bool = False
    """Whether what was kept is found out again, and kept in its place."""

    @classmethod
    def of(cls, parts: Iterable[str], anew: bool = False) -> Memory | None:
        """That of a board; None where nothing is kept.

        Args:
            parts: What every entry is put to, in words. Program and libraries are added here.
            anew: Whether what was kept is found out again.
        """
        folder = cache_folder("board")
        return None if folder is None else cls(folder, digest([*parts, program(), repr(environment())]), anew)

    def at(self, parts: Iterable[str]) -> Finding:
        """Where a finding is kept.

        Args:
            parts: What it hangs on beside the board, in words.
        """
        return Finding(self.folder / digest([self.board, *parts]), self.anew)

    def forget(self) -> None:
        """Remove what nobody has asked for in :data:`DAYS` days, and what killed processes have left."""
        with contextlib.suppress(OSError):
            sweep(self.folder / _PART)
        kept = sorted(_kept(self.folder), reverse=True)
        oldest, size = time.time() - DAYS * 86_400, 0
        for used, many, path in kept:
            size += many
            if used < oldest or size > MOST:
                with contextlib.suppress(OSError):
                    path.unlink()


@dataclasses.dataclass(frozen=True)
class Finding:
    """One finding, which may be there or not."""

    path: Path
    anew: bool
    """Whether what was kept does not count."""

    def get(self) -> bytes | None:
        """What was kept; None where nothing was, or not this any more."""
        if self.anew:
            return None
        try:
            raw = self.path.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):  # who may only read uses it all the same
            os.utime(self.path)
        return raw[_DIGEST:] if hashlib.sha256(raw[_DIGEST:]).digest() == raw[:_DIGEST] else None

    def keep(self, raw: bytes) -> None:
        """Keep it, in one step; failing that is no reason to stop."""
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with staged(self.path.parent / _PART) as folder:
                new = folder / "new"
                with new.open("wb") as file:
                    file.write(hashlib.sha256(raw).digest())
                    file.write(raw)
                new.replace(self.path)


def digest(parts: Iterable[str]) -> str:
    """One SHA-256 of several texts, in hexadecimal; no two lists of texts run together."""
    found = hashlib.sha256()
    for part in parts:
        found.update(hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest())
    return found.hexdigest()


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: It cannot be read, or is a link or no file.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def program() -> str:
    """This program: the names of its files and what is in them."""
    found = importlib.util.find_spec("onrecord")
    assert found
    return digest(sorted(line for folder in found.submodule_search_locations or () for line in _files(Path(folder))))


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.suffix in (".py", ".j2", ".css", ".js", ".json"):
            yield f"{path.relative_to(folder).as_posix()} {file_digest(path)}"


def _kept(folder: Path) -> Iterator[tuple[float, int, Path]]:
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for each in found:
            if len(each.name) == 2 * _DIGEST and each.is_file(follow_symlinks=False):
                about = each.stat()
                yield about.st_mtime, about.st_size, Path(each.path)

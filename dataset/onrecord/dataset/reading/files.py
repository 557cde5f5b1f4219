"""Writing files and folders so that a reader finds the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from onrecord.dataset.reading.platform import exchange


def write_atomically(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write ``content`` beside ``path``, flush it to disk, then rename it over ``path``.

    What a link leads to is written, and not the link; a device or a pipe is written to as it is.

    Raises:
        IsADirectoryError: It is a folder.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder, and no file", str(path))
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            stream.write(content)
        return
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.chmod(mode)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def sha256(content: bytes | str) -> str:
    """The SHA-256 of bytes, or of text as UTF-8, in hexadecimal."""
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()


def write_folder_atomically(target: Path, files: Mapping[str, bytes], replace: bool = True) -> None:
    """Write a folder beside ``target``, then put it in its place; what was there before is gone afterwards.

    On Linux the two change places in one step; elsewhere there is an instant without either.

    Args:
        target: The folder; the caller knows that what is in it may go.
        files: Content by name, which may have folders in it.
        replace: Whether a folder that is there, and is not empty, may be replaced.

    Raises:
        FileExistsError: It is there, and may not be.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.{os.getpid()}."))
    try:
        for name, content in files.items():
            write_atomically(beside / name, content)
        beside.chmod(0o755)
        if replace and target.exists():
            if not exchange(beside, target):
                _exchange_in_steps(beside, target)
        else:
            _put(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put(folder: Path, target: Path) -> None:
    """Rename a folder to one that is not there or empty; of two at once, one succeeds."""
    with contextlib.suppress(OSError):
        target.rmdir()  # Windows renames to no folder that is there, be it empty
    try:
        folder.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise FileExistsError(errno.EEXIST, "is there already", str(target)) from None
        raise


def _sweep(target: Path) -> None:
    """Remove what processes that were killed have left beside a folder."""
    for left in target.parent.glob(f".{target.name}.*.*"):
        process = left.name.removeprefix(f".{target.name}.").partition(".")[0]
        if process.isdecimal() and not Path(f"/proc/{process}").exists() and Path("/proc/self").exists():
            shutil.rmtree(left, ignore_errors=True)


def _exchange_in_steps(one: Path, other: Path) -> None:
    away = one.with_name(f"{one.name}.old")
    other.rename(away)
    try:
        one.rename(other)
    except OSError:
        away.rename(other)
        raise
    away.rename(one)

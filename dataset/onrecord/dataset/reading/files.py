"""Writing files and folders so that a reader finds the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from onrecord.dataset.reading.faults import Fault, FaultsError
from onrecord.dataset.reading.platform import exchange, open_for_pipe
from onrecord.dataset.reading.staging import OLD, staged


def write_atomically(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write ``content`` beside ``path``, flush it to disk, then rename it over ``path``.

    What a link leads to is written, and not the link; a device or a pipe is written to as it is.

    Args:
        path: The file.
        content: Its bytes.
        mode: Its permissions; None for those of the file that it replaces, else what the umask leaves.

    Raises:
        IsADirectoryError: It is a folder.
        NotADirectoryError: It would lie below a file.
        OSError: It cannot be written, leads in a circle, or is a pipe that nobody reads from.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder, and no file", str(path))
    if path.exists() and not path.is_file():
        with os.fdopen(open_for_pipe(path), "wb") as stream:
            stream.write(content)
        return
    with written_beside(path, mode) as beside:
        beside.write_bytes(content)


@contextlib.contextmanager
def written_beside(path: Path, mode: int | None = None) -> Iterator[Path]:
    """Where to write a file that is flushed and takes its place when the ``with`` block ends; it is gone on an error.

    What a link leads to is replaced, and not the link.

    Args:
        path: The file.
        mode: See :func:`write_atomically`.

    Raises:
        NotADirectoryError: It would lie below a file.
        OSError: It cannot be written, or leads in a circle.
    """
    path = resolved(path)
    _make_folder(path.parent)
    with staged(path) as folder:
        beside = folder / "new"
        yield beside
        with beside.open("rb+") as stream:
            os.fsync(stream.fileno())
        _take_mode(beside, path, mode)
        beside.replace(path)


def read_text(path: Path) -> str:
    """What a text file says.

    Raises:
        FaultsError: It is not UTF-8.
        OSError: It cannot be read.
    """
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{raw[error.start]:02x} at byte {error.start}"
        raise FaultsError([Fault("encoding", str(path), None, "", found, "UTF-8", "save it as UTF-8")]) from None


def resolved(path: Path) -> Path:
    """The path without links and dots.

    Raises:
        OSError: Its links lead in a circle.
    """
    try:
        found = path.resolve()
        circle = any(each.is_symlink() for each in (found, *found.parents))  # left there by newer Pythons
    except RuntimeError:
        circle = True
    if circle:
        raise OSError(errno.ELOOP, "is a link that leads in a circle", str(path))
    return found


def _make_folder(folder: Path) -> None:
    """Make a folder with those above it; systems differ in what they say of a file that stands in the way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        for each in (folder, *folder.parents):
            if each.is_file():
                raise NotADirectoryError(errno.ENOTDIR, "is a file, and no folder", str(each)) from None
        raise


def _write(path: Path, content: bytes) -> None:
    """A new file with the permissions that the umask leaves, on disk when this returns."""
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _take_mode(new: Path, old: Path, mode: int | None) -> None:
    if mode is not None:
        new.chmod(mode)
        return
    with contextlib.suppress(FileNotFoundError):
        new.chmod(stat.S_IMODE(old.stat().st_mode) & 0o777)


def sha256(content: bytes | str) -> str:
    """The SHA-256 of bytes, or of text as UTF-8, in hexadecimal."""
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()


def write_folder_atomically(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder beside ``target``, then put it in its place.

    Args:
        target: The folder; it is not there, or empty.
        files: Content by name, which may have folders in it.

    Raises:
        FileExistsError: It is there, and not empty.
        NotADirectoryError: It would lie below a file.
    """
    target = resolved(target)
    _make_folder(target.parent)
    with staged(target) as folder:
        beside = folder / "new"
        fill(beside, files)
        if target.is_dir():
            _take_mode(beside, target, None)
        _put(beside, target)


def fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by name into a folder, which is made, each of them new."""
    folder.mkdir()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)


def put_in_place(new: Path, target: Path) -> None:
    """Let a folder that is ready take the place of one that is there; afterwards that one is where the new one was.

    On Linux the two change places in one step; elsewhere there is an instant without either.
    """
    _take_mode(new, target, None)
    if not exchange(new, target):
        away = new.with_name(OLD)
        target.rename(away)
        try:
            new.rename(target)
        except OSError:
            away.rename(target)
            raise
        away.rename(new)


def _put(folder: Path, target: Path) -> None:
    """Rename a folder to one that is not there or empty; of two at once, one succeeds."""
    with contextlib.suppress(OSError):
        target.rmdir()  # Windows renames to no folder that is there, be it empty
    try:
        folder.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise FileExistsError(errno.EEXIST, "is there already, and not empty", str(target)) from None
        raise

"""What systems do differently, in one place: files opened without waiting, places read, folders exchanged, locks.

Each function does the same on Linux, macOS and Windows, or says what it cannot do. No other module asks for what only
some systems have; ``tests/house/test_systems.py`` reads the code for it.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TextIO

READER_SECONDS = 2.0
"""How long the reader of a pipe may be in coming."""

_WAIT = 0.1
"""Seconds between two tries for a lock on Windows."""


def has_fork() -> bool:
    """Whether a process can be forked and signalled as Unix does it; not so on Windows."""
    return hasattr(os, "fork")


def forks_safely() -> bool:
    """Whether forking is a safe way to start a process that shares what this one has read: on Linux alone."""
    return has_fork() and sys.platform == "linux"


def limit_memory(most: int) -> None:
    """Let this process have at most so many bytes of its own from now on, where the system holds it to that: on Linux.

    What is beyond is a ``MemoryError``. Files that are mapped to be read do not count.
    """
    if sys.platform == "linux":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def end_with_parent() -> None:
    """Let this process, which ``multiprocessing`` has started, end once the one that started it has, in whatever way.

    A parent that a signal ends tells its children nothing, and they would wait for work for ever. In any other process
    this does nothing.
    """
    import multiprocessing
    import threading
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os._exit(1)  # nobody is left to whom anything could be said

    threading.Thread(target=watch, args=(parent.sentinel,), name="end-with-parent", daemon=True).start()


def open_at_once(path: Path, follow_links: bool = True) -> int:
    """Open a file for reading as bytes and return its descriptor, without waiting for the writer of a pipe.

    Where the system cannot open without waiting, the descriptor of a pipe or a device is not to be had.

    Args:
        path: The file.
        follow_links: Whether a symbolic link will do.

    Raises:
        OSError: It cannot be opened, or is a link that is not to be followed (``ELOOP``).
    """
    no_wait, no_follow = getattr(os, "O_NONBLOCK", None), getattr(os, "O_NOFOLLOW", None)
    if not follow_links and no_follow is None and path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if no_wait is None and not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | (no_wait or 0) | (0 if follow_links else no_follow or 0)
    return os.open(path, flags)


def is_of_shell(path: Path) -> bool:
    """Whether a path is what a shell puts in the place of ``<(command)``: a pipe that somebody writes to."""
    return path.parent == Path("/dev/fd")


def read_at(file: IO[bytes], size: int, start: int) -> bytes:
    """Some bytes of an open file.

    Where the system can, the place at which the file stands is left alone: forked processes share it.
    """
    if hasattr(os, "pread"):
        with contextlib.suppress(io.UnsupportedOperation):  # what is in memory has no number
            return os.pread(file.fileno(), size, start)
    file.seek(start)
    return file.read(size)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system or the file system cannot do it.

    Raises:
        OSError: It could, and failed.
    """
    import ctypes

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):  # TypeError: Windows has no library without a name
        return False
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if rename(here, os.fsencode(one), here, os.fsencode(other), swap) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS):
        return False
    if code in (errno.EXDEV, errno.EBUSY):
        said = "cannot be replaced, being a mount or part of an image: give a folder within it, or a new one"
        raise OSError(code, said, str(other))
    raise OSError(code, os.strerror(code), str(other))


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock, which is a file, for the length of a ``with`` block; wait while another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as handle:
        try:
            import fcntl
        except ModuleNotFoundError:
            with _windows_lock(handle):
                yield
        else:
            fcntl.flock(handle, fcntl.LOCK_EX)  # gone with the file's being closed
            yield


@contextlib.contextmanager
def _windows_lock(handle: IO[bytes]) -> Iterator[None]:
    import msvcrt

    lock = getattr(msvcrt, "locking", None)
    assert lock is not None
    while True:
        try:
            handle.seek(0)
            lock(handle.fileno(), 2, 1)  # LK_NBLCK: LK_LOCK gives up after ten seconds
            break
        except OSError:
            time.sleep(_WAIT)
    try:
        yield
    finally:
        handle.seek(0)
        lock(handle.fileno(), 0, 1)  # LK_UNLCK


def locked_at_once(handle: IO[bytes]) -> bool | None:
    """Lock an open file until it is closed; False where somebody else has it, None where nothing can be locked."""
    try:
        import fcntl
    except ModuleNotFoundError:
        import msvcrt

        try:
            handle.seek(0)
            msvcrt.locking(handle.fileno(), 2, 1)  # type: ignore[attr-defined]  # LK_NBLCK
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def closes_first() -> bool:
    """Whether an open file can be neither removed nor renamed, as on Windows."""
    return not has_fork()


def is_own(folder: Path) -> bool:
    """Whether it is a folder, no link to one, that belongs to this user and that nobody else may write to."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode):
        return False
    user = getattr(os, "geteuid", None)
    return user is None or (status.st_uid == user() and not status.st_mode & 0o022)


def open_for_pipe(path: Path) -> int:
    """Open a pipe, a device or a socket's file for writing and return its descriptor.

    Raises:
        OSError: It cannot be opened, or it is a pipe that nobody reads from (``ENXIO``) for :data:`READER_SECONDS`.
    """
    no_wait = getattr(os, "O_NONBLOCK", None)
    if no_wait is None:
        return os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
    deadline = time.monotonic() + READER_SECONDS
    while True:
        try:
            handle = os.open(path, os.O_WRONLY | no_wait)
            break
        except OSError as error:
            if error.errno != errno.ENXIO or not stat.S_ISFIFO(path.stat().st_mode):
                raise
            if time.monotonic() > deadline:
                raise OSError(errno.ENXIO, "is a pipe that nobody reads from", str(path)) from None
            time.sleep(0.05)
    os.set_blocking(handle, True)
    return handle


def linked(one: Path, other: Path) -> bool:
    """Give a file a second name; False where the file system has no such thing.

    Raises:
        OSError: It could, and failed; or the file is below a mount, be it one of the same file system.
    """
    try:
        os.link(one, other, follow_symlinks=False)
    except (AttributeError, NotImplementedError):
        return False
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EINVAL):
            return False
        if error.errno == errno.EXDEV:
            raise OSError(error.errno, "is below a mount: give a folder without one in it", str(one)) from None
        raise
    return True


def standing_streams() -> None:
    """Let what a caller has closed of standard input, output and error go nowhere.

    A file that is opened would otherwise get the number of one of them, and be written to by whoever has its number.
    Standard input stays None: there is nothing to read.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def plain_text(stream: TextIO) -> None:
    r"""Let a standard stream be written to alike everywhere.

    What does not go to a terminal is UTF-8 with ``\n`` at the end of a line, whatever the system's habit: it is piped
    into other programs, and compared. A terminal is left its encoding; what it cannot show is escaped.
    """
    if not isinstance(stream, io.TextIOWrapper):
        return
    if stream.isatty():
        stream.reconfigure(errors="backslashreplace")
    else:
        encoding = None if "PYTHONIOENCODING" in os.environ else "utf-8"  # it may have been asked for
        stream.reconfigure(encoding=encoding, errors="backslashreplace", newline="\n")


def unread(stream: TextIO) -> None:
    """Let what else is written to a stream go nowhere: nobody reads on, for instance behind ``head``.

    What is under way then ends as it would have, and nothing is said of it.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)

"""Python with what Windows lacks taken away, as far as that can be done elsewhere.

A folder on ``PYTHONPATH`` with this file in it makes every Python below it such a one: without names and modules that
Windows has not, with the line ends and the encoding of its standard streams, and with its refusal to remove, to
replace or to rename what is open.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import subprocess  # noqa: F401 - it asks for msvcrt, to know its system: it must know the real one
import sys
import types
from collections.abc import Callable
from typing import Any

LACKS: dict[object, str] = {
    os: "O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_PATH chown confstr fork forkpty getegid geteuid getgid getgroups"
    " getloadavg getpgid getpgrp getsid getuid killpg lchown mkfifo mknod nice openpty posix_fadvise pread preadv"
    " pwrite sched_getaffinity sched_setaffinity setsid",
    signal: "SIGALRM SIGCHLD SIGHUP SIGKILL SIGQUIT SIGUSR1 SIGUSR2 alarm pause setitimer",
}
MODULES = ("fcntl", "grp", "pwd", "readline", "resource", "syslog")


def held(path: object) -> bool:
    """Whether a file, or one in a folder, is open in this process."""
    try:
        place = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
        numbers = os.listdir("/proc/self/fd")
    except (OSError, TypeError):
        return False
    for number in numbers:
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if target == place or target.startswith(place + os.sep):
            return True
    return False


def guarded(function: Callable[..., Any], fresh: bool) -> Callable[..., Any]:
    """A function of ``os`` that refuses what is open; where the target must be fresh, what is there already."""

    def call(path: Any, *others: Any, **named: Any) -> Any:
        for each in (path, *others[:1]):
            if held(each):
                raise PermissionError(errno.EACCES, "is open: Windows would refuse", os.fspath(each))
        if fresh and os.path.lexists(others[0]):
            raise FileExistsError(errno.EEXIST, "is there: Windows would refuse", os.fspath(others[0]))
        return function(path, *others, **named)

    return call


def locking(number: int, mode: int, size: int, _flock: Callable[[int, int], None] = fcntl.flock) -> None:
    """Windows's own lock of a file: 2 tries it, 0 gives it back."""
    _flock(number, {0: fcntl.LOCK_UN, 2: fcntl.LOCK_EX | fcntl.LOCK_NB}[mode])


sys.modules["msvcrt"] = types.ModuleType("msvcrt")
sys.modules["msvcrt"].locking = locking  # type: ignore[attr-defined]
for module, names in LACKS.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
for module_name in MODULES:
    sys.modules[module_name] = None  # type: ignore[assignment]
os.unlink = os.remove = guarded(os.unlink, fresh=False)
os.replace = guarded(os.replace, fresh=False)
os.rename = guarded(os.rename, fresh=True)
for flag in ("_use_fd_functions", "_USE_CP_SENDFILE"):  # neither is there on Windows
    setattr(shutil, flag, False)
for stream in (sys.stdout, sys.stderr):
    if stream is not None and not stream.isatty():
        stream.reconfigure(encoding="cp1252", newline="\r\n")  # type: ignore[union-attr]

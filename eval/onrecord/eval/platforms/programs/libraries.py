"""Make the scorer and its libraries importable on a platform that has neither.

It runs before any library is there and on whatever Python the platform has, if only to say that it is too old.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

OLDEST = (3, 11)


class MissingError(Exception):
    """The platform lacks something that cannot be had."""


def provide(folder: Path) -> None:
    """Put the scorer's source in ``folder`` before everything else, and install the libraries that are missing.

    Raises:
        MissingError: Python is too old, a library is not there and cannot be installed, or another copy of the scorer
            is in use already, which may count otherwise.
    """
    if sys.version_info < OLDEST:
        found = "%d.%d" % sys.version_info[:2]  # noqa: UP031 - read by a Python of any age
        raise MissingError("this scorer needs Python %d.%d or newer; this is %s" % (*OLDEST, found))  # noqa: UP031
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does
    vendored = str(folder / "vendored")
    used = str(getattr(sys.modules.get("onrecord.eval"), "__file__", vendored))
    if not used.startswith(vendored):
        raise MissingError("another copy of the scorer is in use: " + used)
    if vendored not in sys.path:
        sys.path.insert(0, vendored)
    missing = [
        line
        for line in (folder / "requirements.txt").read_text(encoding="utf-8").split("\n")
        if line and not satisfied(line)
    ]
    if missing:
        sys.path.insert(1, install(missing))


def satisfied(requirement: str) -> bool:
    """Whether a library is there in a version between the bounds of ``name<upper,>=lower``, each of which may lack."""
    name = re.split(r"[^\w-]", requirement)[0]
    try:
        found = numbers(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False
    bounds = re.findall(r"(>=|<)\s*([\d.]+)", requirement)
    return all(found >= numbers(bound) if sign == ">=" else found < numbers(bound) for sign, bound in bounds)


def numbers(version: str) -> tuple[int, ...]:
    """The first two numbers of a version.

    >>> numbers("2.1.0rc1"), numbers("3")
    ((2, 1), (3, 0))
    """
    found = [int(each) for each in re.findall(r"\d+", version)[:2]]
    return tuple(found + [0] * (2 - len(found)))


def install(missing: list[str]) -> str:
    """Install libraries into a folder of their own, and return it."""
    print("installing what the scorer needs and this machine lacks: " + ", ".join(missing), file=sys.stderr)
    target = tempfile.mkdtemp(prefix="onrecord-libraries-")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--target", target, *missing]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        shutil.rmtree(target, ignore_errors=True)
        said = done.stdout.decode("utf-8", "replace").strip()[-2000:]
        raise MissingError(said + "\nthe libraries cannot be installed; run the scorer in an image that has them")
    return target

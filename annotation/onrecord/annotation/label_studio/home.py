"""Where the Label Studio server is installed, once, in an environment of its own.

The server never shares an environment with onrecord: it pins a hundred packages of its own. What was measured of it
(start-up, telemetry, tokens) is of version 1.23.2, which is therefore pinned exactly.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.resources
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from onrecord.annotation.label_studio.address import ServerError
from onrecord.dataset.reading.files import write_atomically
from onrecord.dataset.reading.platform import locked

VERSION = "1.23.2"

Progress = Callable[[str], None]
"""Takes a line for whoever waits."""

Meter = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]
"""Shows how far something is: takes what it is and how much there is to do, and gives what takes how much is done."""

_WHOLE = "installed"
"""Name of the file that is written last into an environment; one without it was cut off and is completed."""


@contextlib.contextmanager
def unmetered(what: str, whole: int) -> Iterator[Callable[[int], object]]:
    """A meter that nobody looks at."""
    yield lambda done: None


@dataclasses.dataclass(frozen=True)
class ServerHome:
    """Where the server's environment and the migrated template database are kept between runs."""

    folder: Path

    @classmethod
    def default(cls) -> ServerHome:
        """``$ONRECORD_HOME``, else ``.onrecord`` of the checkout that this code is in, else the user's data folder."""
        if named := os.environ.get("ONRECORD_HOME"):
            return cls(Path(named))
        # the folder of the packages is beside pyproject.toml in a checkout, and among others where it was installed
        checkout = Path(__file__).resolve().parents[4]
        if (checkout / "pyproject.toml").is_file() and (checkout / "annotation" / "onrecord").is_dir():
            return cls(checkout / ".onrecord")
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return cls(Path(data) / "onrecord")

    @property
    def environment(self) -> Path:
        """The virtual environment that holds the server."""
        return self.folder / f"label-studio-{VERSION}"

    @property
    def template(self) -> Path:
        """A data folder with a migrated database and no accounts."""
        return self.folder / f"label-studio-{VERSION}-template"

    @property
    def binary(self) -> Path | None:
        """The server's command: ``$ONRECORD_LABEL_STUDIO``, or the one in a whole :attr:`environment`."""
        if named := os.environ.get("ONRECORD_LABEL_STUDIO"):
            return Path(named)
        whole = (self.environment / _WHOLE).is_file()
        return self.environment / "bin" / "label-studio" if whole else None


def install(home: ServerHome, progress: Progress, meter: Meter = unmetered) -> Path:
    """Make the server's environment if it is not there, and return the path of its command.

    What an installation that was cut off has brought is kept, and the rest is added to it.
    """
    with locked(home.folder / "install.lock"):
        if home.binary is not None:
            return home.binary
        resumed = _prepare(home.environment)
        verb = "going on with the installation of" if resumed else "installing"
        progress(f"{verb} Label Studio {VERSION} into {home.environment} (once; about 1 GB, some minutes)")
        pins = importlib.resources.files("onrecord.annotation.label_studio") / "server-requirements.txt"
        with (
            importlib.resources.as_file(pins) as constraints,
            meter("installing Label Studio", 2 * _packages(constraints)) as tell,
        ):
            pip = [str(home.environment / "bin" / "pip"), "install", "--progress-bar", "off", "--no-input"]
            pip += ["--disable-pip-version-check", "--constraint", str(constraints), f"label-studio=={VERSION}"]
            _run(pip, home.folder / "install.log", lambda said: tell(_found(said) + len(_whole(home.environment))))
        write_atomically(home.environment / _WHOLE, b"")
        assert home.binary is not None
        return home.binary


def _prepare(environment: Path) -> bool:
    """An environment with pip in it; whether it was there, with what a run that was cut off has brought."""
    pip = environment / "bin" / "pip"
    if pip.is_file() and subprocess.run([pip, "--version"], capture_output=True, check=False).returncode == 0:
        for half in {*environment.glob("lib/python*/site-packages/*.dist-info")} - {*_whole(environment)}:
            shutil.rmtree(half)  # pip would take it for installed
        return True
    shutil.rmtree(environment, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(environment)], environment.parent / "install.log", lambda said: None)
    return False


def _whole(environment: Path) -> list[Path]:
    """The packages that are installed to the end: pip writes their RECORD last."""
    return [path.parent for path in environment.glob("lib/python*/site-packages/*.dist-info/RECORD")]


def _packages(constraints: Path) -> int:
    return sum(1 for line in constraints.read_text(encoding="utf-8").splitlines() if "==" in line)


def _found(said: str) -> int:
    """How many packages pip has found so far, by what it says."""
    return len(set(re.findall(r"^(?:Collecting|Requirement already satisfied:) ([\w.-]+)", said, re.MULTILINE)))


def _run(command: list[str], log: Path, watch: Callable[[str], object]) -> None:
    """Run a command to its end, or end it where this is cut off; ``watch`` is given what it has said so far.

    Raises:
        ServerError: It failed.
    """
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                watch(log.read_text(encoding="utf-8", errors="replace"))
                time.sleep(0.25)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode:
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise ServerError(f"{' '.join(command)} failed:\n{said}\nwhat it brought is kept: give the same command again")

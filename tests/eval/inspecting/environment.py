"""An environment with Inspect, in which the wheel of this checkout is installed: what docs/inspect.md begins with."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

from onrecord.annotation.label_studio.home import ServerHome

REQUIREMENTS = Path(__file__).parent / "requirements.txt"


@dataclasses.dataclass(frozen=True)
class Inspecting:
    """A shell with ``onrecord`` and ``inspect``."""

    folder: Path
    """Where commands are given."""
    environment: Mapping[str, str]

    def run(self, command: str, code: int = 0) -> str:
        """Give a command; what it printed and said."""
        done = subprocess.run(
            ["bash", "-euc", command],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


def inspecting(root: Path, installed: Path, folder: Path) -> Inspecting:
    """Install the checkout into a folder, beside Inspect in its environment.

    Args:
        root: The checkout.
        installed: Where its packages go; Inspect looks for extensions in folders that are called ``site-packages``.
        folder: Where commands are given.
    """
    python = _python()
    pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    packages = installed / "site-packages"
    subprocess.run([*pip, "--no-deps", "--target", str(packages), str(root)], check=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    path = f"{packages / 'bin'}{os.pathsep}{python.parent}{os.pathsep}{os.environ['PATH']}"
    more = {"PATH": path, "PYTHONPATH": str(packages), "COLUMNS": "160", "INSPECT_DISPLAY": "plain", "NO_COLOR": "1"}
    return Inspecting(folder, {**kept, **more})


def _python() -> Path:
    """The interpreter beside Inspect; its environment is made once and kept where that of the server is."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = ServerHome.default().folder / f"inspect-{digest}-{sys.version_info.major}.{sys.version_info.minor}"
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        venv.create(folder, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*install, "--requirement", str(REQUIREMENTS)], check=True)
        ready.touch()
    return python

"""The environment of the peers, and what must be known of the machine to read the numbers."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks"
_HARNESS = tuple(HERE / name for name in ("corpora.py", "worker.py", "measurement.py"))
REQUIREMENTS = (HERE / "requirements-build.txt", HERE / "requirements.txt")


def home() -> Path:
    """Where corpora and the peers' environment are kept: ``$ONRECORD_HOME/bench``, else ``.onrecord/bench``."""
    return Path(os.environ.get("ONRECORD_HOME") or ROOT / ".onrecord").resolve() / "bench"


def peers_python() -> Path:
    """The interpreter of the peers, whose environment is made where it is not there yet.

    Raises:
        subprocess.CalledProcessError: A package cannot be installed.
    """
    folder = home() / f"peers-{_digest(REQUIREMENTS)}-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        venv.create(folder, clear=True, with_pip=True)
        for requirements in REQUIREMENTS:
            install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            subprocess.run([*install, "--no-build-isolation", "--requirement", str(requirements)], check=True)
        ready.touch()
    return python


def machine() -> dict[str, str]:
    """The processor, how many cores may be used, the system and the interpreter."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "system": f"{platform.system()} on {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def source_of_ours() -> str:
    """Digest of the code that is measured."""
    packages = [path for part in ("dataset", "eval") for path in (ROOT / part / "onrecord").rglob("*.py")]
    return _digest([*packages, *_HARNESS, HERE / "ours.py"])


def source_of_whole() -> str:
    """Digest of the code that the whole task runs, and of what makes its corpora."""
    packages = [path for part in ("dataset", "annotation", "eval") for path in (ROOT / part / "onrecord").rglob("*.py")]
    names = ("annotated", "articles", "mistakes", "ours", "peers", "public", "whole_tasks")
    return _digest([*packages, *_HARNESS, *(HERE / f"{name}.py" for name in names)])


def source_of_peers() -> str:
    """Digest of what the peers are asked to do."""
    return _digest([*REQUIREMENTS, *_HARNESS, HERE / "peers.py"])


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

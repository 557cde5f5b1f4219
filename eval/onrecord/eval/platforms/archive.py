"""Zip archives with the same bytes each time, and the source of the scorer to go into one."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable

VENDORED = ("onrecord.dataset", "onrecord.eval")
"""The packages that score; no command is among them."""

LIBRARIES = ("msgspec", "numpy", "scipy")
"""What they need where gold is JSON and nothing is printed."""

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time stamp of every member: that of the beginning of the format."""

_REGULAR = 0o100644 << 16


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """An archive of some files by name: in order of name, without times, with the mode 644."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, _EARLIEST)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, whatever this one is
            member.external_attr = _REGULAR
            archive.writestr(member, content)
    return sink.getvalue()


_NO_SOURCE = ("__pycache__", "published", "examples")
"""Folders of the packages that are no source: what a wheel brings along has the gold labels in it."""


def scorer_files() -> dict[str, bytes]:
    """What every exported program brings along, by name in its archive.

    The scorer's source with just enough metadata for its version to be known, the libraries that it needs, and what
    looks for them.
    """
    version = importlib.metadata.version("onrecord")
    files = {
        f"vendored/onrecord-{version}.dist-info/METADATA": (
            f"Metadata-Version: 2.1\nName: onrecord\nVersion: {version}\nLicense: Apache-2.0\n".encode()
        ),
        "requirements.txt": "".join(f"{line}\n" for line in requirements()).encode(),
        "libraries.py": program("libraries.py"),
    }
    for package in VENDORED:
        for name, content in _source(importlib.resources.files(package)):
            files[f"vendored/{package.replace('.', '/')}/{name}"] = content
    return files


def requirements() -> list[str]:
    """The libraries that scoring needs, with the versions that this package asks for."""
    asked = importlib.metadata.requires("onrecord") or []
    return sorted(line for line in asked if re.split(r"[^\w-]", line)[0] in LIBRARIES and ";" not in line)


def program(name: str) -> bytes:
    """A file that the platforms start."""
    return (importlib.resources.files("onrecord.eval.platforms") / "programs" / name).read_bytes()


def _source(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        if each.is_dir():
            if each.name not in _NO_SOURCE:
                yield from _source(each, f"{prefix}{each.name}/")
        elif not each.name.startswith(".") and not each.name.endswith(".pyc"):
            yield f"{prefix}{each.name}", each.read_bytes()

"""What a stranger has: an empty folder and the installed wheel; commands are typed as they stand in the documents."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import importlib.metadata
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec
from packaging.requirements import Requirement
from playwright.sync_api import Page
from tests.e2e.editor import Editor

from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.home import ServerHome
from onrecord.annotation.label_studio.server import Running, find
from onrecord.dataset.layers import LAYERS

LOAD = """
import json
from datasets import get_dataset_config_names, load_dataset
sets = {name: load_dataset("./dataset", name) for name in get_dataset_config_names("./dataset")}
print(json.dumps({name: {split: rows.num_rows for split, rows in each.items()} for name, each in sets.items()}))
"""
"""Prints how many rows each split of each config has."""


def commands(page: Path, until: str) -> list[str]:
    """The lines of the shell blocks of a page, before a heading."""
    text = page.read_text(encoding="utf-8").partition(until)[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@dataclasses.dataclass
class Shell:
    """A shell in which the wheel is installed and this checkout is not."""

    python: Path
    folder: Path
    """Where the next command is typed."""

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the checkout; the server's environment is the one that all tests share."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        return {**kept, "PATH": path, "ONRECORD_HOME": str(ServerHome.default().folder), "COLUMNS": "160"}

    def run(self, command: str, code: int = 0) -> str:
        """Type a command; what it printed and said."""
        done = subprocess.run(
            ["bash", "-euc", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def serve(self, command: str) -> tuple[subprocess.Popen[str], str]:
        """Type a command that stays; the process and the address that it prints."""
        process = subprocess.Popen(
            shlex.split(command, comments=True),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), address
        return process, address


def base_libraries() -> list[Path]:
    """What is installed here of the libraries that onrecord asks for without any extra, and of what these need."""
    place = Path(sysconfig.get_path("purelib"))
    names, found = ["onrecord"], dict[str, importlib.metadata.Distribution]()
    while names:
        for line in importlib.metadata.requires(names.pop()) or ():
            asked = Requirement(line)
            if asked.name not in found and (asked.marker is None or asked.marker.evaluate({"extra": ""})):
                found[asked.name] = importlib.metadata.distribution(asked.name)
                names.append(asked.name)
    files = (file for each in found.values() for file in each.files or ())
    tops = sorted({file.parts[0] for file in files} - {"..", "__pycache__"})
    return [place / top for top in tops]


def pip(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", *map(str, words)], check=True, capture_output=True)


@functools.cache
def wheel_of(root: Path) -> Path:
    """The wheel of a checkout, built once for all environments."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    pip("wheel", "--no-deps", "--wheel-dir", folder, root)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(root: Path, folder: Path, base: bool = False) -> Path:
    """Install the wheel into an environment of its own, with the libraries that are here already.

    Args:
        root: The checkout.
        folder: Where the environment is put.
        base: Whether there are only those libraries that come along without any extra.

    Returns:
        The environment's Python.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    python = folder / "env" / "bin" / "python"
    pip("--python", python, "install", "--no-deps", wheel_of(root))
    # the .pth file of the editable install is not read from a folder that another .pth file names
    (place,) = (folder / "env" / "lib").glob("python*/site-packages")
    if base:
        for each in base_libraries():
            (place / each.name).symlink_to(each)
        return python
    (place / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return python


class Walk:
    """The commands of the page in their order, and what a person does between them."""

    def __init__(self, shell: Shell, page: Page) -> None:
        self.shell = shell
        self.page = page
        self.said: dict[str, str] = {}
        self._served: subprocess.Popen[str] | None = None

    def type(self, line: str) -> None:
        command = line.partition("  #")[0].strip()
        if command.startswith("cd "):
            self.shell.folder /= command.removeprefix("cd ")
        elif command.startswith("pip install"):
            assert "onrecord[dataset,annotate,ingest]" in command  # it is installed, by install()
        elif command.startswith("onrecord annotation serve"):
            self.stop()
            self._served, _ = self.shell.serve(line)
        else:
            self.said[command] = self.shell.run(line)

    def stop(self) -> None:
        if self._served is not None:
            self._served.terminate()
            assert self._served.wait(30) == 0
            self._served = None

    @property
    def server(self) -> Running:
        running = find(self.shell.folder / ".onrecord" / "server")
        assert running is not None
        return running

    def account(self, name: str) -> ls.Account:
        raw = (self.shell.folder / ".onrecord" / "server" / "accounts.json").read_bytes()
        return msgspec.json.decode(raw, type=dict[str, ls.Account])[name]

    def tasks(self, round: str, name: str) -> tuple[int, list[int]]:
        admin = ls.connect(self.server.url, self.server.token)
        (project,) = (p for p in admin.projects.list() if round in p.title and name in p.title)
        return int(project.id), sorted(task["id"] for task in ls.tasks_of(admin, int(project.id)).values())


def finish(editor: Editor, layers: Iterable[str] = LAYERS) -> None:
    """Tick layers, and submit."""
    for layer in layers:
        editor.button(layer)
    editor.submit()

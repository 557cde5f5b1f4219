"""docs/systems.md as it is written: every command, from the wheel, in an empty folder, with no network and no model."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.strangers import Shell, install
from tests.eval.inspecting.environment import Inspecting, inspecting

pytestmark = pytest.mark.long

BLOCKS = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

OFFLINE = """
import socket
def refuse(*args, **kwargs):
    raise OSError("the network was used")
socket.create_connection = socket.getaddrinfo = refuse
"""

INSPECT = "## A language model, by Inspect"
"""The section whose commands have an environment of their own."""


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder but for the part of a checkout that the page copies."""
    folder = tmp_path_factory.mktemp("empty")
    shutil.copytree(root / "docs" / "systems", folder / "onrecord" / "docs" / "systems")
    return folder


@pytest.fixture(scope="module")
def shells(root: Path, tmp_path_factory: pytest.TempPathFactory, folder: Path) -> tuple[Shell, Inspecting]:
    """Where the wheel is installed, and where Inspect is too; neither reaches a network."""
    shell = Shell(install(root, tmp_path_factory.mktemp("installed")), folder)
    (place,) = shell.python.parent.parent.glob("lib/python*/site-packages")
    asking = inspecting(root, tmp_path_factory.mktemp("inspecting"), folder)
    for packages in (place, Path(asking.environment["PYTHONPATH"])):
        (packages / "sitecustomize.py").write_text(OFFLINE, encoding="utf-8")
    return shell, asking


def typed(run: Callable[[str], str], kind: str, block: str, folder: Path) -> str:
    """Type the commands of a block, or save a file that it is; what was printed."""
    if kind == "python":
        name = block.partition("\n")[0].removeprefix("# ")
        assert name.endswith(".py")
        (folder / name).write_text(block, encoding="utf-8")
        return ""
    lines = [line for line in block.splitlines() if not line.startswith("pip install './onrecord")]
    return "".join(run(line) for line in lines if not line.startswith("cd "))


def test_every_command_of_the_page_does_what_it_says(
    root: Path, folder: Path, shells: tuple[Shell, Inspecting]
) -> None:
    page = (root / "docs" / "systems.md").read_text(encoding="utf-8")
    shell, asking = shells
    headings = 0
    for section in re.split(r"^(?=## )", page, flags=re.MULTILINE):
        said = ""
        headings += section.startswith("## ")
        for kind, block in BLOCKS.findall(section):
            if kind == "text":
                missing = [line for line in block.splitlines() if line not in said.splitlines()]
                assert not missing, said
                continue
            if section.startswith(INSPECT):
                said = typed(Inspecting(shell.folder, asking.environment).run, kind, block, shell.folder)
            else:
                said = typed(shell.run, kind, block, shell.folder)
            if "\ncd my-systems" in block:
                shell.folder /= "my-systems"
    assert headings == 6
    assert {"llm.html", "colleague.html", "inspect.jsonl", "coref-predictions.jsonl"} <= {*os.listdir(shell.folder)}


def test_where_the_network_is_used_it_is_refused(shells: tuple[Shell, Inspecting]) -> None:
    command = "python -c 'import urllib.request; urllib.request.urlopen(\"http://192.0.2.1\")' 2>&1 || true"
    for shell in shells:
        assert "the network was used" in shell.run(command)

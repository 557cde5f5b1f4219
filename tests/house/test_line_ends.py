"""A checkout keeps the bytes that were committed, whatever git is told about line ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


def git(*words: str | Path, cwd: Path, stdin: str | None = None) -> str:
    return subprocess.run(["git", *words], cwd=cwd, input=stdin, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("settings", [("core.autocrlf=true",), ("core.autocrlf=input", "core.eol=crlf")])
def test_a_clone_keeps_every_byte(root: Path, tmp_path: Path, settings: tuple[str, ...]) -> None:
    if not (root / ".git").exists():
        pytest.skip("unpacked from an sdist: there is nothing to clone")
    clone = tmp_path / "clone"
    options = [word for setting in settings for word in ("-c", setting)]
    git(*options, "clone", "--quiet", "--no-hardlinks", root, clone, cwd=tmp_path)
    committed = {}
    for row in git("ls-tree", "-r", "-z", "HEAD", cwd=clone).split("\0")[:-1]:
        about, _, name = row.partition("\t")
        committed[name] = about.split()[2]
    assert {"seeds/000_178a6b88b61942c1.txt", ".gitattributes"} <= committed.keys()
    as_they_are = git("hash-object", "--no-filters", "--stdin-paths", cwd=clone, stdin="\n".join(committed)).split()
    differ = [name for (name, blob), found in zip(committed.items(), as_they_are, strict=True) if blob != found]
    assert differ == []

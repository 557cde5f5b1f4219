"""The commands on a Python without what Windows lacks: the same bytes, or one sentence that says what is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RULES = "eval/baselines/rules.jsonl"
PAGE = """<html><body><article><h1>Harbour plan is voted down in Velden</h1>\r
<p class="byline">By Ana Kovač</p><p>The town council voted down the harbour plan on Tuesday, after a debate.</p>\r
<figure><img src="a.jpg"><figcaption>The quay.</figcaption></figure><p>It will come back next year, officials said, when
the roof of the hall has been mended.</p></article></body></html>"""
ARTICLE = "Harbour plan is voted down in Velden\nBy Ana Kovač\n12 March 2024\n\nThe council said no, 7 to 4. 😀\n"


def run(*words: str | Path, root: Path, cache: Path, windows: bool) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own, with the product of this checkout."""
    paths = [
        *([str(root / "tests" / "windows")] if windows else []),
        *(str(root / p) for p in ("dataset", "annotation", "eval")),
    ]
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "ONRECORD_CACHE": str(cache) if cache.name != "none" else "",
    }
    env.pop("PYTHONIOENCODING", None)
    command = [sys.executable, "-c", "from onrecord.cli import main; main()", *map(str, words)]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, timeout=300, check=False)


def written(folder: Path) -> dict[str, bytes]:
    """What is in a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


COMMANDS: dict[str, tuple[str, ...]] = {
    "score": ("score", RULES, "--split", "all", "-o", "{out}/r.json"),
    "score without a cache": ("score", RULES, "--json"),
    "score in processes": ("score", "eval/baselines", "--split", "all", "--jobs", "2", "-o", "{out}/r.json"),
    "validate": ("validate", RULES, "--split", "all"),
    "compare": ("compare", RULES, RULES, "--split", "all", "--items"),
    "report": ("report", RULES, "-o", "{out}/r.html"),
    "build --check": ("build", "--check"),
    "build": ("build", "-o", "{out}/dataset"),
    "predict": ("predict", "--split", "all", "-o", "{out}/p.jsonl"),
    "predict to a pipe": ("predict", "--split", "test"),
    "ingest": ("ingest", "{in}", "--topic", "t", "--seeds", "{out}/seeds"),
    "board build": ("board", "build", "eval/results", "-o", "{out}/site"),
    "init": ("init", "{out}/corpus"),
    "diff": ("diff", "dataset", "dataset"),
    "release": ("release", "--standoff", "-o", "{out}/r.json"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_gives_the_same_bytes(root: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "harbour.txt").write_bytes(ARTICLE.encode())
    (tmp_path / "in" / "page.html").write_bytes(PAGE.encode())
    seen = []
    for windows in (False, True):
        out = tmp_path / "out"
        out.mkdir()
        words = [word.replace("{out}", str(out)).replace("{in}", str(tmp_path / "in")) for word in COMMANDS[name]]
        cache = tmp_path / ("none" if "without" in name else f"cache-{windows}")
        done = run(*words, root=root, cache=cache, windows=windows)
        assert done.returncode == 0, done.stderr.decode()
        seen.append((done.stdout, written(out)))
        out.rename(tmp_path / f"out-{windows}")
    assert seen[0] == seen[1]
    assert b"\r\n" not in seen[1][0]


@pytest.mark.long
def test_a_cached_gold_scores_as_one_that_is_not(root: Path, tmp_path: Path) -> None:
    first, second, none = (
        run("score", RULES, root=root, cache=tmp_path / cache, windows=True) for cache in ("cache", "cache", "none")
    )
    assert first.returncode == 0, first.stderr.decode()
    assert first.stdout == second.stdout == none.stdout


@pytest.mark.parametrize("words", [("annotation", "serve"), ("annotation", "pull", "--round", "r")])
def test_the_server_is_refused_in_one_sentence(root: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(*words, "--data", tmp_path / "data", root=root, cache=tmp_path / "cache", windows=True)
    assert done.returncode == 2, done.stderr.decode()
    assert b"needs Linux or macOS" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_what_is_taken_away_is_away(root: Path, tmp_path: Path) -> None:
    code = """
import os, sys
assert not hasattr(os, "pread")
try:
    import fcntl
except ModuleNotFoundError:
    pass
path = os.path.join(sys.argv[1], "a")
with open(path, "wb"):
    try:
        os.unlink(path)
    except PermissionError:
        print("–")
"""
    env = {**os.environ, "PYTHONPATH": str(root / "tests" / "windows")}
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    assert (done.stdout, done.stderr) == ("–\r\n".encode("cp1252"), b"")

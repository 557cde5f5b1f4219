"""Check whatever a release promises, and stop before anything leaves this machine.

``python docs/release.py 0.2.0`` looks at the repository, runs lint and tests in a clean clone, builds sdist and wheel
under that version in ``results/release/``, tries both in environments of their own, and prints what is left to do by
hand. Every step is run, whatever became of those before it. Exit code 1 where one fails, 2 for a version that is none.

``--built FOLDER`` looks at archives that are there already and at nothing else: the release workflow asks so.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from packaging.version import InvalidVersion, Version

from onrecord.eval.rendering.signature import SCORER_VERSION

ROOT = Path(__file__).resolve().parent.parent
MUST = (
    "tests/",
    "seeds/",
    "annotation/exports/",
    "eval/baselines/",
    "docs/",
    "constraints.txt",
    "onrecord.toml",
    "Makefile",
)
"""What an sdist has, since its tests read it."""
OWN_TESTS = (
    "tests/house/test_imports.py",
    "tests/house/test_architecture.py",
    "tests/dataset/publishing/test_folder.py",
    "tests/test_guidelines.py",
)
"""Tests of its own that an sdist is tried with."""


@dataclass(frozen=True)
class Step:
    """One thing that must hold."""

    name: str
    faults: Callable[[], Iterator[str]]
    """What is wrong, a sentence each; nothing where it holds."""


def git(*arguments: str, root: Path = ROOT) -> str:
    """What a git command prints."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.rstrip()  # a line of git status may begin with a space


def versions(tags: Iterable[str]) -> Iterator[Version]:
    """The versions that tags are of; a tag that is of none is passed over."""
    for tag in tags:
        with contextlib.suppress(InvalidVersion):
            yield Version(tag.removeprefix("v"))


def repository_faults(version: Version, root: Path = ROOT) -> Iterator[str]:
    """The tree is what main has, and the version is new and greater than those before."""
    if changed := git("status", "--porcelain", root=root):
        yield f"not committed: {', '.join(line[3:] for line in changed.splitlines())}"
    if (branch := git("rev-parse", "--abbrev-ref", "HEAD", root=root)) != "main":
        yield f"the branch is {branch}, not main"
    released = [*versions(git("tag", "--list", "v[0-9]*", root=root).split())]
    if released and version <= max(released):
        yield f"{version} is not after {max(released)}, the last release"


def paper_faults(version: Version, today: datetime.date, root: Path = ROOT) -> Iterator[str]:
    """Changelog, citation and corpus say the same of the three versions."""
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    labels, software = changelog.partition("## Labels")[2].split("## Software")
    heading = f"### {version} ({today.isoformat()})"
    newest = re.search(r"^### .*$", software, re.MULTILINE)
    if newest is None or newest[0] != heading:
        yield f"CHANGELOG.md: the newest heading of the software is {newest[0] if newest else None!r}, not {heading!r}"
    if f"Scorer {SCORER_VERSION}" not in software:
        yield f"CHANGELOG.md: says nothing of scorer {SCORER_VERSION}"
    corpus = tomllib.loads((root / "onrecord.toml").read_text(encoding="utf-8"))["card"]
    labelled = re.search(r"^### (\S+)", labels, re.MULTILINE)
    if labelled is None or labelled[1] != corpus["version"]:
        found = labelled[1] if labelled else None
        yield f"CHANGELOG.md: the newest labels are {found}, onrecord.toml has {corpus['version']}"
    cited = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    for field, expected in (("version", corpus["version"]), ("date-released", corpus["date"])):
        if str(cited[field]) != expected:
            yield f"CITATION.cff: {field} is {cited[field]}, onrecord.toml has {expected}"


def clone_faults(root: Path = ROOT) -> Iterator[str]:
    """Lint and every test pass in a clean clone."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(root), str(clone)], check=True)
        outer = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
        if (code := subprocess.run([str(clone / ".ci" / "run")], env=outer).returncode) != 0:
            yield f".ci/run ended with {code}"


def build(version: Version, folder: Path) -> Iterator[str]:
    """Build both archives under a version that has no tag yet."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = {**os.environ, "SETUPTOOLS_SCM_PRETEND_VERSION": str(version)}
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        yield f"python -m build ended with {done.returncode}: {done.stderr.strip()[-500:]}"


def archive_faults(version: Version, folder: Path, root: Path = ROOT) -> Iterator[str]:
    """Both archives are there, have their version, and hold what they must."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    expected = {f"onrecord-{version}.tar.gz", f"onrecord-{version}-py3-none-any.whl"}
    if names != expected:
        yield f"{folder} has {sorted(names)}, not {sorted(expected)}"
        return
    with zipfile.ZipFile(folder / f"onrecord-{version}-py3-none-any.whl") as wheel:
        said = wheel.read(f"onrecord-{version}.dist-info/METADATA").decode()
        inside = set(wheel.namelist())
    if f"\nVersion: {version}\n" not in said:
        yield "the wheel's metadata has another version"
    for name in ("dataset/published/corpus.json", "annotation/GUIDELINES.md", "eval/py.typed"):
        if f"onrecord/{name}" not in inside:
            yield f"the wheel lacks onrecord/{name}"
    with tarfile.open(folder / f"onrecord-{version}.tar.gz") as sdist:
        files = {each.name.partition("/")[2] for each in sdist.getmembers() if not each.isdir()}
    for must in MUST:
        if not any(name == must or name.startswith(must) for name in files):
            yield f"the sdist lacks {must}"
    if (root / ".git").exists():
        ours = {*git("ls-files", "-z", root=root).split("\0")} - {""}
        if missing := ours - files:
            yield f"the sdist lacks {len(missing)} files of the repository, such as {min(missing)}"
        new = git("ls-files", "-z", "--others", "--exclude-standard", root=root)  # told by the step on the tree
        if strange := files - ours - {*new.split("\0"), "PKG-INFO"}:
            yield f"the sdist has what the repository has not: {', '.join(sorted(strange)[:5])}"


def wheel_faults(version: Version, folder: Path, predictions: Path) -> Iterator[str]:
    """The wheel scores in an empty folder, with nothing but what it asks for."""
    with tempfile.TemporaryDirectory() as place:
        venv.create(Path(place) / "env", with_pip=True)
        scripts = Path(place) / "env" / ("Scripts" if os.name == "nt" else "bin")
        wheel = str(folder / f"onrecord-{version}-py3-none-any.whl")
        for command in (
            [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel],
            [str(scripts / "onrecord"), "-V"],
            [str(scripts / "onrecord"), "score", str(predictions.resolve())],
            [str(scripts / "onrecord"), "report", str(predictions.resolve()), "-o", "report.html"],
        ):
            done = subprocess.run(command, cwd=place, capture_output=True, text=True)
            if done.returncode != 0:
                yield f"{' '.join(command[1:3])} ended with {done.returncode}: {done.stderr.strip()[-300:]}"
                return  # the others need it
            elif command[-1] == "-V" and f"onrecord {version}," not in done.stdout:
                yield f"onrecord -V says {done.stdout.strip()}"


def sdist_faults(version: Version, folder: Path) -> Iterator[str]:
    """What was unpacked has all that its tests read, and works by itself: the rules of its house, and its data.

    These few look at every module, build the dataset of what was labelled, and load it; whether a file is missing is
    asked of the archive itself (:func:`archive_faults`).
    """
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(folder / f"onrecord-{version}.tar.gz") as sdist:
            sdist.extractall(place, filter="data")
        (unpacked,) = Path(place).iterdir()
        wings = os.pathsep.join(str(unpacked / wing) for wing in ("dataset", "annotation", "eval"))
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            *OWN_TESTS,
        ]
        done = subprocess.run(
            command, cwd=unpacked, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": wings}
        )
        if done.returncode != 0:
            yield f"its tests ended with {done.returncode}: {done.stdout.strip()[-500:]}"


def steps(version: Version, built: Path | None) -> list[Step]:
    """What is checked, in order."""
    folder = (built or ROOT / "results" / "release").resolve()  # commands are typed in other folders
    baseline = ROOT / "eval" / "baselines" / "rules.jsonl"
    archives = [
        Step("both archives are whole", lambda: archive_faults(version, folder)),
        Step("the wheel scores in an empty folder", lambda: wheel_faults(version, folder, baseline)),
    ]
    if built is not None:
        return archives
    return [
        Step("the tree is that of main, the version is new", lambda: repository_faults(version)),
        Step("changelog, citation and corpus agree", lambda: paper_faults(version, datetime.date.today())),
        Step("lint and tests pass in a clean clone", clone_faults),
        Step("sdist and wheel are built", lambda: build(version, folder)),
        *archives,
        Step("the sdist passes its own tests", lambda: sdist_faults(version, folder)),
    ]


def run(asked: list[Step]) -> bool:
    """Run every step and say what became of it; whether all held."""
    held = True
    for step in asked:
        print(f"… {step.name}", flush=True)
        try:
            faults = list(step.faults())
        except (OSError, subprocess.CalledProcessError, tarfile.TarError, zipfile.BadZipFile) as error:
            faults = [str(error)]
        held = held and not faults
        print("  holds" if not faults else "\n".join(f"  FAILS: {each}" for each in faults), flush=True)
    return held


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Check whatever a release promises; nothing leaves this machine.")
    parser.add_argument("version", help="such as 0.2.0; a tag such as v0.2.0 will do")
    parser.add_argument("--built", type=Path, help="look at the archives in this folder, and at nothing else")
    given = parser.parse_args()
    try:
        version = Version(given.version.removeprefix("v"))
    except InvalidVersion:
        print(f"{given.version!r} is no version (found), PEP 440, such as 0.2.0 (expected)", file=sys.stderr)
        return 2
    if not run(steps(version, given.built)):
        return 1
    if given.built is None:
        print(f"\nEverything holds. Nothing has left this machine. What is left:\n  git tag --sign v{version}")
        print(f"  git push origin v{version}    # the workflow builds anew and publishes what a person approves")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What leaves the repository: its archives, its versions, and the workflows that publish them."""

from __future__ import annotations

import datetime
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.version import Version

SCRIPTS = Path(sys.executable).parent
WORKFLOWS = Path(".github/workflows")


@pytest.fixture(scope="module")
def release(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", root / "docs" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["release"] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def archives(release: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archives") / "dist"
    assert list(release.build(Version("7.1.0"), folder)) == []
    return folder


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(SCRIPTS / command[0]), *command[1:]], cwd=cwd, capture_output=True, text=True)


def test_linters_of_workflows_find_nothing(root: Path) -> None:
    found = run("zizmor", "--offline", "--no-progress", "--persona=regular", str(root / WORKFLOWS), cwd=root)
    assert found.returncode == 0, found.stdout
    paths = [str(path) for path in sorted((root / WORKFLOWS).glob("*.yml"))]
    found = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *paths, cwd=root)
    assert found.returncode == 0, found.stdout


def test_the_linters_find_what_is_wrong(root: Path, tmp_path: Path) -> None:
    right = (root / WORKFLOWS / "tests.yml").read_text(encoding="utf-8")
    wrong = re.sub(r"actions/checkout@[0-9a-f]{40}", "actions/checkout@v4", right)
    (tmp_path / "wrong.yml").write_text(
        wrong.replace("run: make lint", "run: echo ${{ github.event.pull_request.title }}"), encoding="utf-8"
    )
    found = run("zizmor", "--offline", "--no-progress", str(tmp_path / "wrong.yml"), cwd=tmp_path)
    assert found.returncode != 0
    assert {"unpinned-uses", "template-injection"} <= {*re.findall(r"\[([a-z-]+)\]", found.stdout)}
    (tmp_path / "wrong.yml").write_text(right.replace("runs-on:", "runs-in:"), encoding="utf-8")
    found = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", "wrong.yml", cwd=tmp_path)
    assert found.returncode == 1


def test_whoever_may_write_runs_nothing_of_the_checkout(root: Path) -> None:
    """A job with a right beyond reading takes what another job made, or what is installed by hash."""
    seen = 0
    for path in sorted((root / WORKFLOWS).glob("*.yml")):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}, path
        for name, job in workflow["jobs"].items():
            rights = {right for right, level in job["permissions"].items() if level == "write"}
            if not rights:
                continue
            seen += 1
            commands = [step["run"] for step in job["steps"] if "run" in step]
            allowed = r"(pip install --require-hashes|hf upload|gh pr comment) .*"
            assert [line for line in commands if not re.fullmatch(allowed, line)] == [], (path, name)
    assert seen >= 4


def test_the_matrix_has_every_python_that_the_package_asks_for(root: Path) -> None:
    jobs = yaml.safe_load((root / WORKFLOWS / "tests.yml").read_text(encoding="utf-8"))["jobs"]
    assert jobs["quick"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    systems = {each["system"] for each in jobs["quick"]["strategy"]["matrix"]["include"]}
    assert systems | {"ubuntu-latest"} == {"ubuntu-latest", "macos-latest", "windows-latest"}


@pytest.mark.long
@pytest.mark.skipif(not (Path(__file__).parents[1] / ".git").exists(), reason="an sdist cannot be cloned")
def test_the_steps_of_a_shell_work_where_they_can(root: Path, tmp_path: Path) -> None:
    """What needs no network, no right and no browser of the workflows' machine, as it is written there."""
    steps = [
        step["run"]
        for path in sorted((root / WORKFLOWS).glob("*.yml"))
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
        for step in job["steps"]
        if step.get("run", "").startswith(("onrecord ", "git diff"))
    ]
    steps = [step for step in dict.fromkeys(steps) if "admit" not in step]  # in tests/eval/board/test_admission.py
    assert len(steps) >= 4
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(root), str(clone)], check=True)
    wings = os.pathsep.join(str(clone / wing) for wing in ("dataset", "annotation", "eval"))
    environment = {"PATH": f"{SCRIPTS}:/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": wings}
    for step in steps:
        done = subprocess.run(["bash", "-eu", "-c", step], cwd=clone, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, (step, done.stdout, done.stderr)


@pytest.mark.long
def test_the_archives_are_whole_and_a_file_less_is_found(release: ModuleType, archives: Path, tmp_path: Path) -> None:
    version = Version("7.1.0")
    assert list(release.archive_faults(version, archives)) == []
    assert len(list(release.archive_faults(Version("7.1.1"), archives))) == 1
    lacking = tmp_path / "dist"
    shutil.copytree(archives, lacking)
    sdist = lacking / "onrecord-7.1.0.tar.gz"
    with tarfile.open(archives / sdist.name) as whole, tarfile.open(sdist, "w:gz") as less:
        for member in whole.getmembers():
            if "/seeds/" not in member.name:
                less.addfile(member, whole.extractfile(member) if member.isfile() else None)
    assert any("lacks seeds/" in fault for fault in release.archive_faults(version, lacking))
    with tarfile.open(archives / sdist.name) as whole, tarfile.open(sdist, "w:gz") as more:
        for member in whole.getmembers():
            more.addfile(member, whole.extractfile(member) if member.isfile() else None)
        more.addfile(tarfile.TarInfo("onrecord-7.1.0/notes of mine.txt"))
    (strange,) = release.archive_faults(version, lacking)
    assert strange == "the sdist has what the repository has not: notes of mine.txt"


@pytest.mark.long
def test_archives_that_are_there_are_tried_wherever_their_folder_is_named_from(
    root: Path, archives: Path, tmp_path: Path
) -> None:
    """As the release workflow asks."""
    wings = os.pathsep.join(str(root / wing) for wing in ("dataset", "annotation", "eval"))
    done = subprocess.run(
        [sys.executable, str(root / "docs" / "release.py"), "v7.1.0", "--built", archives.name],
        cwd=archives.parent,
        env={**os.environ, "PYTHONPATH": wings},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout.count("holds")) == (0, 2), done.stdout


def test_where_no_archive_is_one_fault_says_so(release: ModuleType, tmp_path: Path) -> None:
    (said,) = release.wheel_faults(Version("7.1.0"), tmp_path, tmp_path / "none.jsonl")
    assert said.startswith("-m pip ended with 1: ")
    assert "onrecord-7.1.0-py3-none-any.whl" in said


@pytest.mark.long
def test_the_sdist_passes_tests_of_its_own(release: ModuleType, archives: Path) -> None:
    assert list(release.sdist_faults(Version("7.1.0"), archives)) == []


def test_a_tree_that_is_not_mains_and_an_old_version_are_told(release: ModuleType, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        named = ("-c", "user.name=n", "-c", "user.email=e@example.org")
        subprocess.run(["git", *named, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--initial-branch", "main")
    (tmp_path / "README.md").touch()
    git("add", "README.md")
    git("commit", "-m", "first")
    git("tag", "v0.2.0")
    git("tag", "v1-of-the-old-kind")
    assert list(release.repository_faults(Version("0.3.0"), tmp_path)) == []
    git("switch", "-c", "other")
    (tmp_path / "README.md").write_text("changed")
    (tmp_path / "new.txt").touch()
    said = list(release.repository_faults(Version("0.2.0"), tmp_path))
    assert [each.partition(" ")[0] for each in said] == ["not", "the", "0.2.0"]
    assert said[0] == "not committed: README.md, new.txt"


def test_papers_that_disagree_are_told(release: ModuleType, root: Path, tmp_path: Path) -> None:
    day = datetime.date(2031, 1, 2)
    for name in ("CHANGELOG.md", "onrecord.toml", "CITATION.cff"):
        shutil.copy(root / name, tmp_path / name)
    (unreleased,) = release.paper_faults(Version("9.9.9"), day, tmp_path)
    assert "### 9.9.9 (2031-01-02)" in unreleased
    changelog = (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8")
    before, _, software = changelog.partition("## Software\n")
    software = re.sub(r"^### .*$", "### 9.9.9 (2031-01-02)", software, count=1, flags=re.MULTILINE)
    (tmp_path / "CHANGELOG.md").write_text(f"{before}## Software\n{software}", encoding="utf-8")
    assert list(release.paper_faults(Version("9.9.9"), day, tmp_path)) == []
    cited = (tmp_path / "CITATION.cff").read_text(encoding="utf-8")
    (tmp_path / "CITATION.cff").write_text(re.sub(r"version: .*", "version: 0.0.1", cited), encoding="utf-8")
    (wrong,) = release.paper_faults(Version("9.9.9"), day, tmp_path)
    assert wrong.startswith("CITATION.cff: version is 0.0.1")


def test_a_version_that_is_none_ends_with_2(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(root / "docs" / "release.py"), "next"], cwd=root, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "'next' is no version" in done.stderr

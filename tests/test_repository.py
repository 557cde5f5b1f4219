"""What must be true of the repository itself."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from onrecord.dataset import Gold


def tracked(root: Path) -> list[Path]:
    """The files of the repository; all files where it was unpacked from an sdist."""
    if not (root / ".git").exists():
        return [path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, check=True)
    return [root / name for name in done.stdout.decode().splitlines() if (root / name).is_file()]


@pytest.mark.long
def test_generated_parts_of_the_documents_are_current(root: Path, gold: Gold, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(root / "docs")  # as for a script that lies there
    spec = importlib.util.spec_from_file_location("generate", root / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert list(generate.stale(generate.parts(gold))) == [], "run make docs"
    assert list(generate.stale_files(gold)) == [], "run make docs"


def test_the_namespace_has_no_init_and_every_portion_is_typed(root: Path) -> None:
    for portion in ("dataset", "annotation", "eval"):
        assert not (root / portion / "onrecord" / "__init__.py").exists()
        for package in (root / portion / "onrecord").iterdir():
            if (package / "__init__.py").exists():
                assert (package / "py.typed").exists()


def test_the_seeds_are_what_their_readme_says(root: Path) -> None:
    readme = (root / "seeds" / "README.md").read_text()
    seeds = sorted((root / "seeds").glob("*.txt"))
    assert len(seeds) == 5
    for seed in seeds:
        assert f"| `{seed.name}` |" in readme
        assert hashlib.sha256(seed.read_bytes()).hexdigest() in readme


SHARED = Path(__file__).parents[2] / "shared" / "seeds"


@pytest.mark.conformance
@pytest.mark.skipif(not SHARED.is_dir(), reason="the seeds as they were handed over are not beside this checkout")
def test_the_seeds_are_those_that_were_handed_over(root: Path) -> None:
    for seed in SHARED.glob("*.txt"):
        assert (root / "seeds" / seed.name).read_bytes() == seed.read_bytes()


def test_no_path_of_a_machine_and_no_index_host_is_in_the_repository(root: Path) -> None:
    hosts = re.compile(rb"/(?:root|home/\w+)/|py" + rb"pi\.org|files\.pythonhosted")
    for path in tracked(root):
        if path.suffix not in (".parquet",):
            assert hosts.search(path.read_bytes()) is None, path


def test_guideline_rules_named_by_labels_exist(root: Path, gold: Gold) -> None:
    guidelines = (root / "annotation" / "GUIDELINES.md").read_text()
    defined = set(re.findall(r"^\*\*([A-Z]\d+)\*\*", guidelines, re.MULTILINE))
    rules = [item.rule for article in gold.articles for _, item in article.labels.items() if item.rule]
    used = {rule for rules_of_item in rules for rule in re.findall(r"[A-Z]\d+", rules_of_item)}
    assert used
    assert used <= defined


def test_the_citation_bears_the_version_of_the_labels(root: Path) -> None:
    import yaml

    from tests.builders import ABOUT

    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    assert citation["version"] == ABOUT.card.version
    assert {"cff-version", "message", "title", "authors", "license"} <= set(citation)
    assert f"### {ABOUT.card.version}" in (root / "CHANGELOG.md").read_text()


def test_links_between_documents_lead_somewhere(root: Path) -> None:
    for name in (
        "README.md",
        "DATASHEET.md",
        "CONTRIBUTING.md",
        "docs/architecture.md",
        "docs/dataset.md",
        "docs/python.md",
        "docs/extend.md",
        "docs/scoring.md",
        "docs/faults.md",
        "docs/submit.md",
        "docs/report.md",
        "docs/exports.md",
        "eval/results/README.md",
        "benchmarks/README.md",
        "seeds/README.md",
    ):
        text = (root / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((root / name).parent / target).exists(), (name, target)


WORKFLOWS = Path(".github/workflows")


def test_workflows_run_nothing_that_somebody_can_move(root: Path) -> None:
    """A tag can be moved to other code; a version of a library that is not named is any."""
    paths = sorted((root / WORKFLOWS).glob("*.yml"))
    used = [line for path in paths for line in re.findall(r"uses: *(.*)", path.read_text(encoding="utf-8"))]
    assert len(used) >= 8
    assert [line for line in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line)] == []
    commands = [line for path in paths for line in re.findall(r"pip install (.*)", path.read_text(encoding="utf-8"))]
    assert len(commands) >= 5
    allowed = ("--require-hashes", "--no-deps ", "--constraint")
    assert [line for line in commands if not line.startswith(allowed)] == []


def test_what_workflows_install_by_hash_is_what_is_tested(root: Path) -> None:
    constraints = [Requirement(line) for line in (root / "constraints.txt").read_text(encoding="utf-8").splitlines()]
    here = [each for each in constraints if each.marker is None or each.marker.evaluate({"python_version": "3.12"})]
    known = {re.sub(r"[-_.]+", "-", each.name).lower(): str(each.specifier).removeprefix("==") for each in here}
    files = ("requirements.txt", "hub-requirements.txt")
    lines = [line for name in files for line in (root / ".github" / name).read_text(encoding="utf-8").splitlines()]
    pinned = {}
    for line in (line for line in lines if not line.startswith("#")):
        found = re.fullmatch(r"([a-z0-9._-]+)==(\S+) --hash=sha256:[0-9a-f]{64}", line)
        assert found, line
        pinned[re.sub(r"[-_.]+", "-", found[1])] = found[2]
    assert pinned.items() <= known.items()
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for line in wanted:
        asked = Requirement(line)
        assert asked.specifier.contains(pinned[asked.name]), line

"""The wheel in an environment with nothing but what it asks for: commands in an empty folder, outside of any corpus."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.e2e.strangers import Shell, install

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def python(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(root, tmp_path_factory.mktemp("base"), base=True)


@pytest.fixture
def shell(python: Path, tmp_path: Path) -> Shell:
    return Shell(python, tmp_path)


def test_the_commands_take_the_published_dataset_that_came_along(shell: Shell, root: Path) -> None:
    said = shell.run("onrecord predict --split test -o mine.jsonl")
    terms = re.search(r"no corpus here: on the published dataset.*; terms: (\S+)", said)
    assert terms is not None
    assert Path(terms[1]).read_text("utf-8") == (root / "dataset/LICENSE-DATA.md").read_text("utf-8")
    lines = (shell.folder / "mine.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 3
    assert {*lines} < {*(root / "eval/baselines/rules.jsonl").read_text("utf-8").splitlines()}

    assert "mine.jsonl: valid; 3 articles" in shell.run("onrecord validate mine.jsonl")
    scored = shell.run("onrecord score mine.jsonl")
    readme = (root / "README.md").read_text("utf-8")
    (gold,) = set(re.findall(r"\|(gold:\w+)\|", scored))
    assert gold in readme
    assert "reader-e on gold" in scored  # the annotators' rows come along
    assert json.loads(shell.run("onrecord score mine.jsonl --json 2>/dev/null"))["format"] == "onrecord-record/1"
    assert "mine.jsonl (2) minus mine.jsonl" in shell.run("onrecord compare mine.jsonl mine.jsonl")
    shell.run("onrecord report mine.jsonl -o report.html")
    page = (shell.folder / "report.html").read_text("utf-8")
    assert "onrecord score mine.jsonl --split test" in page
    assert str(shell.python.parent.parent) not in page
    assert sorted(path.name for path in shell.folder.iterdir()) == ["mine.jsonl", "report.html"]


def test_gold_that_was_named_or_is_the_corpuss_is_never_another(shell: Shell) -> None:
    shell.run("onrecord predict --split test -o mine.jsonl")
    assert "dataset/data/articles: [file]" in shell.run("onrecord score mine.jsonl --gold dataset", code=2)
    assert "dataset/data/articles: [file]" in shell.run("onrecord validate --gold dataset mine.jsonl", code=2)
    shell.run("onrecord init own")
    shell.folder /= "own"
    assert "dataset/data/articles: [file]" in shell.run("onrecord score ../mine.jsonl --split test", code=2)


def test_a_folder_called_dataset_that_is_none_is_passed_over(shell: Shell) -> None:
    (shell.folder / "dataset").mkdir()
    (shell.folder / "dataset" / "images.csv").write_text("1")
    shell.run("onrecord predict --split test -o mine.jsonl")
    assert "valid; 3 articles" in shell.run("onrecord validate mine.jsonl")


def test_python_has_the_version_and_the_dataset(shell: Shell) -> None:
    code = (
        "import onrecord.eval, onrecord.dataset; "
        "from onrecord.eval import score; "
        "from onrecord.dataset import published_folder, read_folder; "
        "assert onrecord.eval.__version__ == onrecord.dataset.__version__; "
        "print(len(read_folder(published_folder()).articles), score('mine.jsonl').result.split); "
        "score('mine.jsonl').to_frame()"
    )
    shell.run("onrecord predict --split test -o mine.jsonl")
    said = shell.run(f'python -c "{code}"', code=1)
    assert said.startswith("29 test\n")
    assert "to_frame() needs pandas: pip install pandas, or the extra 'dataset' of onrecord" in said


def test_what_a_competition_brings_along_has_no_gold_labels(shell: Shell) -> None:
    code = (
        "from onrecord.eval.platforms.archive import scorer_files; "
        "files = scorer_files(); "
        "print(sorted({name.rpartition('.')[2] for name in files}), 'vendored/onrecord/dataset/gold.py' in files)"
    )
    said = shell.run(f'python -c "{code}"')
    assert "parquet" not in said
    assert "jsonl" not in said
    assert said.rstrip().endswith("True")


def test_examples_come_along_and_can_be_scored(shell: Shell) -> None:
    (folder,) = shell.python.parent.parent.glob("lib/python*/site-packages/onrecord/eval/examples")
    for each in sorted(folder.glob("*.jsonl")):
        assert "valid" in shell.run(f"onrecord validate --allow-missing {each}")

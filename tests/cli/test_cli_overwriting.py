"""No command writes over what it reads: said before anything is scored, with exit code 2, and nothing is changed."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.within import run

from onrecord.cli.outputs import refuse_overwriting
from onrecord.dataset.reading.faults import OnrecordError

READ = "is read, and would be written over: give what is written another name"


@pytest.fixture
def work(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Predictions, shards of them, a dataset folder and what stands beside them."""
    shutil.copy(root / "eval" / "baselines" / "rules.jsonl", tmp_path / "mine.jsonl")
    (tmp_path / "shards").mkdir()
    for number, line in enumerate((tmp_path / "mine.jsonl").read_bytes().splitlines(keepends=True)):
        (tmp_path / "shards" / f"{number}.jsonl").write_bytes(line)
    shutil.copytree(root / "dataset", tmp_path / "gold", ignore=shutil.ignore_patterns("onrecord", "__pycache__"))
    (tmp_path / "map.json").write_text("{}")
    (tmp_path / "soft.jsonl").symlink_to(tmp_path / "mine.jsonl")
    os.link(tmp_path / "mine.jsonl", tmp_path / "hard.jsonl")
    (tmp_path / "into").symlink_to(tmp_path / "gold")
    for name in ("requests.jsonl", "replies.jsonl", "gap.json", "a.parquet", "b.parquet"):
        (tmp_path / name).write_bytes(b"{}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}


SPANS = ("mine.jsonl", "shards/0.jsonl", "--format", "ours")
GAP = ("gap", "mine.jsonl", "shards/0.jsonl", "--probe", "into", "--gold", "gold")
REPORT = ("report", "mine.jsonl", "--gold", "gold")
SCORE = ("score", "mine.jsonl", "--gold", "gold")


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ((*SCORE, "--state"), "mine.jsonl"),
        ((*SCORE, "--state"), "./shards/../mine.jsonl"),
        ((*SCORE, "--state"), "soft.jsonl"),
        ((*SCORE, "--state"), "hard.jsonl"),
        ((*SCORE, "-o"), "mine.jsonl"),
        ((*SCORE, "--json", "-o"), "soft.jsonl"),
        ((*SCORE, "--labels", "map.json", "-o"), "map.json"),
        (("score", "shards", "--gold", "gold", "--state"), "shards/3.jsonl"),
        (("score", "shards/*.jsonl", "--gold", "gold", "-o"), "shards/3.jsonl"),
        (("score", "shards/0.jsonl", "mine.jsonl", "--gold", "gold", "-o"), "mine.jsonl"),
        (("score", "--from-state", "a.parquet", "b.parquet", "--gold", "gold", "--state"), "b.parquet"),
        (("score", "--from-state", "a.parquet", "b.parquet", "--gold", "gold", "-o"), "a.parquet"),
        ((*REPORT, "-o"), "mine.jsonl"),
        ((*REPORT, "--against", "shards/0.jsonl", "-o"), "shards/0.jsonl"),
        ((*REPORT, "--requests", "requests.jsonl", "-o"), "requests.jsonl"),
        ((*REPORT, "--replies", "replies.jsonl", "--format", "text", "-o"), "replies.jsonl"),
        ((*REPORT, "--gap", "gap.json", "-o"), "gap.json"),
        ((*REPORT, "--labels", "map.json", "-o"), "map.json"),
        ((*GAP, "-o"), "mine.jsonl"),
        ((*GAP, "-o"), "shards/0.jsonl"),
        ((*GAP, "--labels", "map.json", "-o"), "map.json"),
        (("spans", *SPANS, "-o"), "mine.jsonl"),
        (("spans", *SPANS, "--labels", "map.json", "-o"), "map.json"),
        (("prompt", "link", "replies.jsonl", "--gold", "gold", "--model", "m", "-o"), "replies.jsonl"),
        (("prompt", "read", "replies.jsonl", "--gold", "gold", "-o"), "replies.jsonl"),
        (
            ("prompt", "read", "replies.jsonl", "--links", "mine.jsonl", "--gold", "gold", "-o", "new", "--report"),
            "mine.jsonl",
        ),
        (("prompt", "log", "gap.json", "-o"), "gap.json"),
        (("clusters", *SPANS, "-o"), "soft.jsonl"),
        (("clusters", *SPANS, "-o"), "shards/0.jsonl"),
    ],
)
def test_what_is_read_is_not_written_over(
    work: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], output: str
) -> None:
    before = contents(work)
    assert run(capsys, *command, output) == (2, "", f"{Path(output)} {READ}\n")
    assert contents(work) == before


@pytest.mark.parametrize(
    ("command", "output", "source"),
    [
        ((*SCORE, "--state"), "gold/data/articles/test.parquet", "gold"),
        ((*SCORE, "--state"), "into/README.md", "gold"),
        ((*SCORE, "-o"), "gold/corpus.json", "gold"),
        ((*SCORE, "-o"), "elsewhere/articles/test.parquet", "gold"),
        ((*REPORT, "-o"), "gold/README.md", "gold"),
        ((*GAP, "-o"), "gold/README.md", "into"),
        (("predict", "--gold", "gold", "-o"), "gold/README.md", "gold"),
    ],
)
def test_no_file_of_a_dataset_folder_that_is_read_is_written_over(
    work: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], output: str, source: str
) -> None:
    (work / "gold" / "data").rename(work / "elsewhere")
    (work / "gold" / "data").symlink_to(work / "elsewhere")
    before = contents(work)
    says = f"{output} lies in {source}, which is read: write it elsewhere\n"
    assert run(capsys, *command, output) == (2, "", says)
    assert contents(work) == before


def test_a_record_stands_for_the_predictions_beside_it(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *SCORE, "-o", "record.json")[0] == 0
    before = contents(work)
    for output in ("record.json", "mine.jsonl"):
        assert run(capsys, "report", "record.json", "--gold", "gold", "-o", output)[2].endswith(f"{output} {READ}\n")
    assert contents(work) == before


def test_two_outputs_are_two_files(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, *SCORE, "--state", "new", "-o", "./new")
    assert said == (2, "", "new cannot be two outputs: give them names of their own\n")
    assert not (work / "new").exists()


@pytest.mark.parametrize(
    "command", [REPORT, GAP, ("spans", *SPANS), ("clusters", *SPANS)], ids=["report", "gap", "spans", "clusters"]
)
def test_a_folder_is_said_before_anything_is_scored(
    work: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    (work / "new").mkdir()
    assert run(capsys, *command, "-o", "new") == (2, "", "new: is a folder, and no file\n")


@pytest.mark.parametrize("change", [lambda path: path, lambda path: path.with_suffix(".jsonl.gz")])
def test_what_is_not_read_is_written(
    work: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], Path]
) -> None:
    """A file that is there and is not read, one beside shards, and standard streams."""
    source = change(work / "mine.jsonl")
    if source.suffix == ".gz":
        source.write_bytes(gzip.compress((work / "mine.jsonl").read_bytes()))
    for output in ("map.json", "shards/record.json", "shards", "gold/record.json"):
        code, _, err = run(capsys, "score", source, "--gold", "gold", "-o", output)
        assert code == 0, err
    assert (work / "map.json").read_bytes() == (work / "shards" / "record.json").read_bytes()
    assert run(capsys, "score", source, "--gold", "gold", "-o", "-")[1] == (work / "map.json").read_text()


def test_a_device_that_is_read_and_written_is_no_file(tmp_path: Path) -> None:
    refuse_overwriting([Path("/dev/null"), Path("-"), None], [Path("/dev/null"), Path("-"), None, tmp_path / "none"])
    refuse_overwriting([tmp_path / "new"], [tmp_path])
    (tmp_path / "new").touch()
    with pytest.raises(OnrecordError, match="lies in"):
        refuse_overwriting([tmp_path / "new"], [tmp_path])


def test_records_of_each_file_take_no_file_of_the_gold_away(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "gold" / "index.jsonl").write_bytes(b"kept")
    before = contents(work)
    code, out, err = run(capsys, "score", "--each", "mine.jsonl", "--gold", "gold", "-o", "gold")
    assert (code, out, err) == (2, "", f"gold/index.jsonl lies in {work / 'gold'}, which is read: write it elsewhere\n")
    assert contents(work) == before

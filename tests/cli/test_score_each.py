"""``onrecord score --each``: each file a submission of its own, with the same record whoever scores it."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.within import run

from onrecord.dataset.reading.faults import OnrecordError
from onrecord.dataset.reading.platform import has_fork
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.engines.dask import Dask
from onrecord.eval.scoring.engines.processes import Processes
from onrecord.eval.scoring.parts import Setting
from onrecord.eval.scoring.systems import score_each, score_system
from onrecord.eval.submission.limits import Limits

QUICK = ("--draws", "50")


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Three systems, of which two are right; of one of these there is a packed copy."""
    folder = tmp_path_factory.mktemp("systems")
    rules = root / "eval" / "baselines" / "rules.jsonl"
    shutil.copy(rules, folder / "a.jsonl")
    (folder / "b.jsonl").write_bytes(b"".join(rules.read_bytes().splitlines(keepends=True)[:2]) + b"{}\n")
    lines = [msgspec.json.decode(line) for line in rules.read_bytes().splitlines()]
    few = [{"doc_id": line["doc_id"], "mentions": line["mentions"][::2]} for line in lines]
    (folder / "c.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, few)))
    (folder / "d.jsonl.gz").write_bytes(gzip.compress(rules.read_bytes()))
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def decoded(lines: bytes | str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in lines.splitlines()]


@pytest.mark.long
@pytest.mark.parametrize("engine", [(), ("--jobs", "2"), ("--engine", "dask", "--jobs", "2")], ids=" ".join)
def test_records_are_those_of_one_file_at_a_time(
    systems: Path, root: Path, engine: Sequence[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if "dask" in engine:
        pytest.importorskip("distributed")
    gold, alone, together = ("--gold", root / "dataset"), tmp_path / "alone", tmp_path / "new" / "together"
    alone.mkdir()
    files = sorted(systems.iterdir())
    for file in files:
        run(capsys, "score", file, *gold, *QUICK, "-o", alone)
    code, out, err = run(capsys, "score", "--each", systems, *gold, *QUICK, *engine, "-o", together)
    assert (code, out) == (2, f"result: {together / 'index.jsonl'}\n")
    assert f"{systems / 'b.jsonl'}" in err
    assert "no score of this file" in err
    assert err.endswith("1 of 4 files failed\n")
    found = content(together)
    index = found.pop("index.jsonl")
    assert found == content(alone)
    assert len(found) == 3

    told = decoded(index)
    assert [each["file"] for each in told] == list(map(str, files))
    assert [each["status"] for each in told] == ["complete", "failed", "complete", "complete"]
    for each in told:
        record = msgspec.json.decode(found[f"{each['id']}.json"])
        assert each["sha256"] == record["key"]["submission"]
        assert each.get("errors", {}) == record["errors"]
        assert each.get("scores", {}) == {
            f"{name}:{of['headline']}": of["measures"][of["headline"]]["value"] for name, of in record["layers"].items()
        }
    assert told[0]["scores"] == told[3]["scores"] != told[2]["scores"]

    code, out, _ = run(capsys, "score", "--each", systems, *gold, *QUICK, *engine)
    assert (code, out.encode()) == (2, index)


def test_the_same_file_twice_is_two_lines_and_one_record(
    systems: Path, root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, other, none = systems / "a.jsonl", systems / "c.jsonl", tmp_path / "none.jsonl"
    words = ("score", "--each", file, other, none, file, "--gold", root / "dataset", *QUICK, "-o", tmp_path / "o")
    code, _, err = run(capsys, *words)
    assert code == 2
    assert f"{none}: [file]" in err
    found = content(tmp_path / "o")
    told = decoded(found["index.jsonl"])
    assert [each["file"] for each in told] == list(map(str, (file, other, none, file)))
    assert told[0] == told[3]
    assert told[2] == {"file": str(none), "sha256": None, "status": "failed", "errors": {"file": 1}}
    assert found.keys() == {f"{told[0]['id']}.json", f"{told[1]['id']}.json", "index.jsonl"}


def test_what_has_its_record_is_not_scored_again(
    systems: Path, root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("score", "--each", systems, "--gold", root / "dataset", *QUICK, "-o", tmp_path)
    first = run(capsys, *words)
    whole = content(tmp_path)
    for name in ("index.jsonl", f"{decoded(whole['index.jsonl'])[2]['id']}.json"):  # as where it was interrupted
        (tmp_path / name).unlink()
    scored: list[str] = []

    def noted(path: Path, setting: Setting, asked: Asked) -> Any:
        scored.append(path.name)
        return score_system(path, setting, asked)

    monkeypatch.setattr("onrecord.eval.scoring.systems.score_system", noted)
    assert run(capsys, *words) == first
    assert content(tmp_path) == whole
    assert scored == ["b.jsonl", "c.jsonl"]  # a failed one says its faults again
    scored.clear()
    run(capsys, *words, "--seed", "1")
    assert scored == ["a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl.gz"]
    assert len(content(tmp_path)) == 7


def test_what_does_not_fit_is_refused_and_nothing_is_written(
    systems: Path, root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    output = tmp_path / "o"

    def refused(*arguments: str | Path) -> str:
        code, out, err = run(capsys, "score", "--each", *arguments, "--gold", root / "dataset")
        assert (code, out, output.exists()) == (2, "", False), err
        return err

    assert "no file that ends in .jsonl" in refused(tmp_path / "empty", "-o", output)
    assert "no file that ends in .jsonl" in refused(tmp_path / "*.jsonl", "-o", output)
    assert "standard input is one submission" in refused("-", "-o", output)
    assert "a folder of their own" in refused(systems, "-o", systems)
    assert "a folder of their own" in refused(systems / "a.jsonl", "-o", f"{systems}/../{systems.name}")
    assert "states are of one submission" in refused(systems, "-o", output, "--state", tmp_path / "s.parquet")
    assert "states are of one submission" in refused(systems, "-o", output, "--from-state")
    assert "the headlines are told" in refused(systems, "-o", output, "--details")
    assert "--scheduler" in refused(systems, "-o", output, "--scheduler", "tcp://127.0.0.1:9")
    assert "no-map.json: [unreadable]" in refused(systems, "-o", output, "--labels", tmp_path / "no-map.json")
    assert sorted(each.name for each in systems.iterdir()) == ["a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl.gz"]


def slowly(path: Path, setting: Setting, asked: Asked) -> Any:
    """Score a file, with time to be killed first."""
    time.sleep(1)
    return score_system(path, setting, asked)


def killed(path: Path, setting: Setting, asked: Asked) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.long
def test_a_dask_worker_that_is_killed_in_the_middle_changes_nothing(
    systems: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    setting = Setting((root / "dataset").absolute(), "test", None, Limits())
    files, asked = [systems / "a.jsonl", systems / "c.jsonl"] * 3, Asked(how=None)
    expected = [score_system(file, setting, asked).record for file in files]
    ended: list[int] = []

    class Killing(Dask):
        def each(self, task: Any, arguments: Any) -> Any:
            """With one of two workers ended while it is at work."""
            found = super().each(slowly, arguments)
            first = next(found)
            ended.append(next(iter(self._client.run(os.getpid).values())))
            os.kill(ended[0], signal.SIGKILL)
            yield first
            yield from found

    with Killing(None, 2) as engine:
        found = [each.record for each in score_each(files, setting, asked, engine)]
    assert found == expected
    assert ended


@pytest.mark.skipif(not has_fork(), reason="signals of Unix")
def test_a_process_that_is_killed_is_said(systems: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting((root / "dataset").absolute(), "test", None, Limits())
    monkeypatch.setattr("onrecord.eval.scoring.systems.score_system", killed)
    with Processes(2) as engine, pytest.raises(OnrecordError, match="a process of --jobs was ended from outside"):
        list(score_each([systems / "a.jsonl"], setting, Asked(), engine))

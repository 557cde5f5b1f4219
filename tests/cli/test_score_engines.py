"""``onrecord score`` in parts says what one process says, and nothing of what an engine says to itself."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.cli.test_orphans import processes
from tests.cli.within import run

COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()"]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Predictions that say some mentions twice: a file, and the same in three parts of a folder."""
    folder = tmp_path_factory.mktemp("odd")
    lines = [
        msgspec.json.decode(line) for line in (root / "eval" / "baselines" / "rules.jsonl").read_bytes().splitlines()
    ]
    for number, line in enumerate(lines):
        line["mentions"] += [{**each, "id": None} for each in line["mentions"][: number % 3]]
    raw = [msgspec.json.encode(line) + b"\n" for line in lines]
    (folder / "whole.jsonl").write_bytes(b"".join(raw))
    (folder / "parts").mkdir()
    for number in range(3):
        (folder / "parts" / f"{number}.jsonl").write_bytes(b"".join(raw[number::3]))
    return folder


@pytest.mark.long
def test_warnings_are_said_whoever_scores(
    odd: Path, root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onrecord.eval.scoring.rounds.PART_BYTES", 50_000)
    gold, whole = ("--gold", root / "dataset", "--draws", "0"), odd / "whole.jsonl"
    expected = run(capsys, "score", whole, *gold)
    said = expected[2].partition(";")[0]
    assert said.startswith("warnings: ")
    assert said.endswith(" repeated-item")
    for more in (("--jobs", "2"), ("--state", tmp_path / "s.parquet"), ("--engine", "dask", "--jobs", "1")):
        if "dask" in more:
            pytest.importorskip("distributed")
        code, out, err = run(capsys, "score", whole, *gold, *more)
        assert (code, out) == expected[:2]
        assert err.replace(f"state: {tmp_path / 's.parquet'}\n", "") == expected[2]
    for given in ((odd / "parts",), ("--from-state", tmp_path / "s.parquet"), (odd / "parts" / "*.jsonl",)):
        code, _, err = run(capsys, "score", *given, *gold)
        assert (code, err) == (0, f"{said}; onrecord validate FILE says what each is\n")


def test_a_folder_says_what_of_it_is_passed_over(
    odd: Path, root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ("--gold", root / "dataset", "--draws", "0", "--json")
    expected = run(capsys, "score", odd / "parts", *words)
    shutil.copy(odd / "parts" / "0.jsonl", tmp_path)
    (tmp_path / "1.jsonl.gz").write_bytes(gzip.compress((odd / "parts" / "1.jsonl").read_bytes()))
    with zipfile.ZipFile(tmp_path / "2.zip", "w") as packed:
        packed.write(odd / "parts" / "2.jsonl", "2.jsonl")
    code, out, err = run(capsys, "score", tmp_path, *words)
    assert code == 0
    assert msgspec.json.decode(out)["layers"] == msgspec.json.decode(expected[1])["layers"]
    assert err == expected[2]
    (tmp_path / "README.md").write_text("theirs", encoding="utf-8")
    (tmp_path / "more").mkdir()
    code, again, err = run(capsys, "score", tmp_path, *words)
    assert (code, again) == (0, out)
    said = f"passed over in {tmp_path}: README.md, more; taken is what ends in .jsonl or .jsonl.gz or .zip\n"
    assert err == f"{said}{expected[2]}"


def test_a_scheduler_without_dask_or_with_workers_beside_its_own_is_refused(
    odd: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("score", odd / "parts", "--gold", root / "dataset", "--scheduler", "tcp://127.0.0.1:9", "--jobs", "2")
    for more, said in (((), "the scheduler is of --engine dask"), (("--engine", "dask"), "its own, however many")):
        code, out, err = run(capsys, *words, *more)
        assert (code, out) == (2, "")
        assert said in err


@contextlib.contextmanager
def taken(port: int) -> Iterator[None]:
    """A port that somebody has, this test or another."""
    with socket.socket() as held:
        with contextlib.suppress(OSError):
            held.bind(("127.0.0.1", port))
            held.listen()
        yield


@pytest.mark.long
@pytest.mark.parametrize("more", [{}, {"FORCE_COLOR": "1"}], ids=["plain", "terminal"])
def test_dask_says_nothing_of_its_own(odd: Path, root: Path, more: dict[str, str]) -> None:
    pytest.importorskip("distributed")
    words = ["score", str(odd / "parts"), "--gold", str(root / "dataset"), "--draws", "0", "--engine", "dask"]
    with taken(8787):
        done = subprocess.run(
            [*COMMAND, *words], capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **more}
        )
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "warnings: " in line]
    assert len(said) == 1
    if more:
        assert "of 3 parts done" in done.stderr
        assert "3 parts" not in done.stderr.replace("of 3 parts done", "")
    else:
        assert done.stderr == f"{said[0]}\n"


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="/proc says who runs")
def test_a_dask_worker_that_is_killed_while_it_starts_is_said(odd: Path, root: Path) -> None:
    pytest.importorskip("distributed")
    words = ["score", str(odd / "parts"), "--gold", str(root / "dataset"), "--draws", "0", "--engine", "dask"]
    command = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    killed, deadline = False, time.monotonic() + 60
    while not killed and command.poll() is None and time.monotonic() < deadline:
        for each in processes(command.pid):
            with contextlib.suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes():
                    os.kill(each, signal.SIGKILL)
                    killed = True
    out, err = command.communicate(timeout=120)
    assert killed
    assert (command.returncode, out) == (2, "")
    assert err.startswith("the Dask workers did not start (")
    assert err.count("\n") == 1

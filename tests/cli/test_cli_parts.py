"""``onrecord score`` in parts: the same bytes however a file is cut and whoever scores it, or one sentence."""

from __future__ import annotations

import logging
import os
import random
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.cli.within import run

from onrecord.dataset.reading.faults import OnrecordError
from onrecord.eval import scored_layers
from onrecord.eval.scoring import blocks, rounds
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.engines.dask import Dask
from onrecord.eval.scoring.engines.engine import Engine, InProcess
from onrecord.eval.scoring.engines.processes import Processes
from onrecord.eval.scoring.parts import LineSource, Setting
from onrecord.eval.scoring.record import record_bytes, record_of
from onrecord.eval.scoring.rounds import Submitted, score_parts
from onrecord.eval.submission import file_rules, open_ends, validation
from onrecord.eval.submission.limits import Limits


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    folder = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(root))
        from benchmarks.articles import Kind, write_corpus

        write_corpus(folder, Kind.hard, 12, 0)
    lines = (folder / "predictions.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "cut").mkdir()
    for number in range(3):
        (folder / "cut" / f"{number}.jsonl").write_bytes(b"".join(lines[number::3]))
    return folder


def record(capsys: pytest.CaptureFixture[str], corpus: Path, *arguments: str | Path) -> str:
    code, out, err = run(capsys, "score", *arguments, "--gold", corpus / "dataset", "--json")
    assert code == 0, err
    return out


def test_processes_states_and_parts_give_the_same_bytes(
    corpus: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "PART_BYTES", 50_000)
    file, state = corpus / "predictions.jsonl", tmp_path / "whole.parquet"
    expected = record(capsys, corpus, file)
    monkeypatch.setattr(blocks, "ITEMS", 300)
    assert record(capsys, corpus, file) == expected
    assert record(capsys, corpus, file, "--jobs", "2") == expected
    assert record(capsys, corpus, file, "--state", state) == expected
    assert record(capsys, corpus, "--from-state", state) == expected
    several = record(capsys, corpus, corpus / "cut")
    assert msgspec.json.decode(several)["layers"] == msgspec.json.decode(expected)["layers"]
    for part in sorted((corpus / "cut").iterdir()):
        code, out, err = run(
            capsys, "score", part, "--gold", corpus / "dataset", "--state", tmp_path / f"{part.stem}.parquet"
        )
        assert (code, out) == (0, ""), err
        assert "8 articles of the split have no line" in err
    parts = [tmp_path / f"{n}.parquet" for n in (2, 0, 1)]
    assert record(capsys, corpus, "--from-state", *parts) == several
    assert record(capsys, corpus, corpus / "cut" / "*.jsonl", "--jobs", "3") == several


@pytest.mark.parametrize("least", [0, 10**9])
def test_ids_that_another_part_declares_change_nothing(
    corpus: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    """Whether lines are taken together or one by one; every id is described on the last line alone."""
    lines = [msgspec.json.decode(line) for line in (corpus / "predictions.jsonl").read_bytes().splitlines()]
    for field in ("entities", "claims", "event_descriptions"):
        said = {row["id"]: row for line in lines for row in line.get(field, ())}
        for line in lines:
            line[field] = []
        lines[-1][field] = list(said.values())
    file, state = tmp_path / "p.jsonl", tmp_path / "p.parquet"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    expected = record(capsys, corpus, file)
    monkeypatch.setattr(rounds, "PART_BYTES", 50_000)
    monkeypatch.setattr(validation, "LEAST_BYTES", least)
    monkeypatch.setattr(validation, "LEAST_MORE", least)
    for more in ([], ["--jobs", "2"], ["--state", state]):
        assert record(capsys, corpus, file, *more) == expected
    assert record(capsys, corpus, "--from-state", state) == expected

    lines[-1]["entities"] = []
    file.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    refused = run(capsys, "score", file, "--gold", corpus / "dataset")
    assert refused[0] == 2
    assert "[reference]" in refused[2]
    assert run(capsys, "score", file, "--gold", corpus / "dataset", "--jobs", "2") == refused


def test_a_state_of_two_labels_for_one_holder_and_target_is_finished_to_the_same_bytes(
    corpus: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from pyarrow import parquet

    lines = [msgspec.json.decode(line) for line in (corpus / "predictions.jsonl").read_bytes().splitlines()]
    others = {"asserts": "denies", "denies": "asserts", "favor": "against", "against": "favor"}
    for line in lines:
        line["stances"] += [
            {**each, "id": None, "label": others[each["label"]]} for each in line["stances"] if each["label"] in others
        ]
    file, state = tmp_path / "p.jsonl", tmp_path / "p.parquet"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    expected = record(capsys, corpus, file)
    assert record(capsys, corpus, file, "--state", state) == expected
    assert record(capsys, corpus, "--from-state", state) == expected
    assert {"asserts?", "denies?"} <= {*parquet.read_table(state, columns=["label"]).column("label").to_pylist()}


@pytest.mark.parametrize("least", [0, 10**9])
def test_parts_that_declare_more_ids_than_a_file_may_are_refused_as_it_is(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    file, setting = corpus / "predictions.jsonl", Setting(corpus / "dataset", "test", None, Limits())
    declared = LineSource(file).read(setting).head.ends.declared
    monkeypatch.setattr(rounds, "PART_BYTES", 50_000)
    monkeypatch.setattr(validation, "LEAST_BYTES", least)
    monkeypatch.setattr(validation, "LEAST_MORE", least)
    for most, code in ((sum(map(len, declared.values())), 0), (sum(map(len, declared.values())) - 1, 2)):
        monkeypatch.setattr(file_rules, "MOST_IDS", most)
        monkeypatch.setattr(open_ends, "MOST_IDS", most)
        found = run(capsys, "score", file, "--gold", corpus / "dataset", "--json")
        assert found[0] == code
        assert ("too-many" in found[1] + found[2]) == (code == 2)
        assert run(capsys, "score", file, "--gold", corpus / "dataset", "--json", "--jobs", "2") == found


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_lines_changes_nothing(
    corpus: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, seed: int
) -> None:
    lines = (corpus / "predictions.jsonl").read_bytes().splitlines(keepends=True)
    random.Random(seed).shuffle(lines)
    (tmp_path / "p.jsonl").write_bytes(b"".join(lines))
    found = msgspec.json.decode(record(capsys, corpus, tmp_path / "p.jsonl"))
    assert found["layers"] == msgspec.json.decode(record(capsys, corpus, corpus / "predictions.jsonl"))["layers"]


def test_sql_sums_a_state_to_the_number_of_the_scorer(
    corpus: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    duckdb = pytest.importorskip("duckdb")
    state = tmp_path / "whole.parquet"
    found = msgspec.json.decode(record(capsys, corpus, corpus / "predictions.jsonl", "--state", state))["layers"]
    f1 = duckdb.sql(
        f"""
        SELECT 2 * p * r / (p + r) FROM (
            SELECT sum(predicted_matched) / sum(predicted_total) AS p, sum(gold_matched) / sum(gold_total) AS r
            FROM '{state}' WHERE row = 'count' AND layer = 'entities' AND name = 'strict'
        )"""
    ).fetchall()[0][0]
    assert f1 == pytest.approx(found["entities"]["measures"]["strict"]["value"], abs=1e-15)
    muc = duckdb.sql(
        f"""
        WITH cells AS (
            SELECT gold, predicted, sum(count) AS n FROM '{state}'
            WHERE row = 'cell' AND layer = 'entity_ids' GROUP BY gold, predicted
        ), golds AS (SELECT gold, sum(n) AS n FROM cells WHERE gold IS NOT NULL GROUP BY gold),
        ours AS (SELECT predicted, sum(n) AS n FROM cells WHERE predicted IS NOT NULL GROUP BY predicted)
        SELECT (SELECT sum(n) - count(*) FROM cells WHERE gold IS NOT NULL AND predicted IS NOT NULL),
               (SELECT sum(n) - count(*) FROM golds), (SELECT sum(n) - count(*) FROM ours)"""
    ).fetchall()[0]
    counts = found["entity_ids"]["measures"]["muc"]["counts"]
    assert [int(each) for each in muc] == [counts[0], counts[1], counts[3]]
    assert {each.name for each in scored_layers()} >= {
        row[0] for row in duckdb.sql(f"SELECT DISTINCT layer FROM '{state}'").fetchall() if row[0]
    }


def test_what_does_not_fit_is_refused_in_one_sentence(
    corpus: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gold, cut, state = ("--gold", corpus / "dataset"), corpus / "cut", tmp_path / "0.parquet"

    def refused(*arguments: str | Path) -> str:
        output = tmp_path / "record.json"
        code, out, err = run(capsys, "score", *arguments, "-o", output)
        assert (code, out, output.exists()) == (2, "", False), err
        return err

    assert run(capsys, "score", cut / "0.jsonl", *gold, "--state", state)[0] == 0
    copy = tmp_path / "copy.parquet"
    copy.write_bytes(state.read_bytes())
    assert "hold the same part" in refused("--from-state", state, copy, *gold)
    assert "no line for" in refused("--from-state", state, *gold)
    assert "is no state" in refused("--from-state", cut / "1.jsonl", *gold)
    assert "its split is test, not all" in refused("--from-state", state, *gold, "--split", "all")
    assert "its labels is as-is" in refused("--from-state", state, *gold, "--labels", "conll2003")
    assert "its gold is" in refused("--from-state", state, "--gold", "dataset")
    assert "No such file" in refused(cut / "0.jsonl", tmp_path / "none.jsonl", *gold)
    assert "is given twice" in refused(cut / "0.jsonl", cut / "0.jsonl", *gold)
    assert "no file that ends in" in refused(tmp_path / "*.jsonl", *gold)
    (tmp_path / "again.jsonl").write_bytes((cut / "0.jsonl").read_bytes())
    assert "same part twice" in refused(cut / "0.jsonl", tmp_path / "again.jsonl", *gold)
    lines = (corpus / "predictions.jsonl").read_bytes()
    (tmp_path / "twice.jsonl").write_bytes(lines + lines.splitlines(keepends=True)[0])
    assert refused(tmp_path / "twice.jsonl", *gold, "--jobs", "2") == refused(tmp_path / "twice.jsonl", *gold)
    code = run(capsys, "score", tmp_path / "twice.jsonl", *gold, "--state", tmp_path / "twice.parquet")[0]
    assert (code, (tmp_path / "twice.parquet").exists()) == (2, False)


def test_a_scheduler_that_is_not_there_is_said(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("onrecord.eval.scoring.engines.dask.PATIENCE", 1)
    arguments = ("--engine", "dask", "--scheduler", "tcp://127.0.0.1:9")
    code, out, err = run(capsys, "score", corpus / "cut", "--gold", corpus / "dataset", *arguments)
    assert (code, out) == (2, "")
    assert "no Dask scheduler at tcp://127.0.0.1:9" in err


@pytest.mark.long
def test_a_worker_that_is_killed_in_the_middle_changes_nothing(corpus: Path) -> None:
    pytest.importorskip("distributed")
    setting = Setting((corpus / "dataset").absolute(), "test", None, Limits())
    submitted = Submitted.of_files(sorted((corpus / "cut").iterdir()), setting)
    killed: list[int] = []

    def scored(engine: Engine, told: Any) -> bytes:
        with engine:
            found = score_parts(submitted, setting, Asked(), engine, told)
        assert found.report is not None
        return record_bytes(record_of(found.report))

    class Killing(Dask):
        def second(self, *arguments: Any) -> Any:
            """With what the first round made gone from one of two workers."""
            workers = self._client.run(os.getpid)
            killed.append(next(iter(workers.values())))
            os.kill(killed[0], signal.SIGKILL)
            return super().second(*arguments)

    assert scored(Killing(None, 2), lambda _: None) == scored(InProcess(), lambda _: None)
    assert killed


def refusal(engine: Engine, sources: list[LineSource], gold: Path) -> str:
    """The sentence that ends scoring some parts."""
    setting = Setting(gold.absolute(), "test", None, Limits())
    with engine, pytest.raises(OnrecordError) as refused:
        score_parts(Submitted("p.jsonl", tuple(sources), None), setting, Asked(), engine, lambda _: None)
    return str(refused.value)


class Killed(LineSource):
    """A part on which a process is killed."""

    def read(self, setting: Setting) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class Limited(LineSource):
    """A part that takes more memory than the process may have."""

    def read(self, setting: Setting) -> Any:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**26, resource.RLIM_INFINITY))
        return np.ones(2**27)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, and /proc says what they have")
@pytest.mark.parametrize(("of", "says"), [(Killed, "ended from outside"), (Limited, "had not enough memory")])
def test_a_process_that_is_lost_or_has_no_memory_is_said(corpus: Path, of: type[LineSource], says: str) -> None:
    said = refusal(Processes(2), [of(corpus / "cut" / "0.jsonl")], corpus / "dataset")
    assert says in said
    assert "fewer --jobs" in said


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a scheduler with some workers, which are killed when they are above their limit."""
    distributed = pytest.importorskip("distributed")
    import dask

    never = {f"distributed.worker.memory.{what}": False for what in ("target", "spill", "pause")}
    quiet = {"dashboard_address": None, "worker_dashboard_address": None, "silence_logs": logging.CRITICAL}
    with (
        dask.config.set(never),
        distributed.LocalCluster(
            n_workers=request.param, threads_per_worker=1, host="127.0.0.1", memory_limit="600MB", **quiet
        ) as made,
    ):
        yield made.scheduler_address


@pytest.mark.long
@pytest.mark.parametrize("cluster", [1], indirect=True)
def test_workers_that_are_killed_again_and_again_for_their_memory_end_in_one_sentence(
    corpus: Path, cluster: str
) -> None:
    class Hungry(LineSource):
        """A part that takes more memory than any worker has; a class of a function goes to workers whole."""

        def read(self, setting: Setting) -> Any:
            held = bytearray(os.urandom(2**10)) * 2**20
            time.sleep(20)
            return held

    said = refusal(Dask(cluster), [Hungry(corpus / "cut" / "0.jsonl")], corpus / "dataset")
    assert said.startswith("Dask workers were lost again and again on one part; they may have been out of memory")
    assert "\n" not in said


@pytest.mark.parametrize("cluster", [0], indirect=True)
def test_a_scheduler_without_workers_is_said(corpus: Path, cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.eval.scoring.engines.dask.PATIENCE", 1)
    said = refusal(Dask(cluster), [LineSource(corpus / "cut" / "0.jsonl")], corpus / "dataset")
    assert said.startswith("no Dask worker takes work")


@pytest.mark.long
@pytest.mark.parametrize("cluster", [1], indirect=True)
def test_a_part_that_workers_do_not_find_is_said(corpus: Path, cluster: str, tmp_path: Path) -> None:
    said = refusal(Dask(cluster), [LineSource(tmp_path / "elsewhere.jsonl")], corpus / "dataset")
    assert "a Dask worker could not read" in said
    assert "elsewhere.jsonl: No such file or directory; every worker must find" in said
    held, moved = tmp_path / "dataset", tmp_path / "moved"
    shutil.copytree(corpus / "dataset", held)

    class Elsewhere(Dask):
        def first(self, *arguments: Any) -> Any:
            """With the dataset gone where workers look for it."""
            held.rename(moved)
            return super().first(*arguments)

    said = refusal(Elsewhere(cluster), [LineSource(corpus / "cut" / "0.jsonl")], held)
    assert f"a Dask worker could not read {held}" in said
    assert "\n" not in said

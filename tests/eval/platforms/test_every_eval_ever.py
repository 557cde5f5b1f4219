"""Logs of Every Eval Ever by the schema of its own package, and by what the records say."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator
from tests.cli.test_cli import run

from onrecord.annotation.label_studio.home import ServerHome
from onrecord.eval import record_bytes, record_of, score
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.platforms.every_eval_ever import Model, ScoredOn, Told, log_file, model_faults
from onrecord.eval.scoring.record import Record
from onrecord.eval.statistics.sampling import Sampling

WHEEL = "every_eval_ever-0.3.0-py3-none-any.whl"
SHA256 = "564b8bc624c1f822f749a769dc69dc058a736e83d920cbeb147c3a30d3152317"
MODEL, ON = Model("team/rules", "Rules"), ScoredOn("onrecord", "0.3.0")
TOLD = Told("2027-01-01", "The team", dataset_id="org/news", revision="0" * 40)


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The schema inside the package, which wants a newer Python than this may be: fetched once, never installed."""
    path = ServerHome.default().folder / WHEEL
    if not path.exists():
        folder = tmp_path_factory.mktemp("wheel")
        asked = ["every-eval-ever==0.3.0", "--no-deps", "--python-version", "3.12", "--only-binary=:all:"]
        command = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", *asked]
        subprocess.run([*command, "-d", str(folder)], check=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(folder / WHEEL, path)
    raw = path.read_bytes()
    assert hashlib.sha256(raw).hexdigest() == SHA256
    with zipfile.ZipFile(path) as wheel:
        value: dict[str, Any] = json.loads(wheel.read("every_eval_ever/schemas/eval.schema.json"))
    return value


@pytest.fixture(scope="module")
def record(root: Path) -> Record:
    return record_of(score(root / "eval/baselines/rules.jsonl", root / "dataset", split="all"))


def closed(value: Any) -> Any:
    """A schema that takes no name beside those that it knows, so that a misspelt one is seen."""
    if isinstance(value, list):
        return [closed(each) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {key: closed(each) for key, each in value.items()}
    if isinstance(value.get("properties"), dict) and "additionalProperties" not in value:
        inner["additionalProperties"] = False
    return inner


def log_of(record: Record, told: Told = TOLD) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(log_file(record, MODEL, ON, told)[1])
    return value


@pytest.mark.parametrize("told", [TOLD, Told("2027-01-01", "The team")])
def test_a_log_is_valid_by_its_own_schema_and_has_no_name_beside(
    schema: dict[str, Any], record: Record, told: Told
) -> None:
    assert schema["version"] == "0.3.0"
    validator = Draft7Validator(closed(schema))
    log = log_of(record, told)
    assert [error.message for error in validator.iter_errors(log)] == []
    log["evaluation_results"][0]["metric_config"]["lower_is_better"] = "no"
    log["evaluation_results"][0]["score_details"]["uncertainly"] = {}
    assert len(list(validator.iter_errors(log))) == 2


def test_every_measure_of_the_table_is_there_with_its_interval(record: Record) -> None:
    log = log_of(record)
    by_name = {each["metric_config"]["metric_name"]: each for each in log["evaluation_results"]}
    expected = {}
    for layer in scored_layers():
        for measure in layer.measures:
            score = record.layers[layer.name].measures[measure.name]
            if not measure.detail and score.value is not None:
                expected[measure.full] = score
    assert by_name.keys() == expected.keys()
    assert len(expected) > 20
    with_interval = 0
    for name, score in expected.items():
        details = by_name[name]["score_details"]
        assert details["score"] == score.value
        assert details.get("details", {}).get("precision") == (
            None if score.precision is None else repr(score.precision)
        )
        assert score.interval is not None
        if score.interval.low is None:
            assert "uncertainty" not in details
            assert details["details"]["no_interval"] == score.interval.reason
        else:
            with_interval += 1
            uncertainty = details["uncertainty"]
            assert uncertainty["num_samples"] == score.interval.contributing
            assert uncertainty["confidence_interval"] == {
                "lower": score.interval.low,
                "upper": score.interval.high,
                "confidence_level": 0.95,
                "method": "jackknife-logit-t",
            }
    assert with_interval > 10
    headlines = [
        name for name, each in by_name.items() if each["metric_config"]["additional_details"]["headline"] == "true"
    ]
    assert headlines == [layer.headline.full for layer in scored_layers() if layer.headline.full in expected]


def test_a_log_says_what_it_is_of(record: Record) -> None:
    log = log_of(record)
    source = log["evaluation_results"][0]["source_data"]
    assert record.coverage is not None
    assert source["additional_details"] == {
        "version": "0.3.0",
        "split": "all",
        "gold_sha256": record.key.gold,
        "revision": "0" * 40,
    }
    assert "hf_split" not in source
    assert (source["hf_repo"], source["samples_number"]) == ("org/news", len(record.coverage.scored))
    assert source["sample_ids"] == list(record.coverage.scored)
    assert log["eval_library"]["additional_details"]["signature"] == record.signature
    assert log["retrieved_timestamp"] == "1798761600"
    assert log_of(record, Told("2027-01-01", "x"))["evaluation_results"][0]["source_data"]["source_type"] == "other"


def test_resamples_are_counted_where_they_were_drawn(record: Record) -> None:
    layer = record.layers["entities"]
    score = layer.measures["strict"]
    assert score.interval is not None
    drawn = msgspec.structs.replace(score.interval, method="bootstrap-percentile")
    measures = {**layer.measures, "strict": msgspec.structs.replace(score, interval=drawn)}
    layers = {**record.layers, "entities": msgspec.structs.replace(layer, measures=measures)}
    log = log_of(msgspec.structs.replace(record, layers=layers))
    drawn_of = [
        each["score_details"].get("uncertainty", {}).get("num_bootstrap_samples") for each in log["evaluation_results"]
    ]
    assert drawn_of[0] == Sampling().draws
    assert {*drawn_of[1:]} == {None}


def test_the_same_log_has_the_same_name_and_another_one_another(record: Record) -> None:
    name, raw = log_file(record, MODEL, ON, TOLD)
    assert (name, raw) == log_file(record, MODEL, ON, TOLD)
    assert name.startswith("data/onrecord/team/rules/")
    assert name != log_file(record, MODEL, ON, Told("2027-01-02", "The team"))[0]
    flat = log_file(record, Model("a/b/c:1", "c"), ON, TOLD)[0]
    assert flat.startswith("data/onrecord/a/b_c_1/")


@pytest.mark.parametrize(
    "id", ["rules", "a/", "/b", "a//b", "../b", "a/b\n", "data/x", "unknown/x", "a/con", "a/b.", "é/b"]
)
def test_an_id_that_is_no_place_is_refused(id: str) -> None:
    assert [fault.file for fault in model_faults(id)] == ["--model-id"]


@pytest.mark.parametrize("id", ["meta-llama/Llama-3.1-8B", "openai/azure/gpt-4o:2024", "database/console", "a/b"])
def test_an_id_that_is_one_is_taken(id: str) -> None:
    assert model_faults(id) == []


@pytest.fixture
def export(root: Path, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    def export(*words: str | Path, date: str = "2027-01-01", name: str = "The team") -> tuple[int, str]:
        given = ("--gold", root / "dataset", "-o", "logs", "--date", date, "--organization", name)
        done = run("export", "every-eval-ever", *words, *given, cwd=tmp_path)
        return done.returncode, done.stderr.decode()

    return export


@pytest.mark.long
def test_an_entry_of_a_board_says_its_model_itself(
    export: Callable[..., tuple[int, str]], record: Record, tmp_path: Path
) -> None:
    entry = tmp_path / "results/team/system"
    entry.mkdir(parents=True)
    about = {"team": "team", "system": "system", "name": "A system"}
    (entry / "about.json").write_text(json.dumps(about), encoding="utf-8")
    (entry / f"{record.id}.json").write_bytes(record_bytes(record))
    for _ in range(2):
        assert export("results") == (0, "")
    (path,) = (path for path in (tmp_path / "logs").rglob("*") if path.is_file())
    assert path.parent == tmp_path / "logs/data/onrecord/team/system"
    log = json.loads(path.read_bytes())
    assert (log["model_info"]["id"], log["model_info"]["name"]) == ("team/system", "A system")


@pytest.mark.long
def test_every_fault_is_said_at_once_and_nothing_is_written(
    export: Callable[..., tuple[int, str]], record: Record, root: Path, tmp_path: Path
) -> None:
    assert record.coverage is not None
    key = msgspec.structs.replace(record.key, gold="0" * 64)
    other = msgspec.structs.replace(record, key=key, id=key.id)
    partial = msgspec.structs.replace(record, status="partial")
    for name, each in (("right", record), ("other", other), ("partial", partial)):
        (tmp_path / f"{name}.json").write_bytes(record_bytes(each))
    (tmp_path / "none").mkdir()
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    names = ("broken.json", "right.json", "other.json", "partial.json", "lacking.json")
    code, said = export(*names, "--model-id", "rules", "--revision", "main", date="1 May", name=" ")
    assert code == 2
    for word in (
        "--model-id",
        "--revision",
        "--date",
        "--organization",
        "other.json /key/gold",
        "partial.json /status",
        "broken.json",
        "lacking.json",
    ):
        assert word in said, word
    for words, found in (
        (("right.json",), "--model-id, or an about.json"),
        (("none", "--model-id", "a/b"), "no record"),
        ((root / "dataset/ceiling.json", "--model-id", "a/b"), "ceiling.json"),
    ):
        code, said = export(*words)
        assert (code, found in said) == (2, True), said
    entry = tmp_path / "team/system"
    entry.mkdir(parents=True)
    (entry / f"{record.id}.json").write_bytes(record_bytes(record))
    (entry / "about.json").write_text('{"team": "other", "system": "system"}', encoding="utf-8")
    code, said = export("team")
    assert (code, "about.json" in said, "`name`" in said or "name" in said) == (2, True, True), said
    assert not (tmp_path / "logs").exists()

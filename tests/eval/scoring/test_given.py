"""Predictions and gold as Python code has them at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import datasets
import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from onrecord.dataset import FaultsError, Gold
from onrecord.eval import PredictionLine, compare, score
from onrecord.eval.scoring.given import lines_of_rows
from onrecord.eval.scoring.score_report import Report

RULES = Path("eval/baselines/rules.jsonl")

Line = dict[str, Any]


@pytest.fixture(scope="module")
def lines(root: Path) -> list[Line]:
    return [json.loads(line) for line in (root / RULES).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def report(root: Path) -> Report:
    return score(root / RULES, root / "dataset", how=None)


def records(lines: list[Line]) -> list[PredictionLine]:
    return msgspec.convert(lines, list[PredictionLine])


def with_numpy(lines: list[Line]) -> list[Line]:
    """As whatever comes out of a model: offsets as numbers of numpy, items as an array."""

    def offsets(mention: Line) -> Line:
        return {**mention, "start": np.int64(mention["start"]), "end": np.int32(mention["end"])}

    return [{**line, "mentions": np.array([offsets(each) for each in line["mentions"]], object)} for line in lines]


SIDES: dict[str, Callable[[list[Line]], Any]] = {
    "dictionaries": lambda lines: lines,
    "tuple": tuple,
    "generator": iter,
    "records": records,
    "numpy": with_numpy,
    "frame": pd.DataFrame,
    "frame read from Arrow": lambda lines: datasets.Dataset.from_list(lines).to_pandas(),
    "Dataset": datasets.Dataset.from_list,
    "IterableDataset": lambda lines: datasets.Dataset.from_list(lines).to_iterable_dataset(),
    "Dataset that gives arrays": lambda lines: datasets.Dataset.from_list(lines).with_format("numpy"),
    "Arrow": pa.Table.from_pylist,
}


@pytest.mark.parametrize("side", SIDES)
def test_the_same_predictions_have_the_same_score_whatever_holds_them(
    side: str, lines: list[Line], report: Report, root: Path
) -> None:
    found = score(SIDES[side](lines), root / "dataset", how=None)
    assert found.result.values == report.result.values
    assert found.result.gold_hash == report.result.gold_hash


def test_a_row_becomes_the_line_that_a_file_would_have(lines: list[Line]) -> None:
    assert [json.loads(line) for line in lines_of_rows(lines)] == lines


def test_a_layer_that_a_table_has_no_value_for_is_not_there(lines: list[Line], root: Path) -> None:
    """And not null, or nothing: it is missing, as it would be on a line without it."""
    without = [{**line, "stances": None} if n == 2 else line for n, line in enumerate(lines)]
    assert b'"stances"' not in lines_of_rows(pd.DataFrame(without))[2]
    assert b'"stances":null' in lines_of_rows(without)[2]
    with pytest.raises(FaultsError) as caught:
        score(pd.DataFrame(without), root / "dataset")
    assert [(fault.code, fault.line) for fault in caught.value.faults] == [("missing-layer", 3)]


def test_missing_values_of_pandas_are_none(lines: list[Line]) -> None:
    frame = pd.DataFrame([{"doc_id": "a", "x_score": 1.0}, {"doc_id": "b"}, {"doc_id": pd.NA, "x_day": pd.NaT}])
    assert lines_of_rows(frame) == [b'{"doc_id":"a","x_score":1.0}\n', b'{"doc_id":"b"}\n', b"{}\n"]


def changed(lines: list[Line], at: int, **fields: Any) -> list[Line]:
    return [{**line, **fields} if n == at else line for n, line in enumerate(lines)]


@pytest.mark.parametrize("side", ["dictionaries", "frame", "Dataset", "generator"])
def test_faults_name_the_row(side: str, lines: list[Line], root: Path) -> None:
    wrong = changed(lines, 1, mentions=[{**lines[1]["mentions"][0], "type": "PERSON"}])
    wrong = changed(wrong, 3, text_sha256="0" * 64)
    with pytest.raises(FaultsError) as caught:
        score(SIDES[side](wrong), root / "dataset")
    found = [(fault.code, fault.line, fault.pointer) for fault in caught.value.faults]
    assert found[0] == ("label", 2, "/mentions/0/type")
    assert ("hash", 4, "/text_sha256") in found


def test_what_json_has_not_is_said_with_its_place_all_at_once(lines: list[Line]) -> None:
    wrong: list[Any] = changed(lines, 0, mentions=[{"start": {1}}], x_p=float("nan"))
    wrong += ["a line", {"x_a/b": {3: b"bytes"}}]
    with pytest.raises(FaultsError) as caught:
        lines_of_rows(wrong)
    assert [(fault.file, fault.line, fault.pointer, fault.code) for fault in caught.value.faults] == [
        ("list", 1, "/mentions/0/start", "type"),
        ("list", 1, "/x_p", "number"),
        ("list", len(lines) + 1, "", "type"),
        ("list", len(lines) + 2, "/x_a~1b/3", "type"),
        ("list", len(lines) + 2, "/x_a~1b/3", "type"),
    ]


@pytest.mark.parametrize("given", [{"doc_id": "a"}, 5, datasets.DatasetDict(), None])
def test_what_is_no_rows_is_refused(given: Any, root: Path) -> None:
    with pytest.raises(FaultsError, match="rows: dictionaries, one an article"):
        score(given, root / "dataset")


def loaded(root: Path, cache: Path, *names: str) -> Mapping[str, Any]:
    folder = str(root / "dataset")
    return {name: datasets.load_dataset(folder, name, cache_dir=str(cache)) for name in names}


def test_gold_may_be_a_folder_in_memory_or_loaded(
    lines: list[Line], report: Report, gold: Gold, root: Path, tmp_path: Path
) -> None:
    configs = loaded(root, tmp_path, "articles", "registry_entities", "registry_events", "registry_claims")
    for each in (gold, str(root / "dataset"), configs):
        found = score(lines, each, how=None).result
        assert (found.gold_hash, found.values) == (report.result.gold_hash, report.result.values)


def test_one_config_alone_is_no_gold(lines: list[Line], root: Path, tmp_path: Path) -> None:
    articles = loaded(root, tmp_path, "articles")["articles"]
    with pytest.raises(FaultsError, match="articles, by split, and the registries"):
        score(lines, articles)
    rows = articles["test"].remove_columns("text")
    with pytest.raises(FaultsError, match=r"articles/test: \[type\]"):
        score(lines, {"articles": {"test": rows}})


def test_without_gold_the_published_dataset_is_taken_where_there_is_none_here(
    lines: list[Line], report: Report, tmp_path: Path
) -> None:
    (tmp_path / "mine.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    code = "from onrecord.eval import score; print(score('mine.jsonl', how=None).result.gold_hash)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == report.result.gold_hash


def test_rows_and_files_are_compared_under_names(lines: list[Line], root: Path) -> None:
    found = compare(lines, root / RULES, pd.DataFrame(lines), gold=root / "dataset")
    assert found.names == ("system 1", "rules.jsonl", "system 3")
    assert {each.difference for each in found.contrasts[0, 2].values()} <= {0.0, None}
    named = compare(lines, lines, gold=root / "dataset", names=["before", "after"])
    assert named.names == ("before", "after")
    with pytest.raises(ValueError, match="1 names for 2 systems"):
        compare(lines, lines, gold=root / "dataset", names=["before"])
    with pytest.raises(ValueError, match="two or more"):
        compare(lines, gold=root / "dataset")


HOSTILE = "<script>alert(1)</script>|\u202e&"


def test_a_notebook_shows_a_report_and_nothing_foreign_acts(lines: list[Line], root: Path, tmp_path: Path) -> None:
    file = tmp_path / "<img src=x onerror=alert(1)>|`.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines[:2]), encoding="utf-8")
    shown = score(file, root / "dataset", how=None, allow_missing=True)
    html, markdown = shown._repr_html_(), shown._repr_markdown_()
    assert "<th>entities:strict</th>" in html
    assert str(shown.signature) in html
    assert "PARTIAL: no line for" in html
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "| `entities:strict` |" in markdown
    assert "<img" not in markdown


def test_a_notebook_shows_a_comparison_and_nothing_foreign_acts(lines: list[Line], root: Path) -> None:
    html = compare(lines, lines, gold=root / "dataset", names=[HOSTILE, "after"])._repr_html_()
    assert html.count("<table>") == 2
    assert "<script" not in html
    assert "\u202e" not in html
    assert "after minus &lt;script&gt;" in html
    assert "#1–2" in html


def test_a_report_without_pandas_says_what_is_needed(root: Path) -> None:
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "from onrecord.eval import score, score_spans, score_clusters\n"
        "spans, clusters = {'d': [(0, 5, 'PER')]}, {'d': [['a', 'b']]}\n"
        "reports = [score('eval/baselines/rules.jsonl', how=None)]\n"
        "reports += [score_spans(spans, spans, how=None), score_clusters(clusters, clusters, how=None)]\n"
        "for report in reports:\n"
        "    try: report.to_frame()\n"
        "    except ModuleNotFoundError as error: print(error.name, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["pandas to_frame() needs pandas"] * 3

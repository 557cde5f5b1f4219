"""The board: who is ranked and who never is, provenance, ranks, and files that harm nobody."""

from __future__ import annotations

import copy
import csv
import io
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.eval.conftest import Lines, as_bytes, lines_of

from onrecord.dataset import FaultsError, Gold
from onrecord.eval import Report, Sampling, record_bytes, record_of, scored_layers
from onrecord.eval.board import board_csv, board_html, board_json, build_site
from onrecord.eval.board.assessing import Assessed, Bench
from onrecord.eval.board.budget import Budget
from onrecord.eval.board.entries import Entry, entry_folders, read_entry
from onrecord.eval.board.everyone import assessed_entries
from onrecord.eval.board.page import cell
from onrecord.eval.board.standings import SELF_REPORTED, Standings, standings
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.ceiling import CeilingRow
from onrecord.eval.scoring.compare import compare_results
from onrecord.eval.scoring.record import Record
from onrecord.eval.scoring.score_file import score_bytes
from onrecord.eval.scoring.stored_gold import gold_in_memory

ASKED = Asked("all", None, Sampling(), False)
BUDGET = Budget(60)

MADE_BY = "Labels made by: person (ann)."

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(1)</script>"


def put(results: Path, team: str, system: str, predictions: bytes | None, **about: Any) -> Path:
    folder = results / team / system
    folder.mkdir(parents=True)
    said = {"team": team, "system": system, "name": system, **about}
    (folder / "about.json").write_text(json.dumps(said))
    if predictions is not None:
        (folder / "predictions.jsonl").write_bytes(predictions)
    return folder


def thinned(gold: Gold, share: float) -> Lines:
    """Gold as predictions with some mentions left out."""
    lines = copy.deepcopy(lines_of(gold.articles, gold.registries))
    randomly = random.Random(4)
    for line in lines:
        line["mentions"] = [mention for mention in line["mentions"] if randomly.random() < share]
    return lines


def record(gold: Gold, lines: Lines, missing: bool = False) -> Record:
    return record_of(
        Report.of(score_bytes(Path("p"), as_bytes(lines), gold, Asked("all", None, None, missing)).result, ASKED.how)
    )


def read_entries(results: Path) -> list[Entry]:
    """The entries of a results folder that must all be right."""
    return [read_entry(folder) for folder in entry_folders(results)[0]]


def assess(results: Path, gold: Gold, budget: Budget = BUDGET) -> list[Assessed]:
    return assessed_entries(entry_folders(results)[0], Bench(gold_in_memory(gold), None, ASKED), budget)


def stand(results: Path, gold: Gold, came: Mapping[tuple[str, str], int] | None = None) -> Standings:
    return standings(assess(results, gold), gold_in_memory(gold), ASKED, (), came or {})


def by_system(found: Standings) -> dict[str, str]:
    return {row.about.system: row.excluded for row in found.rows}


def test_failed_partial_stale_and_retracted_entries_are_shown_and_never_ranked(gold: Gold, tmp_path: Path) -> None:
    lines = thinned(gold, 0.8)
    put(tmp_path, "a", "good", as_bytes(lines))
    put(tmp_path, "a", "partial", as_bytes(lines[:-1]))
    put(tmp_path, "a", "broken", b'{"doc_id": 1}\n')
    put(tmp_path, "a", "empty", None)
    put(tmp_path, "a", "retracted", as_bytes(thinned(gold, 1.0)), retracted="trained on the test articles")
    stale = record(gold, lines)
    key = msgspec.structs.replace(stale.key, gold="0" * 64)
    stale = msgspec.structs.replace(stale, key=key, id=key.id)
    (put(tmp_path, "b", "stale", None) / f"{stale.id}.json").write_bytes(record_bytes(stale))
    found = stand(tmp_path, gold)
    assert [row.about.system for row in found.ranked] == ["good"]
    reasons = {system: reason.partition(":")[0] for system, reason in by_system(found).items() if reason}
    assert reasons == {
        "partial": "partial",
        "broken": "failed",
        "empty": "failed",
        "retracted": "retracted",
        "stale": "stale",
    }
    page = board_html(found, [], MADE_BY).decode()
    assert all(f"{system}" in page for system in reasons)
    assert all(not row.ranks for row in found.rows if row.excluded)


def test_provenance_is_found_out_and_not_claimed(gold: Gold, tmp_path: Path) -> None:
    lines = thinned(gold, 0.7)
    made = record(gold, lines)
    put(tmp_path, "a", "with-predictions", as_bytes(lines))
    (put(tmp_path, "b", "without", None) / f"{made.id}.json").write_bytes(record_bytes(made))
    found = {row.about.system: row for row in stand(tmp_path, gold).rows}
    assert {system: row.provenance for system, row in found.items()} == {
        "with-predictions": "rescored",
        "without": "self-reported",
    }
    one, other = (found[name].record for name in ("with-predictions", "without"))
    assert one == other
    assert found["with-predictions"].ranks
    assert (found["without"].ranks, found["without"].excluded) == ({}, SELF_REPORTED)
    page = board_html(stand(tmp_path, gold), [], MADE_BY).decode()
    assert page.index('<section id="reported">') < page.index('href="#b/without"')


def test_a_record_that_is_not_what_its_predictions_give_is_said_to_be_so(gold: Gold, tmp_path: Path) -> None:
    lines = thinned(gold, 0.7)
    made = record(gold, lines)
    value = json.loads(record_bytes(made))
    value["layers"]["entities"]["measures"]["strict"]["value"] = 1
    forged = json.dumps(value).encode()
    (put(tmp_path, "a", "with", as_bytes(lines)) / f"{made.id}.json").write_bytes(forged)
    (put(tmp_path, "a", "without", None) / f"{made.id}.json").write_bytes(forged)
    found = {row.about.system: row for row in stand(tmp_path, gold).rows}
    assert found["with"].note
    assert found["with"].value("entities", "strict") == made.layers["entities"].measures["strict"].value
    assert found["without"].excluded.startswith("failed: entities: strict is not what its counts give")


@pytest.mark.parametrize(
    "change",
    [
        lambda layer, id: layer["documents"][id]["clusters"]["cells"][0].__setitem__(2, 10**9),
        lambda layer, id: layer["documents"][id]["clusters"]["gold"].update(x=10**12),
        lambda layer, id: layer["documents"].pop(id),
        lambda layer, id: layer["documents"][id].update(clusters=None),
        lambda layer, id: layer["measures"].clear(),
    ],
)
def test_a_record_that_contradicts_itself_is_never_ranked(gold: Gold, tmp_path: Path, change: Any) -> None:
    made = record(gold, thinned(gold, 0.7))
    value = json.loads(record_bytes(made))
    change(value["layers"]["entity_ids"], gold.articles[0].document.id)
    (put(tmp_path, "a", "forged", None) / f"{made.id}.json").write_text(json.dumps(value))
    (row,) = stand(tmp_path, gold).rows
    assert row.excluded.startswith("failed")


def test_ranks_are_those_of_compare(gold: Gold, tmp_path: Path) -> None:
    files = {f"s{n}": thinned(gold, share) for n, share in enumerate((0.9, 0.5, 0.2))}
    for name, lines in files.items():
        put(tmp_path, f"team-{name}", name, as_bytes(lines))
    found = {row.about.system: row for row in stand(tmp_path, gold).rows}
    results = [
        score_bytes(Path(name), as_bytes(lines), gold, Asked("all", how=None)).result for name, lines in files.items()
    ]
    compared = compare_results(results, list(files), Sampling())
    for name, ranks in compared.ranks.items():
        layer = name.partition(":")[0]
        assert tuple(found[system].ranks[layer] for system in files) == ranks


def test_two_of_equal_scores_share_a_place_whoever_came_first(gold: Gold, tmp_path: Path) -> None:
    lines = thinned(gold, 0.6)
    put(tmp_path, "z", "same", as_bytes(lines))
    for line in lines:
        for quote in line["quotes"]:
            quote["cue"] = None
    put(tmp_path, "a", "same", as_bytes(lines))
    one, other = stand(tmp_path, gold).rows
    assert one.ranks == other.ranks


def test_a_file_without_ids_is_not_submitted_for_them_and_not_ranked_there(gold: Gold, tmp_path: Path) -> None:
    lines = thinned(gold, 0.9)
    put(tmp_path, "t", "with", as_bytes(lines))
    for line in lines:
        for mention in line["mentions"]:
            mention.pop("entity", None)
    put(tmp_path, "u", "without", as_bytes(lines))
    found = stand(tmp_path, gold)
    rows = {row.about.system: row for row in found.ranked}
    assert rows.keys() == {"with", "without"}
    assert {layer: ranks is not None for layer, ranks in rows["without"].ranks.items()} == {
        layer: layer not in ("entity_ids", "links") for layer in rows["with"].ranks
    }
    assert all(rows["with"].ranks.values())
    first = rows["with"].ranks["entity_ids"]
    assert first is not None
    assert (first.best, first.worst) == (1, 1)
    for layer in scored_layers():
        for measure in layer.measures:
            shown = cell(rows["without"], measure)
            if layer.name in ("entity_ids", "links"):
                assert (shown.value, shown.rank) == ("–", "")
                assert "not submitted" in shown.reason
    written = {entry["system"]: entry for entry in json.loads(board_json(found, []))["entries"]}
    values = {
        system: {name: score["value"] for name, score in each["scores"].items()} for system, each in written.items()
    }
    assert {name for name, value in values["without"].items() if value is None} == {"entity_ids:lea", "links:all"}
    assert None not in values["with"].values()


def test_the_csv_is_safe_and_the_json_exact(gold: Gold, tmp_path: Path) -> None:
    for number, name in enumerate(["=1+1", "+1", "-1", "@SUM(A1)", " =x", "＝1", HOSTILE]):
        put(tmp_path, f"t{number}", "s", as_bytes(thinned(gold, 0.6 + number / 100)), name=name)
    found = stand(tmp_path, gold)
    annotators = [CeilingRow("=cmd", "gold", {"entities:strict": 1.0})]
    rows = list(csv.reader(io.StringIO(board_csv(found, annotators).decode())))
    assert all(len(row) == len(rows[0]) for row in rows)
    for row in rows:
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for cell in row)
    value = json.loads(board_json(found, annotators))
    assert {entry["name"] for entry in value["entries"]} >= {"=1+1", HOSTILE}
    assert value["entries"][0]["scores"]["entities:strict"]["value"] == found.rows[0].value("entities", "strict")


def test_the_page_has_no_markup_but_its_own(gold: Gold, tmp_path: Path) -> None:
    put(tmp_path, "t", "s", as_bytes(thinned(gold, 0.6)), name=HOSTILE, description=HOSTILE, url="https://x/<script>")
    page = board_html(stand(tmp_path, gold), [CeilingRow(HOSTILE, HOSTILE, {})], HOSTILE).decode()
    assert "<img" not in page
    assert page.count("<script>") == 1
    assert "Content-Security-Policy" in page


@pytest.mark.parametrize(
    "about",
    [
        {"url": "javascript:alert(1)"},
        {"url": "http://x"},
        {"url": "https://x y"},
        {"name": "a\x1b[2J"},
        {"name": "a\nb"},
        {"name": ""},
        {"kind": "human"},
        {"date": "yesterday"},
        {"team": "another"},
        {"rank": 1},
    ],
)
def test_an_entry_that_says_something_wrong_is_refused(gold: Gold, tmp_path: Path, about: dict[str, Any]) -> None:
    folder = put(tmp_path, "t", "s", None)
    (folder / "about.json").write_text(json.dumps({"team": "t", "system": "s", "name": "n", **about}))
    with pytest.raises(FaultsError):
        read_entries(tmp_path)


def test_a_folder_that_is_no_board_is_never_replaced(gold: Gold, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    found = stand(tmp_path / "results", gold)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("x")
    with pytest.raises(FaultsError):
        build_site(tmp_path / "precious", found, [], MADE_BY)
    assert (tmp_path / "precious" / "thesis.txt").read_text() == "x"
    written = build_site(tmp_path / "site", found, [], MADE_BY)
    first = {name: (tmp_path / "site" / name).read_bytes() for name in written}
    assert build_site(tmp_path / "site", found, [], MADE_BY) == written
    assert {name: (tmp_path / "site" / name).read_bytes() for name in written} == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["precious", "results", "site"]

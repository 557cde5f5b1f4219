"""The column *gap* of a board: scored again from predictions for perturbed articles."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.builders import ABOUT as CORPUS
from tests.dataset.perturbing.cases import perturb

from onrecord.dataset import FaultsError, Gold
from onrecord.dataset.publishing.build import write
from onrecord.dataset.reading.platform import has_fork
from onrecord.eval.baselines.rules import Rules
from onrecord.eval.board import assessing, board_csv, board_html, board_json, budget
from onrecord.eval.board.assessing import Bench
from onrecord.eval.board.budget import Budget
from onrecord.eval.board.entries import ABOUT, PROBED, entry_folders, probe_file
from onrecord.eval.board.everyone import assessed_entries
from onrecord.eval.board.gaps import Gaps, perturbed
from onrecord.eval.board.standings import Standings, standings
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.gap import gap
from onrecord.eval.scoring.stored_gold import stored_gold

BUDGET = Budget(60)

NAMES = "names,seed0"


def lines(gold: Gold, rules: Rules, without: int) -> bytes:
    """What the rules say, without the last mentions of each article, so that no two entries say the same."""
    said = [rules.predict(each.document) for each in gold.articles]
    said = [msgspec.structs.replace(each, mentions=(each.mentions or ())[: -without or None]) for each in said]
    return b"".join(msgspec.json.encode(each) + b"\n" for each in said)


def sleeps(*_: object) -> Gaps:
    time.sleep(600)
    return Gaps({})


def fails(*_: object) -> Gaps:
    raise ZeroDivisionError


@pytest.fixture(scope="module")
def folder(five: Gold, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A perturbed dataset, and three entries: with predictions for it, without, and with what is none."""
    folder = tmp_path_factory.mktemp("board")
    made = perturb(five, "names", about=CORPUS)
    write(made.build(), folder / "names")
    rules = Rules.learn(five.articles[:1])
    probed = {"with": lines(made.gold, rules, 0), "without": None, "wrong": b'{"doc_id": "nobody"}\n'}
    for number, (system, content) in enumerate(probed.items()):
        entry = folder / "results/team" / system
        entry.mkdir(parents=True)
        (entry / ABOUT).write_text(json.dumps({"team": "team", "system": system, "name": system}))
        (entry / "predictions.jsonl").write_bytes(lines(five, rules, number))
        if content is not None:
            (entry / probe_file(NAMES)).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def found(folder: Path, five_folder: Path) -> Standings:
    return board(folder, five_folder, [folder / "names"])


def board(folder: Path, five_folder: Path, probes: list[Path], each: Budget = BUDGET) -> Standings:
    gold = stored_gold(five_folder)
    bench = Bench(gold, five_folder, Asked("all"), probes=perturbed(probes, gold))
    entries = assessed_entries(entry_folders(folder / "results")[0], bench, each)
    return standings(entries, gold, bench.asked, probes=[each.gold.probe for each in bench.probes])


def test_the_gap_is_that_of_the_command(found: Standings, folder: Path, five_folder: Path) -> None:
    rows = {row.about.system: row for row in found.rows}
    entry = folder / "results/team/with"
    pairs = [(entry / probe_file(NAMES), folder / "names")]
    wanted = gap(entry / "predictions.jsonl", pairs, five_folder, "all").differences
    assert rows["with"].gaps == {NAMES: wanted}
    assert wanted["entities:strict"].difference < -0.2  # type: ignore[operator]
    assert rows["without"].gaps == rows["wrong"].gaps == {}
    assert "probe-names-seed0.jsonl cannot be scored" in rows["wrong"].note
    assert not any(row.excluded for row in found.rows), "a gap changes no rank"


def test_it_is_on_the_page_in_json_and_in_csv(found: Standings) -> None:
    page = board_html(found, [], "").decode()
    assert f"gap {NAMES}</th>" in page
    value = found.rows[0].gaps or next(row.gaps for row in found.rows if row.gaps)
    difference = value[NAMES]["entities:strict"].difference
    assert difference is not None
    assert f">{100 * difference:+.1f}</td>" in page
    told = {row["system"]: row for row in json.loads(board_json(found, []))["entries"]}
    assert told["with"]["gaps"][NAMES]["entities:strict"]["gap"] == difference
    assert "gaps" not in told["without"]
    rows = {row["system"]: row for row in csv.DictReader(io.StringIO(board_csv(found, []).decode()))}
    assert float(rows["with"][f"entities:strict gap {NAMES}"].lstrip("'")) == pytest.approx(difference)
    assert rows["without"][f"entities:strict gap {NAMES}"] == ""


def test_without_probes_a_board_is_as_before(found: Standings, folder: Path, five_folder: Path) -> None:
    plain = board(folder, five_folder, [])
    assert plain.probes == ()
    assert "gap " not in board_html(plain, [], "").decode()
    assert b"gap" not in board_csv(plain, [])


@pytest.mark.skipif(not has_fork(), reason="what is slow is put into this process and inherited")
@pytest.mark.parametrize(("does", "said"), [(sleeps, "takes more than 5 seconds"), (fails, "a defect of onrecord")])
def test_what_a_gap_meets_leaves_the_score(
    folder: Path, five_folder: Path, monkeypatch: pytest.MonkeyPatch, does: Callable[..., Gaps], said: str
) -> None:
    monkeypatch.setattr(assessing, "gaps_of", does)
    found = board(folder, five_folder, [folder / "names"], Budget(5))
    assert not any(row.excluded for row in found.rows)
    assert all(said in row.note and row.note.startswith("no gap: ") for row in found.rows)


def test_links_folders_and_what_is_no_file_give_no_gap(folder: Path, five_folder: Path, tmp_path: Path) -> None:
    """A link may lead anywhere on the machine that makes the board."""
    good = (folder / "results/team/with" / probe_file(NAMES)).read_bytes()
    (tmp_path / "elsewhere.jsonl").write_bytes(good)
    for name in ("link", "folder", "pipe"):
        shutil.copytree(folder / "results/team/without", tmp_path / "results" / name / "s")
        about = {"team": name, "system": "s", "name": name}
        (tmp_path / "results" / name / "s" / ABOUT).write_text(json.dumps(about))
    place = {name: tmp_path / "results" / name / "s" / probe_file(NAMES) for name in ("link", "folder", "pipe")}
    place["link"].symlink_to(tmp_path / "elsewhere.jsonl")
    place["folder"].mkdir()
    os.mkfifo(place["pipe"])
    found = board(tmp_path, five_folder, [folder / "names"])
    assert {row.about.team: bool(row.gaps) for row in found.rows} == dict.fromkeys(place, False)
    assert all(f"{probe_file(NAMES)} cannot be scored (" in row.note for row in found.rows)


def test_where_processes_are_not_forked_gaps_are_the_same(
    found: Standings, folder: Path, five_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "forks_safely", lambda: False)
    spawned = board(folder, five_folder, [folder / "names"])
    assert [(row.about, row.note, row.gaps) for row in spawned.rows] == [
        (row.about, row.note, row.gaps) for row in found.rows
    ]


def test_a_folder_that_is_no_probe_or_given_twice_is_refused(folder: Path, five_folder: Path) -> None:
    gold = stored_gold(five_folder)
    with pytest.raises(FaultsError, match="a perturbed dataset"):
        perturbed([five_folder], gold)
    with pytest.raises(FaultsError, match="one dataset for probe-names"):
        perturbed([folder / "names"] * 2, gold)


def test_names_of_files_can_be_contributed() -> None:
    assert PROBED.fullmatch(probe_file("names+quotes:german+case:upper,seed12"))
    assert PROBED.fullmatch(probe_file("+".join(f"speaker-exchange:{n}" for n in range(20)) + ",seed0"))
    assert probe_file("names," + "a" * 90) != probe_file("names," + "a" * 91)
    for name in ("probe-../x.jsonl", "probe-Names.jsonl", "probe-names.jsonl\n", "probe-.jsonl.gz", "probe-é.jsonl"):
        assert PROBED.fullmatch(name) is None, name

"""What some tried in order to stand before others: copies, floods, records without predictions. Each was taken once."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import time
from pathlib import Path

import msgspec
import pytest
from tests.eval.board.test_board import ASKED, BUDGET, MADE_BY, assess, by_system, put, record, stand, thinned
from tests.eval.conftest import Lines, as_bytes

from onrecord.dataset import Gold
from onrecord.dataset.reading.platform import has_fork
from onrecord.eval import Sampling, record_bytes
from onrecord.eval.board import PageMaker, assessing, budget, build_site
from onrecord.eval.board.assessing import Bench
from onrecord.eval.board.budget import Budget, UnfinishedError, within
from onrecord.eval.board.entries import entry_folders, read_entry
from onrecord.eval.board.everyone import assessed_entries
from onrecord.eval.board.owners import came
from onrecord.eval.board.standings import SELF_REPORTED, Standings, standings
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.stored_gold import gold_in_memory, stored_gold

GIB = 2**30


def sleeps(_: object) -> None:
    time.sleep(600)


def needs_memory(_: object) -> int:
    return len(bytearray(3 * GIB))


def meets_a_defect(_: object) -> object:
    return [][1]


def ends(_: object) -> None:
    os._exit(3)


def gives_what_cannot_be_sent(_: object) -> object:
    return lambda: None


@pytest.mark.skipif(not has_fork(), reason="memory is not limited there")
@pytest.mark.parametrize(
    ("task", "said"),
    [
        (sleeps, "takes more than 1 second"),
        (needs_memory, "takes more than 1 GiB of memory"),
        (meets_a_defect, "meets a defect of onrecord: IndexError"),
        (ends, "ends its process, as for its memory"),
        (gives_what_cannot_be_sent, "meets a defect of onrecord: RuntimeError"),
    ],
)
def test_whatever_a_task_does_is_said_and_nothing_else_happens(task: object, said: str) -> None:
    start = time.monotonic()
    with pytest.raises(UnfinishedError, match=said):
        within(Budget(1, GIB), task, None)  # type: ignore[arg-type]
    assert time.monotonic() - start < 5


def test_what_a_task_gives_and_what_a_file_has_wrong_come_through(gold: Gold, tmp_path: Path) -> None:
    assert within(BUDGET, sorted, "cab") == ["a", "b", "c"]
    with pytest.raises(FileNotFoundError, match="nothing"):
        within(BUDGET, os.listdir, str(tmp_path / "nothing"))


def test_an_entry_that_takes_too_long_is_a_row_and_the_others_stand(gold: Gold, tmp_path: Path) -> None:
    put(tmp_path, "a", "good", as_bytes(thinned(gold, 0.7)))
    put(tmp_path, "b", "slow", as_bytes(thinned(gold, 0.6)))
    good = assess(tmp_path, gold)[0]
    slow = assess(tmp_path, gold, Budget(0.001))[1]
    assert (good.excluded, slow.excluded) == ("", "failed: takes more than 0.001 seconds")


@pytest.mark.skipif(not has_fork(), reason="the defect is put into this process and inherited")
def test_a_defect_that_one_entry_meets_is_its_own(gold: Gold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect nobody knows of yet: the reader of entries fails where a folder has a certain name."""

    def failing(folder: Path) -> object:
        return read_entry(folder) if folder.name != "odd" else [][0]

    monkeypatch.setattr(assessing, "read_entry", failing)
    put(tmp_path, "a", "good", as_bytes(thinned(gold, 0.7)))
    put(tmp_path, "b", "odd", as_bytes(thinned(gold, 0.6)))
    assert by_system(stand(tmp_path, gold)) == {"good": "", "odd": "failed: meets a defect of onrecord: IndexError"}


@pytest.mark.parametrize("digits", [30, 400])
def test_numbers_without_end_in_a_record_stop_no_site(gold: Gold, tmp_path: Path, digits: int) -> None:
    put(tmp_path / "r", "a", "good", as_bytes(thinned(gold, 0.7)))
    made = record(gold, thinned(gold, 0.5))
    value = json.loads(record_bytes(made))
    value["layers"]["entities"]["measures"]["strict"]["interval"]["units"] = 10**digits
    (put(tmp_path / "r", "b", "bad", None) / f"{made.id}.json").write_text(json.dumps(value))
    found = stand(tmp_path / "r", gold)
    assert {row.about.system: bool(row.excluded) for row in found.rows} == {"good": False, "bad": True}
    assert build_site(tmp_path / "site", found, [], MADE_BY)


def ghost(gold: Gold) -> bytes:
    """The record that perfect predictions would have: nothing in it contradicts anything."""
    return record_bytes(record(gold, thinned(gold, 1)))


def test_a_record_that_is_perfect_and_has_no_predictions_takes_no_rank(gold: Gold, tmp_path: Path) -> None:
    for name, share in (("one", 0.8), ("two", 0.5)):
        put(tmp_path / "alone", name, "s", as_bytes(thinned(gold, share)))
        put(tmp_path / "with", name, "s", as_bytes(thinned(gold, share)))
    raw = ghost(gold)
    for number in range(8):
        (put(tmp_path / "with", f"n{number}", "ghost", None) / f"{json.loads(raw)['id']}.json").write_bytes(raw)
    alone, crowded = stand(tmp_path / "alone", gold), stand(tmp_path / "with", gold)
    assert [row.ranks for row in crowded.ranked] == [row.ranks for row in alone.ranked]
    assert {row.excluded for row in crowded.rows if row.about.system == "ghost"} == {SELF_REPORTED}


def rewritten(lines: Lines, seed: int) -> bytes:
    """The same predictions in another order, with other white space."""
    rng = random.Random(seed)
    lines = json.loads(json.dumps(lines))
    rng.shuffle(lines)
    for line in lines:
        rng.shuffle(line["mentions"])
    return b"\n".join(json.dumps(line, indent=None, separators=(" , ", " : ")).encode() for line in lines) + b"\n"


@pytest.mark.parametrize(
    ("honest", "thief", "order"),
    [
        ({"date": "2027-03-01"}, {"date": "2027-03-02"}, {}),
        ({}, {"date": "2020-01-01"}, {("z", "mine"): 3, ("a", "thief"): 4}),  # who says a date of their own
        ({"date": "2027-03-01"}, {}, {}),
    ],
)
def test_of_equal_predictions_the_first_owner_s_are_ranked(
    gold: Gold, tmp_path: Path, honest: dict[str, str], thief: dict[str, str], order: dict[tuple[str, str], int]
) -> None:
    lines = thinned(gold, 0.6)
    put(tmp_path, "z", "mine", as_bytes(lines), **honest)
    put(tmp_path, "a", "thief", rewritten(lines, 1), **thief)
    found = {row.about.system: row for row in stand(tmp_path, gold, order).rows}
    assert found["mine"].excluded == ""
    assert found["thief"].excluded == "a copy: the same predictions as z/mine, which came first"
    assert not found["thief"].ranks


@pytest.mark.parametrize("how", ["what no measure reads", "types of another scheme"])
def test_a_copy_in_other_dress_is_one(root: Path, tmp_path: Path, how: str) -> None:
    lines = [json.loads(line) for line in (root / "eval/baselines/rules.jsonl").read_bytes().splitlines()]
    put(tmp_path, "z", "mine", as_bytes(lines), date="2027-03-01")
    other = json.loads(json.dumps(lines[::-1]))
    about = {}
    for line in other:
        if how == "types of another scheme":
            about = {"labels": "ontonotes"}
            line["mentions"] = [each for each in line["mentions"] if each["type"] != "GRP"]  # which has none there
            for each in line["mentions"]:
                each["type"] = {"PER": "PERSON"}.get(each["type"], each["type"])
        for each in line["stances"]:
            each["basis"] = "implied"
    put(tmp_path, "a", "thief", as_bytes(other), date="2027-03-02", **about)
    asked = Asked("all", about.get("labels"), ASKED.how, False)
    bench = Bench(stored_gold(root / "dataset"), root / "dataset", asked)
    found = standings(assessed_entries(entry_folders(tmp_path)[0], bench, BUDGET), bench.gold, asked)
    assert by_system(found) == {"mine": "", "thief": "a copy: the same predictions as z/mine, which came first"}


def ranks(found: Standings) -> dict[str, object]:
    return {row.about.system: row.ranks for row in found.ranked}


def test_a_team_with_twenty_entries_moves_no_other_team(gold: Gold, tmp_path: Path) -> None:
    for name, share in (("best", 0.95), ("middle", 0.5)):
        for folder in ("few", "many"):
            put(tmp_path / folder, name, name, as_bytes(thinned(gold, share)))
    for folder, entries in (("few", 1), ("many", 20)):
        for number in range(entries):
            lines = thinned(gold, 0.3)
            for line in lines[:1]:  # each differs from the others in a word or two
                line["mentions"] = line["mentions"][number:]
            put(tmp_path / folder, "flood", f"f{number}", as_bytes(lines))
    few, many = stand(tmp_path / "few", gold), stand(tmp_path / "many", gold)
    assert len(many.ranked) == 22
    assert {name: ranks(many)[name] for name in ("best", "middle")} == {
        name: ranks(few)[name] for name in ("best", "middle")
    }
    for row in many.ranked:
        for each in row.ranks.values():
            assert each is None or 1 <= each.best <= each.worst <= 3


def test_copies_by_other_teams_move_nobody(gold: Gold, tmp_path: Path) -> None:
    lines = thinned(gold, 0.4)
    for folder in ("few", "many"):
        put(tmp_path / folder, "best", "best", as_bytes(thinned(gold, 0.95)), date="2027-01-01")
        put(tmp_path / folder, "weak", "weak", as_bytes(lines), date="2027-01-02")
    for number in range(10):
        put(tmp_path / "many", f"team{number}", f"c{number}", rewritten(lines, number), date="2027-01-03")
    few, many = stand(tmp_path / "few", gold), stand(tmp_path / "many", gold)
    assert ranks(few) == ranks(many)


def test_the_history_of_the_folder_says_who_was_first(tmp_path: Path) -> None:
    results = tmp_path / "eval" / "results"

    def git(*words: str) -> None:
        identity = {f"GIT_{who}_{what}": "x@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        day = {"GIT_AUTHOR_DATE": "2000-01-01T00:00:00Z"}  # what a commit says of its own day does not count
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, env={**os.environ, **identity, **day})

    git("init", "-q", "-b", "main")
    put(results, "late", "draft", None)
    for place in ("z/mine", "late/draft"):
        git("checkout", "-q", "-b", "work")
        folder = results / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "predictions.jsonl").write_text("{}\n")
        git("add", "-A")
        git("commit", "-q", "-m", "x")
        git("branch", "-f", "main") if place == "z/mine" else None
        git("checkout", "-q", "main")
        if place != "z/mine":
            git("merge", "-q", "--no-ff", "-m", "m", "work")
        git("branch", "-q", "-D", "work")
    order = came(results)
    assert set(order) == {("z", "mine"), ("late", "draft")}
    assert order["z", "mine"] < order["late", "draft"]
    assert came(tmp_path / "nowhere") == {}


def test_a_report_is_the_owner_s_alone(gold: Gold, tmp_path: Path) -> None:
    lines = as_bytes(thinned(gold, 0.6))
    put(tmp_path / "r", "a", "thief", lines, name="STOLEN", date="2027-02-02")
    put(tmp_path / "r", "z", "mine", lines, name="Honest work", date="2027-02-01")
    bench = Bench(gold_in_memory(gold), None, ASKED, PageMaker((), MADE_BY))
    found = standings(assessed_entries(entry_folders(tmp_path / "r")[0], bench, BUDGET), bench.gold, ASKED)
    written = build_site(tmp_path / "site", found, [], MADE_BY)
    (page,) = [name for name in written if name.startswith("reports/")]
    text = (tmp_path / "site" / page).read_text(encoding="utf-8")
    assert "Honest work" in text
    assert "STOLEN" not in text
    assert msgspec.json.decode((tmp_path / "site" / "board.json").read_bytes())["entries"][1]["excluded"]


def test_where_processes_are_not_forked_the_same_comes_out(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS and Windows: what an entry is put to is opened anew in its process."""
    put(tmp_path, "a", "rules", (root / "eval/baselines/rules.jsonl").read_bytes())
    put(tmp_path, "b", "broken", b"{}\n")
    folder = root / "dataset"
    asked = Asked("test", None, Sampling(draws=100), False)
    bench = Bench(stored_gold(folder), folder, asked, PageMaker((), MADE_BY))
    forked = assessed_entries(entry_folders(tmp_path)[0], bench, BUDGET)
    monkeypatch.setattr(budget, "forks_safely", lambda: False)
    spawned = assessed_entries(entry_folders(tmp_path)[0], bench, BUDGET)
    for one, other in zip(forked, spawned, strict=True):
        assert (one.record, one.excluded, one.meaning) == (other.record, other.excluded, other.meaning)
    assert [each.excluded.partition(":")[0] for each in spawned] == ["", "failed"]
    assert spawned[0].page


def test_no_entry_passes_for_a_baseline(gold: Gold, tmp_path: Path) -> None:
    for number, team in enumerate(("onrecord", "OnRecord", "onrecords")):
        put(tmp_path, team, "rules", as_bytes(thinned(gold, 0.5 + number / 10)))
    assert [row.about.team for row in stand(tmp_path, gold).rows] == ["onrecords"]


def test_every_entry_has_a_place_of_its_own_on_the_page(gold: Gold, tmp_path: Path) -> None:
    for number, (team, system) in enumerate([("a.b", "c"), ("a", "b.c"), ("A", "b.c"), ("a", "entities")]):
        put(tmp_path / "r", team, system, as_bytes(thinned(gold, 0.5 + number / 10)))
    assert build_site(tmp_path / "site", stand(tmp_path / "r", gold), [], MADE_BY)
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    ids = re.findall(r' id="([^"]*)"', page)
    assert {"a.b/c", "a/b.c", "A/b.c", "a/entities"} <= set(ids)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)

"""What a board found out before: used where nothing has changed, and nowhere else."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import shutil
import time
import types
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from tests.builders import ABOUT as CORPUS
from tests.dataset.perturbing.cases import perturb

from onrecord.dataset import Gold
from onrecord.dataset.perturbing.made import FILE
from onrecord.dataset.publishing.build import write
from onrecord.dataset.reading.platform import has_fork
from onrecord.eval.baselines.rules import Rules
from onrecord.eval.board import PageMaker, assessing, build_site, everyone, memory
from onrecord.eval.board.assessing import Assessed, Bench
from onrecord.eval.board.budget import Budget
from onrecord.eval.board.entries import ABOUT, entry_folders, probe_file
from onrecord.eval.board.everyone import assessed_entries
from onrecord.eval.board.gaps import perturbed
from onrecord.eval.board.memory import Memory
from onrecord.eval.board.remembering import memory_of
from onrecord.eval.board.standings import standings
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.record import record_bytes
from onrecord.eval.scoring.stored_gold import DAYS, stored_gold
from onrecord.eval.statistics.sampling import Sampling

ASKED = Asked("all", None, Sampling(draws=200), False)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of one's own; in it gold is read once more."""
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache/board"


@pytest.fixture
def results(five: Gold, tmp_path: Path) -> Path:
    """Three entries: two that say the same, and one that says less."""
    rules = Rules.learn(five.articles[:1])
    said = [rules.predict(each.document) for each in five.articles]
    fewer = [msgspec.structs.replace(each, mentions=(each.mentions or ())[1:]) for each in said]
    for system, lines in {"one": said, "copy": said, "less": fewer}.items():
        folder = tmp_path / "results/team" / system
        folder.mkdir(parents=True)
        (folder / ABOUT).write_text(json.dumps({"team": "team", "system": system, "name": system}))
        (folder / "predictions.jsonl").write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in lines))
    return tmp_path / "results"


def bench_of(
    gold: Path, asked: Asked = ASKED, pages: PageMaker | None = None, probes: Sequence[Path] = (), anew: bool = False
) -> Bench:
    labelled = stored_gold(gold)
    several = perturbed(probes, labelled)
    return Bench(labelled, gold, asked, pages, several, memory_of(labelled, asked, pages, several, anew))


def entries(results: Path, bench: Bench) -> list[Assessed]:
    return assessed_entries(entry_folders(results)[0], bench, Budget(60))


def known(results: Path, bench: Bench) -> dict[str, bool]:
    return {each.about.system: each.is_remembered for each in entries(results, bench)}


def site(folder: Path, found: list[Assessed], bench: Bench) -> dict[str, bytes]:
    shown = standings(found, bench.gold, bench.asked, probes=[each.gold.probe for each in bench.probes])
    return {name: (folder / name).read_bytes() for name in build_site(folder, shown, [], "Made by: nobody.")}


def never(*_: object, **__: object) -> None:
    raise AssertionError("computed anew")


def test_a_board_is_the_same_to_the_byte_and_nothing_of_it_is_computed_twice(
    five: Gold, five_folder: Path, results: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = perturb(five, "names", about=CORPUS)
    write(made.build(), tmp_path / "names")
    rules = Rules.learn(five.articles[:1])
    probed = b"".join(msgspec.json.encode(rules.predict(each.document)) + b"\n" for each in made.gold.articles)
    (results / "team/less" / probe_file("names,seed0")).write_bytes(probed)
    bench = bench_of(five_folder, pages=PageMaker((), "Made by: nobody."), probes=[tmp_path / "names"])
    first = entries(results, bench)
    assert [each.is_remembered for each in first] == [False, False, False]
    assert first[1].gaps  # "less", of those in order of their names
    for name in ("assessed", "meaning", "losses"):
        monkeypatch.setattr(everyone, name, never)
    second = entries(results, bench)
    assert [each.is_remembered for each in second] == [True, True, True]
    assert site(tmp_path / "second", second, bench) == site(tmp_path / "first", first, bench)
    assert [each.meaning for each in second] == [each.meaning for each in first]
    assert first[0].meaning
    assert not first[1].meaning


def _byte(results: Path) -> None:
    path = results / "team/one/predictions.jsonl"
    path.write_bytes(path.read_bytes() + b"\n")


def _said(results: Path) -> None:
    path = results / "team/one" / ABOUT
    path.write_text(path.read_text().replace('"name": "one"', '"name": "One"'))


def _record(results: Path) -> None:
    (results / "team/one" / f"{'0' * 64}.json").write_text("{}")


def _link(results: Path) -> None:
    path = results / "team/one/predictions.jsonl"
    path.rename(results / "elsewhere")
    path.symlink_to(results / "elsewhere")


def _zip(results: Path) -> None:
    path = results / "team/one/predictions.jsonl"
    path.rename(path.with_name("predictions.jsonl.gz"))


@pytest.mark.parametrize("change", [_byte, _said, _record, _link, _zip])
def test_an_entry_that_has_changed_is_scored_again_and_the_others_are_not(
    change: Callable[[Path], None], five_folder: Path, results: Path, cache: Path
) -> None:
    bench = bench_of(five_folder)
    entries(results, bench)
    change(results)
    found = {each.about.system: each for each in entries(results, bench)}
    assert {name: each.is_remembered for name, each in found.items()} == {"copy": True, "less": True, "one": False}
    fresh = {each.about.system: each for each in entries(results, dataclasses.replace(bench, memory=None))}
    assert found["one"].excluded == fresh["one"].excluded
    assert found["one"].record == fresh["one"].record


def test_another_board_knows_nothing_of_it(
    five_folder: Path, results: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = tmp_path / "map.json"
    labels.write_text(json.dumps({"gold": {}, "predicted": {}}))
    mapped = dataclasses.replace(ASKED, labels=str(labels))
    boards = {
        memory_of(stored_gold(five_folder), asked) for asked in (ASKED, mapped, Asked("test"), Asked("all", None, None))
    }
    labels.write_text(json.dumps({"gold": {"PER": None}, "predicted": {}}))
    boards |= {
        memory_of(stored_gold(five_folder), mapped),
        memory_of(stored_gold(five_folder), ASKED, PageMaker((), "x")),
    }
    boards.add(memory_of(stored_gold(five_folder), ASKED, PageMaker((), "y")))
    monkeypatch.setattr(memory, "program", lambda: "another")
    boards.add(memory_of(stored_gold(five_folder), ASKED))
    assert len(boards) == 8
    assert len({each.board for each in boards if each}) == 8


def test_another_gold_is_another_board(five: Gold, five_folder: Path, cache: Path, tmp_path: Path) -> None:
    made = perturb(five, "names", about=CORPUS)
    write(made.build(), tmp_path / "names")
    one, other = memory_of(stored_gold(five_folder), ASKED), memory_of(stored_gold(tmp_path / "names"), ASKED)
    assert one
    assert other
    assert one.board != other.board


def test_another_map_of_a_probe_is_another_board(five: Gold, five_folder: Path, cache: Path, tmp_path: Path) -> None:
    write(perturb(five, "names", about=CORPUS).build(), tmp_path / "names")
    labelled = stored_gold(five_folder)
    one = memory_of(labelled, ASKED, None, perturbed([tmp_path / "names"], labelled))
    probe = tmp_path / "names" / FILE
    said = json.loads(probe.read_text())
    said["linked"] = not said["linked"]
    probe.write_text(json.dumps(said))
    other = memory_of(labelled, ASKED, None, perturbed([tmp_path / "names"], labelled))
    assert one
    assert other
    assert one.board != other.board


def test_a_folder_that_changes_after_it_was_read_makes_no_other_board(
    five: Gold, five_folder: Path, cache: Path, tmp_path: Path
) -> None:
    shutil.copytree(five_folder, tmp_path / "dataset")
    labelled = stored_gold(tmp_path / "dataset")
    before = memory_of(labelled, ASKED)
    shutil.rmtree(tmp_path / "dataset")
    assert memory_of(labelled, ASKED) == before


def test_the_program_is_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "module.py").write_text("x = 1")
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda _: types.SimpleNamespace(submodule_search_locations=[tmp_path])
    )
    memory.program.cache_clear()
    before = memory.program()
    memory.program.cache_clear()
    assert memory.program() == before
    (tmp_path / "module.py").write_text("x = 2")
    memory.program.cache_clear()
    assert memory.program() != before
    monkeypatch.undo()
    memory.program.cache_clear()


@pytest.mark.parametrize("damage", [lambda raw: raw[:-9], lambda raw: b"", lambda raw: raw[:400] + b"?" + raw[401:]])
def test_what_is_damaged_counts_for_nothing(
    damage: Callable[[bytes], bytes], five_folder: Path, results: Path, cache: Path
) -> None:
    bench = bench_of(five_folder)
    first = entries(results, bench)
    for path in cache.iterdir():
        path.write_bytes(damage(path.read_bytes()))
    second = entries(results, bench)
    assert not any(each.is_remembered for each in second)
    assert [each.file for each in second] == [each.file for each in first]
    assert all(known(results, bench).values())


def test_what_cannot_be_scored_is_not_kept(five_folder: Path, results: Path, cache: Path) -> None:
    bench = bench_of(five_folder)
    (results / "team/one/predictions.jsonl").write_text('{"doc_id": 1}\n')
    for _ in range(2):
        found = {each.about.system: each for each in entries(results, bench)}
        assert found["one"].excluded.startswith("failed")
        assert not found["one"].is_remembered
    assert len(list(cache.iterdir())) == 2


@pytest.mark.skipif(not has_fork(), reason="what is put into this process is inherited")
def test_a_file_that_changes_while_it_is_scored_is_kept_under_no_name(
    five_folder: Path, results: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = bench_of(five_folder)

    def late(folder: Path, *rest: object) -> Assessed:
        found: Assessed = assessing.assessed(folder, *rest)  # type: ignore[arg-type]
        if folder.name == "less":
            path = folder / "predictions.jsonl"
            path.write_bytes(path.read_bytes() + b"\n")
        return found

    monkeypatch.setattr(everyone, "assessed", late)
    entries(results, bench)
    monkeypatch.undo()
    monkeypatch.setenv("ONRECORD_CACHE", str(cache.parent))
    assert known(results, bench) == {"copy": True, "less": False, "one": True}


def test_anew_computes_everything_and_keeps_it(five_folder: Path, results: Path, cache: Path) -> None:
    entries(results, bench_of(five_folder))
    for path in cache.iterdir():
        path.write_bytes(b"")
    assert not any(known(results, bench_of(five_folder, anew=True)).values())
    assert all(path.stat().st_size for path in cache.iterdir())
    assert all(known(results, bench_of(five_folder)).values())


def test_without_a_cache_nothing_is_kept(five_folder: Path, results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_CACHE", "")
    bench = bench_of(five_folder)
    assert bench.memory is None
    assert not any(known(results, bench).values())


def test_a_cache_that_cannot_be_written_stops_nobody(five_folder: Path, results: Path, cache: Path) -> None:
    cache.parent.mkdir(exist_ok=True)
    cache.write_text("a file, and no folder")
    assert [each.excluded for each in entries(results, bench_of(five_folder))] == ["", "", ""]


def test_what_nobody_asked_for_in_a_month_is_forgotten_and_what_is_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Memory(tmp_path, "board")
    now = time.time()
    for days in (0, 1, 2, DAYS + 1):
        finding = kept.at([str(days)])
        finding.keep(b"x" * 100)
        os.utime(finding.path, (now - days * 86_400,) * 2)
    (tmp_path / "of somebody else").write_text("stays")
    kept.forget()
    assert [kept.at([str(days)]).get() is not None for days in (0, 1, 2, DAYS + 1)] == [True, True, True, False]
    monkeypatch.setattr(memory, "MOST", 300)
    os.utime(kept.at(["2"]).path, (now + 5,) * 2)  # it was asked for last
    kept.forget()
    assert [kept.at([str(days)]).get() is not None for days in (0, 1, 2)] == [True, False, True]
    assert (tmp_path / "of somebody else").exists()


def test_records_are_written_alike_whoever_remembers(five_folder: Path, results: Path, cache: Path) -> None:
    bench = bench_of(five_folder)
    entries(results, bench)
    for each in entries(results, bench):
        assert each.record
        assert each.file
        whole = json.loads(each.file)
        for layer in whole["layers"].values():
            layer["documents"] = {}
        assert json.loads(record_bytes(each.record)) == whole

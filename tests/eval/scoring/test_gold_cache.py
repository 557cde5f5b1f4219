"""What is kept of gold: damaged, it gives no other score; and another gold is never kept under its name."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.eval.conftest import Lines, as_bytes

from onrecord.dataset import Gold
from onrecord.dataset.reading.faults import OnrecordError
from onrecord.eval.scoring import stored_gold as module
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.kept_gold import DamagedError, write_gold
from onrecord.eval.scoring.record import record_bytes, record_of
from onrecord.eval.scoring.score_stream import score_stream
from onrecord.eval.scoring.stored_gold import DAYS, StoredGold, stored_gold


@pytest.fixture
def folder(five_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset folder and a cache of one's own."""
    shutil.copytree(five_folder, tmp_path / "dataset")
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path / "cache"))
    return tmp_path / "dataset"


def kept(folder: Path) -> Path:
    """What is kept of it."""
    stored_gold(folder)
    (found,) = (folder.parent / "cache/gold").iterdir()
    return found


def score(gold: StoredGold, raw: bytes) -> bytes:
    return record_bytes(record_of(score_stream(Path("p"), [raw], gold, Asked("all", None, None, True)).report))


@pytest.mark.parametrize("name", ["articles", "texts", "columns", "digest"])
def test_a_bit_that_is_another_gives_no_other_score(name: str, folder: Path, five: Gold, perfect: Lines) -> None:
    ids = {each.document.id for each in five.articles}
    raw = as_bytes([line for line in perfect if line["doc_id"] in ids])
    right = score(stored_gold(folder), raw)
    articles = {id: stored_gold(folder).article(id) for id in ids}
    chance = random.Random(3)
    told: list[str] = []
    for _ in range(40):
        path = kept(folder) / name
        content = bytearray(path.read_bytes())
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        try:
            gold = stored_gold(folder)
            assert score(gold, raw) == right
            assert {id: gold.article(id) for id in ids} == articles
        except DamagedError as error:
            told.append(str(error))
            assert score(stored_gold(folder), raw) == right  # it is made anew
    assert len(told) == (40 if name in ("articles", "texts") else 0)
    assert all(f"({path})" in each for each in told)


@pytest.mark.parametrize("name", ["articles", "texts", "columns", "digest"])
@pytest.mark.parametrize("damage", [lambda raw: b"", lambda raw: raw[: len(raw) // 2]])
def test_what_is_cut_off_gives_no_other_score(
    name: str, damage: Callable[[bytes], bytes], folder: Path, five: Gold
) -> None:
    path = kept(folder) / name
    path.write_bytes(damage(path.read_bytes()))
    for _ in range(2):
        try:
            gold = stored_gold(folder)
            for each in five.articles:
                assert gold.article(each.document.id) == each
                assert gold.documents[each.document.id].text == each.document.text
        except DamagedError:
            assert name in ("articles", "texts")


def test_a_folder_that_changes_while_it_is_read_is_read_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = next(iter(sorted((folder / "data/articles").glob("*.parquet"))))
    write, times = write_gold, 0

    def late(from_folder: Path, into: Path) -> None:
        nonlocal times
        times += 1
        write(from_folder, into)
        if times == 1:  # the same bytes under another number of the file system: for all that anyone can know another
            shutil.copy(other, tmp_path / "new")
            os.replace(tmp_path / "new", other)

    monkeypatch.setattr(module, "write_gold", late)
    stored_gold(folder)
    assert times == 2
    assert len(list((tmp_path / "cache/gold").iterdir())) == 1


@pytest.mark.parametrize("cache", ["cache", ""])
def test_one_that_never_stays_is_refused_and_not_kept(
    cache: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path / cache) if cache else "")
    path = next(iter(sorted((folder / "data/articles").glob("*.parquet"))))
    write = write_gold

    def always(from_folder: Path, into: Path) -> None:
        write(from_folder, into)
        shutil.copy(path, tmp_path / "new")
        os.replace(tmp_path / "new", path)

    monkeypatch.setattr(module, "write_gold", always)
    with pytest.raises(OnrecordError, match="changes while it is read"):
        stored_gold(folder)
    assert not (tmp_path / "cache/gold").exists() or not list((tmp_path / "cache/gold").iterdir())


def test_what_nobody_has_used_in_a_month_is_removed(folder: Path, tmp_path: Path) -> None:
    cache = kept(folder).parent
    old, new, other = cache / ("0" * 64), cache / ("1" * 64), cache / "of somebody else"
    for path in (old, new, other):
        path.mkdir()
        (path / "columns").write_text("x")
        days = DAYS + 1 if path is not new else DAYS - 1
        os.utime(path, (time.time() - days * 86_400,) * 2)
    stored_gold(folder)
    assert old.exists()  # only who keeps something new looks for what is old
    (used,) = (path for path in cache.iterdir() if path not in (old, new, other))
    os.utime(used, (0, 0))
    stored_gold(folder)
    assert used.stat().st_mtime > time.time() - 86_400
    shutil.rmtree(used)
    stored_gold(folder)
    assert [path.exists() for path in (old, new, other, used)] == [False, True, True, True]

"""Files that say the same are alike, however they are written; of entries that are alike alone the meaning is read."""

from __future__ import annotations

import copy
import functools
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import ROOT
from tests.eval.board.test_board import ASKED, assess, by_system, put, stand, thinned
from tests.eval.board.test_crowding import rewritten
from tests.eval.conftest import Lines, as_bytes
from tests.eval.scoring.test_result import degraded
from tests.eval.submission.test_meaning import (
    OTHER,
    SAME,
    UNREAD,
    another_name,
    defaults_left_out,
    items_renamed,
    keys_turned_round,
    own_ids,
    own_ids_renamed,
    shuffled,
    something_that_is_not_in_the_text,
)
from tests.examples import examples

from onrecord.dataset import Gold
from onrecord.dataset.publishing.folder import read_folder
from onrecord.dataset.reading.platform import has_fork
from onrecord.eval.board import assessing
from onrecord.eval.board.assessing import Bench, rescored, scored, scored_alone
from onrecord.eval.board.budget import Budget
from onrecord.eval.board.entries import About, entry_folders
from onrecord.eval.board.everyone import assessed_entries
from onrecord.eval.board.saying import meaning_of
from onrecord.eval.scoring import blocks
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.stored_gold import StoredGold, gold_in_memory
from onrecord.eval.submission import validation

EVERY = Asked("all", None, None, allow_missing=True)


@pytest.fixture(scope="module")
def stored(gold: Gold) -> StoredGold:
    return gold_in_memory(gold)


def likeness(stored: StoredGold, raw: bytes) -> str:
    return scored_alone(Path("p"), [raw], stored, EVERY)[1]


def spread(lines: Lines, rng: random.Random) -> bytes:
    """The same lines with white space anywhere between words, blank lines and fields of anyone's own."""
    raw = []
    for line in lines:
        if rng.random() < 0.3:
            line = {**line, "x_note": rng.random()}
        raw.append(
            json.dumps(line, ensure_ascii=rng.random() < 0.5, separators=rng.choice([(",", ":"), (" , ", " :\t")]))
        )
    return rng.choice(["\n", "\r\n", "\n\n"]).join(raw).encode()


def alike_and_the_same(stored: StoredGold, lines: Lines, other: Lines, rng: random.Random) -> None:
    with pytest.MonkeyPatch.context() as patch:  # blocks of a few documents; lines one by one, or several at once
        patch.setattr(blocks, "ITEMS", rng.choice([1, 300, 2**16]))
        one = likeness(stored, as_bytes(lines))
        patch.setattr(validation, "LEAST_BYTES", rng.choice([0, 10**9]))
        assert likeness(stored, spread(other, rng)) == one
    said, again = (meaning_of(Path("p"), [as_bytes(each)], stored, EVERY) for each in (lines, other))
    assert said == again


@pytest.mark.parametrize("change", [*SAME, *UNREAD])
def test_what_says_the_same_is_alike(
    gold: Gold, stored: StoredGold, change: Callable[[Lines, random.Random], object]
) -> None:
    rng = random.Random(7)
    lines = degraded(own_ids(gold), rng)
    other = copy.deepcopy(lines)
    change(other, rng)
    alike_and_the_same(stored, lines, other, rng)


TOGETHER = [shuffled, keys_turned_round, defaults_left_out, own_ids_renamed, items_renamed]


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(TOGETHER), min_size=1, max_size=4))
def test_whatever_is_done_to_it(seed: int, changes: list[Callable[[Lines, random.Random], object]]) -> None:
    rng = random.Random(seed)
    lines = degraded(own_ids(few()), rng)
    other = copy.deepcopy(lines)
    for change in changes:
        change(other, rng)
    alike_and_the_same(gold_in_memory(few()), lines, other, rng)


@functools.cache
def few() -> Gold:
    """The articles of the web."""
    gold = read_folder(ROOT / "dataset")
    web = [article for article in gold.articles if article.document.split in ("validation", "test")]
    return msgspec.structs.replace(gold, articles=tuple(web))


SEEN = [each for each in OTHER if each not in (another_name, something_that_is_not_in_the_text)]


@pytest.mark.parametrize("change", SEEN)
def test_what_says_something_else_is_seldom_alike(
    gold: Gold, stored: StoredGold, change: Callable[[Lines], object]
) -> None:
    lines = own_ids(gold)
    other = copy.deepcopy(lines)
    change(other)
    assert likeness(stored, as_bytes(other)) != likeness(stored, as_bytes(lines))


def test_a_document_without_a_line_is_one_without_predictions(gold: Gold, stored: StoredGold) -> None:
    lines = own_ids(gold)
    for layer in ("mentions", "quotes", "stances", "events"):
        lines[2][layer] = []
    assert likeness(stored, as_bytes([*lines[:2], *lines[3:]])) == likeness(stored, as_bytes(lines))


def test_only_of_those_that_are_alike_is_it_found_out_what_they_mean(gold: Gold, tmp_path: Path) -> None:
    lines = thinned(gold, 0.6)
    put(tmp_path, "a", "alone", as_bytes(thinned(gold, 0.5)))
    put(tmp_path, "b", "one", as_bytes(lines))
    put(tmp_path, "c", "copy", rewritten(lines, 1))
    put(tmp_path, "d", "without", None)
    found = {each.about.system: each for each in assess(tmp_path, gold)}
    assert [bool(found[name].meaning) for name in ("alone", "one", "copy")] == [False, True, True]
    assert found["one"].meaning == found["copy"].meaning
    assert found["one"].likeness == found["copy"].likeness != found["alone"].likeness


def hang(*_: object) -> str:
    time.sleep(60)
    return ""


def fail(*_: object) -> str:
    return str([][0])


def fill(*_: object) -> str:
    return "x" * 10**11


@pytest.mark.skipif(not has_fork(), reason="what reads the meaning is put into this process and inherited")
@pytest.mark.parametrize(
    ("how", "said"),
    [
        (hang, "failed: takes more than 8 seconds"),
        (fail, "failed: meets a defect of onrecord: IndexError"),
        (fill, "failed: takes more than 4 GiB of memory"),
    ],
)
def test_who_cannot_be_told_from_another_stops_nobody_else(
    gold: Gold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Callable[..., str], said: str
) -> None:
    lines = thinned(gold, 0.6)
    put(tmp_path, "a", "other", as_bytes(thinned(gold, 0.5)))
    put(tmp_path, "b", "bad", as_bytes(lines))
    put(tmp_path, "c", "good", rewritten(lines, 1))
    known = meaning_of

    def sometimes(name: Path, *rest: object) -> str:
        return how() if name.parent.name == "bad" else known(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(assessing, "meaning_of", sometimes)
    found = {each.about.system: each.excluded for each in assess(tmp_path, gold, Budget(8))}
    assert found == {"other": "", "good": "", "bad": said}


def test_an_entry_of_the_words_of_a_baseline_is_its_copy(gold: Gold, tmp_path: Path) -> None:
    """As the command has it: a baseline is beside the entries, and what it means is made where one is like it."""
    lines = thinned(gold, 0.6)
    put(tmp_path, "a", "thief", rewritten(lines, 1))
    put(tmp_path, "b", "other", as_bytes(thinned(gold, 0.4)))
    stored = gold_in_memory(gold)
    found = scored(Path("rules"), [as_bytes(lines)], stored, ASKED)
    ours = rescored(About(team="onrecord", system="rules", name="rules", kind="baseline"), found)
    bench = Bench(stored, None, ASKED)
    folders = entry_folders(tmp_path)[0]
    entries = assessed_entries(folders, bench, Budget(60), beside=[ours])
    assert [bool(each.meaning) for each in entries] == [True, False]
    said = meaning_of(Path("rules"), [as_bytes(lines)], stored, ASKED)
    assert entries[0].meaning == said


def test_equal_counts_with_other_names_are_two_entries(gold: Gold, tmp_path: Path) -> None:
    """Alike, and no copies: what they say of their ids differs."""
    lines = own_ids(gold)
    other = copy.deepcopy(lines)
    another_name(other)
    put(tmp_path, "a", "one", as_bytes(lines))
    put(tmp_path, "b", "two", as_bytes(other))
    one, two = assess(tmp_path, gold)
    assert one.likeness == two.likeness
    assert one.meaning != two.meaning
    assert by_system(stand(tmp_path, gold)) == {"one": "", "two": ""}

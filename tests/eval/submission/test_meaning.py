"""The same predictions have the same digest, however they are written; others have another."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.eval.conftest import Lines, as_bytes, lines_of

from onrecord.dataset import Gold
from onrecord.eval.board.saying import meaning_of
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.record import record_of
from onrecord.eval.scoring.score_stream import score_stream
from onrecord.eval.scoring.stored_gold import gold_in_memory


def digest(gold: Gold, lines: Lines, split: str = "all") -> str:
    return meaning_of(Path("p"), [as_bytes(lines)], gold_in_memory(gold), Asked(split, None, None, False))


def own_ids(gold: Gold) -> Lines:
    """Gold as predictions in which every id is the file's own, and described."""
    rows = gold.registries
    published = {id for ids in rows.ids().values() for id in ids}

    def other(id: str) -> str:
        return f"mine-{id}" if id in published else id

    lines: Lines = [every_id(line, other, REFERRING) for line in lines_of(gold.articles, gold.registries)]
    lines[0]["entities"] = [{"id": f"mine-{row.id}", "name": row.name} for row in rows.entities]
    lines[0]["claims"] = [{"id": f"mine-{row.id}", "text": row.text} for row in rows.claims]
    lines[0]["event_descriptions"] = [{"id": f"mine-{row.id}", "title": row.title} for row in rows.events]
    return lines


def shuffled(lines: Lines, rng: random.Random) -> None:
    rng.shuffle(lines)
    for line in lines:
        for value in line.values():
            if isinstance(value, list):
                rng.shuffle(value)


def keys_turned_round(lines: Lines, rng: random.Random) -> None:
    for place, line in enumerate(lines):
        lines[place] = dict(reversed(line.items()))


def defaults_left_out(lines: Lines, rng: random.Random) -> None:
    for line in lines:
        for layer in ("mentions", "quotes", "stances", "events"):
            for each in line[layer]:
                for key, value in list(each.items()):
                    if value in (None, [], "name", "statement") or value is False:
                        del each[key]


def every_id(value: Any, change: Callable[[str], str], keys: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: _changed(inner, change, keys) if key in keys else every_id(inner, change, keys)
            for key, inner in value.items()
        }
    return [every_id(each, change, keys) for each in value] if isinstance(value, list) else value


def _changed(value: Any, change: Callable[[str], str], keys: Sequence[str]) -> Any:
    if isinstance(value, str):
        return change(value)
    return [change(each) if isinstance(each, str) else every_id(each, change, keys) for each in value or []] or value


REFERRING = ("id", "entity", "literal", "speaker", "relays", "utterance", "holder", "event", "parent", "quote", "place")


def own_ids_renamed(lines: Lines, rng: random.Random) -> None:
    def other(id: str) -> str:
        return f"x{id[5:]}x" if id.startswith("mine-") else id

    for place, line in enumerate(lines):
        lines[place] = every_id(line, other, REFERRING)


def items_renamed(lines: Lines, rng: random.Random) -> None:
    for line in lines:
        for layer in ("mentions", "events", "stances"):
            for each in line[layer]:
                each.pop("id", None)
        for each in line["quotes"]:
            each["id"] = f"other-{each['id']}"
            if each.get("parent"):
                each["parent"] = f"other-{each['parent']}"
        for each in line["stances"]:
            if each.get("quote"):
                each["quote"] = f"other-{each['quote']}"


def a_description_of_nothing(lines: Lines, rng: random.Random) -> None:
    lines[0]["entities"].append({"id": "nobody", "name": "Nobody at all"})


SAME = [
    shuffled,
    keys_turned_round,
    defaults_left_out,
    own_ids_renamed,
    items_renamed,
    a_description_of_nothing,
]


@pytest.mark.parametrize("change", SAME)
def test_what_is_written_otherwise_says_the_same(gold: Gold, change: Callable[[Lines, random.Random], object]) -> None:
    lines = own_ids(gold)
    other = copy.deepcopy(lines)
    change(other, random.Random(7))
    assert as_bytes(other) != as_bytes(lines)
    assert digest(gold, other) == digest(gold, lines)


def every(layer: str, field: str, value: Any) -> Callable[[Lines, random.Random], None]:
    def change(lines: Lines, rng: random.Random) -> None:
        for line in lines:
            for each in line[layer]:
                each[field] = value

    return change


def made_up(words: str) -> Callable[[Lines, random.Random], None]:
    def change(lines: Lines, rng: random.Random) -> None:
        lines[0]["unplaced"] = [{"layer": "quotes", "text": words}]

    return change


def test_what_is_not_in_the_text_is_one_whatever_its_words(gold: Gold) -> None:
    one, other = own_ids(gold), own_ids(gold)
    made_up("Never")(one, random.Random(7))
    made_up("Never said")(other, random.Random(7))
    assert layers(gold, one) == layers(gold, other)
    assert digest(gold, one) == digest(gold, other)


UNREAD = [
    *(every(layer, "optional", True) for layer in ("mentions", "quotes", "stances", "events")),
    every("mentions", "noise", "typo"),
    every("mentions", "literal", None),
    every("quotes", "addressee", ["mine-russia"]),
    every("quotes", "utterance", "once"),
    every("stances", "quote", None),
    every("stances", "basis", "implied"),
]


@pytest.mark.parametrize("change", UNREAD)
def test_what_no_measure_reads_makes_no_other_file(
    gold: Gold, change: Callable[[Lines, random.Random], object]
) -> None:
    lines = own_ids(gold)
    other = copy.deepcopy(lines)
    change(other, random.Random(7))
    assert as_bytes(other) != as_bytes(lines)
    assert layers(gold, other) == layers(gold, lines)
    assert digest(gold, other) == digest(gold, lines)


def layers(gold: Gold, lines: Lines) -> object:
    """Every count of every measure."""
    asked = Asked("all", None, None, False)
    return record_of(score_stream(Path("p"), [as_bytes(lines)], gold_in_memory(gold), asked, keep=False).report).layers


def a_type(lines: Lines) -> None:
    each = lines[1]["mentions"][3]
    each["type"] = "FAC" if each["type"] != "FAC" else "LOC"


def a_mention_less(lines: Lines) -> None:
    lines[0]["mentions"].pop(next(n for n, m in enumerate(lines[0]["mentions"]) if m["kind"] == "pronoun"))


def a_label(lines: Lines) -> None:
    each = next(s for line in lines for s in line["stances"])
    other = {"asserts": "denies", "denies": "asserts", "doubts": "asserts", "favor": "against", "against": "favor"}
    each["label"] = other.get(each["label"], "favor")


def a_mention_of_another_cluster(lines: Lines) -> None:
    ids = list(dict.fromkeys(m["entity"] for line in lines for m in line["mentions"]))
    each = lines[2]["mentions"][0]
    each["entity"] = next(id for id in ids if id != each["entity"])


def another_speaker(lines: Lines) -> None:
    ids = [m["entity"] for line in lines for m in line["mentions"]]
    each = next(q for line in lines for q in line["quotes"] if q["speaker"] != ["unknown"])
    each["speaker"] = [next(id for id in ids if id not in each["speaker"])]


def another_name(lines: Lines) -> None:
    lines[0]["entities"][0]["name"] = "Somebody else"


def another_layer(lines: Lines) -> None:
    for line in lines:
        del line["stances"]


def something_that_is_not_in_the_text(lines: Lines) -> None:
    lines[0]["unplaced"] = [{"layer": "quotes", "text": "made up"}]


OTHER = [
    something_that_is_not_in_the_text,
    a_type,
    a_mention_less,
    a_label,
    a_mention_of_another_cluster,
    another_speaker,
    another_name,
    another_layer,
]


@pytest.mark.parametrize("change", OTHER)
def test_what_says_something_else_has_another_digest(gold: Gold, change: Callable[[Lines], object]) -> None:
    lines = own_ids(gold)
    other = copy.deepcopy(lines)
    change(other)
    assert digest(gold, other) != digest(gold, lines)


def test_a_published_id_says_something_and_cannot_be_renamed(gold: Gold) -> None:
    lines = lines_of(gold.articles, gold.registries)
    assert digest(gold, own_ids(gold)) != digest(gold, lines)


def test_what_is_not_scored_is_no_part_of_it(gold: Gold) -> None:
    split = gold.articles[0].document.split
    lines = lines_of(gold.articles, gold.registries)
    elsewhere = {each.document.id for each in gold.articles if each.document.split != split}
    other = copy.deepcopy(lines)
    for line in other:
        if line["doc_id"] in elsewhere:
            line["stances"] = []
    assert digest(gold, other, split) == digest(gold, lines, split)
    assert digest(gold, other) != digest(gold, lines)

"""What the quick looks say of a line is what the checks find in it, whatever was done to the line."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.eval.conftest import Lines, lines_of

from onrecord.dataset import Gold, walk
from onrecord.dataset.check import check_own_references, check_spans
from onrecord.dataset.reading.untrusted import repeats_keys
from onrecord.eval.submission import line_checks, quick_looks
from onrecord.eval.submission.prediction_line import PredictionLine

Change = Callable[[dict[str, Any], random.Random], object]

LAYERS = ("mentions", "quotes", "stances", "events")


def _item(line: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    items: list[dict[str, Any]] = line[draw.choice([layer for layer in LAYERS if line[layer]])]
    return draw.choice(items)


def _span(line: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    spans = [*line["mentions"], *line["events"]]
    spans += [span for quote in line["quotes"] for span in (*quote["content"], quote["source"], quote["cue"]) if span]
    spans += [span for stance in line["stances"] for span in stance["evidence"]]
    chosen: dict[str, Any] = draw.choice(spans)
    return chosen


def _again(line: dict[str, Any], draw: random.Random) -> None:
    items = line[draw.choice([layer for layer in LAYERS if line[layer]])]
    new = {**copy.deepcopy(draw.choice(items)), "id": draw.choice([None, "new", items[0]["id"]])}
    items.insert(draw.randrange(len(items) + 1), new)


def _one_cluster(line: dict[str, Any], draw: random.Random) -> None:
    layer, field = draw.choice([("mentions", "entity"), ("events", "event")])
    for item in line[layer]:
        item[field] = "one"


def _described(line: dict[str, Any], draw: random.Random) -> None:
    name = draw.choice(["a name", "a\tname", "a\u2028name", "", "caf\u00e9", "\x85"])
    line["entities"] = [{"id": "e1", "name": name}]


CHANGES: list[Change] = [
    lambda line, draw: _span(line, draw).update(start=draw.choice([0, 3, 10**6])),
    lambda line, draw: _span(line, draw).update(end=draw.choice([0, 3, 10**6])),
    lambda line, draw: _span(line, draw).update(text=draw.choice(["", "x"])),
    lambda line, draw: _span(line, draw).update(start=5, end=5, text=""),
    lambda line, draw: _item(line, draw).update(id=draw.choice(["same", None])),
    lambda line, draw: draw.choice(line["mentions"]).update(entity=draw.choice(["other", None])),
    lambda line, draw: draw.choice(line["quotes"]).update(parent=draw.choice(["nowhere", line["quotes"][0]["id"]])),
    lambda line, draw: draw.choice(line["quotes"]).update(content=[]),
    lambda line, draw: draw.choice(line["stances"]).update(quote="nowhere"),
    lambda line, draw: line.update({draw.choice(LAYERS): draw.choice([[], None])}),
    _again,
    _one_cluster,
    _described,
]


@pytest.fixture(scope="module")
def lines(gold: Gold) -> Lines:
    return lines_of(gold.articles, gold.registries)


@given(st.integers(0, 2**32), st.integers(0, 4), st.integers(0, 300))
def test_a_quick_look_is_true_where_its_check_finds_nothing(
    gold: Gold, lines: Lines, seed: int, changes: int, most: int
) -> None:
    draw = random.Random(seed)
    number = draw.randrange(len(lines))
    raw = copy.deepcopy(lines[number])
    for _ in range(changes):
        try:
            draw.choice(CHANGES)(raw, draw)
        except (IndexError, TypeError):
            continue  # a layer that was taken away cannot be changed
    line = msgspec.convert(raw, PredictionLine)
    items = quick_looks.LineItems(line.labels)
    labels, text, ids = line.labels, gold.articles[number].document.text, quick_looks.line_ids(line)
    looks = [
        (quick_looks.numbers_are_right(line, most), line_checks.check_numbers(line, most)),
        (quick_looks.spans_are_right(items, text), check_spans(labels, text)),
        (quick_looks.own_references_are_right(labels, ids), check_own_references(labels)),
        (quick_looks.nothing_is_repeated(items), line_checks.repeated_items(labels)),
        (quick_looks.clusters_are_several(items), line_checks.degenerate(line)),
    ]
    assert [look for look, _ in looks] == [not list(found) for _, found in looks]
    # these two say false, too, where two items of one cluster are at one place, and of odd white space in a name
    assert not quick_looks.ids_are_right(items) or not list(line_checks.check_ids(labels))
    assert not quick_looks.names_are_right(line) or not list(line_checks.check_names(line))
    referred: dict[tuple[str, str], set[str]] = {}
    for each in walk.references(line):
        referred.setdefault((each.kind, each.use), set()).add(each.id)
    assert {key: here for key, here in ids.items() if here} == referred


@given(st.integers(0, 2**32), st.booleans())
def test_a_key_that_comes_twice_is_seen_however_the_line_is_written(lines: Lines, seed: int, compact: bool) -> None:
    draw = random.Random(seed)
    value = copy.deepcopy(draw.choice(lines))
    if draw.random() < 0.5:  # left out where it is the default
        value["mentions"] = [{k: v for k, v in each.items() if v or k == "start"} for each in value["mentions"]]
    value["mentions"][0]["annotators"] = ["a: b"]
    text = json.dumps(value, separators=(",", ":") if compact else None, ensure_ascii=draw.random() < 0.5)
    if draw.random() < 0.3:
        text = text.replace("a: b", "a\\u003a b")
    raw = text.encode()
    record = msgspec.json.decode(raw, type=PredictionLine)
    assert not repeats_keys(raw, record)
    assert not repeats_keys(raw)
    places = [at for at in range(len(text)) if text.startswith(('{"id"', '{"start"'), at)]
    at = draw.choice(places) + 1
    key = text[at : text.index(":", at)]
    value_before = "0" if "start" in key else '"x"'
    again = f"{text[:at]}{key}:{value_before},{text[at:]}".encode()
    assert repeats_keys(again, msgspec.json.decode(again, type=PredictionLine))

"""Faults of misshapen lines: each names what is misshapen, and none names what is right."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from tests.eval.conftest import Lines, as_bytes, lines_of
from tests.examples import examples

from onrecord.dataset import Gold
from onrecord.dataset.reading.faults import Fault
from onrecord.dataset.reading.untrusted import escape
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.line_checks import DESCRIPTIONS
from onrecord.eval.submission.validation import validate


@pytest.fixture(scope="module")
def expected(gold: Gold) -> Expected:
    required = [article.document.id for article in gold.articles]
    return Expected.of([article.document for article in gold.articles], gold.registries, required)


def faults_of(lines: Lines, expected: Expected) -> list[Fault]:
    findings = validate("p.jsonl", iter([as_bytes(lines)]), expected, DEFAULT_LIMITS).findings
    return [*findings.faults, *findings.remarks]


def own_ids(gold: Gold) -> Lines:
    """A perfect file whose ids are the file's own, so that each must be declared in it."""
    lines = lines_of(gold.articles, gold.registries)
    known = {each.id for kind in ("entities", "events", "claims") for each in getattr(gold.registries, kind)}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: each if name in ("doc_id", "text", "name") else renamed(each) for name, each in value.items()}
        if isinstance(value, list):
            return [renamed(each) for each in value]
        return f"own-{value}" if isinstance(value, str) and value in known else value

    made: Lines = [renamed(line) for line in lines]
    made[0]["entities"] = [{"id": f"own-{row.id}", "name": row.name} for row in gold.registries.entities]
    made[0]["claims"] = [{"id": f"own-{row.id}", "text": row.text} for row in gold.registries.claims]
    return made


def places(value: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a line within its layers and descriptions, and these themselves."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        if each is not None and each != []:
            yield (*pointer, key)
        yield from places(each, (*pointer, key))


def misshape(line: dict[str, Any], place: tuple[Any, ...], rng: random.Random) -> tuple[Any, ...]:
    """Spoil one place; the pointer that is then to be named."""
    holder: Any = line
    for key in place[:-1]:
        holder = holder[key]
    key, value = place[-1], holder[place[-1]]
    way = rng.randrange(3)
    if (
        way == 0
        and place[0] not in DESCRIPTIONS
        and key in ("start", "end", "text", "type", "holder", "target", "event")
    ):
        del holder[key]
    elif way == 1 and isinstance(value, dict):
        value[rng.choice(["score", "probability", "colour"])] = 0.5
        return (*place, list(value)[-1])
    elif way == 1 and isinstance(holder, dict) and key in ("start", "end", "entity", "holder", "speaker", "label"):
        holder[f"{key}s"] = holder.pop(key)
        return (*place[:-1], f"{key}s")
    else:
        holder[key] = rng.choice([{"a": 1}, True] if isinstance(value, list | str) else [[7], "no"])
        if isinstance(value, bool):
            holder[key] = "no"
    return place


def pointer_of(place: tuple[Any, ...]) -> str:
    return "".join(f"/{escape(str(key))}" for key in place)


def test_a_perfect_file_of_its_own_ids_has_no_fault(gold: Gold, expected: Expected) -> None:
    assert faults_of(own_ids(gold), expected) == []


@pytest.mark.parametrize("many", [1, 4, 40])
def test_faults_of_a_misshapen_file_name_all_that_is_misshapen_and_nothing_else(
    gold: Gold, expected: Expected, many: int
) -> None:
    perfect = own_ids(gold)
    for seed in range(max(5, examples(60 if many < 40 else 20))):
        rng = random.Random(seed)
        lines = copy.deepcopy(perfect)
        spoilt: set[tuple[int, str]] = set()
        for _ in range(many):
            number = rng.randrange(len(lines))
            there = [place for place in places(lines[number]) if place[0] not in ("doc_id", "text_sha256")]
            taken = [pointer for line, pointer in spoilt if line == number]
            place = rng.choice(there)
            whole = pointer_of(place)
            # one spoilt place within another would hide it
            if any(f"{each}/".startswith(f"{whole}/") or f"{whole}/".startswith(f"{each}/") for each in taken):
                continue
            if len(place) == 1 and rng.random() < 0.9:
                continue
            spoilt.add((number, pointer_of(misshape(lines[number], place, rng))))
        faults = faults_of(lines, expected)
        named = {((fault.line or 0) - 1, fault.pointer) for fault in faults}
        for number, pointer in spoilt:
            assert any(n == number and f"{p}/".startswith(f"{pointer}/") for n, p in named), (seed, number, pointer)
        for number, pointer in named:
            # a field of another name is missing where it should be
            near = {pointer, pointer + "s"}
            assert any(n == number and any(f"{each}/".startswith(f"{p}/") for each in near) for n, p in spoilt), (
                seed,
                number,
                pointer,
                [str(f) for f in faults if f.pointer == pointer],
            )


def test_sound_parts_of_a_misshapen_item_are_checked(gold: Gold, expected: Expected) -> None:
    lines = lines_of(gold.articles, gold.registries)
    mention, stance, quote = lines[0]["mentions"][0], lines[0]["stances"][0], lines[0]["quotes"][0]
    mention.update(type="PERSON", end=mention["end"] - 1)
    lines[0]["mentions"][1].update(type="PERSON", end=10**6)
    del lines[0]["mentions"][1]["text"]
    stance.update(label="negative", holder="nobody", quote="q99")
    stance["evidence"][0]["text"] = "no"
    quote.update(mode="shouted", speaker=["nobody else"], parent="q98")
    lines[0]["events"][0].update(score=0.5, text="no")
    found = {(fault.code, fault.pointer) for fault in faults_of(lines, expected)}
    assert found == {
        ("label", "/mentions/0/type"),
        ("surface", "/mentions/0/text"),
        ("label", "/mentions/1/type"),
        ("missing-field", "/mentions/1/text"),
        ("offset", "/mentions/1"),
        ("label", "/stances/0/label"),
        ("reference", "/stances/0/holder"),
        ("reference", "/stances/0/quote"),
        ("surface", "/stances/0/evidence/0/text"),
        ("label", "/quotes/0/mode"),
        ("id", "/quotes/0/speaker/0"),
        ("reference", "/quotes/0/parent"),
        ("unknown-field", "/events/0/score"),
        ("surface", "/events/0/text"),
    }


def test_sound_items_beside_a_misshapen_one_are_named_by_their_own_places(gold: Gold, expected: Expected) -> None:
    lines = lines_of(gold.articles, gold.registries)
    mentions = lines[0]["mentions"]
    mentions[0]["type"] = "PERSON"
    mentions.append({**mentions[3], "id": None, "entity": "other"})
    mentions.append({**mentions[2], "id": None})
    faults = {(fault.code, fault.pointer): fault for fault in faults_of(lines, expected)}
    last = len(mentions) - 1
    assert set(faults) == {
        ("label", "/mentions/0/type"),
        ("cluster", f"/mentions/{last - 1}/entity"),
        ("repeated-item", f"/mentions/{last}"),
    }
    assert "/mentions/3/entity" in faults["cluster", f"/mentions/{last - 1}/entity"].hint
    assert "/mentions/2;" in faults["repeated-item", f"/mentions/{last}"].hint


def test_two_mentions_of_a_foreign_type_are_not_at_one_place(five: Gold, expected: Expected) -> None:
    lines = lines_of(five.articles, five.registries)
    for line in lines:
        for mention in line["mentions"]:
            mention["type"] = "PERSON"
        for quote in line["quotes"]:
            quote["speaker"] = "somebody"
    faults = [fault for fault in faults_of(lines, expected) if fault.code != "missing-document"]
    assert {fault.code for fault in faults} == {"label", "type"}
    assert len(faults) == sum(len(line["mentions"]) + len(line["quotes"]) for line in lines)


def test_a_line_that_cannot_be_read_may_declare_what_others_refer_to(gold: Gold, expected: Expected) -> None:
    lines = own_ids(gold)
    raw = as_bytes(lines).split(b"\n")
    raw[0] = raw[0][:-1]
    findings = validate("p.jsonl", iter([b"\n".join(raw)]), expected, DEFAULT_LIMITS).findings
    assert dict(findings.errors) == {"json": 1}


def test_more_dangling_references_than_ids_that_were_lost_are_named(gold: Gold, expected: Expected) -> None:
    lines = lines_of(gold.articles, gold.registries)
    lines[0]["mentions"][0]["entity"] = 7
    lines[1]["stances"][0]["holder"] = "nobody"
    assert {fault.code for fault in faults_of(lines, expected)} == {"type"}
    lines[1]["quotes"][0]["speaker"] = ["no one"[:2]]
    found = {(fault.code, fault.pointer) for fault in faults_of(lines, expected)}
    assert found == {
        ("type", "/mentions/0/entity"),
        ("reference", "/stances/0/holder"),
        ("reference", "/quotes/0/speaker/0"),
    }


def test_a_misshapen_line_of_an_unknown_document_is_told_both(gold: Gold, expected: Expected) -> None:
    lines = lines_of(gold.articles, gold.registries)
    lines[0]["doc_id"] = "nothing"
    lines[0]["mentions"][0]["type"] = "PERSON"
    found = {(fault.code, fault.pointer) for fault in faults_of(json.loads(json.dumps(lines)), expected)}
    assert found == {("document", "/doc_id"), ("label", "/mentions/0/type")}

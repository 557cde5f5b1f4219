"""Prediction files: every fault with its line, pointer, what was found, what was expected, and a hint."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.eval.conftest import Lines, as_bytes

from onrecord.dataset import FaultsError, Gold
from onrecord.eval import read_submission

Change = Callable[[Lines], Any]


def faults_of(gold: Gold, raw: bytes) -> list[tuple[str, int | None, str]]:
    documents = [article.document for article in gold.articles]
    with pytest.raises(FaultsError) as error:
        read_submission("p.jsonl", raw, documents, gold.registries)
    assert all(fault.found and fault.expected for fault in error.value.faults)
    return [(fault.code, fault.line, fault.pointer) for fault in error.value.faults]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda v: v[1].update(doc_id="005_x"), ("document", 2, "/doc_id")),
        (lambda v: v.append(copy.deepcopy(v[0])), ("repeated-document", 6, "/doc_id")),
        (lambda v: v[0].update(text_sha256="0" * 64), ("hash", 1, "/text_sha256")),
        (lambda v: v[0].pop("doc_id"), ("missing-field", 1, "/doc_id")),
        (lambda v: v[0].update(entitis=[]), ("unknown-field", 1, "/entitis")),
        (lambda v: v[2]["mentions"][3].update(end=10**6), ("offset", 3, "/mentions/3")),
        (lambda v: v[2]["mentions"][3].update(start=-1), ("offset", 3, "/mentions/3/start")),
        (lambda v: v[2]["mentions"][3].update(start=1.0), ("type", 3, "/mentions/3/start")),
        (lambda v: v[2]["mentions"][3].update(text="Putn"), ("surface", 3, "/mentions/3/text")),
        (lambda v: v[2]["mentions"][3].update(type="Person"), ("label", 3, "/mentions/3/type")),
        (lambda v: v[0]["quotes"][0].update(speaker=["nobody"]), ("reference", 1, "/quotes/0/speaker/0")),
        (lambda v: v[0]["quotes"][0].update(parent="q99"), ("reference", 1, "/quotes/0/parent")),
        (lambda v: v[0]["quotes"][0].update(content=[]), ("missing-field", 1, "/quotes/0/content")),
        (lambda v: v[0]["quotes"][0]["source"].update(text="x"), ("surface", 1, "/quotes/0/source/text")),
        (lambda v: v[0]["stances"][0].update(holder="nobody"), ("reference", 1, "/stances/0/holder")),
        (lambda v: v[0]["stances"][0].update(label="FAVOR"), ("label", 1, "/stances/0/label")),
        (lambda v: v[0]["stances"][0]["target"].update(id="no"), ("reference", 1, "/stances/0/target/id")),
        (lambda v: v[0]["stances"][0].update(quote="q99"), ("reference", 1, "/stances/0/quote")),
        (lambda v: v[0]["stances"][0]["evidence"][0].update(start=0), ("surface", 1, "/stances/0/evidence/0/text")),
        (lambda v: v[0]["events"][0].update(event=7), ("type", 1, "/events/0/event")),
        (lambda v: v[3].pop("events"), ("missing-layer", 4, "/events")),
        (lambda v: v[0]["mentions"][1].update(id="m1"), ("repeated-id", 1, "/mentions/1/id")),
        (
            lambda v: [line.update(entities=[{"id": "x", "name": str(n)}]) for n, line in enumerate(v)],
            ("contradiction", 2, "/entities/0"),
        ),
    ],
)
def test_each_fault_is_named(five: Gold, five_lines: Lines, change: Change, expected: tuple[str, int, str]) -> None:
    change(five_lines)
    assert expected in faults_of(five, as_bytes(five_lines))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{\xff}", "encoding"),
        (b"not json", "json"),
        (b"[]", "type"),
        (b'{"doc_id":"a","doc_id":"a","text_sha256":""}', "repeated-key"),
        (b'{"a":' * 100_000, "depth"),
    ],
)
def test_a_line_that_is_no_json_object_is_named_and_the_rest_still_read(
    gold: Gold, perfect: Lines, line: bytes, code: str
) -> None:
    perfect[4]["mentions"][0]["text"] = "x"
    found = faults_of(gold, line + b"\n" + as_bytes(perfect))
    assert (code, 1) in [each[:2] for each in found]
    assert ("surface", 6, "/mentions/0/text") in found


def test_all_faults_of_a_file_come_at_once_in_order(gold: Gold, perfect: Lines) -> None:
    perfect[0]["mentions"][0]["text"] = perfect[0]["mentions"][2]["text"] = "x"
    perfect[1]["text_sha256"] = "no"
    perfect[4]["quotes"][1]["mode"] = "shouted"
    perfect[4]["quotes"][0]["speaker"] = ["nobody"]
    perfect[4]["mentions"][7]["end"] += 1
    found = faults_of(gold, as_bytes(perfect))
    assert found == [
        ("surface", 1, "/mentions/0/text"),
        ("surface", 1, "/mentions/2/text"),
        ("hash", 2, "/text_sha256"),
        ("surface", 5, "/mentions/7/text"),
        ("reference", 5, "/quotes/0/speaker/0"),
        ("label", 5, "/quotes/1/mode"),
    ]


@pytest.mark.parametrize("layer", ["mentions", "quotes", "stances", "events"])
def test_a_misshapen_item_gives_one_fault_and_hides_none(gold: Gold, perfect: Lines, layer: str) -> None:
    """What stands in for it while the rest is checked is never reported itself."""
    perfect[0][layer][0]["colour"] = "red"
    perfect[0]["events"][1]["text"] = "x"
    assert faults_of(gold, as_bytes(perfect)) == sorted(
        [("surface", 1, "/events/1/text"), ("unknown-field", 1, f"/{layer}/0/colour")], key=lambda each: each[2]
    )


def test_offsets_in_the_wrong_unit_are_recognised(gold: Gold, perfect: Lines) -> None:
    """In an article with a curly quote before it, UTF-8 byte offsets point elsewhere."""
    line = perfect[2]
    text = next(a.document.text for a in gold.articles if a.document.id == line["doc_id"])
    for mention in line["mentions"]:
        for edge in ("start", "end"):
            mention[edge] = len(text[: mention[edge]].encode("utf-8"))
    with pytest.raises(FaultsError) as error:
        read_submission("p.jsonl", as_bytes(perfect), [a.document for a in gold.articles], gold.registries)
    assert any("UTF-8 bytes" in fault.hint for fault in error.value.faults)


def test_windows_line_ends_and_a_byte_order_mark_are_taken(five: Gold, five_lines: Lines) -> None:
    raw = b"\xef\xbb\xbf" + as_bytes(five_lines).replace(b"\n", b"\r\n")
    documents = [article.document for article in five.articles]
    assert len(read_submission("p.jsonl", raw, documents, five.registries).documents) == 5


def test_hostile_strings_are_shown_harmless(gold: Gold, perfect: Lines) -> None:
    perfect[0]["mentions"][0]["text"] = "\x1b[2J\u202e" + "x" * 5000
    documents = [article.document for article in gold.articles]
    with pytest.raises(FaultsError) as error:
        read_submission("p.jsonl", as_bytes(perfect), documents, gold.registries)
    (fault,) = error.value.faults
    assert "\x1b" not in fault.found
    assert "\u202e" not in fault.found
    assert len(fault.found) < 250


def test_the_readme_s_line_is_a_complete_prediction(gold: Gold, root: Any) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    block = readme.split("```json\n", 1)[1].split("```", 1)[0]
    line = json.loads(block)
    assert {"mentions", "quotes", "stances", "events"} <= set(line)
    documents = [article.document for article in gold.articles]
    raw = json.dumps(line).encode()
    assert read_submission("readme", raw, documents, gold.registries).layers == {
        "mentions",
        "quotes",
        "stances",
        "events",
    }

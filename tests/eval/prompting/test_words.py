"""Prediction files with words and no offsets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.eval.prompting.small import ARTICLES, TEXT

from onrecord.dataset import FaultsError
from onrecord.eval.prompting.replies import read_replies
from onrecord.eval.prompting.words import ground_lines


def ground(*values: Any) -> list[dict[str, Any]]:
    raw = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in values)
    return list(ground_lines("words.jsonl", raw.encode("utf-8"), ARTICLES).lines)


def test_words_get_offsets_and_all_else_stays() -> None:
    quote = {"id": "q", "content": ["“costs too much.”"], "speaker": ["los"], "mode": "nonsense", "x_mine": 1}
    (line,) = ground({"doc_id": "pool", "quotes": [quote], "entities": [{"id": "los"}], "x_own": [1]})
    start = TEXT.index("“costs")
    place = {"start": start, "end": start + 17, "text": "“costs too much.”"}
    assert line["quotes"] == [{**quote, "content": [place]}]
    assert line["text_sha256"] == ARTICLES["pool"].text_sha256
    assert (line["entities"], line["x_own"]) == ([{"id": "los"}], [1])


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (TEXT.rindex("pool"), TEXT.rindex("pool") + 4, TEXT.rindex("pool")),
        (TEXT.rindex("pool") - 3, 0, TEXT.rindex("pool")),
        (TEXT.index("pool") + 2, TEXT.index("pool") + 6, TEXT.index("pool")),
        (10**9, 10**9 + 4, TEXT.rindex("pool")),
    ],
)
def test_wrong_offsets_say_near_which_place(start: int, end: int, expected: int) -> None:
    (line,) = ground({"doc_id": "pool", "events": [{"text": "pool", "start": start, "end": end, "event": "e"}]})
    assert line["events"] == [{"text": "pool", "start": expected, "end": expected + 4, "event": "e"}]


def test_what_is_not_in_the_text_is_kept_beside() -> None:
    (line,) = ground({"doc_id": "pool", "mentions": [{"text": "Nobody", "type": "PER"}, {"text": "Ilse Brandt"}]})
    assert [each["text"] for each in line["mentions"]] == ["Ilse Brandt"]
    assert line["x_unplaced"] == [{"layer": "mentions", "why": "lost", "item": '{"text": "Nobody", "type": "PER"}'}]


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(FaultsError) as raised:
        ground(
            "{",
            "[]",
            {"doc_id": "poo", "mentions": []},
            {"doc_id": "pool", "mentions": {}, "quotes": [1, {}]},
            '{"doc_id": "pool", "doc_id": "pool", "x": NaN}',
            '{"doc_id": "pool", "x": "\\ud800"}',
            "[" * 5000,
        )
    found = [(fault.line, fault.code, fault.pointer) for fault in raised.value.faults]
    assert found == [
        (1, "json", ""),
        (2, "missing-field", "/doc_id"),
        (3, "document", "/doc_id"),
        (4, "type", "/mentions"),
        (4, "type", "/quotes/0"),
        (5, "repeated-key", "/doc_id"),
        (5, "number", "/x"),
        (6, "unicode", ""),
        (7, "json", ""),
    ]


@pytest.mark.parametrize("raw", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_a_file_without_a_line_is_refused(raw: bytes) -> None:
    with pytest.raises(FaultsError) as words:
        ground_lines("words.jsonl", raw, ARTICLES)
    with pytest.raises(FaultsError) as replies:
        read_replies("replies.jsonl", raw, ARTICLES)
    for raised in (words, replies):
        assert [(fault.line, fault.code) for fault in raised.value.faults] == [(1, "empty")]

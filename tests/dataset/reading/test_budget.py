"""Pointers, hints and faults cost what they say, and no more."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.budget import BUDGET
from onrecord.dataset.reading.faults import FaultsError, Findings, nearest, show
from onrecord.dataset.reading.typed import Decoder, read_value
from onrecord.dataset.reading.untrusted import oddities, parse_json, repeats_keys


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two numbers."""

    a: int
    b: int = 0


class Pairs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Many of them."""

    rows: tuple[Pair, ...]


def test_a_pointer_is_made_for_what_is_said_alone() -> None:
    key = "k" * 100_000
    value = parse_json(json.dumps({key: [[0] * 10, [float("nan")]]}).encode())
    ((code, pointer, *_),) = oddities(value)
    assert code == "number"
    assert pointer == "/" + "k" * BUDGET.max_token + "…/1/0"


def test_pointers_of_ordinary_keys_are_whole() -> None:
    found = {pointer for _, pointer, *_ in oddities(parse_json(b'{"a~/b":[{"c":1,"c":2},1e999],"d":NaN}'))}
    assert found == {"/a~0~1b/0/c", "/a~0~1b/1", "/d"}


def like_ids(many: int) -> list[str]:
    randomly = random.Random(0)
    return ["".join(randomly.sample("abcdefgh" * 16, 128)) for _ in range(many)]


@pytest.mark.long
def test_a_hint_takes_no_longer_for_ids_of_equal_letters() -> None:
    ids = like_ids(2000)
    begun = time.process_time()
    for id in like_ids(20):
        nearest(id[::-1], ids)
    assert time.process_time() - begun < 2


def test_the_nearest_of_many_is_found() -> None:
    ids = [f"{name}-{number}" for name in ("wagner", "lukashenko", "prigozhin", "kremlin") for number in range(400)]
    assert nearest("prigoshin-217", ids) == "did you mean 'prigozhin-217'?"
    assert nearest("Lukashenko-3", ids) == "did you mean 'lukashenko-3'?"
    assert nearest("zzzz", ids) == ""


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=30))
def test_a_hint_names_a_known_word(word: str, known: list[str]) -> None:
    found = nearest(word, known)
    assert found in ("", *(f"did you mean {each!r}?" for each in known))


def test_hints_are_looked_for_of_the_first_few_of_a_kind() -> None:
    findings = Findings("f")
    for number in range(500):
        findings.add(("label", "", "x", "y", lambda: "a hint"), number)
    assert [fault.hint for fault in findings.faults].count("a hint") == BUDGET.max_hints


def test_a_value_is_explained_as_far_as_faults_go() -> None:
    decoded = Decoder(Pairs).decode(json.dumps({"rows": [{"a": "x"}] * 30_000}).encode())
    assert BUDGET.max_wrong < len(decoded.wrong) <= 2 * BUDGET.max_wrong + 2
    assert decoded.wrong[3][1] == "/rows/3/a"


@pytest.mark.long
def test_of_very_much_json_the_first_fault_is_said() -> None:
    rows = [{"a": n} for n in range(BUDGET.max_values)]
    rows[70_000] = {"a": "x"}  # type: ignore[dict-item]
    record, (fault,) = read_value("f", json.dumps({"rows": rows}).encode(), Pairs)
    assert record is None
    assert (fault.code, fault.pointer, fault.expected) == ("type", "/rows/70000/a", "Expected `int`, got `str`")
    assert "first fault" in fault.hint


@pytest.mark.long
@pytest.mark.parametrize("where", ["top", "row", "none", "text"])
def test_a_key_that_comes_twice_in_very_much_json(where: str) -> None:
    rows = b",".join(b'{"a":%d,"b":0}' % n for n in range(400_000))
    raw = {
        "top": b'{"rows":[],"rows":[%s]}' % rows,
        "row": b'{"rows":[%s,{"a":1,"a":2}]}' % rows,
        "none": b'{"rows":[%s]}' % rows,
        "text": b'{"rows":[%s],"a:b":"c:d"}' % rows,
    }[where]
    assert repeats_keys(raw) is (where in ("top", "row"))
    assert repeats_keys(b"[%s]" % raw) is (where in ("top", "row"))


@pytest.mark.parametrize("stray", [b"9" * 5000, b"[" * 900 + b"]" * 900, b"[" * 20_000 + b"]" * 20_000, b"1e999"])
def test_what_is_in_a_field_that_nobody_reads_is_answered(stray: bytes) -> None:
    class Open(msgspec.Struct):
        """A type that passes over what it does not know."""

        a: int

    decoded = Decoder(Open).decode(b'{"a":1,"b":%s,"c":"\\u003a"}' % stray)
    assert decoded.record == Open(1) or decoded.wrong


def test_a_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 11)
    assert content_within(tmp_path / "f", 11) == b"x" * 11
    with pytest.raises(FaultsError, match="more than 10 bytes"):
        content_within(tmp_path / "f", 10)


plain: st.SearchStrategy[Any] = st.none() | st.integers() | st.text(max_size=5)
nested = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=40)


@given(nested)
def test_what_is_shown_is_the_beginning_of_all_of_it(value: Any) -> None:
    if not isinstance(value, str):
        assert show(value) == show(repr(value))


def test_a_megabyte_is_shown_at_once() -> None:
    begun = time.process_time()
    for _ in range(100):
        show({f"k{n}": [n] for n in range(1000)} | {"x": ["y" * 10**6] * 100})
    assert time.process_time() - begun < 1

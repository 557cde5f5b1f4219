"""JSON of columns is that of the records, and columns are right only where every record is."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset.reading.column_json import json_of
from onrecord.dataset.reading.typed_columns import TypedColumns
from onrecord.dataset.records import Id, Offset, Span, StanceLabel, Strict, Words


class Inner(Strict, frozen=True, kw_only=True):
    """A record within one."""

    label: StanceLabel
    words: Words | None = None


class Outer(Strict, frozen=True, kw_only=True):
    """A field of every kind."""

    id: Id | None = None
    name: str = ""
    quoted: Words
    names: tuple[str, ...] = ()
    said: tuple[Words, ...] = ()
    agreed: bool | None = None
    start: Offset
    end: Annotated[int, msgspec.Meta(ge=-5)] | None = None
    inner: Inner | None = None
    spans: tuple[Span, ...] = ()
    more: tuple[Inner, ...] = ()


ids = st.text("aB9-_.:", min_size=1, max_size=5).filter(lambda id: id[0] not in ".:")
some_text = st.text(max_size=8) | st.text('\x00\x1f\x7f"\\\n/<é\u2028😀', max_size=6)
offsets = st.integers(0, 2**31 - 1)
inners = st.builds(Inner, label=st.sampled_from(["asserts", "favor"]), words=st.none() | some_text)
outers = st.lists(
    st.builds(
        Outer,
        id=st.none() | ids,
        name=some_text,
        quoted=some_text,
        names=st.lists(some_text, max_size=4).map(tuple) | st.lists(st.sampled_from("ab"), max_size=70).map(tuple),
        said=st.lists(some_text, max_size=3).map(tuple),
        agreed=st.sampled_from([None, True, False]),
        start=offsets,
        end=st.none() | st.integers(-5, 5),
        inner=st.none() | inners,
        spans=st.lists(st.builds(Span, start=offsets, end=offsets, text=some_text), max_size=2).map(tuple),
        more=st.lists(inners, max_size=2).map(tuple),
    ),
    max_size=40,
)

INNER = pa.struct([("label", pa.string()), ("words", pa.string())])
OUTER = pa.struct(
    [
        ("more", pa.list_(INNER)),  # in another order than the type has it
        ("id", pa.string()),
        ("name", pa.string()),
        ("quoted", pa.string()),
        ("names", pa.list_(pa.string())),
        ("said", pa.list_(pa.string())),
        ("agreed", pa.bool_()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("inner", INNER),
        ("spans", pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), ("text", pa.string())]))),
    ]
)


@given(records=outers, first=st.integers(0, 5))
def test_columns_say_what_the_records_say(records: list[Outer], first: int) -> None:
    rows = pa.array(msgspec.to_builtins(records), OUTER)[first:]
    columns = TypedColumns(Outer).of(rows)
    assert columns is not None
    assert json_of(Outer, columns, ",").to_pylist() == [
        msgspec.json.encode(each).decode() + "," for each in records[first:]
    ]


def test_columns_that_say_nearly_as_many_things_as_there_are_records_are_not_one() -> None:
    records = [
        Outer(id=f"a{number}", name=f"n{number * 7 % 100}", quoted="q", start=0, agreed=number % 2 == 0)
        for number in range(100)
    ]
    columns = TypedColumns(Outer).of(pa.array(msgspec.to_builtins(records), OUTER))
    assert columns is not None
    assert json_of(Outer, columns).to_pylist() == [msgspec.json.encode(each).decode() for each in records]


RIGHT: dict[str, Any] = {"quoted": "q", "start": 1, "name": "", "names": [], "said": [], "spans": [], "more": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "an id"},
        {"id": "x" * 129},
        {"name": None},
        {"quoted": None},
        {"names": None},
        {"names": ["a", None]},
        {"start": -1},
        {"start": None},
        {"end": -6},
        {"inner": {"label": "says"}},
        {"inner": {"label": None}},
        {"spans": [None]},
        {"spans": [{"start": 1, "end": None, "text": ""}]},
        {"more": [{"label": None, "words": None}]},
    ],
)
def test_there_are_no_columns_where_a_record_is_wrong(wrong: dict[str, Any]) -> None:
    rows = pa.array([RIGHT, {**RIGHT, **wrong}], OUTER)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(rows.to_pylist(), list[Outer])
    assert TypedColumns(Outer).of(rows[:1]) is not None
    assert TypedColumns(Outer).of(rows) is None
    assert TypedColumns(Outer).of(pa.array([RIGHT, None], OUTER)) is None


def test_what_has_no_column_is_never_read() -> None:
    class Either(Strict, frozen=True, kw_only=True):
        value: int | str

    assert TypedColumns(Either).of(pa.array([{"value": 1}])) is None
    assert TypedColumns(Inner).of(pa.array([{"label": "asserts", "words": None}], INNER)) is not None
    assert TypedColumns(Inner).of(pa.array([{"label": "asserts"}])) is None
    assert TypedColumns(Inner).of(pa.array([{"label": "asserts", "words": None, "x": 1}])) is None
    assert len(TypedColumns(Outer).nothing()) == 0

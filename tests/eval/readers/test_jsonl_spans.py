"""Spans as JSON Lines: what is read, what is refused, and that every fault is told."""

from __future__ import annotations

import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset import Fault, FaultsError
from onrecord.eval.readers import explain_span_line, read_spans
from onrecord.eval.readers.jsonl_spans import iter_jsonl_spans, read_span_line
from onrecord.eval.spans.documents import SpanDocument, TypedSpan


def lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def document(*spans: dict[str, Any], doc_id: str = "d") -> dict[str, Any]:
    return {"doc_id": doc_id, "spans": list(spans)}


def faults(raw: bytes) -> list[Fault]:
    with pytest.raises(FaultsError) as error:
        read_spans("p.jsonl", raw, "jsonl")
    return list(error.value.faults)


def codes(raw: bytes) -> list[tuple[str, int | None, str]]:
    return [(fault.code, fault.line, fault.pointer) for fault in faults(raw)]


PER = {"start": 0, "end": 5, "type": "PER"}

plain = st.builds(
    lambda start, size, type: TypedSpan(start, start + size, type),
    st.integers(0, 99),
    st.integers(1, 9),
    st.text(st.characters(codec="utf-8"), max_size=4),
)
split = plain.map(
    lambda span: TypedSpan(
        span.start, span.end + 4, span.type, fragments=((span.start, span.end), (span.end + 2, span.end + 4))
    )
)
rich = st.builds(
    lambda span, kind, optional, others: TypedSpan(
        span.start, span.end, span.type, kind, optional, span.fragments, tuple(others)
    ),
    plain | split,
    st.sampled_from(["", "name"]),
    st.booleans(),
    st.lists(plain | split, max_size=2),
)


@given(st.lists(st.lists(rich, max_size=4), min_size=1, max_size=4))
def test_what_is_written_is_read(documents: list[list[TypedSpan]]) -> None:
    written = [SpanDocument(f"d:{number}", tuple(spans)) for number, spans in enumerate(documents)]
    assert read_spans("p", msgspec.json.Encoder().encode_lines(written), "jsonl") == written


def test_label_is_type() -> None:
    raw = lines(document(), document({"start": 0, "end": 5, "label": "PER"}, doc_id="e"))
    assert read_spans("p", raw, "jsonl")[1].spans == (TypedSpan(0, 5, "PER"),)


def test_type_and_label_mixed() -> None:
    label = {"start": 0, "end": 5, "label": "PER"}
    expected = [("mixed", 1, "/spans/1/label"), ("mixed", 2, "/spans/0/label"), ("mixed", 3, "/spans/0/label")]
    assert (
        codes(lines(document(PER, label), document(label, doc_id="e"), document(PER | label, doc_id="f"))) == expected
    )
    assert codes(lines(document(label, PER))) == [("mixed", 1, "/spans/1/type")]


def test_spans_without_types() -> None:
    assert read_spans("p", lines(document({"start": 1, "end": 2})), "jsonl")[0].spans == (TypedSpan(1, 2),)


def test_a_single_fragment_is_the_span_itself() -> None:
    raw = lines(document({"start": 1, "end": 4, "fragments": [[1, 4]]}))
    assert read_spans("p", raw, "jsonl")[0].spans == (TypedSpan(1, 4),)


@pytest.mark.parametrize(
    "fragments",
    [
        [[0, 2], [2, 5]],
        [[3, 5], [0, 2]],
        [[0, 3], [2, 5]],
        [[0, 2], [4, 6]],
        [[1, 2], [3, 5]],
        [[0, 2], [3, 4]],
        [[0, 0], [3, 5]],
        [[0, 2], [0, 2], [3, 5]],
        [[0, 2, 3], [3, 5]],
        [[-1, 2], [3, 5]],
    ],
)
def test_fragments_that_are_none(fragments: list[list[int]]) -> None:
    assert {fault.line for fault in faults(lines(document(PER | {"fragments": fragments})))} == {1}


@pytest.mark.parametrize("value", ["0", True, 0.0, 0.5, -1, None, 2**31, 10**40, [0], {}])
def test_an_offset_is_a_whole_number(value: Any) -> None:
    out_of_range = {-1: "offset", 2**31: "offset", 10**40: "number"}
    code = out_of_range.get(value, "type") if type(value) is int else "type"
    assert codes(lines(document(PER | {"start": value}))) == [(code, 1, "/spans/0/start")]


def test_every_fault_is_told() -> None:
    raw = lines(
        document(PER | {"end": 0}, PER | {"ende": 5}, {"start": 1.5, "typo": "PER"}),
        document(PER, doc_id="e"),
        document(PER, doc_id="e"),
        {"spans": [], "doc_ids": "abc"},
        document(doc_id=""),
        [],
    )
    raw += b"{\n" + b'{"doc_id": "f", "doc_id": "g", "spans": []}\n'
    assert codes(raw) == [
        ("offset", 1, "/spans/0"),
        ("unknown-field", 1, "/spans/1/ende"),
        ("missing-field", 1, "/spans/2/end"),
        ("type", 1, "/spans/2/start"),
        ("unknown-field", 1, "/spans/2/typo"),
        ("repeated-document", 3, "/doc_id"),
        ("missing-field", 4, "/doc_id"),
        ("unknown-field", 4, "/doc_ids"),
        ("type", 5, "/doc_id"),
        ("type", 6, ""),
        ("json", 7, ""),
        ("repeated-key", 8, "/doc_id"),
    ]


@pytest.mark.parametrize(
    ("span", "hint"),
    [({"start": 3, "end": 3}, "ends are exclusive"), ({"start": 5, "end": 3}, "are they swapped?")],
)
def test_a_span_that_covers_nothing(span: dict[str, int], hint: str) -> None:
    (fault,) = faults(lines(document(span | {"type": "PER"})))
    assert (fault.code, fault.pointer) == ("offset", "/spans/0")
    assert hint in fault.hint


@pytest.mark.parametrize(
    "line",
    [
        b'{"doc_id": "d", "spans": [{"start": 0, "end": 1, "end": 2}]}',
        b'{"doc_id": "d", "spans": [{"start": 0, "end": 1, "type": "A", "type": "B"}]}',
        b'{"doc_id": "d", "spans": [], "spans": []}',
        b'{"doc_id": "d", "spans": [{"start": 0, "end": 1, "label": "A", "l\\u0061bel": "B"}]}',
    ],
)
def test_a_key_that_is_there_twice_is_not_read_in_silence(line: bytes) -> None:
    assert [fault.code for fault in faults(line)] == ["repeated-key"]


def test_half_a_surrogate_pair_is_no_text() -> None:
    raw = b'{"doc_id": "d", "spans": [{"start": "\\ud800", "end": 1, "type": "A"}]}'
    assert codes(raw) == [("unicode", 1, "/spans/0/start")]


def test_a_key_fit_for_no_terminal_is_escaped() -> None:
    (fault,) = explain_span_line("p", 3, b'{"doc_id": "d", "spans": [], "\\u001bspans": 1}')
    assert (fault.line, fault.pointer) == (3, "/\\x1bspans")


def test_alternatives_have_no_alternatives() -> None:
    other = PER | {"end": 6}
    nested = PER | {"alternatives": [other | {"alternatives": [PER]}]}
    assert codes(lines(document(nested))) == [("alternatives", 1, "/spans/0/alternatives/0/alternatives")]
    bad = PER | {"alternatives": [PER | {"start": 9}]}
    assert codes(lines(document(bad))) == [("offset", 1, "/spans/0/alternatives/0")]


def test_one_line_is_explained_as_in_its_file() -> None:
    raw = lines(document(PER | {"end": 0}, {"start": 0, "end": 1, "label": "X"}))
    assert explain_span_line("p.jsonl", 1, raw) == faults(raw)
    assert [fault.line for fault in explain_span_line("p.jsonl", 7, raw)] == [7, 7]
    assert [fault.code for fault in explain_span_line("p", 7, lines(document(PER)), "label")] == ["mixed"]
    assert explain_span_line("p", 7, lines(document(PER))) == []


def test_one_line_by_itself() -> None:
    value, faults = read_span_line("p", 3, lines(document(PER, {"start": 1, "end": 4, "type": "X", "kind": "name"})))
    assert value == SpanDocument("d", (TypedSpan(0, 5, "PER"), TypedSpan(1, 4, "X", "name")))
    assert faults == []
    assert read_span_line("p", 3, lines(document(PER)), "label")[0] is None
    value, faults = read_span_line("p", 3, lines(document(PER | {"end": 0})))
    assert (value, [fault.line for fault in faults]) == (None, [3])


def test_a_stream_gives_what_is_right_and_raises_at_the_end() -> None:
    raw = lines(document(PER), document(PER | {"end": 0}, doc_id="e"), document(PER, doc_id="f"))
    stream = iter_jsonl_spans(io.BytesIO(raw), "p")
    assert [next(stream).doc_id, next(stream).doc_id] == ["d", "f"]
    with pytest.raises(FaultsError) as error:
        next(stream)
    assert [fault.line for fault in error.value.faults] == [2]

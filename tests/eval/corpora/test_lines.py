"""Lines in one piece: none is cut, none is lost, and a place is a line."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.corpora.lines import LineReader, Lines

contents = st.lists(st.sampled_from([b"a", b"", b"bc\r", b"\xe2\x80\xa8", b"\x0b\x0c", b"long" * 9])).map(b"\n".join)


def split(raw: bytes) -> list[bytes]:
    return list(io.BytesIO(raw))


@given(contents, st.lists(st.tuples(st.booleans(), st.integers(-2, 4), st.integers(1, 20))))
def test_a_stream_is_read_line_by_line_however_it_is_asked(raw: bytes, asked: list[tuple[bool, int, int]]) -> None:
    reader = LineReader(io.BytesIO(raw))
    read = []
    for by_lines, many, size in asked:
        lines = reader.many(many, size) if by_lines else reader.some(size)
        assert len(lines) <= max(many, 0) or not by_lines
        read.append(lines)
    while (rest := reader.some(7)).raw:
        read.append(rest)
    assert b"".join(lines.raw for lines in read) == raw
    assert [line for lines in read for line in lines] == split(raw)


def test_as_many_lines_as_there_are_within_the_bytes() -> None:
    raw = b"a\n" * 100
    assert len(LineReader(io.BytesIO(raw)).many(30, 10)) == 30
    assert len(LineReader(io.BytesIO(raw)).many(300, 1000)) == 100
    assert 40 <= len(LineReader(io.BytesIO(raw)).many(100, 10)) < 50


@given(contents, st.integers(1, 30))
def test_places_and_pieces(raw: bytes, size: int) -> None:
    lines = Lines(raw)
    assert len(lines) == len(split(raw))
    assert [lines[place] for place in range(len(lines))] == split(raw)
    pieces = list(lines.pieces(size))
    assert b"".join(piece.raw for piece in pieces) == raw
    assert [line for piece in pieces for line in piece] == split(raw)
    assert all(len(piece.raw) - len(split(piece.raw)[-1]) < size for piece in pieces)


def test_lines_from_several_places_have_ends() -> None:
    assert list(Lines.of([b"a\n", b"b", b"c\r\n"])) == [b"a\n", b"b\n", b"c\r\n"]

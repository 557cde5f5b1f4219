"""Bytes of a file as lines, in pieces, without holding the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from onrecord.eval.submission.limits import Limits


class Line(NamedTuple):
    """A line of a file."""

    number: int
    """1-based."""
    start: int
    """Offset of its first byte."""
    raw: bytes
    """Without what ends it; only the beginning of a line that is too long."""
    length: int
    """Of the whole line in bytes."""


def lines_of(pieces: Iterator[bytes], limits: Limits) -> Iterator[Line]:
    r"""The lines of a file, which end in ``\n`` or ``\r\n``; one that is too long is cut off, and the rest goes on."""
    number, start, length = 1, 0, 0
    waiting: list[bytes] = []
    kept = 0

    def line() -> Line:
        raw = b"".join(waiting)
        return Line(number, start, raw.removesuffix(b"\r") if length == len(raw) else raw, length)

    for piece in pieces:
        at = 0
        while at < len(piece):
            end = piece.find(b"\n", at)
            part = piece[at : end if end >= 0 else len(piece)]
            length += len(part)
            if kept <= limits.max_line_bytes:
                waiting.append(part)
                kept += len(part)
            if end < 0:
                break
            yield line()
            number, start, length, kept, at = number + 1, start + length + 1, 0, 0, end + 1
            waiting = []
    if length:
        yield line()


BLOCK_BYTES, BLOCK_LINES = 2**22, 1024
"""What lines that are looked at together have at most, but for the last of them."""


def in_blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines in blocks that are looked at together."""
    several: list[Line] = []
    size = 0
    for line in lines:
        several.append(line)
        size += len(line.raw)
        if size >= BLOCK_BYTES or len(several) == BLOCK_LINES:
            yield several
            several, size = [], 0
    if several:
        yield several

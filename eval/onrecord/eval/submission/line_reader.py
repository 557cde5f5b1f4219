"""From the lines of a prediction file to records: which lines are looked at, and which end the reading."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from onrecord.dataset.reading.faults import Wrong
from onrecord.dataset.reading.typed import BOM, Decoded, Decoder
from onrecord.eval.submission.limits import Limits
from onrecord.eval.submission.line_block import LineBlock
from onrecord.eval.submission.lines import Line

if TYPE_CHECKING:
    from onrecord.dataset.reading.tables import TableReader

T = TypeVar("T", bound=msgspec.Struct)

FENCE = b"```"

_OBJECTS = "JSON Lines: one object a line"

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclasses.dataclass(frozen=True)
class Refused:
    """A line that is not decoded, or whose value is none of a line."""

    wrong: Wrong
    ends: bool
    """Whether reading on would be of no use."""
    beside: bool = False
    """Whether it is about no document: something between the lines."""


class LineReader(Generic[T]):
    """Decodes lines one after the other.

    Args:
        kind: What a line is.
        limits: Lines beyond them are not decoded.
    """

    def __init__(self, kind: type[T], limits: Limits) -> None:
        self.begun = False
        """Whether there was a line that is not blank."""
        self._kind = kind
        self._decoder = Decoder(kind, extensions=True)
        self._limits = limits

    def read(self, line: Line) -> Decoded[T] | Refused | None:
        """What a line turned out to be; None for a blank one."""
        raw = line.raw[mark(line) :]
        begins, blank = not self.begun, not raw.strip()
        refused = _beyond(line, raw, self._limits)
        if refused is None and raw.lstrip().startswith(FENCE):
            fenced = _fenced(raw)
            self.begun = self.begun or not fenced.beside
            return fenced
        self.begun = self.begun or not blank or refused is not None
        if refused is not None or blank:
            return refused
        decoded = self._decoder.decode(raw)
        return (_whole_file(raw, decoded) if begins else None) or decoded

    @functools.cached_property
    def _tables(self) -> TableReader | None:
        """Reads lines together; None where there is no Arrow, as in the scorers of competitions."""
        try:
            from onrecord.dataset.reading.tables import TableReader  # not for a few lines: Arrow takes its time
        except ImportError:
            return None
        return TableReader(self._kind)

    def read_several(self, lines: Sequence[Line]) -> LineBlock | None:
        """Lines on end without the blank ones; None where there is anything to say of one, or none is left."""
        if any(mark(line) or _beyond(line, line.raw, self._limits) is not None for line in lines):
            return None
        there = [line for line in lines if line.raw and not line.raw.isspace()]
        if self._tables is None:
            return None
        raw = [line.raw for line in there]
        rows = self._tables.read(raw)
        if rows is None:
            return None
        self.begun = True
        return LineBlock(self._kind, rows, [line.number for line in there], raw)


def _fenced(raw: bytes) -> Refused:
    """A line that a language model put around its answer, or that has the answer within."""
    hint = f"a Markdown fence is no part of the file: sed '/^{FENCE.decode()}/d' FILE takes such lines out"
    if b"{" in raw:
        hint = "a Markdown fence is no part of the file: take it out, before and after the object"
    return Refused(("format", "", raw.strip()[:20].decode("utf-8", "replace"), _OBJECTS, hint), False, b"{" not in raw)


def mark(line: Line) -> int:
    """How many bytes of a line are the byte order mark of the file."""
    return len(BOM) if line.number == 1 and line.raw.startswith(BOM) else 0


def _beyond(line: Line, raw: bytes, limits: Limits) -> Refused | None:
    """Why a line is not decoded at all."""
    if line.number > limits.max_lines:
        found = f"more than {limits.max_lines} lines"
        return Refused(("too-many-lines", "", found, "fewer (--max-lines)", ""), ends=True)
    if line.length > limits.max_line_bytes:
        expected = f"at most {limits.max_line_bytes} bytes (--max-line-bytes)"
        return Refused(("line-too-long", "", f"{line.length} bytes", expected, "one document a line"), ends=False)
    if line.number == 1 and (raw.startswith(_UTF16) or b"\x00" in raw[:4]):
        return Refused(("encoding", "", "UTF-16 or UTF-32", "UTF-8", "save the file as UTF-8"), ends=True)
    if limits.too_many_values(raw):
        expected = f"at most {limits.max_values} commas and brackets"
        return Refused(("too-many", "", "a line of too many values", expected, ""), ends=False)
    return None


def _whole_file(raw: bytes, decoded: Decoded[T]) -> Refused | None:
    """The fault of a file that is one JSON value, on its first line or on all of them."""
    first = raw.strip()
    broken = any(code == "json" for code, *_ in decoded.wrong)
    if (broken and first.startswith(b"[")) or (isinstance(decoded.value, list) and decoded.value):
        command, found = "jq -c '.[]'", "an array"
    elif broken and first.startswith(b"{") and first[-1:] in b"{,[":
        command, found = "jq -c .", "a value over several lines"
    elif isinstance(decoded.value, dict) and str(decoded.value.get("format")).startswith("onrecord-record/"):
        hint = "give the predictions that it is of; report, compare and rescore take records"
        return Refused(("format", "", "a record: the result of a score", "predictions", hint), ends=True)
    else:
        return None
    hint = f"make it with: {command} FILE > predictions.jsonl"
    return Refused(("format", "", found, _OBJECTS, hint), ends=True)

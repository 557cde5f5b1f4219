"""Lines of plain spans as nearly every program writes them, read as an array of bytes: no span becomes an object.

``json.dumps`` and what writes compact JSON put the same few bytes between the values of every span. Where each value
begins follows from where its span does and from the digits before it; all spans are looked at together, eight bytes at
a time. Every byte of the lines is compared with what must stand there, so what is read is what the decoder of
:mod:`onrecord.eval.corpora.plain_lines` would give; lines that are written in any other way are left to that.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from onrecord.eval.corpora.text_codes import TextCodes
from onrecord.eval.readers.jsonl_spans import TypeKey
from onrecord.eval.spans.columns import Ints

Words = NDArray[np.uint64]
"""Eight bytes each, the first the least significant."""

_MOST_WORDS = 8
"""Of a type, which is not longer than 64 bytes."""
_PADDING = bytes(8 * _MOST_WORDS + 64)
"""What may be looked at behind the last line, where it is none of these."""


@dataclasses.dataclass(frozen=True, eq=False)
class ReadSpans:
    """The spans of some documents."""

    ids: list[str]
    sizes: Ints
    """How many spans each document has."""
    start: Ints
    end: Ints
    type: Ints
    """Codes of the types."""


def read_spans(raw: bytes, key: TypeKey | None, types: TextCodes) -> ReadSpans | None:
    """The documents of some lines; None where they are to be decoded one by one.

    Args:
        raw: The lines, each with its end; the last may have none.
        key: What the spans call their type.
        types: Gives the codes; has new types afterwards, also where None is returned.
    """
    layout = next((each for each in _layouts(key) if each.begins(raw)), None)
    if layout is None or b"\0" in raw:
        return None
    page = _Page(raw if raw.endswith(b"\n") else raw + b"\n")
    opens = np.flatnonzero(page.bytes == ord("{"))
    heads = page.words[opens + 1]
    is_span = heads == _word(b'"start":')
    lines, rows = np.flatnonzero(~is_span), np.flatnonzero(is_span)
    if not (heads[lines] == _word(b'"doc_id"')).all():
        return None
    bounds = np.append(opens, page.many)
    ids = _ids(page, layout, opens[lines], bounds[lines + 1], np.append(lines[1:], len(opens)) == lines + 1)
    if ids is None:
        return None
    sizes = np.diff(np.append(lines, len(opens))) - 1
    ends_line = np.append(~is_span[1:], True)[rows]
    found = _fields(page, layout, opens[rows], bounds[rows + 1], np.flatnonzero(ends_line), types)
    return None if found is None else ReadSpans(ids, sizes, *found)


@dataclasses.dataclass(frozen=True)
class _Layout:
    """What stands between the values of a line."""

    opening: bytes
    """Up to the document's name."""
    middle: bytes
    """From there to the first span."""
    gap: int
    """Spaces before a number."""
    end: bytes
    """From the first number of a span to the second, without that gap."""
    type: bytes
    """From there to the type."""
    next: bytes
    """From the type to the next span."""

    def begins(self, raw: bytes) -> bool:
        """Whether the first line of some begins so, up to its first number."""
        first = raw.find(self.middle, 0, raw.find(b"\n")) + len(self.middle)
        return raw.startswith(self.opening) and raw.startswith((b'{"start":', b"]"), first)


@functools.cache
def _layouts(key: TypeKey | None) -> tuple[_Layout, ...]:
    if key is None:
        return ()
    type = key.encode()
    return (
        _Layout(b'{"doc_id": "', b'", "spans": [', 1, b', "end":', b', "%b": "' % type, b'"}, '),
        _Layout(b'{"doc_id":"', b'","spans":[', 0, b',"end":', b',"%b":"' % type, b'"},'),
    )


class _Page:
    """Bytes, looked at one by one or eight from any place on."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.many = raw, len(raw)
        padded = raw + _PADDING
        self.bytes: NDArray[np.uint8] = np.frombuffer(raw, np.uint8)
        self.words: Words = np.ndarray((len(padded) - 7,), "<u8", padded, 0, (1,))

    def says(self, text: bytes, at: Ints) -> bool:
        """Whether a text stands at each of some places."""
        for first in range(0, len(text), 8):
            first = max(min(first, len(text) - 8), 0)
            found, part = self.words[at + first if first else at], text[first : first + 8]
            if len(part) < 8:
                found &= _MASKS[len(part)]
            if not (found == _word(part)).all():
                return False
        return True


_MASKS = np.array([2 ** (8 * many) - 1 for many in range(9)], np.uint64)
"""Of so many bytes of a word."""


def _word(text: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(text, "little"))


def _ids(page: _Page, layout: _Layout, at: Ints, stop: Ints, empty: NDArray[np.bool_]) -> list[str] | None:
    """The names of the documents of some lines, each of which opens at a place and has its first span at another."""
    closing = b"]}\n"
    first, last = at + len(layout.opening), stop - len(layout.middle) - len(closing) * empty
    sound = (
        bool((first < last).all())
        and page.says(layout.opening, at)
        and page.says(layout.middle, last)
        and page.says(closing, (stop - len(closing))[empty])
    )
    if not sound:
        return None
    names = [page.raw[one:other] for one, other in zip(first.tolist(), last.tolist(), strict=True)]
    return _texts(names)


def _texts(names: list[bytes]) -> list[str] | None:
    """What stands between the quotation marks of some texts of JSON, decoded; None where one is none."""
    raw = b'"' + b'","'.join(names) + b'"'
    try:
        if b"\\" in raw:
            return [msgspec.json.decode(b'"' + name + b'"', type=str) for name in names]
        texts = msgspec.json.decode(b"[" + raw + b"]", type=list[str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return texts if len(texts) == len(names) else None  # a name with a quotation mark would be several


def _fields(
    page: _Page, layout: _Layout, at: Ints, stop: Ints, last: Ints, types: TextCodes
) -> tuple[Ints, Ints, Ints] | None:
    """Starts, ends and types of spans.

    Args:
        page: The bytes.
        layout: How they are written.
        at: Where each span opens.
        stop: Where the next one does, or the next line.
        last: Those that are the last of their line.
        types: Gives the codes.
    """
    start_at = at + (len(b'{"start":') + layout.gap)
    start, many = _digits(page, start_at, layout.gap)
    end_at = start_at + many
    if not page.says(layout.end, end_at):
        return None
    end_at += len(layout.end) + layout.gap
    end, other_many = _digits(page, end_at, layout.gap)
    type_at = end_at + other_many
    if not page.says(layout.type, type_at):
        return None
    type_at += len(layout.type)
    tail = stop - len(layout.next)
    tail[last] = stop[last] - len(_LAST)
    size = tail - type_at
    if not _ends(page, layout, tail, last) or (len(size) and not 0 <= size.min() <= size.max() <= 8 * _MOST_WORDS):
        return None
    numbers = _numbers(np.concatenate([start, end]), np.concatenate([many, other_many]))
    keys = [
        page.words[type_at + first if first else type_at] & _MASKS[np.clip(size - first, 0, 8)]
        for first in range(0, max(int(size.max(initial=0)), 1), 8)
    ]
    codes = None if numbers is None else types.codes(keys)
    return None if numbers is None or codes is None else (numbers[: len(at)], numbers[len(at) :], codes)


_LAST = b'"}]}\n'


def _ends(page: _Page, layout: _Layout, tail: Ints, last: Ints) -> bool:
    """Whether each span ends as it must: as one that another follows, or as the last of its line."""
    found = page.words[tail]
    right = (found & _MASKS[len(layout.next)]) == _word(layout.next)
    right[last] = (found[last] & _MASKS[len(_LAST)]) == _word(_LAST)
    return bool(right.all())


def _digits(page: _Page, at: Ints, gap: int) -> tuple[Words, Ints]:
    """The eight bytes from the beginning of each number on, and how many digits it seems to have: 0 to 8."""
    word = page.words[at - gap if gap else at]
    if gap:
        no_gap = (word & np.uint64(0xFF)) != np.uint64(ord(" "))
        word >>= np.uint64(8)
        word[no_gap] = 0
    other = word & _DIGIT  # a bit that digits have and a comma has not
    other ^= _DIGIT
    other ^= other - np.uint64(1)
    return word, (np.bitwise_count(other) >> 3).astype(np.int64)


_DIGIT = np.uint64(0x1010101010101010)


def _numbers(words: Words, many: Ints) -> Ints | None:
    """The numbers that some words begin with, of so many digits; None where one is none, or has a needless zero."""
    words = (words ^ np.uint64(0x3030303030303030)) << ((8 - many) << 3).astype(np.uint64)
    wrong = words + np.uint64(0x7676767676767676)
    wrong |= words
    if np.bitwise_or.reduce(wrong, initial=0) & np.uint64(0x8080808080808080):
        return None
    # neighbouring digits, then pairs, then fours are added up
    for factor, shift, mask in _STEPS:
        words *= factor
        words >>= shift
        words &= mask
    return None if (words < _LEAST[many]).any() else words.view(np.int64)


_STEPS = [
    (np.uint64(10 * 2**8 + 1), np.uint64(8), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(100 * 2**16 + 1), np.uint64(16), np.uint64(0x0000FFFF0000FFFF)),
    (np.uint64(10_000 * 2**32 + 1), np.uint64(32), np.uint64(0x00000000FFFFFFFF)),
]
_LEAST: NDArray[Any] = np.array([2**63, 0, *(10**many for many in range(1, 8))], np.uint64)
"""The least number of so many digits; of none there is no number."""

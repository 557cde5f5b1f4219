"""Spans of several lines beside the texts that they are of: by character, all at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from onrecord.dataset.reading.arrow_columns import bytes_of
from onrecord.dataset.records import SpanItem
from onrecord.eval.submission.line_block import Ints, Strand


@dataclasses.dataclass(frozen=True, eq=False)
class Texts:
    """The texts of L lines, one after the other."""

    characters: Ints
    """A number for each, see :func:`_characters`."""
    lengths: Ints
    """Shape (L,)."""

    @classmethod
    def of(cls, texts: Sequence[str]) -> Texts:
        """From the text that each line is of."""
        return cls(_characters("".join(texts)), np.array([len(text) for text in texts], np.int64))


def _characters(text: str) -> Ints:
    """A number for each character, the same as in any other text."""
    short = text.encode("utf-16-le", "surrogatepass")
    if len(short) == 2 * len(text):
        return np.frombuffer(short, "<u2")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def spans_are_right(spans: Strand, texts: Texts) -> bool:
    """Whether each is inside its text with the surface there, and none of an item begins or ends in white space."""
    if not len(spans):
        return True
    start, end = spans.spans
    if np.any(start >= end) or np.any(end > texts.lengths[spans.line]):
        return False
    said, bounds = _surfaces(spans)
    if np.any(np.diff(bounds) != end - start):
        return False
    first = (np.cumsum(texts.lengths) - texts.lengths)[spans.line] + start
    there = np.arange(len(said)) + np.repeat(first - bounds[:-1], end - start)
    if not np.array_equal(texts.characters[there], said):
        return False
    if not issubclass(spans.kind, SpanItem):
        return True
    edges = texts.characters[np.concatenate([first, first + (end - start - 1)])]
    return not any(chr(each).isspace() for each in np.unique(edges).tolist())


def _surfaces(spans: Strand) -> tuple[Ints, Ints]:
    """The characters of all surfaces, one after the other, and the bounds between them, shape (n + 1,)."""
    raw, bounds = bytes_of(spans.column("text"))
    if raw.isascii():
        return np.frombuffer(raw, np.uint8), bounds
    before = np.zeros(len(raw) + 1, np.int32)
    np.cumsum(np.frombuffer(raw, np.int8) >= -64, out=before[1:])  # a character has one byte that is not 0b10xxxxxx
    return _characters(raw.decode("utf-8")), before[bounds]

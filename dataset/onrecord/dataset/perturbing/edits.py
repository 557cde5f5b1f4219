"""Edits of a text, and the exact map of offsets that they make, both ways.

Edits are disjoint and ascending; they may touch. What is inserted at the edge of a span stays outside of it, what is
inserted within is part of it. An edit that keeps the length moves nothing; any other is cut at the edges of spans that
lie within it, so that a span which began in the middle of a word begins in the middle of what replaced the word.
"""

from __future__ import annotations

import dataclasses
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """A stretch of a text, and what stands there instead."""

    start: int
    """First code point; where it is ``end`` too, something is inserted before it."""
    end: int
    """One past the last."""
    new: str


class Row(NamedTuple):
    """A stretch of the text before and where it is after: half-open, in code points."""

    start: int
    end: int
    new_start: int
    new_end: int


@dataclasses.dataclass(frozen=True)
class Moves:
    """Where every offset of a text goes when it is edited."""

    rows: tuple[Row, ...] = ()
    """The edits, ascending and disjoint; the stretches between them only move."""

    @classmethod
    def of(cls, edits: Iterable[Edit]) -> Moves:
        """Of edits, ascending and disjoint."""
        rows, shift = [], 0
        for start, end, new in edits:
            rows.append(Row(start, end, start + shift, start + shift + len(new)))
            shift += len(new) - (end - start)
        return cls(tuple(rows))

    @property
    def inverse(self) -> Moves:
        """The way back: where every offset of the edited text came from."""
        return Moves(tuple(Row(row.new_start, row.new_end, row.start, row.end) for row in self.rows))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``[start, end)`` goes. It is empty afterwards where all of it was taken out."""
        return self.start(start), self.end(end)

    def start(self, at: int) -> int:
        """Where the first code point of a span goes."""
        place = bisect_right(self._starts, at) - 1
        if place < 0:
            return at
        start, end, new_start, new_end = self.rows[place]
        if at >= end:
            return at - end + new_end
        return new_start if at == start else self._within(place, at, new_end)

    def end(self, at: int) -> int:
        """Where the end of a span goes, which is one past its last code point."""
        place = bisect_left(self._starts, at) - 1
        if place < 0:
            return at
        _, end, new_start, new_end = self.rows[place]
        return at - end + new_end if at >= end else self._within(place, at, new_start)

    def _within(self, place: int, at: int, otherwise: int) -> int:
        start, end, new_start, new_end = self.rows[place]
        return new_start + at - start if new_end - new_start == end - start else otherwise

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", [row.start for row in self.rows])

    _starts: list[int] = dataclasses.field(init=False, repr=False, compare=False)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with its edits, ascending and disjoint.

    Raises:
        ValueError: They are not, or reach beyond the text.
    """
    parts, at = [], 0
    for start, end, new in edits:
        if not at <= start <= end <= len(text):
            raise ValueError(f"the edit [{start}, {end}) is out of order or outside of the text")
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def undone(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """The edits of the edited text that give ``text`` again."""
    kept = list(edits)
    rows = Moves.of(kept).rows
    return [Edit(row.new_start, row.new_end, text[row.start : row.end]) for row in rows]


def edges_within(edit: Edit, edges: Sequence[int]) -> list[int]:
    """The edges that lie within an edit and not at its ends.

    Args:
        edit: The edit.
        edges: Ascending.
    """
    return list(edges[bisect_right(edges, edit.start) : bisect_left(edges, edit.end)])


def fitted(edits: Iterable[Edit], edges: Sequence[int]) -> list[Edit]:
    """The edits, cut where edges of spans lie within them, so that every span keeps a part of its own.

    What is new is shared out by length, a code point at least for each part; where it has fewer, the last parts have
    none. Edits that keep the length are left whole.

    Args:
        edits: Ascending and disjoint.
        edges: Of spans, ascending.
    """
    found: list[Edit] = []
    for edit in edits:
        inner = edges_within(edit, edges) if len(edit.new) != edit.end - edit.start else []
        if not inner:
            found.append(edit)
            continue
        cuts, many = [0], len(edit.new)
        for place, edge in enumerate(inner):
            share = round(many * (edge - edit.start) / (edit.end - edit.start))
            left = len(inner) - place
            cuts.append(min(many, max(cuts[-1] + 1, min(share, many - left))))
        bounds = zip([edit.start, *inner], [*inner, edit.end], itertools.pairwise([*cuts, many]), strict=True)
        found += [Edit(start, end, edit.new[low:high]) for start, end, (low, high) in bounds]
    return found


def not_cutting(edits: Iterable[Edit], edges: Sequence[int]) -> list[Edit]:
    """Those of the edits within which no edge of a span lies, and those that keep the length."""
    return [each for each in edits if len(each.new) == each.end - each.start or not edges_within(each, edges)]

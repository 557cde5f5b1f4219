"""One place for each of a row of quoted words, such as the items of a layer in the order of a reply."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

from onrecord.eval.grounding.quoted import Decided, Placed, Quoted
from onrecord.eval.grounding.searching import Found, SearchedText

FARTHEST = 400
"""Code points that may lie between two pieces of words that a reply has joined."""

_GAP = re.compile(r"\s*[\[(]?(?:\.\.\.|…)[\])]?\s*")


def place(text: SearchedText, row: Sequence[Quoted], near: Sequence[int | None] = ()) -> list[Placed | None]:
    """Where each of a row of quoted words is; None for what is not in the text.

    Words that may be in several places take, in their order, the next one that none of the row has taken.

    Args:
        text: The text.
        row: The words; no two of them mean the same place, unless there are more of them than places.
        near: For each of them a code point near which it is; None where nothing is known of it. Empty for none at all.
    """
    found = [text.find(each) for each in row]
    taken = {each.places[0] for each in found if len(each.places) == 1}
    free = _Free(taken)
    made: list[Placed | None] = []
    last = 0
    for index, each in enumerate(found):
        where = near[index] if near else None
        if not each.places:
            made.append(None)
            continue
        if len(each.places) == 1:
            made.append(_placed(each, each.places[0], "context" if each.by_context else "only"))
        elif where is not None:
            made.append(nearest(each, where))
        else:
            made.append(_placed(each, free.take(each.places, last), "order"))
        last = made[-1].start  # type: ignore[union-attr]
    return made


def place_near(text: SearchedText, quoted: Quoted, where: int) -> Placed | None:
    """Where quoted words are, near a code point; None where they are not in the text."""
    return place(text, [quoted], [where])[0]


def nearest(found: Found, where: int) -> Placed:
    """Of several places the one nearest to a code point; of two at one distance the first."""
    at = bisect.bisect_left(found.places, (where, 0))
    span = min(found.places[max(0, at - 1) : at + 1], key=lambda each: abs(each[0] - where))
    return _placed(found, span, "near")


def split(text: SearchedText, quoted: Quoted) -> list[Placed]:
    """The pieces of words that a reply has joined: at an ellipsis, or where the text has something between them.

    Args:
        text: The text.
        quoted: Words that are not in it as they are.

    Returns:
        The pieces in order, none farther than :data:`FARTHEST` from the one before; empty where they are not so.
    """
    pieces = [piece for piece in _GAP.split(quoted.text) if piece.strip()]
    if len(pieces) == 1:
        pieces = _halves(text, quoted.text)
    if len(pieces) < 2:
        return []
    contexts = [(quoted.before, "")] + [("", "")] * (len(pieces) - 2) + [("", quoted.after)]
    made: list[Placed] = []
    for piece, (before, after) in zip(pieces, contexts, strict=True):
        if made:
            found = text.find(Quoted(piece, "", after))
            at = bisect.bisect_left(found.places, (made[-1].end, 0))
            if at == len(found.places) or found.places[at][0] - made[-1].end > FARTHEST:
                return []
            made.append(_placed(found, found.places[at], "near" if len(found.places) > 1 else "only"))
        else:
            first = place(text, [Quoted(piece, before)])[0]
            if first is None:
                return []
            made.append(first)
    return made


def _halves(text: SearchedText, words: str) -> list[str]:
    """The most words from the beginning that are in the text together, and the rest."""
    ends = [match.end() for match in re.finditer(r"\S+", words)][:-1]
    many = bisect.bisect_left(ends, True, key=lambda end: not _is_there(text, words[:end]))
    return [words[: ends[many - 1]], words[ends[many - 1] :]] if many >= 2 else []


def _is_there(text: SearchedText, words: str) -> bool:
    found = text.find(Quoted(words))
    return bool(found.places) and found.how != "edited"


class _Free:
    """The places that no words of a row have taken."""

    def __init__(self, taken: set[tuple[int, int]]) -> None:
        self._taken = taken
        self._lowest: dict[int, int] = {}

    def take(self, places: Sequence[tuple[int, int]], last: int) -> tuple[int, int]:
        """The next place from a code point on, else the first; one that is taken only where all are."""
        span = self._choose(places, last)
        self._taken.add(span)
        return span

    def _choose(self, places: Sequence[tuple[int, int]], last: int) -> tuple[int, int]:
        lowest = self._lowest.get(id(places), 0)
        while lowest < len(places) and places[lowest] in self._taken:
            lowest += 1
        self._lowest[id(places)] = lowest
        at = bisect.bisect_left(places, (last, 0))
        if lowest == len(places):
            return places[min(at, len(places) - 1)]
        free = (places[each] for each in range(max(at, lowest), len(places)) if places[each] not in self._taken)
        return next(free, places[lowest])


def _placed(found: Found, span: tuple[int, int], decided: Decided) -> Placed:
    return Placed(*span, found.how, decided, len(found.places))

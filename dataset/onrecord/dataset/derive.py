"""What follows from labels and registries and is therefore never annotated: quote type, nesting, sentence crossing,
context, actors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from onrecord.dataset.records import Entity, Quote, Span

QuoteType = Literal["direct", "mixed", "indirect"]

_OPENING = {'"': '"”', "“": '”"', "„": '“”"', "«": "»"}
"""Double marks that open, and those that close them."""
_SINGLE = {"'": "’'", "‘": "’'", "‚": "‘’", "‹": "›"}
"""The like of single ones."""
_SENTENCE_END = re.compile(r"[.!?]+[\"'”’)]*(?=\s|$)")


def content_points(content: Sequence[Span], text: str) -> frozenset[int]:
    """Positions of the alphanumeric code points of a quote's content, a leading ``that`` left out.

    This is what two quotes are compared by: quote marks, punctuation, white space and the complementizer make no
    difference. Empty where the content has no letter or digit.
    """
    points: list[int] = []
    for index, span in enumerate(content):
        start = span.start
        if index == 0 and (that := re.match(r"\W*that\b", text[span.start : span.end], re.IGNORECASE)):
            start += that.end()
        points += [at for at in range(start, span.end) if text[at].isalnum()]
    return frozenset(points)


def quote_type(quote: Quote, text: str, parent: Quote | None = None) -> QuoteType:
    """Direct where all alphanumeric content is inside quote marks, indirect where none is, else mixed.

    For a quote inside another only marks inside the parent's content count: those around the parent are not its own.
    Content without any letter or digit is indirect.
    """
    points = content_points(quote.content, text)
    inside: set[int] = set()
    if parent is None:
        for start, end in _double_marked(text):
            inside.update(range(start, end))
    else:
        for span in parent.content:
            inside.update(_single_marked(text, span))
    marked = len(points & inside)
    if marked == 0:
        return "indirect"
    return "direct" if marked == len(points) else "mixed"


def _double_marked(text: str) -> Iterator[tuple[int, int]]:
    """Stretches between double quotation marks; a mark left open ends with its paragraph."""
    opened: tuple[int, str] | None = None
    for at, char in enumerate(text):
        if opened is None:
            if char in _OPENING:
                opened = (at + 1, _OPENING[char])
        elif char in opened[1] or char == "\n":
            yield opened[0], at
            opened = None


def _single_marked(text: str, within: Span) -> Iterator[int]:
    """Positions between single quotation marks inside a quote; an apostrophe within or after a word is none.

    Double marks inside the quote's own outer marks count too.
    """
    start, closing = 0, ""
    for at in range(within.start, within.end):
        char = text[at]
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        if not closing and (char in _SINGLE and (char != "'" or (not before.isalnum() and after.isalnum()))):
            start, closing = at + 1, _SINGLE[char]
        elif closing and char in closing and not (before.isalnum() and after.isalnum()):
            yield from range(start, at)
            closing = ""
    for opened, closed in _double_marked(text[within.start + 1 : within.end - 1]):
        yield from range(within.start + 1 + opened, within.start + 1 + closed)


def crosses_sentence(quote: Quote, text: str) -> bool:
    """Whether the source (or, without one, the cue) stands in another sentence than the content's start."""
    anchor = quote.source or quote.cue
    if anchor is None:
        return True
    low = min(anchor.start, quote.content[0].start)
    high = max(anchor.start, quote.content[0].start)
    between = text[low:high]
    return "\n" in between or _SENTENCE_END.search(between) is not None


def actors(entities: Iterable[Entity]) -> dict[str, str]:
    """The actor that each entity which acts for another acts for in the end: ids followed along ``acts_for``.

    An entity that acts for none is its own actor and is not here. A circle, which no registry may have, ends where it
    closes.

    >>> ministry = Entity(id="ministry", type="ORG", name="-", acts_for="state")
    >>> actors([ministry, Entity(id="minister", type="PER", name="-", acts_for="ministry")])
    {'ministry': 'state', 'minister': 'state'}
    """
    above = {row.id: row.acts_for for row in entities if row.acts_for is not None}
    found: dict[str, str] = {}
    for id in above:
        path: dict[str, None] = {}
        at = id
        while at in above and at not in found and at not in path:
            path[at] = None
            at = above[at]
        found |= dict.fromkeys(path, found.get(at, at))
    return found


def paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the paragraph around ``text[start:end]`` begins and ends."""
    high = text.find("\n", end)
    return text.rfind("\n", 0, start) + 1, high if high >= 0 else len(text)

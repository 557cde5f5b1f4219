"""What follows from labels and registries and is therefore never annotated: quote type, nesting, sentence crossing,
context, actors.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from onrecord.dataset.records import Entity, Quote, Span

QuoteType = Literal["direct", "mixed", "indirect"]

_CLOSES = {'"': '"”', "“": '”"', "„": '“”"', "«": "»", "»": "«"}
"""Double marks that open, and those that close them."""
_CLOSES_SINGLE = {"'": "'’", "‘": "’'", "‚": "‘’", "‹": "›"}
"""The like of single ones."""
_MARK = re.compile(f"[{''.join([*_CLOSES, *_CLOSES.values(), *_CLOSES_SINGLE, *_CLOSES_SINGLE.values()])}]")
_DECADE = re.compile(r"\d\ds?\b")
"""What an apostrophe stands before: the '90s."""
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
        for start, end in quoted_stretches(text):
            inside.update(range(start, end))
    else:
        for span in parent.content:
            for start, end in _marked_within(text, span):
                inside.update(range(start, end))
    marked = len(points & inside)
    if marked == 0:
        return "indirect"
    return "direct" if marked == len(points) else "mixed"


class Mark(NamedTuple):
    """A quotation mark."""

    at: int
    role: int
    """0 opens a quote and 1 closes it; 2 and 3 are of a quote within one."""


def marks(text: str) -> Iterator[Mark]:
    """The quotation marks of a text, ascending; apostrophes are none.

    A mark that is left open ends with its line. Single marks outside of double ones are marks where a mark that closes
    them follows on the line.
    """
    start = 0
    for line in text.split("\n"):
        yield from (Mark(start + at, role) for at, role in _marks_of(line))
        start += len(line) + 1


def _marks_of(line: str) -> Iterator[tuple[int, int]]:
    opened = inner = ""
    there = [(mark.start(), mark[0]) for mark in _MARK.finditer(line)]
    last = {char: _last_closing(line, char, there) for char in {char for _, char in there} & {*_CLOSES_SINGLE}}
    for at, char in there:
        if not opened and (char in _CLOSES or (_opens_single(line, at) and last[char] >= at + 2)):
            opened = char
            yield at, 0
        elif _closes(line, at, opened):
            opened = inner = ""
            yield at, 1
        elif not inner and (_opens_single(line, at) if opened in _CLOSES else opened and char in _CLOSES):
            inner = char
            yield at, 2
        elif _closes(line, at, inner):
            inner = ""
            yield at, 3


def _closes(line: str, at: int, opening: str) -> bool:
    """Whether a mark closes what another opened; nothing closes what is not open."""
    if opening in _CLOSES:
        return line[at] in _CLOSES[opening]
    return opening in _CLOSES_SINGLE and line[at] in _CLOSES_SINGLE[opening] and not _in_word(line, at)


def _opens_single(line: str, at: int) -> bool:
    if line[at] not in _CLOSES_SINGLE or line[at - 1 : at].isalnum() or _DECADE.match(line, at + 1):
        return False
    return line[at + 1 : at + 2].isalnum()


def _in_word(line: str, at: int) -> bool:
    return line[at - 1 : at].isalnum() and line[at + 1 : at + 2].isalnum()


def _last_closing(line: str, opening: str, marks: Sequence[tuple[int, str]]) -> int:
    """The last place in a line that may close a single mark; -1 without one."""
    closing = _CLOSES_SINGLE[opening]
    return next((at for at, char in reversed(marks) if char in closing and not _in_word(line, at)), -1)


@functools.lru_cache(maxsize=128)
def quoted_stretches(text: str) -> tuple[tuple[int, int], ...]:
    """Stretches between the outer quotation marks of a text; a mark left open ends with its paragraph."""
    found: list[tuple[int, int]] = []
    opened: int | None = None
    for at, role in marks(text):
        if role > 1:
            continue
        if opened is not None:
            found.append((opened, at if role else _paragraph_end(text, opened)))
        opened = None if role else at + 1
    if opened is not None and (end := text.find("\n", opened)) >= 0:
        found.append((opened, end))
    return tuple(found)


def _paragraph_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _marked_within(text: str, within: Span) -> Iterator[tuple[int, int]]:
    """Stretches between quotation marks inside a quote, single and double; those around the quote are not its own."""
    start, closing = 0, ""
    low, high = within.start, within.end
    if any(start - 1 == low and end + 1 == high for start, end in quoted_stretches(text)):
        low, high = low + 1, high - 1
    for mark in _MARK.finditer(text, low, high):
        at, char = mark.start(), mark[0]
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        if not closing and (char in _CLOSES_SINGLE and (char != "'" or (not before.isalnum() and after.isalnum()))):
            start, closing = at + 1, _CLOSES_SINGLE[char]
        elif closing and char in closing and not (before.isalnum() and after.isalnum()):
            yield start, at
            closing = ""
    for start, end in quoted_stretches(text[within.start + 1 : within.end - 1]):
        yield within.start + 1 + start, within.start + 1 + end


def crosses_sentence(quote: Quote, text: str) -> bool:
    """Whether the source (or, without one, the cue) stands in another sentence than the content's start."""
    anchor = quote.source or quote.cue
    if anchor is None:
        return True
    low = min(anchor.start, quote.content[0].start)
    high = max(anchor.start, quote.content[0].start)
    return ends_sentence(text[low:high])


def ends_sentence(words: str) -> bool:
    """Whether a sentence ends in a stretch of a text."""
    return "\n" in words or _SENTENCE_END.search(words) is not None


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

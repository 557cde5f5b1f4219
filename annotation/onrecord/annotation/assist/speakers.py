"""Who is likely to have said a quote: the mention nearest to the reporting verb nearest to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from onrecord.dataset.records import Mention, Span
from onrecord.eval.baselines.rules import REPORTING

_ACCORDING = re.compile(r"\baccording to\b|\bquoted\b(?=[^.\n]{1,60}? as saying\b)", re.IGNORECASE)
"""What names the speaker after itself."""
_END = re.compile(r"[.!?][\"”’']*\s|\n")
"""Where a sentence ends, closely enough for words around a quote."""
_SPEAK = frozenset({"PER", "ORG", "GPE", "GRP", "NORP"})
"""Types of what can say something."""
_REACH = 300
"""How many characters of the sentence around a quote are looked at on each side."""


def likely_speaker(text: str, content: Sequence[Span], mentions: Iterable[Mention]) -> str | None:
    """The entity that the words around a quote name as its speaker, or None.

    Args:
        text: The article's text.
        content: The quote's segments, in order; at least one.
        mentions: What the annotator has marked; those inside the quote or without an entity cannot be it.
    """
    low, high = _around(text, content)
    outside = [
        mention
        for mention in mentions
        if mention.entity is not None
        and mention.type in _SPEAK
        and mention.start < high
        and low < mention.end
        and not _inside(mention.start, mention.end, content)
    ]
    best: tuple[int, int, int] | None = None
    speaker: str | None = None
    for start, end, follows in _cues(text, low, high, content):
        to_quote = min(_gap(start, end, span.start, span.end) for span in content)
        for mention in outside:
            before = mention.end <= start
            # a verb has its speaker before it more often than after it
            late = 0 if before != follows else 1
            rank = (to_quote + _gap(start, end, mention.start, mention.end) + 20 * late, late, mention.start)
            if best is None or rank < best:
                best, speaker = rank, mention.entity
    return speaker


def _cues(text: str, low: int, high: int, content: Sequence[Span]) -> Iterator[tuple[int, int, bool]]:
    """Start and end of what reports, and whether the speaker follows it."""
    according = {match.span() for match in _ACCORDING.finditer(text, low, high)}
    verbs = {match.span() for match in REPORTING.finditer(text, low, high)} - according
    for spans, follows in ((according, True), (verbs, False)):
        yield from ((start, end, follows) for start, end in sorted(spans) if not _inside(start, end, content))


def _around(text: str, content: Sequence[Span]) -> tuple[int, int]:
    """The rest of the sentences that the quote begins and ends in."""
    first, last = min(span.start for span in content), max(span.end for span in content)
    low = max(0, first - _REACH)
    for match in _END.finditer(text, low, first):
        low = match.end()
    # a full stop inside the quotation marks ends the sentence: nothing after it is about this quote
    closed = _END.search(text, max(last - 2, first), min(len(text), last + _REACH))
    return low, closed.start() if closed else min(len(text), last + _REACH)


def _inside(start: int, end: int, content: Sequence[Span]) -> bool:
    return any(start < span.end and span.start < end for span in content)


def _gap(start: int, end: int, other_start: int, other_end: int) -> int:
    return max(0, other_start - end, start - other_end)

"""The probe ``quotes``: other quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.perturbing.edits import Edit
from onrecord.dataset.perturbing.probe import Change, Probe, Setting

STYLES = {
    "straight": ('"', '"', "'", "'"),
    "curly": ("“", "”", "‘", "’"),
    "guillemets": ("«", "»", "‹", "›"),
    "german": ("„", "“", "‚", "‘"),
    "single": ("‘", "’", "‘", "’"),
}
"""Marks that open and close a quote, and those of a quote within one."""

_CLOSES = {'"': '"”', "“": '”"', "„": '“”"', "«": "»", "»": "«"}
_CLOSES_INNER = {"'": "'’", "‘": "’'", "‚": "‘’", "‹": "›"}


_DECADE = re.compile(r"\d\ds?\b")
"""What an apostrophe stands before: the '90s."""


class Mark(NamedTuple):
    """A quotation mark."""

    at: int
    role: int
    """Its place among the four of a style."""


def marks(text: str) -> Iterator[Mark]:
    """The quotation marks of a text, ascending; apostrophes are none.

    A mark that is left open ends with its line. Single marks outside of double ones are marks where a mark that closes
    them follows on the line.
    """
    start = 0
    for line in text.splitlines(keepends=True):
        yield from (Mark(start + at, role) for at, role in _marks_of(line))
        start += len(line)


def _marks_of(line: str) -> Iterator[Mark]:
    opened = inner = ""
    for at, char in enumerate(line):
        if not opened and (char in _CLOSES or (_opens_single(line, at) and _closed_later(line, at))):
            opened = char
            yield Mark(at, 0)
        elif opened in _CLOSES and char in _CLOSES[opened]:
            opened = inner = ""
            yield Mark(at, 1)
        elif opened in _CLOSES_INNER and char in _CLOSES_INNER[opened] and not _in_word(line, at):
            opened = ""
            yield Mark(at, 1)
        elif opened in _CLOSES and not inner and _opens_single(line, at):
            inner = char
            yield Mark(at, 2)
        elif inner and char in _CLOSES_INNER[inner] and not _in_word(line, at):
            inner = ""
            yield Mark(at, 3)


def _opens_single(line: str, at: int) -> bool:
    if line[at] not in _CLOSES_INNER or line[at - 1 : at].isalnum() or _DECADE.match(line, at + 1):
        return False
    return line[at + 1 : at + 2].isalnum()


def _in_word(line: str, at: int) -> bool:
    return line[at - 1 : at].isalnum() and line[at + 1 : at + 2].isalnum()


def _closed_later(line: str, at: int) -> bool:
    ends = (place for place in range(at + 2, len(line)) if line[place] in _CLOSES_INNER[line[at]])
    return any(not _in_word(line, place) for place in ends)


def _prepare(_: Gold, setting: Setting) -> Change:
    def edits(article: Article) -> list[Edit]:
        text = article.document.text
        style = STYLES[setting.variant or _other_style(article, setting)]
        return [Edit(at, at + 1, style[role]) for at, role in marks(text) if text[at] != style[role]]

    return Change(edits=edits)


def _other_style(article: Article, setting: Setting) -> str:
    """A style that is not that of most of the article's marks."""
    text = article.document.text
    own = [text[at] for at, role in marks(text) if role == 0]
    others = [name for name, style in STYLES.items() if name != "single" and own.count(style[0]) * 2 <= len(own)]
    return setting.draw("quotes", article.document.id).choice(others)


QUOTES = Probe(
    "quotes",
    "Quotation marks of another style: straight, curly, guillemets, German low or single ones; each article in one that"
    " is not its own. Whether a system finds speech by one kind of mark. With single marks, which may be apostrophes"
    " too, the derived type of a quote is as of a text without double marks.",
    _prepare,
    variants=("", *STYLES),
)

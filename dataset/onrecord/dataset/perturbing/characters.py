"""The probes of single characters: ``case``, ``unicode`` and ``noise``."""

from __future__ import annotations

import functools
import itertools
import random
import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.perturbing.edits import Edit, edges_within, not_cutting
from onrecord.dataset.perturbing.moving import edges
from onrecord.dataset.perturbing.probe import Change, Probe, Setting
from onrecord.dataset.perturbing.renaming import WORD
from onrecord.dataset.records import Item, Labels, SpanItem
from onrecord.dataset.records import Noise as NoiseWord

SHARE_OF_WORDS = 0.08
"""How many words have a typo."""

LEAST_LETTERS = 4
"""A shorter word is left alone: what it was could not be told any more."""

_SEEN_AS = {
    "rn": "m", "m": "rn", "cl": "d", "d": "cl", "l": "1", "I": "l", "O": "0", "o": "0", "S": "5", "s": "5", "B": "8",
    "e": "c", "c": "e", "h": "b", "b": "h", "u": "v", "v": "u", "n": "u", "i": "l", "vv": "w", "w": "vv", "t": "f",
    "f": "t", "g": "q", "q": "g", "a": "o", "Z": "2", "z": "2", "й": "и", "и": "й", "ш": "щ", "ь": "б",
}  # fmt: skip
"""What character recognition takes for what."""


def _by_runs(text: str, change: Callable[[str], str]) -> Iterator[Edit]:
    """The edits that change every character by itself: a run that keeps its length is one."""
    for same, run in itertools.groupby(enumerate(text), key=lambda each: len(change(each[1])) == 1):
        some = list(run)
        start, end = some[0][0], some[-1][0] + 1
        if not same:
            yield from (Edit(at, at + 1, change(char)) for at, char in some)
        elif text[start:end] != (new := "".join(change(char) for _, char in some)):
            yield Edit(start, end, new)


_CASES: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper}


def _case(_: Gold, setting: Setting) -> Change:
    change = _CASES[setting.variant]
    return Change(edits=lambda article: list(_by_runs(article.document.text, change)))


CASE = Probe(
    "case",
    "All letters are small, or capitals. Whether a system finds names by their capitals.",
    _case,
    variants=tuple(_CASES),
)


@functools.cache
def _joining() -> frozenset[str]:
    """The characters that may become one with the character before them."""
    found = set()
    for point in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            found.add(chr(int(parts[1], 16)))
    return frozenset(found) | {chr(point) for point in range(0x1160, 0x1200)}


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that are normalised each by itself."""
    joining, start = _joining(), 0
    for at, char in enumerate(text):
        if at and not unicodedata.combining(char) and char not in joining:
            yield start, at
            start = at
    if text:
        yield start, len(text)


def _unicode(_: Gold, setting: Setting) -> Change:
    form: Any = setting.variant.upper()

    def edits(article: Article) -> list[Edit]:
        text = article.document.text
        if unicodedata.is_normalized(form, text):
            return []
        every = ((start, end, unicodedata.normalize(form, text[start:end])) for start, end in _clusters(text))
        found = [Edit(start, end, new) for start, end, new in every if new != text[start:end]]
        edge = edges(article)
        return [each for each in found if not edges_within(each, edge)]

    return Change(edits=edits)


UNICODE = Probe(
    "unicode",
    "Letters with marks are taken apart (NFD), or put together (NFC). Whether offsets and names survive it.",
    _unicode,
    variants=("nfd", "nfc"),
)


def _typo(word: str, draw: random.Random) -> tuple[int, int, str]:
    """A typo: where in the word, and what stands there."""
    places = [
        (at, at + len(seen), new)
        for seen, new in _SEEN_AS.items()
        for at in range(len(word))
        if word.startswith(seen, at)
    ]
    if places and draw.random() < 0.5:
        return draw.choice(sorted(places))
    at = draw.randrange(1, len(word) - 1)
    if word[at] != word[at + 1] and draw.random() < 0.5:
        return at, at + 2, word[at + 1] + word[at]
    return at, at + 1, word[at] * 2


def _typos(article: Article, setting: Setting) -> list[Edit]:
    draw = setting.draw("noise", article.document.id)
    found = []
    for match in WORD.finditer(article.document.text):
        word = match.group()
        if len(word) >= LEAST_LETTERS and draw.random() < SHARE_OF_WORDS:
            low, high, new = _typo(word, draw)
            found.append(Edit(match.start() + low, match.start() + high, new))
    return not_cutting(found, edges(article))


def _noise_field(kind: type[msgspec.Struct]) -> str | None:
    """The field of an item that says that its surface is noisy."""
    return next((field.name for field in walk.fields(kind) if field.kind == NoiseWord), None)


def _marked(article: Article, edits: list[Edit]) -> Labels:
    def one(_: str, item: Item) -> Item:
        name = _noise_field(type(item))
        if name is None or getattr(item, name) is not None or not isinstance(item, SpanItem):
            return item
        hit = any(item.start <= edit.start and edit.end <= item.end for edit in edits)
        return msgspec.structs.replace(item, **{name: "typo"}) if hit else item

    return article.labels.changed(one)


def _noise(_: Gold, setting: Setting) -> Change:
    return Change(
        edits=lambda article: _typos(article, setting),
        labels=lambda article: _marked(article, _typos(article, setting)),
    )


NOISE = Probe(
    "noise",
    "One word in twelve has a typo, as character recognition and hasty hands make them, within labels and outside;"
    " a mention that has one says so (`noise`). Whether a system reads past it.",
    _noise,
)

"""A text as its letters and digits alone, without case and accents, each with its place in the text."""

from __future__ import annotations

import dataclasses
import functools
import unicodedata

import numpy as np
import numpy.typing as npt

_SINGLE = frozenset("'‘’‚‛′`´")
_DOUBLE = frozenset('"“”„‟«»″')
_DASHES = frozenset("-‐‑‒–—―−")


@dataclasses.dataclass(frozen=True)
class Folded:
    """What is compared of a text."""

    letters: str
    """Its letters and digits, without case and accents: ``Ko“vač”`` is ``kovac``."""
    places: npt.NDArray[np.int64]
    """Of each of them, the code point of the text that it is of; some code points have several."""


@functools.cache
def _of(character: str) -> str:
    """What stands for a character: nothing for marks and spaces, several letters for ligatures."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    # a vowel sign of an Indic script is a letter in all but name; accents have a combining class
    return "".join(c for c in folded if c.isalnum() or ((c != character or c.isprintable()) and _is_vowel_sign(c)))


def _is_vowel_sign(character: str) -> bool:
    return unicodedata.category(character) in ("Mc", "Mn") and not unicodedata.combining(character)


def letters(text: str) -> str:
    """The letters and digits of some words; see :class:`Folded`."""
    return "".join(map(_of, text))


def fold(text: str) -> Folded:
    """The letters and digits of a text, with their places.

    >>> folded = fold("The “Straße”")
    >>> folded.letters, folded.places[-3:].tolist()
    ('thestrasse', [9, 9, 10])
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    there = np.unique(codes)
    forms = {int(code): _of(chr(code)) for code in there.tolist()}
    table = np.zeros(int(there[-1]) + 1 if len(there) else 1, dtype=np.int64)
    table[there] = [len(forms[code]) for code in there.tolist()]
    places = np.repeat(np.arange(len(codes), dtype=np.int64), table[codes])
    return Folded(text.translate(forms), places)


def mark(character: str) -> str:
    """What a punctuation mark is compared as: all quotation marks of a kind are one, and all dashes."""
    if character in _SINGLE:
        return "'"
    if character in _DOUBLE:
        return '"'
    return "-" if character in _DASHES else character

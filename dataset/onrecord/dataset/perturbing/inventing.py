"""Invented words: pronounceable, at least as long as what they stand for, with no letter of it at its place."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence

_ALPHABETS = {
    "LATIN": ("bcdfghjklmnprstvz", "aeiou"),
    "CYRILLIC": ("бвгджзклмнпрстфхцчш", "аеиоу"),
    "GREEK": ("βγδζθκλμνπρστφχ", "αεηιο"),
}
"""Consonants and vowels."""

LONGER = (0, 0, 1, 2)
"""By how many letters an invented word may be longer than it must."""

TRIES = 1000


class Inventor:
    """Makes words that nobody knows.

    Args:
        known: What is not to be made; what is made is added.
        draw: Random numbers for a word.
        letters: The letters of all names, for scripts of which nothing else is known.
    """

    def __init__(self, known: set[str], draw: Callable[[str], random.Random], letters: Collection[str]) -> None:
        self._known = known
        self._draw = draw
        self._letters = sorted(set(letters))

    def word(self, base: str, of: Sequence[str], least: int, endings: Collection[str] = ("",)) -> str:
        """An invented stem.

        Args:
            base: What it is drawn for.
            of: The words that are made of it, none of whose letters is to be at its place.
            least: Its least length.
            endings: What it is put before; none of the words made of it may be known.
        """
        return self._tried(base, endings, lambda draw: "".join(self._spelt(draw, of, least + draw.choice(LONGER))))

    def acronym(self, base: str, wanted: str = "") -> str:
        """An invented acronym of the same length, the wanted one where it will do."""
        if len(wanted) == len(base) and wanted not in self._known and _differs(wanted, base):
            self._known.add(wanted)
            return wanted
        consonants, _ = self._alphabet(base)
        return self._tried(
            base, ("",), lambda draw: "".join(draw.choice(_without(consonants, letter)) for letter in base)
        )

    def slip(self, base: str, of: str) -> str:
        """An invented word with two letters exchanged, at least as long as what it stands for.

        Args:
            base: What it stands for, a misspelling.
            of: The invented word for what is right.
        """

        def exchanged(draw: random.Random) -> str:
            at = draw.randrange(1, max(2, len(of) - 2))
            slipped = of[:at] + of[at + 1 : at + 2] + of[at : at + 1] + of[at + 2 :]
            return slipped + slipped[-1:] * (len(base) - len(slipped))

        return self._tried(base, ("",), exchanged)

    def letter(self, letter: str) -> str:
        """Another letter for an initial."""
        return self._draw(letter).choice(_without(self._alphabet(letter)[0], letter))

    def _tried(self, base: str, endings: Collection[str], make: Callable[[random.Random], str]) -> str:
        draw = self._draw(base)
        made = make(draw)
        for attempt in range(TRIES):
            if not {made + ending for ending in endings} & self._known:
                break
            made = make(draw) + self._more(draw, base, attempt)
        self._known.update(made + ending for ending in endings)
        return made

    def _more(self, draw: random.Random, base: str, attempt: int) -> str:
        """What is added where short words are used up."""
        if attempt < TRIES // 10:
            return ""
        consonants, vowels = self._alphabet(base)
        return draw.choice(vowels) + draw.choice(consonants)

    def _spelt(self, draw: random.Random, of: Sequence[str], length: int) -> Iterator[str]:
        consonants, vowels = self._alphabet(of[0])
        for place in range(length):
            # the last letter is a consonant, so that any ending can follow
            pool = consonants if (length - place) % 2 else vowels
            yield draw.choice(_without(pool, "".join(word[place : place + 1] for word in of)))

    def _alphabet(self, word: str) -> tuple[str, str]:
        script = _script(word[:1])
        if script in _ALPHABETS:
            return _ALPHABETS[script]
        seen = "".join(letter for letter in self._letters if _script(letter) == script)
        return (seen, seen) if len(seen) >= _ENOUGH else _ALPHABETS["LATIN"]


_ENOUGH = 8
"""Letters of a script from which on words are made of them."""


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _without(pool: str, letters: str) -> str:
    return "".join(each for each in pool if each not in letters) or pool


def _differs(one: str, other: str) -> bool:
    return all(a != b for a, b in zip(one, other, strict=True))

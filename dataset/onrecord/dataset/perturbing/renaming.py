"""Words for words: a table of names and what they become, put to use in a text, in what is said, and in ids."""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from onrecord.dataset.perturbing.edits import Edit, edited

MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670"
"""Combining marks of alphabets, which are part of the letter before them."""

WORD = re.compile(rf"(?:[^\W\d_][{MARKS}]*)+")
"""A run of letters."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
LEAST_STEM = 5
"""A word of a name is also found at the beginning of a longer one, from so many letters on: Putinism, Russians."""


def key(word: str) -> str:
    """What a word is the same as, however it is written: composed, in any case."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", word).casefold())


def is_caseless(word: str) -> bool:
    """Whether a word is of a script without capitals."""
    return word.upper() == word.lower()


def cased(new: str, like: str) -> str:
    """A word in the case of another: capitals, a capital, or none."""
    if len(like) > 1 and like.isupper():
        return new.upper()
    return new[:1].upper() + new[1:] if like[:1].isupper() else new


class Initials(NamedTuple):
    """What becomes of an initial, such as the ``V.`` of ``V. Putin``."""

    of: Mapping[tuple[str, str], str]
    """By the word of the name that it stands before, and the letter."""
    letters: Mapping[str, str]
    """By the letter alone, where nobody knows which name it is of."""


@dataclasses.dataclass(frozen=True)
class Renaming:
    """A table of words, and where each is replaced."""

    table: Mapping[str, str]
    """By :func:`key`, in small letters."""
    any_case: frozenset[str]
    """Those of them that are replaced in small letters too: the others are then ordinary words."""
    acronyms: frozenset[str]
    """Those that are replaced in capitals alone, unless they are in ``any_case``."""
    initials: Initials

    def edits(self, text: str) -> list[Edit]:
        """The edits of a text."""
        return list(self._edits(text, self._new))

    def words(self, text: str) -> str:
        """A text as it becomes."""
        return edited(text, self._edits(text, self._new))

    def ids(self, id: str) -> str:
        """An id as it becomes: there is no case in it, so every word of the table is one."""
        return self._known.get(id) or self._known.setdefault(id, edited(id, self._edits(id, self._new_in_id)))

    @functools.cached_property
    def _known(self) -> dict[str, str]:
        return {}

    def _edits(self, text: str, new: Callable[[str], tuple[int, int, str] | None]) -> Iterator[Edit]:
        found = list(WORD.finditer(text))
        place = 0
        while place < len(found):
            start, end = found[place].span()
            if end - start == 1 and text[end : end + 1] == "." and text[start].isupper():
                run = [start]
                while place + 1 < len(found) and _is_next_initial(text, run[-1], *found[place + 1].span()):
                    place += 1
                    run.append(found[place].start())
                after = found[place + 1].group() if place + 1 < len(found) else ""
                yield from self._initials(text, run, after if found[place].end() + 3 > self._at(found, place) else "")
            else:
                yield from self._word(start, text[start:end], new)
            place += 1

    @staticmethod
    def _at(found: list[re.Match[str]], place: int) -> int:
        return found[place + 1].start() if place + 1 < len(found) else 0

    def _word(self, start: int, word: str, new: Callable[[str], tuple[int, int, str] | None]) -> Iterator[Edit]:
        replaced = new(word)
        if replaced is not None:
            low, high, other = replaced
            yield Edit(start + low, start + high, other)
        elif self._caseless is not None and is_caseless(word):
            for match in self._caseless.finditer(word):
                yield Edit(start + match.start(), start + match.end(), self.table[key(match.group())])
        elif (hump := _HUMP.search(word)) is not None:
            yield from self._word(start, word[: hump.start()], new)
            yield from self._word(start + hump.start(), word[hump.start() :], new)

    @functools.cached_property
    def _caseless(self) -> re.Pattern[str] | None:
        words = sorted((word for word in self.table if is_caseless(word)), key=lambda word: (-len(word), word))
        return re.compile("|".join(map(re.escape, words))) if words else None

    def _new(self, word: str) -> tuple[int, int, str] | None:
        known = key(word)
        new = self.table.get(known)
        if new is not None:
            capital = word.isupper() if known in self.acronyms else not word.islower()
            return (0, len(word), cased(new, word)) if capital or known in self.any_case else None
        if word[:1].islower():
            return None
        return self._stem(word, known)

    def _new_in_id(self, word: str) -> tuple[int, int, str] | None:
        known = key(word)
        new = self.table.get(known)
        return (0, len(word), cased(new, word)) if new is not None else self._stem(word, known)

    def _stem(self, word: str, known: str) -> tuple[int, int, str] | None:
        if len(known) != len(word):
            return None
        for size in range(len(known) - 1, LEAST_STEM - 1, -1):
            new = self.table.get(known[:size])
            if new is not None and known[:size] not in self.acronyms and not _HUMP.match(word, size):
                return 0, size, cased(new, word)
        return None

    def _initials(self, text: str, run: list[int], after: str) -> Iterator[Edit]:
        """Those of a run of letters with a point after each: an acronym, or initials before a name."""
        letters = "".join(text[at] for at in run).lower()
        whole = self.table.get(letters) if len(run) > 1 else None
        known = key(after)
        for place, (at, letter) in enumerate(zip(run, letters, strict=True)):
            if whole is not None and len(whole) == len(run):
                new = whole[place]
            elif known in self.table:
                new = self.initials.of.get((known, letter)) or self.initials.letters.get(letter) or letter
            else:
                continue
            yield Edit(at, at + 1, cased(new, text[at]))


def _is_next_initial(text: str, last: int, start: int, end: int) -> bool:
    return end - start == 1 and text[start].isupper() and text[last + 1 : start] in (".", ". ")

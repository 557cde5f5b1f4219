"""The known word that is most like one that was found, at a cost that does not depend on what they are.

Comparing two words letter by letter takes the product of their lengths, and an id may have 128 letters. So a few words
are compared so, of many those that have most pairs of letters in common with the one found.
"""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable, Iterator

from onrecord.dataset.reading.budget import BUDGET

_FEW_STEPS = 20_000
"""Products of lengths, added up, that are so small that all words are compared."""


def most_like(word: str, vocabulary: Iterable[str]) -> str | None:
    """The known word that is most like a word, or None if none is; those beyond the budget are not looked at."""
    known = list(_within(vocabulary))
    plain = word.strip().casefold() if len(word) <= 2 * BUDGET.max_word else word
    same = next((each for each in known if each.casefold() == plain), None)
    if same is not None or len(word) > BUDGET.max_word:
        return same
    if len(word) * sum(map(len, known)) > _FEW_STEPS:
        known = _likeliest(word, known)
    return next(iter(difflib.get_close_matches(word, known, n=1)), None)


def _within(vocabulary: Iterable[str]) -> Iterator[str]:
    letters = 0
    for many, each in enumerate(vocabulary):
        letters += len(each)
        if many >= BUDGET.max_words or letters > BUDGET.max_letters:
            return
        if len(each) <= BUDGET.max_word:
            yield each


def _likeliest(word: str, known: list[str]) -> list[str]:
    """Those few that share most with a word, for their length; of equal ones the first."""
    wanted = _pairs(word)

    def likeness(each: str) -> float:
        pairs = _pairs(each)
        return len(wanted & pairs) / (len(wanted) + len(pairs))

    return heapq.nlargest(BUDGET.max_compared, known, key=likeness)


def _pairs(word: str) -> set[str]:
    return {*map(str.__add__, word, word[1:]), word[:1]}

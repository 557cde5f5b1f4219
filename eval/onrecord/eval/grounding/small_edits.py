"""Where letters occur that are nearly the ones looked for: a letter more, a letter less or another one, a few times."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from onrecord.eval.grounding.occurrences import Occurrences

SHORTEST = 8
"""Letters below which nothing but the words themselves is taken for them: Putin is not Putina."""

EDITS_PER_LETTER = 0.1
MOST_EDITS = 12
"""However long the words are."""

MOST_WINDOWS = 24
"""Stretches of the text that are compared with the words: those that most pieces of them point to."""

MOST_OF_A_PIECE = 100
"""A piece that is in more places than these says nothing."""


class Near(NamedTuple):
    """A stretch of the letters of a text that is nearly what was looked for."""

    start: int
    end: int
    edits: int


def near(occurrences: Occurrences, letters: str) -> list[Near]:
    """The stretches with the fewest edits, one for each place; empty where all have too many.

    With ``n`` edits one of ``n + 1`` pieces of the words stands as it is, so that only its surroundings are compared.

    Args:
        occurrences: Those of the text.
        letters: What is looked for.
    """
    if len(letters) < SHORTEST:
        return []
    most = min(MOST_EDITS, max(1, int(len(letters) * EDITS_PER_LETTER)))
    found: dict[int, Near] = {}
    fewest = most
    for begin, whole in _windows(occurrences, letters, most)[:MOST_WINDOWS]:
        if most + 1 - whole > fewest:
            break  # each piece that does not stand as it is takes an edit
        start = max(0, begin - 2 * most - 1)
        window = occurrences.letters[start : begin + len(letters) + 2 * most + 1]
        best = _best(letters, window, fewest)
        if best is not None:
            end, edits = best
            back = _best(letters[::-1], window[:end][::-1], edits)
            assert back is not None  # the same edits, read backwards
            found[start + end - back[0]] = Near(start + end - back[0], start + end, edits)
            fewest = edits
    return sorted(each for each in found.values() if each.edits == fewest)


def _windows(occurrences: Occurrences, letters: str, most: int) -> list[tuple[int, int]]:
    """Where the words may begin, give or take the edits, with how many pieces say so; those with most come first."""
    votes: dict[int, int] = {}
    width = most + 1
    bounds = [len(letters) * piece // width for piece in range(width + 1)]
    for begin, end in itertools.pairwise(bounds):
        places = occurrences.of(letters[begin:end])
        if len(places) <= MOST_OF_A_PIECE:
            for where in {(place - begin) // width for place in places}:
                votes[where] = votes.get(where, 0) + 1
    said = {where: min(width, many + votes.get(where + 1, 0)) for where, many in votes.items()}
    ranked = sorted(said, key=lambda where: (-said[where], where))
    return [(where * width + width // 2, said[where]) for where in ranked]


def _best(letters: str, window: str, most: int) -> tuple[int, int] | None:
    """Where in a window the words end with the fewest edits, and how many those are; None for more than ``most``.

    They may begin anywhere. Myers' algorithm: a column of differences is two numbers of as many bits as there are
    letters.
    """
    masks: dict[str, int] = {}
    for place, letter in enumerate(letters):
        masks[letter] = masks.get(letter, 0) | 1 << place
    full, last = (1 << len(letters)) - 1, 1 << (len(letters) - 1)
    up, down, edits = full, 0, len(letters)
    best: tuple[int, int] | None = None
    for place, letter in enumerate(window):
        equal = masks.get(letter, 0)
        level = (((equal & up) + up) ^ up) | equal | down
        rise, fall = down | ~(level | up) & full, up & level
        edits += bool(rise & last) - bool(fall & last)
        rise, fall = rise << 1 & full, fall << 1 & full
        up, down = fall | ~(level | rise) & full, rise & level
        if edits <= most and (best is None or edits < best[1]):
            best = place + 1, edits
    return best

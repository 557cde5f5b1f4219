"""Every place of a text that quoted words may mean, the best first.

Places are compared by what stands around them first: words in another spelling with the right surroundings are rather
meant than the same spelling elsewhere. Among those that are left, whole words come before parts of words.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from onrecord.eval.grounding.folding import fold, letters, mark
from onrecord.eval.grounding.occurrences import Occurrences
from onrecord.eval.grounding.quoted import How, Quoted
from onrecord.eval.grounding.small_edits import near

FEWEST_AROUND = 2
"""Letters of the surroundings that must agree for them to say anything, where not all do."""

MOST_AROUND = 64
"""Letters of the surroundings that are looked at on each side."""


@dataclasses.dataclass(frozen=True, eq=False)
class Found:
    """The places that are as good as any."""

    places: Sequence[tuple[int, int]] = ()
    """Start and end of each, in order; none where the words are not in the text."""
    how: How = "exact"
    by_context: bool = False
    """Whether they are those with the right words before and after."""


NOWHERE = Found()


class SearchedText:
    """A text in which words are looked for.

    Args:
        text: The text of an article.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded = fold(text)
        self._places = self._folded.places.tolist()
        self._occurrences = Occurrences(self._folded)
        self._found: dict[Quoted, Found] = {}
        self._alone: dict[str, Found] = {}

    def find(self, quoted: Quoted) -> Found:
        """The places that the words may mean; :data:`NOWHERE` where they are not in the text."""
        found = self._found.get(quoted)
        if found is None:
            found = self._found[quoted] = self._look(quoted)
        return found

    def _look(self, quoted: Quoted) -> Found:
        text = quoted.text.strip()
        key = letters(text)
        if not key:
            return self._marks(text, quoted)
        before, after = letters(quoted.before)[-MOST_AROUND:], letters(quoted.after)[:MOST_AROUND]
        if not (before or after):
            alone = self._everywhere(text, key)
            return alone if alone.places else self._nearly(text, key, "", "")
        whole = self._occurrences.of(before + key + after)
        if whole:
            found = self._spans(text, key, [place + len(before) for place in whole])
            if found.places:
                return dataclasses.replace(found, places=self._to_the_letter(found.places, quoted), by_context=True)
        alone = self._everywhere(text, key)
        if not alone.places:
            return self._nearly(text, key, before, after)
        if len(alone.places) == 1:
            return alone
        found = self._spans(text, key, self._around(key, before, after))
        return dataclasses.replace(found, by_context=True) if found.places else alone

    def _to_the_letter(self, places: Sequence[tuple[int, int]], quoted: Quoted) -> Sequence[tuple[int, int]]:
        """Those of some places that have the surroundings with their marks, too; all of them where none has."""
        if len(places) < 2:
            return places
        bare = quoted.text.strip()
        at = quoted.text.index(bare)
        before, after = quoted.before + quoted.text[:at], quoted.text[at + len(bare) :] + quoted.after
        exact = [
            (start, end)
            for start, end in places
            if self.text.endswith(before, 0, start) and self.text.startswith(after, end)
        ]
        return exact or places

    def _everywhere(self, text: str, key: str) -> Found:
        """The words wherever they stand; the same value for the same words, whatever is around them."""
        found = self._alone.get(text)
        if found is None:
            found = self._alone[text] = self._spans(text, key, self._occurrences.of(key))
        return found

    def _around(self, key: str, before: str, after: str) -> Iterable[int]:
        """Where the letters begin that have most of the surroundings that are asked for."""
        left = self._longest(key, [before[-many:] for many in range(1, len(before) + 1)], False)
        right = self._longest(key, [after[:many] for many in range(1, len(after) + 1)], True)
        both = set(left[1]) & set(right[1])
        if both:
            return sorted(both)
        if max(left[0], right[0]) < FEWEST_AROUND:
            return ()
        if left[0] == right[0]:
            return sorted({*left[1], *right[1]})
        return left[1] if left[0] > right[0] else right[1]

    def _longest(self, key: str, sides: Sequence[str], follows: bool) -> tuple[int, list[int]]:
        """How much of one side stands there somewhere, and where the letters begin then."""
        found: list[list[int]] = [[]]

        def is_nowhere(side: str) -> bool:
            here = self._occurrences.of(key + side if follows else side + key)
            if here:
                found.append(here)
            return not here

        many = bisect.bisect_left(sides, True, key=is_nowhere)  # more of it is never in more places
        return many, [place if follows else place + many for place in found[-1]]

    def _spans(self, text: str, key: str, begins: Iterable[int]) -> Found:
        """What some places of the letters are in the text: whole words as they are, else spelt otherwise, or parts."""
        lead = next(place for place, character in enumerate(text) if letters(character))
        opens, closes, size = _of_word(text[0]), _of_word(text[-1]), len(self.text)
        exact: list[tuple[int, int]] = []
        otherwise: list[tuple[int, int]] = []
        parts: list[tuple[int, int]] = []
        for begin in begins:
            first, last = self._places[begin], self._places[begin + len(key) - 1]
            start = first - lead
            if start >= 0 and self.text.startswith(text, start):
                end = start + len(text)
                cut = (opens and start > 0 and _of_word(self.text[start - 1])) or (
                    closes and end < size and _of_word(self.text[end])
                )
                (parts if cut else exact).append((start, end))
            elif self._is_whole(first, last + 1) and self._has_no_half(begin, begin + len(key)):
                otherwise.append(self._with_marks(text, first, last + 1))
        hows: tuple[tuple[list[tuple[int, int]], How], ...]
        hows = (exact, "exact"), (otherwise, "normalised"), (parts, "exact")
        return next((Found(places, how) for places, how in hows if places), NOWHERE)

    def _nearly(self, text: str, key: str, before: str, after: str) -> Found:
        """Words that are nearly these: the ones with the surroundings that are asked for, if any are."""
        spans, around = [], []
        for start, end, _ in near(self._occurrences, key):
            first, last = self._to_whole(self._places[start], self._places[end - 1] + 1)
            span = self._with_marks(text, first, last)
            if span in spans or not self._is_whole(first, last):
                continue
            spans.append(span)
            told = self._occurrences.letters
            around.append(
                _alike(told[max(0, start - MOST_AROUND) : start][::-1], before[::-1]) + _alike(told[end:], after)
            )
        best = max(around, default=0)
        kept = [span for span, many in zip(spans, around, strict=True) if many == best]
        return Found(kept, "edited", len(kept) < len(spans)) if kept else NOWHERE

    def _marks(self, text: str, quoted: Quoted) -> Found:
        """Where something without letters stands: a sign, an emoji."""
        places = [(place, place + len(text)) for place in _all(self.text, text)] if text else []
        around = [
            _alike(self.text[max(0, start - MOST_AROUND) : start][::-1], quoted.before[::-1])
            + _alike(self.text[end : end + MOST_AROUND], quoted.after)
            for start, end in places
        ]
        best = max(around, default=0)
        kept = [span for span, many in zip(places, around, strict=True) if many == best]
        return Found(kept, "exact", len(kept) < len(places)) if kept else NOWHERE

    def _is_whole(self, start: int, end: int) -> bool:
        """Whether words begin and end there."""
        text = self.text
        return not (start and _joined(text[start - 1], text[start])) and not (
            end < len(text) and _joined(text[end - 1], text[end])
        )

    def _to_whole(self, start: int, end: int) -> tuple[int, int]:
        """The span with the letters that are left of its first and last word, if there are few: they were edited."""
        text = self.text
        for _ in range(FEWEST_AROUND):
            start -= start > 0 and _joined(text[start - 1], text[start])
            end += end < len(text) and _joined(text[end - 1], text[end])
        return start, end

    def _has_no_half(self, begin: int, end: int) -> bool:
        """Whether letters are all those of some code points, and not the half of a ligature."""
        places = self._places
        starts = begin == 0 or places[begin - 1] != places[begin]
        return starts and (end == len(places) or places[end - 1] != places[end])

    def _with_marks(self, text: str, start: int, end: int) -> tuple[int, int]:
        """The span with the marks at its ends that the words have too."""
        end = self._past_accents(end)
        for character in reversed(_lead(text)):
            if start and mark(self.text[start - 1]) == mark(character):
                start -= 1
        for character in reversed(_lead(text[::-1])):
            if end < len(self.text) and mark(self.text[end]) == mark(character):
                end += 1
        return start, end

    def _past_accents(self, end: int) -> int:
        while end < len(self.text) and unicodedata.combining(self.text[end]):
            end += 1
        return end


def _joined(one: str, other: str) -> bool:
    """Whether no word ends between two characters."""
    return _of_word(one) and _of_word(other)


@functools.cache
def _of_word(character: str) -> bool:
    """Whether words do not end beside it where another such is; scripts without capitals may have no spaces."""
    return character.isalnum() and unicodedata.category(character) != "Lo"


def _lead(text: str) -> str:
    """The marks before the first letter."""
    return text[: next((place for place, character in enumerate(text) if letters(character)), len(text))]


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _all(text: str, words: str) -> Iterator[int]:
    place = text.find(words)
    while place >= 0:
        yield place
        place = text.find(words, place + 1)

"""Where some letters and digits occur in a text: found by the rarest four in a row among them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt

from onrecord.eval.grounding.folding import Folded

LENGTH = 4
"""Letters in a row that places are kept by."""


class Occurrences:
    """Answers for one text; what was asked before is answered from memory.

    Args:
        folded: The text.
    """

    def __init__(self, folded: Folded) -> None:
        self.letters = folded.letters
        self._found: dict[str, list[int]] = {}

    def of(self, letters: str) -> list[int]:
        """Where the letters begin in those of the text, in order; overlapping ones too. Nothing is nowhere."""
        found = self._found.get(letters)
        if found is None:
            found = self._found[letters] = self._look(letters) if letters else []
        return found

    def _look(self, letters: str) -> list[int]:
        if len(letters) < LENGTH:
            return list(_all(self.letters, letters))
        ranges, order = self._grams
        best, at = None, 0
        for place in range(len(letters) - LENGTH + 1):
            here = ranges.get(letters[place : place + LENGTH])
            if here is None:
                return []
            if best is None or here[1] - here[0] < best[1] - best[0]:
                best, at = here, place
        assert best is not None
        begins = (int(place) - at for place in order[best[0] : best[1]])
        return [place for place in begins if place >= 0 and self.letters.startswith(letters, place)]

    @cached_property
    def _grams(self) -> tuple[dict[str, tuple[int, int]], npt.NDArray[np.int64]]:
        """Of each four letters in a row the part of the places, which are in order within it, that is theirs."""
        if len(self.letters) < LENGTH:
            return {}, np.zeros(0, dtype=np.int64)
        codes = np.frombuffer(self.letters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        alphabet, ranks = np.unique(codes, return_inverse=True)
        base = np.uint64(len(alphabet))  # four of at most 0xFFFF fit
        many = len(codes) - LENGTH + 1
        keys: npt.NDArray[np.uint64] = np.zeros(many, dtype=np.uint64)
        for offset in range(LENGTH):
            keys = keys * base + ranks[offset : offset + many].astype(np.uint64)
        order = np.argsort(keys, kind="stable").astype(np.int64)
        sorted_keys = keys[order]
        begins = [0, *(np.flatnonzero(sorted_keys[1:] != sorted_keys[:-1]) + 1).tolist(), many]
        firsts = order[np.array(begins[:-1])].tolist()
        ranges = {
            self.letters[first : first + LENGTH]: bounds
            for first, bounds in zip(firsts, itertools.pairwise(begins), strict=True)
        }
        return ranges, order


def _all(text: str, words: str) -> Iterator[int]:
    place = text.find(words)
    while place >= 0:
        yield place
        place = text.find(words, place + 1)

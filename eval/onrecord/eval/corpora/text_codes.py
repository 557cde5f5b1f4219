"""Codes of words that stand in arrays, eight bytes to a number: found without making a text of each."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from onrecord.eval.spans.columns import Ints, Vocabulary

Parts = Sequence[NDArray[np.uint64]]
"""Shape (words,) each: the first eight bytes of every word, the next eight, and so on; 0 behind its end. The first byte
is the least significant."""

_BITS = 12
"""Binary digits of the number of slots."""
_AT_ONCE = 64
"""Words that are learned before the others are looked up again."""


class TextCodes:
    """A vocabulary whose words are looked up by their bytes.

    There is a table with a slot for every hash. Words that share their slot with another, which are few, are looked up
    one by one.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._known: dict[tuple[int, ...], int] = {}
        self._code = np.full(1 << _BITS, -1, np.int64)
        self._parts: list[NDArray[np.uint64]] = []
        """By slot the bytes of its word."""

    def codes(self, parts: Parts) -> Ints | None:
        """The code of each word; new ones get the next.

        Args:
            parts: The words, at least one array. None has a zero byte in it.

        Returns:
            Shape (words,); None where one is no text in JSON as it stands.
        """
        parts = [*parts, *(np.zeros_like(parts[0]) for _ in self._parts[len(parts) :])]
        self._parts += [np.zeros(1 << _BITS, np.uint64) for _ in parts[len(self._parts) :]]
        slots = _slots(parts)
        found = self._code[slots]
        left = np.flatnonzero(self._differ(parts, slots, found))
        try:
            while len(left) and self._learn(parts, slots, left[:: 1 + len(left) // _AT_ONCE]):
                found[left] = self._code[slots[left]]
                left = left[self._differ([part[left] for part in parts], slots[left], found[left])]
            if len(left):
                found[left] = [self._code_of(word) for word in _rows(parts, left)]
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return found

    def _differ(self, parts: Parts, slots: Ints, found: Ints) -> NDArray[np.bool_]:
        """Which words are not those of their slots."""
        differ = found < 0
        for known, part in zip(self._parts, parts, strict=True):
            differ |= known[slots] != part
        return differ

    def _learn(self, parts: Parts, slots: Ints, some: Ints) -> bool:
        """Give free slots to some of the words; whether there was one."""
        learned = False
        for word, slot in zip(_rows(parts, some), slots[some].tolist(), strict=True):
            code = self._code_of(word)
            if self._code[slot] < 0:
                self._code[slot] = code
                for known, part in zip(self._parts, word, strict=True):
                    known[slot] = part
                learned = True
        return learned

    def _code_of(self, word: tuple[int, ...]) -> int:
        code = self._known.get(word)
        if code is None:
            raw = b"".join(part.to_bytes(8, "little") for part in word).rstrip(b"\0")
            code = self._known[word] = self.vocabulary.code(msgspec.json.decode(b'"' + raw + b'"', type=str))
        return code


def _rows(parts: Parts, some: Ints) -> list[tuple[int, ...]]:
    return list(zip(*(part[some].tolist() for part in parts), strict=True))


def _slots(parts: Parts) -> Ints:
    hashed = parts[0] * _FACTORS[0]
    for part, factor in zip(parts[1:], _FACTORS[1:], strict=False):
        hashed += part * factor
    hashed >>= np.uint64(64 - _BITS)
    return hashed.view(np.int64)


_FACTORS = [np.uint64((0x9E3779B97F4A7C15 * (2 * n + 1)) % 2**64) for n in range(8)]

"""Keys that say what they stand for, and colours, for whatever words a scheme has."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Mapping

RESERVED = frozenset("u")
"""Letters that are Label Studio's own: ``u`` takes the selection away."""

_FIRST = ("#1f77b4", "#2ca02c", "#ff7f0e", "#bcbd22", "#17becf", "#e377c2", "#7f7f7f")
_GOLDEN = 0.618033988749895
"""Steps of the golden ratio round the colour wheel keep any number of hues apart."""


def keys(words: Mapping[str, str], prefix: str = "") -> dict[str, str]:
    """A key for each of some names: the first letter of its word that is still free, or any letter that is.

    Args:
        words: The word that a name is remembered by; names that come first are served first.
        prefix: What is held down with the letter, such as ``shift+``.

    Returns:
        The keys by name; names for which no letter is left are not there.
    """
    taken = set(RESERVED)
    found: dict[str, str] = {}
    rest: list[str] = []
    for name, word in words.items():
        letter = _free(word.lower(), taken)
        if letter:
            found[name] = letter
            taken.add(letter)
        else:
            rest.append(name)
    for name in rest:
        letter = _free("abcdefghijklmnopqrstuvwxyz", taken)
        if letter:
            found[name] = letter
            taken.add(letter)
    return {name: prefix + letter for name, letter in found.items()}


def _free(letters: Iterable[str], taken: set[str]) -> str:
    return next((each for each in letters if "a" <= each <= "z" and each not in taken), "")


def colours(count: int) -> list[str]:
    """So many colours that can be told apart, as ``#rrggbb``; the same ones each time."""
    further = [colorsys.hls_to_rgb(n * _GOLDEN % 1, 0.45, 0.55) for n in range(1, count - len(_FIRST) + 1)]
    return [*_FIRST[:count], *(f"#{''.join(f'{round(255 * part):02x}' for part in rgb)}" for rgb in further)]

"""Whether words repeat an article's: runs of :data:`RUN` words, whatever stands between them and however they are spelt
in capitals, with or without accents, as in an address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

RUN = 4
"""How many words in a row are an article's wording, and no longer a name or a date."""

_LETTERS = 2
"""How many letters of a script that puts no spaces between words count as a word."""

_UNSPACED = r"\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Thai and Lao, Tibetan and Burmese, Khmer, Japanese, Chinese."""

_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_ALONE = re.compile(rf"[{_UNSPACED}]")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2019\u02bc\uff07](?=\w)")
_STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"})


class Wording:
    """The runs of words of some texts.

    >>> wording = Wording(["He said: the harvest has failed.", "Łukaszenka przybył z Mińska", "普京周一抵达明斯克机场"])
    >>> wording.repeated_in("The harvest has failed!")
    'the harvest has failed'
    >>> wording.repeated_in("https://example.org/lukaszenka-przybyl-z-minska.html")
    'lukaszenka przybyl z minska'
    >>> wording.repeated_in("周一抵达明斯克"), wording.repeated_in("周一抵达明斯克机")
    (None, '周 一 抵 达 明 斯 克 机')
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._runs = frozenset(run for text in texts for run in _runs(text))

    def repeated_in(self, words: str) -> str | None:
        """The first run of words that is one of the texts' too, in small letters without accents; None for none.

        Addresses are looked at as they are shown, too.
        """
        return next(
            (" ".join(run) for each in (words, unquote(words)) for run in _runs(each) if run in self._runs), None
        )


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    plain = _plain(text)
    yield from _runs_of(_WORD.findall(plain))
    together = _APOSTROPHE.sub("", plain)  # an address has Putin's as putins
    if together != plain:
        yield from _runs_of(_WORD.findall(together))


def _plain(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each)).translate(_STROKES)


def _runs_of(words: list[str]) -> Iterator[tuple[str, ...]]:
    if not any(map(_ALONE.match, words)):
        yield from (tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
        return
    weights = [1 if _ALONE.match(word) else _LETTERS for word in words]
    end, weight = 0, 0
    for start in range(len(words)):
        while weight < RUN * _LETTERS:
            if end == len(words):
                return
            weight += weights[end]
            end += 1
        yield tuple(words[start:end])
        weight -= weights[start]

"""Whether words repeat an article's: runs of :data:`RUN` words, whatever stands between them and however they are spelt
in capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

RUN = 4
"""How many words in a row are an article's wording, and no longer a name or a date."""

_WORD = re.compile(r"[^\W_]+")


class Wording:
    """The runs of words of some texts.

    >>> Wording(["He said: the harvest has failed again."]).repeated_in("The harvest has failed!")
    'the harvest has failed'
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._runs = frozenset(run for text in texts for run in _runs(text))

    def repeated_in(self, words: str) -> str | None:
        """The first run of words that is one of the texts' too, in small letters; None for none."""
        return next((" ".join(run) for run in _runs(words) if run in self._runs), None)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return (tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))

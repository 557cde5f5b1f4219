"""The characters of a text that count when two texts are compared: all but white space, in one shape each.

Tokenizers drop white space, change the shape of quotation marks and write brackets as words. Two texts are the same
here if they differ in nothing else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from onrecord.eval.readers import LabelledDocument

_SHAPES = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛`´′", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)

ESCAPES = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"',
    "''": '"',
    "\\/": "/",
    "\\*": "*",
}
"""What tokens of the Penn Treebank stand for."""


@dataclasses.dataclass(frozen=True)
class Characters:
    """The characters that count, and the offset of each."""

    folded: str
    places: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Characters:
        """Those of a text."""
        places = [at for at, char in enumerate(text) if not char.isspace()]
        return cls("".join([text[at] for at in places]).translate(_SHAPES), places)


@dataclasses.dataclass(frozen=True)
class Counted:
    """A document of a file as characters that count."""

    folded: str
    before: Sequence[int]
    """By offset, of characters or tokens, how many characters that count stand before it; one more at the end."""
    parted: bool = False
    """Whether a token without characters is part of the one before it, and not white space."""

    @classmethod
    def of(cls, document: LabelledDocument, escapes: bool = False) -> Counted | None:
        """Those of a document; None where the file has neither its text nor its tokens.

        Args:
            document: A document.
            escapes: Whether tokens of the Penn Treebank are what they stand for.
        """
        units: Sequence[str]
        if document.tokens is not None:
            units = document.forms or document.tokens
            if escapes:
                units = [ESCAPES.get(unit, unit) for unit in units]
        elif document.text is not None:
            units = document.text
        else:
            return None
        parts = ["".join(unit.split()) for unit in units]
        before = [0]
        for part in parts:
            before.append(before[-1] + len(part))
        return cls("".join(parts).translate(_SHAPES), before, bool(document.forms))

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """First and one past the last of the characters of a span; a token that is part of another is that one."""
        first, last = self.before[start], self.before[end]
        while self.parted and first == last and start > 0:
            start -= 1
            first = self.before[start]
        return first, last

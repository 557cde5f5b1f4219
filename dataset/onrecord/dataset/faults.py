"""Faults in input: every one is a value with a place, what was found, what was expected, and a hint."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Sequence

SHOWN = 200
"""How many characters of a found value a fault keeps."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """One thing that is wrong with one place of one file."""

    code: str
    """Short stable name of the kind of fault, such as ``surface``."""
    file: str
    line: int | None
    """1-based line, or None where the fault is of the whole file."""
    pointer: str
    """RFC 6901 JSON pointer within that line's value (or the file's); empty for the whole of it."""
    found: str
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line is not None else "")
        hint = f"\n    hint: {self.hint}" if self.hint else ""
        return (
            f"{place}{' ' + self.pointer if self.pointer else ''}: [{self.code}]\n"
            f"    found: {self.found}\n    expected: {self.expected}{hint}"
        )


class FaultsError(Exception):
    """Input cannot be used; carries every fault found in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        if not faults:
            raise ValueError("FaultsError needs at least one fault")
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def refuse(faults: Sequence[Fault]) -> None:
    """Raise :class:`FaultsError` if there is any fault."""
    if faults:
        raise FaultsError(faults)


def show(value: object) -> str:
    """``value`` on one line, shortened, with control characters escaped, fit for a terminal."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    if not text:
        return '""'
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def nearest(word: str, vocabulary: Iterable[str]) -> str:
    """A hint that names the closest known word, or an empty string."""
    close = difflib.get_close_matches(word, list(vocabulary), n=1)
    return f"did you mean {close[0]!r}?" if close else ""

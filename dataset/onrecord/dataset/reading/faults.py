"""Faults in input: every one is a value with a place, what was found, what was expected, and a hint."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from onrecord.dataset.reading.budget import BUDGET
from onrecord.dataset.reading.foreign import plain
from onrecord.dataset.reading.likeness import most_like

SHOWN = 200
"""How many characters of a found value a fault keeps."""

Severity = Literal["error", "warning"]

Hint = str | Callable[[], str]
"""A hint, or what makes it: looking for one takes time, and of a million faults a few hundred are shown."""

Wrong = tuple[str, str, object, str, Hint]
"""What is wrong with a value, before it is known where it stands: code, pointer, found, expected, hint."""


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
    severity: Severity = "error"
    """A warning does not keep the input from being used."""
    document: str | None = None
    """The document that the line is about, where that is known."""
    byte: int | None = None
    """Offset in the file's content of the byte that is wrong, or of the line's first byte; None if not known."""

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line is not None else "")
        hint = f"\n    hint: {self.hint}" if self.hint else ""
        return (
            f"{place}{' ' + self.pointer if self.pointer else ''}: [{self.code}]"
            f"{'' if self.severity == 'error' else ' warning'}\n"
            f"    found: {self.found}\n    expected: {self.expected}{hint}"
        )


class OnrecordError(Exception):
    """Something that a person can mend: a command says it in its own words, without a traceback, and exits with 2."""


class FaultsError(OnrecordError):
    """Input cannot be used; carries the faults found in it."""

    def __init__(self, faults: Sequence[Fault], counts: Mapping[str, int] | None = None) -> None:
        if not faults:
            raise ValueError("FaultsError needs at least one fault")
        self.faults = tuple(faults)
        """All of them, or of each kind as many as are kept."""
        self.counts = dict(Counter(fault.code for fault in self.faults) if counts is None else counts)
        """How many there are of each kind."""
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[FaultsError], tuple[tuple[Fault, ...], dict[str, int]]]:
        return FaultsError, (self.faults, self.counts)  # as it comes from another process

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    def after(self, faults: Sequence[Fault]) -> FaultsError:
        """The error of these faults and some others that come first."""
        counts = Counter(fault.code for fault in faults) + Counter(self.counts)
        return FaultsError([*faults, *self.faults], counts)


class Hints:
    """Looks for the hints of the first few faults of a kind: there may be a million, and each takes a while."""

    def __init__(self) -> None:
        self._made: Counter[str] = Counter()

    def of(self, wrong: Wrong) -> Wrong:
        """What is wrong with its hint looked for, or with none where enough were."""
        code, pointer, found, expected, hint = wrong
        if isinstance(hint, str):
            return wrong
        self._made[code] += 1
        return code, pointer, found, expected, hint() if self._made[code] <= BUDGET.max_hints else ""


class Findings:
    """Collects faults in constant memory: every one is counted, of each kind the first few are kept.

    How many those are, and for how many of them a hint is looked for, says
    :data:`~onrecord.dataset.reading.budget.BUDGET`.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: Counter[str] = Counter()
        """By code."""
        self.warnings: Counter[str] = Counter()
        self._kept: list[Fault] = []
        self._hints = Hints()

    def add(
        self,
        wrong: Wrong,
        line: int | None,
        byte: int | None = None,
        document: str | None = None,
        severity: Severity = "error",
    ) -> None:
        """Take one fault down."""
        if self._is_kept(wrong[0], severity):
            made = fault_of(self.file, line, self._hints.of(wrong))
            self._kept.append(dataclasses.replace(made, severity=severity, document=document, byte=byte))

    def adopt(self, faults: Iterable[Fault]) -> None:
        """Take down faults that somebody has made already."""
        self._kept += [fault for fault in faults if self._is_kept(fault.code, fault.severity)]

    def _is_kept(self, code: str, severity: Severity) -> bool:
        """Count a fault; whether it is among those that are kept."""
        count = self.errors if severity == "error" else self.warnings
        count[code] += 1
        return count[code] <= BUDGET.max_kept

    @property
    def faults(self) -> list[Fault]:
        """The errors kept, in the order of the file, or of the files by name."""
        return self._sorted("error")

    @property
    def remarks(self) -> list[Fault]:
        """The warnings kept, in the order of the file."""
        return self._sorted("warning")

    def _sorted(self, severity: Severity) -> list[Fault]:
        kept = (fault for fault in self._kept if fault.severity == severity)
        return sorted(kept, key=lambda fault: (fault.file, in_order(fault)))

    def refuse(self) -> None:
        """Raise :class:`FaultsError` if there is any error."""
        if self.errors:
            raise FaultsError(self.faults, self.errors)


def fault_of(file: str, line: int | None, wrong: Wrong, within: str = "") -> Fault:
    """What is wrong, as a fault of a file; ``within`` is the pointer that its own is relative to."""
    code, pointer, found, expected, hint = wrong
    place = within + pointer
    return Fault(
        code,
        file,
        line,
        show(place, 500) if place else "",
        show(found),
        show(expected, 2000),
        hint if isinstance(hint, str) else hint(),
    )


def in_order(fault: Fault) -> tuple[int, list[tuple[int, str]]]:
    """Where a fault comes in a list: by line, then by pointer, whose numbers are compared as numbers."""
    steps = fault.pointer.split("/")
    return fault.line or 0, [(int(step), "") if step.isdecimal() else (-1, step) for step in steps]


def refuse(faults: Sequence[Fault]) -> None:
    """Raise :class:`FaultsError` if there is any fault."""
    if faults:
        raise FaultsError(faults)


def show(value: object, most: int = SHOWN) -> str:
    """``value`` on one line, shortened to some characters, with control characters escaped, fit for a terminal."""
    text = plain((value if isinstance(value, str) else _beginning(value, most))[: most + 1])
    if not text:
        return '""'
    return text if len(text) <= most else text[: most - 1] + "…"


def _beginning(value: object, most: int) -> str:
    """What ``repr`` says of a value: all of it, or so many characters of it and some more."""
    if isinstance(value, str):
        return repr(value[: most + 1])
    if not isinstance(value, dict | list):
        return repr(value)
    parts: list[str] = []
    length = 0
    for each in value:
        inner = value[each] if isinstance(value, dict) else each
        key = f"{_beginning(each, most)}: " if isinstance(value, dict) else ""
        parts.append(key + _beginning(inner, most - length))
        length += len(parts[-1]) + 2
        if length > most:
            break
    return ("{%s}" if isinstance(value, dict) else "[%s]") % ", ".join(parts)


def nearest(word: str, vocabulary: Iterable[str]) -> str:
    """A hint that names the closest known word, or an empty string."""
    close = most_like(word, vocabulary)
    return "" if close is None else f"did you mean {close!r}?"

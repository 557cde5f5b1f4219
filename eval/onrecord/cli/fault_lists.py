"""Faults for a person at a terminal: alike ones together, with how many there are and where the first ones stand."""

from __future__ import annotations

import dataclasses
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onrecord.dataset.reading.faults import Fault

OPTION = "--all"

VARIABLE = "ONRECORD_ALL_FAULTS"
"""The environment variable that says what ``--all`` says, for any value but the empty one."""

IN_FULL = 3
"""Faults of a group that are shown in full."""

PLACES = 8
"""Places of further ones that are named."""

GROUPS = 40
"""Groups that are shown."""

_NAMED = ("label", "unknown-field")
"""Kinds of faults that are alike only where the same is found."""


@dataclasses.dataclass(frozen=True)
class Group:
    """Faults that are alike: of one kind, at like places of one file."""

    faults: tuple[Fault, ...]
    more: bool
    """Whether there are others that were counted and not kept."""

    def lines(self) -> Iterator[str]:
        """What is said of them."""
        shown = self.faults if len(self.faults) <= IN_FULL else self._different()
        for place, fault in enumerate(shown):
            first, *rest = str(fault).split("\n")
            many = "" if place or len(self.faults) <= IN_FULL else f" {self.many} alike"
            yield first + many
            yield from (f"    {line.strip()}" for line in rest)
        others = [fault for fault in self.faults if fault not in shown]
        if others:
            left = len(others) - PLACES
            yield f"    {_places(others[:PLACES])}{f', and {left} more' if left > 0 else ''}"

    @property
    def many(self) -> str:
        """How many there are, as far as that is known."""
        return f"{len(self.faults)}{' or more' if self.more else ''}"

    def _different(self) -> list[Fault]:
        """The first faults that say something else than those before them."""
        found: dict[tuple[str, str, str], Fault] = {}
        for fault in self.faults:
            found.setdefault((fault.found, fault.expected, fault.hint), fault)
            if len(found) == IN_FULL:
                break
        return list(found.values())


def groups(faults: Sequence[Fault], counts: Mapping[str, int]) -> list[Group]:
    """Faults by what they have in common, in the order in which each is met first.

    Args:
        faults: As many as were kept.
        counts: How many there are of each kind.
    """
    alike: dict[tuple[str, ...], list[Fault]] = defaultdict(list)
    kept: dict[str, int] = defaultdict(int)
    for fault in faults:
        kept[fault.code] += 1
        found = fault.found if fault.code in _NAMED else ""
        alike[fault.code, fault.severity, fault.file, re.sub(r"/\d+", "/*", fault.pointer), found].append(fault)
    return [Group(tuple(each), counts.get(code, 0) > kept[code]) for (code, *_), each in alike.items()]


def listing(faults: Sequence[Fault], counts: Mapping[str, int], every: bool) -> Iterator[str]:
    """The lines that say what is wrong, without how many faults there are.

    Args:
        faults: As many as were kept.
        counts: How many there are of each kind.
        every: Whether each is shown in full.
    """
    from onrecord.dataset.reading.faults import show

    if every:
        for fault in faults:
            first, *rest = str(fault).split("\n")
            yield show(first, 1000)
            yield from ("    " + show(line.strip(), 3000) for line in rest)
        return
    found = groups(faults, counts)
    for group in found[:GROUPS]:
        for line in group.lines():
            indent = line[: len(line) - len(line.lstrip())]
            yield indent + show(line.strip(), 3000)
    if len(found) > GROUPS:
        yield f"and {sum(len(group.faults) for group in found[GROUPS:])} others, of {len(found) - GROUPS} kinds"


def _places(faults: Sequence[Fault]) -> str:
    """Where some faults stand; of those at one place, which documents they are about, if that is known."""
    places, documents = [_place(fault) for fault in faults], [fault.document for fault in faults if fault.document]
    if len({*places}) < len({*documents}) == len(faults):
        return f"also of: {', '.join(documents)}"
    return f"also at: {', '.join(places)}"


def _place(fault: Fault) -> str:
    line = "" if fault.line is None else f"{fault.line} "
    return f"{line}{fault.pointer}".strip() or fault.file


def without_all(words: Sequence[str]) -> list[str]:
    """The words of a command without ``--all``, which may stand anywhere among them and is remembered."""
    end = list(words).index("--") if "--" in words else len(words)
    kept = [word for word in words[:end] if word != OPTION]
    if len(kept) < end:
        os.environ[VARIABLE] = "1"
    return [*kept, *words[end:]]


def all_asked() -> bool:
    """Whether every fault is to be shown."""
    return bool(os.environ.get(VARIABLE))

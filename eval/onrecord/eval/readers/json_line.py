"""One line of JSON Lines: its record, or every fault of it; and what all formats ask of offsets and documents."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import json
from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Any, TypeVar, get_args

import msgspec

from onrecord.dataset import Fault
from onrecord.dataset.reading.budget import BUDGET
from onrecord.dataset.reading.faults import show
from onrecord.dataset.reading.typed import read_lines, untyped_lines
from onrecord.dataset.reading.untrusted import repeats_keys
from onrecord.eval.readers.labelled import PassedOver
from onrecord.eval.readers.lines import excerpt, fit
from onrecord.eval.spans.documents import Fragment

T = TypeVar("T")

DocId = Annotated[str, msgspec.Meta(min_length=1)]


def read_line(
    file: str, number: int, raw: bytes, kind: type[T], passed: PassedOver | None = None, kept: Collection[str] = ()
) -> tuple[T | None, list[Fault]]:
    """The record of a line, or None and every way in which it is none of its kind.

    Args:
        file: The name that faults give the file.
        number: The line's number.
        raw: The line.
        kind: What it should be.
        passed: Where fields that the kind does not know are counted and then passed over; None where they are faults.
        kept: Those that are faults all the same.
    """
    if passed is not None and (made := _bared(raw, kind, passed, kept)) is not None:
        return made, []
    lines, faults = read_lines(file, raw, kind)
    faults = [dataclasses.replace(fit(fault), line=number) for fault in faults]
    stray = [] if passed is None else [fault for fault in faults if _is_stray(fault, kind, kept)]
    if stray and passed is not None:
        passed.update(f"field '{fault.found}'" for fault in stray)
        passed_over = set(map(id, stray))
        faults = [fault for fault in faults if id(fault) not in passed_over]
        if not faults:
            lines, faults = read_lines(file, _without(raw, [fault.pointer for fault in stray]), kind)
            faults = [dataclasses.replace(fit(fault), line=number) for fault in faults]
    return (lines[0][1] if lines and not faults else None), faults


def _bared(raw: bytes, kind: type[T], passed: PassedOver, kept: Collection[str]) -> T | None:
    """The record of a line that is right but for stray fields, which most are; None for any other line."""
    try:
        msgspec.json.decode(raw, type=kind)
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        value = msgspec.json.decode(raw)
        stray = PassedOver()
        if repeats_keys(raw) or not _strip(value, kind, kept, stray):
            return None
        made = msgspec.convert(value, kind, strict=True)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    passed.update({f"field '{show(name)}'": many for name, many in stray.items()})
    return made


def _strip(value: Any, kind: object, kept: Collection[str], stray: PassedOver) -> bool:
    """Take stray fields out of a value and count them; whether all that are left have a name of a known one.

    Of very many names the first ones are looked at, whether they are a known one misspelt.
    """
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            for name in [name for name in each if name not in _names(kind)]:
                if name in kept or (len(stray) < BUDGET.max_kept and _is_misspelt(name, kind)):
                    return False
                del each[name]
                stray[name] += 1
            waiting += each.values()
    return True


ALIKE = 0.7
"""How alike a field and a known one are at least for the one to be taken for the other, misspelt."""


def _is_stray(fault: Fault, kind: object, kept: Collection[str]) -> bool:
    """Whether a field is of somebody's own, and not a known one misspelt, which would be lost."""
    if fault.code != "unknown-field" or fault.found in kept:
        return False
    return not _is_misspelt(fault.found, kind)


@functools.lru_cache(maxsize=4096)
def _is_misspelt(name: str, kind: object) -> bool:
    known = _names(kind)
    return name.casefold() in known or bool(difflib.get_close_matches(name[:100], known, 1, ALIKE))


@functools.cache
def _names(kind: object) -> frozenset[str]:
    """The names of all fields of a record, and of the records within."""
    waiting, names, seen = [kind], set[str](), set[object]()
    while waiting:
        each = waiting.pop()
        waiting += get_args(each)
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each not in seen:
            seen.add(each)
            fields = msgspec.structs.fields(each)
            names |= {field.encode_name for field in fields}
            waiting += [field.type for field in fields]
    return frozenset(names)


def _without(raw: bytes, pointers: Iterable[str]) -> bytes:
    """A line without some fields."""
    value: Any = json.loads(raw)
    for pointer in pointers:
        *steps, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        inner = value
        try:
            for step in steps:
                inner = inner[int(step) if isinstance(inner, list) else step]
        except KeyError:  # a pointer says no more than the beginning of a very long key
            continue
        inner.pop(last, None)
    return json.dumps(value).encode()


def readable(raw: bytes, field: str, kind: type[T]) -> Iterator[tuple[int, T]]:
    """Those elements of an array of a line that are right by themselves, however wrong the line is."""
    for line in untyped_lines(raw, {1}).values():
        elements = line.get(field)
        for index, element in enumerate(elements if isinstance(elements, list) else ()):
            try:
                yield index, msgspec.convert(element, kind)
            except (msgspec.ValidationError, UnicodeEncodeError, RecursionError):
                continue


def place_faults(
    file: str, number: int | None, pointer: str, start: int, end: int, fragments: tuple[Fragment, ...]
) -> list[Fault]:
    """What is wrong with the offsets of a span and its fragments."""
    if start >= end:
        hint = "ends are exclusive: the first character alone is 0 to 1" if start == end else "are they swapped?"
        return [Fault("offset", file, number, pointer, f"start {start}, end {end}", "start < end", hint)]
    if not fragments:
        return []
    expected = f"fragments in ascending order and apart from each other, from {start} to {end}"
    faults = []
    after = start - 1
    for index, (a, b) in enumerate(fragments):
        if not after < a < b:
            faults.append(Fault("fragments", file, number, f"{pointer}/fragments/{index}", show([a, b]), expected))
        after = max(after, b)
    if not faults and (fragments[0][0], fragments[-1][1]) != (start, end):
        found = f"from {fragments[0][0]} to {fragments[-1][1]}"
        faults.append(Fault("fragments", file, number, f"{pointer}/fragments", found, expected))
    return faults


def repeated(file: str, number: int, doc_id: str, seen: dict[str, int]) -> list[Fault]:
    """A fault where a document was seen before; else its line is noted in ``seen``."""
    first = seen.setdefault(doc_id, number)
    if first == number:
        return []
    found = f"{excerpt(doc_id)}, which line {first} is about"
    return [Fault("repeated-document", file, number, "/doc_id", found, "a line of its own for every document")]


def normal_fragments(fragments: tuple[Fragment, ...]) -> tuple[Fragment, ...]:
    """Fragments of a span; none where there is but one, which is the span itself."""
    return fragments if len(fragments) > 1 else ()

"""One line of JSON Lines: its record, or every fault of it; and what all formats ask of offsets and documents."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Annotated, TypeVar

import msgspec

from onrecord.dataset import Fault
from onrecord.dataset.reading.faults import show
from onrecord.dataset.reading.typed import read_lines, untyped_lines
from onrecord.eval.readers.lines import excerpt, fit
from onrecord.eval.spans.documents import Fragment

T = TypeVar("T")

DocId = Annotated[str, msgspec.Meta(min_length=1)]


def read_line(file: str, number: int, raw: bytes, kind: type[T]) -> tuple[T | None, list[Fault]]:
    """The record of a line, or None and every way in which it is none of its kind."""
    lines, faults = read_lines(file, raw, kind)
    return (lines[0][1] if lines else None), [dataclasses.replace(fit(fault), line=number) for fault in faults]


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

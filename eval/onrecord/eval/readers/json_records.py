"""The records of a JSON file of somebody else's: a record a line, an array of records, or one record.

What a record has beside the fields that are read is passed over and counted.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from onrecord.dataset.reading.faults import Findings, show
from onrecord.dataset.reading.typed import explain
from onrecord.dataset.reading.untrusted import oddities, parse_json
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.readers.lines import encoding_problem, numbered, of_line, whole

T = TypeVar("T", bound=msgspec.Struct)


NAMES = ("doc_id", "id")
"""Fields that name a record, and are not passed over."""


@dataclasses.dataclass(frozen=True)
class JsonValue:
    """A value and where it stands."""

    value: Any
    line: int | None
    """None where the file is one value."""
    pointer: str = ""

    def at(self, step: str | int, value: Any) -> JsonValue:
        """A value within it."""
        return JsonValue(value, self.line, f"{self.pointer}/{step}")

    def elements(self) -> Iterator[JsonValue]:
        """The elements of an array; the value itself where it is none."""
        if not isinstance(self.value, list):
            yield self
            return
        for index, each in enumerate(self.value):
            yield self.at(index, each)


def json_values(path: Path | str, raw: bytes | None, findings: Findings) -> list[JsonValue]:
    """The values of a file: one a line, where the first line is one or any other is but not the whole; else one.

    What is no JSON, or odd JSON, is noted in ``findings``.
    """
    lines = [(number, line) for number, line in numbered(whole(path, raw)) if line.strip()]
    joined = b"\n".join(line for _, line in lines)
    if (
        len(lines) > 1
        and not _is_record(lines[0][1])
        and not (any(_is_record(line) for _, line in lines[1:]) and not _is_record(joined))
    ):
        return [each for each in (_value(joined, None, findings),) if each is not None]
    single = len(lines) == 1 and lines[0][1].lstrip()[:1] == b"["
    found = (_value(line, None if single else number, findings) for number, line in lines)
    return [each for each in found if each is not None]


def _is_record(line: bytes) -> bool:
    """Whether some bytes are an object or an array."""
    if line.lstrip()[:1] not in (b"[", b"{"):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _value(raw: bytes, line: int | None, findings: Findings) -> JsonValue | None:
    if problem := encoding_problem(raw):
        findings.add(of_line("encoding", *problem), line)
        return None
    try:
        value = parse_json(raw)
    except json.JSONDecodeError as error:
        findings.add(of_line("json", f"{error.msg} at column {error.colno}", "JSON"), line)
        return None
    except RecursionError:
        findings.add(of_line("depth", "nested too deeply to be read", "JSON"), line)
        return None
    wrong = list(oddities(value))
    for each in wrong:
        findings.add(each, line)
    return None if wrong else JsonValue(value, line)


def documents_of(
    path: Path | str,
    raw: bytes | None,
    read: Callable[[JsonValue, Findings, PassedOver], LabelledDocument | None],
    several: Callable[[JsonValue], Iterable[JsonValue]] = lambda value: value.elements(),
) -> Reading:
    """The documents of a file of JSON that has one in each of its elements.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        read: The document of an element; None where there is none, or where it is at fault.
        several: The elements of a value.

    Raises:
        FaultsError: With every fault of the file.
    """
    findings, passed = Findings(str(path)), PassedOver()
    found = [read(each, findings, passed) for value in json_values(path, raw, findings) for each in several(value)]
    findings.refuse()
    return Reading(tuple(each for each in found if each is not None), passed)


def record(value: JsonValue, kind: type[T], findings: Findings, passed: PassedOver) -> T | None:
    """A value as a record, its other fields counted; None where it is none, which is noted."""
    wrong = list(explain(value.value, kind))
    for code, pointer, found, expected, hint in wrong:
        findings.add((code, value.pointer + pointer, found, expected, hint), value.line)
    if wrong:
        return None
    try:
        made = msgspec.convert(value.value, kind, strict=True)
    except msgspec.ValidationError as error:  # a rule that explain does not know
        findings.add(("type", value.pointer, "a value that does not fit", str(error), ""), value.line)
        return None
    fields = {field.encode_name for field in msgspec.structs.fields(kind)}
    for key in value.value:
        if key not in fields and key not in NAMES:
            passed[f"field '{show(key)}'"] += 1
    return made


def records(
    value: JsonValue, field: str, kind: type[T], findings: Findings, passed: PassedOver
) -> list[tuple[JsonValue, T]]:
    """The elements of an array of an object that are records; what is none is noted."""
    there = value.value.get(field)
    found = []
    for each in value.at(field, there).elements() if isinstance(there, list) else ():
        made = record(each, kind, findings, passed)
        if made is not None:
            found.append((each, made))
    return found


def name_of(value: JsonValue, *keys: str) -> str:
    """What an object calls itself: the first of its fields, or of its ``meta``, that is a string or a number."""
    meta = value.value.get("meta")
    for place in (value.value, meta if isinstance(meta, dict) else {}):
        for key in keys:
            name = place.get(key)
            if isinstance(name, str) and name:
                return name
            if isinstance(name, int) and not isinstance(name, bool):
                return str(name)
    return ""


def place_wrong(start: int, end: int, text: str | None, surface: str | None = None) -> tuple[str, str, str, str] | None:
    """Code, found, expected and hint where offsets are none of the text, or it has another surface there; else None."""
    if start >= end:
        return "offset", f"start {start}, end {end}", "start < end", "ends are exclusive"
    if text is None:
        return None
    if end > len(text):
        return "offset", f"end {end}", f"at most {len(text)}, the length of the text", "offsets count code points"
    if surface is not None and text[start:end] != surface:
        hint = "offsets count code points from 0, of the text as it stands in the record"
        return "surface", show(surface), f"{show(text[start:end])}, which the text has there", hint
    return None

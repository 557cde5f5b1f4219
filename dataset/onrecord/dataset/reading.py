"""Typed reading of untrusted JSON: fast when it is right, complete when it is wrong.

A value is decoded by msgspec straight into its record type. Only if that fails is it walked again, slowly, to
collect every fault with its RFC 6901 pointer; msgspec alone stops at the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from onrecord.dataset.faults import Fault, nearest, show

T = TypeVar("T")

BOM = b"\xef\xbb\xbf"


def read_lines(path: Path | str, raw: bytes, kind: type[T]) -> tuple[list[tuple[int, T]], list[Fault]]:
    r"""Decode JSON Lines.

    Args:
        path: The name that faults give the file.
        raw: Its bytes. Lines end in ``\n`` or ``\r\n``; blank lines are passed over; a leading BOM is too.
        kind: The record type of a line.

    Returns:
        ``(line number, record)`` of every line that is right, and the faults of all others.
    """
    records: list[tuple[int, T]] = []
    faults: list[Fault] = []
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
    for number, line in _lines(raw):
        record, wrong = _decode(str(path), number, line, kind, decoder)
        faults += wrong
        if record is not None:
            records.append((number, record))
    return records, faults


def read_value(path: Path | str, raw: bytes, kind: type[T]) -> tuple[T | None, list[Fault]]:
    """Decode one JSON value that takes up a whole file; see :func:`read_lines`."""
    return _decode(str(path), None, raw.removeprefix(BOM), kind, msgspec.json.Decoder(kind))


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    # bytes are split on \n alone: str.splitlines would also split on U+2028 inside a JSON string
    for number, line in enumerate(raw.removeprefix(BOM).split(b"\n"), start=1):
        line = line.removesuffix(b"\r")
        if line.strip():
            yield number, line


def _decode(
    file: str, line: int | None, raw: bytes, kind: type[T], decoder: msgspec.json.Decoder[Any]
) -> tuple[T | None, list[Fault]]:
    def fault(code: str, pointer: str, found: object, expected: str, hint: str = "") -> Fault:
        return Fault(code, file, line, pointer, show(found), expected, hint)

    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{raw[error.start]:02x} at byte {error.start} of this {'line' if line else 'file'}"
        return None, [fault("encoding", "", found, "UTF-8", "save the file as UTF-8, without conversion")]
    repeated: list[Fault] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                repeated.append(fault("repeated-key", "", f"the key {show(key)!r} twice in one object", "once"))
            seen[key] = value
        return seen

    try:
        record = decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        pass
    else:
        json.loads(raw, object_pairs_hook=unique)  # msgspec keeps the last of two equal keys in silence
        return (None, repeated) if repeated else (record, [])
    try:
        value = json.loads(raw, object_pairs_hook=unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        found = f"{error.msg} at column {error.colno}: {raw[max(0, error.pos - 20) : error.pos + 20]!r}"
        if line is not None:
            hint = "one JSON object a line; a pretty-printed object or an array of objects is not JSON Lines"
        else:
            hint = f"see line {error.lineno} of the file"
        return None, [fault("json", "", found, "JSON", hint)]
    except (ValueError, RecursionError) as error:
        return None, [fault("json", "", str(error) or "nested too deeply", "JSON with finite numbers")]
    found_faults = [fault(*each) for each in explain(value, kind)]
    return None, repeated + (found_faults or [fault("json", "", "a value msgspec rejects", "JSON")])


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


Explained = tuple[str, str, object, str, str]
"""code, pointer, found, expected, hint."""


def explain(value: object, kind: object, pointer: str = "") -> Iterator[Explained]:
    """Every way in which ``value`` is not a ``kind``, each with its pointer."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _explain_struct(value, kind, pointer)
        return
    arguments = get_args(kind)
    if get_origin(kind) is tuple and len(arguments) == 2 and arguments[1] is ...:
        if not isinstance(value, list):
            yield ("type", pointer, value, "an array", "")
            return
        for index, element in enumerate(value):
            yield from explain(element, arguments[0], f"{pointer}/{index}")
        return
    struct = next((a for a in arguments if isinstance(a, type) and issubclass(a, msgspec.Struct)), None)
    lists = next((a for a in arguments if get_origin(a) is tuple), None)
    if value is not None and (struct or lists) and type(None) in arguments:
        yield from explain(value, struct or lists, pointer)
        return
    try:
        if isinstance(value, str):
            value.encode("utf-8")
        msgspec.convert(value, kind, strict=True)
    except UnicodeEncodeError:
        yield ("unicode", pointer, value, "text", "half of a surrogate pair stands alone: escape both, or neither")
    except msgspec.ValidationError as error:
        vocabulary = _vocabulary(kind)
        if vocabulary and isinstance(value, str):
            expected = "one of " + ", ".join(vocabulary)
            yield ("label", pointer, value, expected, nearest(value, vocabulary))
        else:
            yield ("type", pointer, value, str(error).split(" - at ")[0], "")


def _explain_struct(value: object, kind: type[msgspec.Struct], pointer: str) -> Iterator[Explained]:
    if not isinstance(value, dict):
        yield ("type", pointer, value, f"an object ({kind.__name__})", "")
        return
    types = _field_types(kind)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key in value:
        if key not in fields:
            yield (
                "unknown-field",
                f"{pointer}/{escape(key)}",
                key,
                f"a field of {kind.__name__}",
                nearest(key, fields),
            )
    for name, field in fields.items():
        if name in value:
            yield from explain(value[name], types[name], f"{pointer}/{name}")
        elif field.required:
            yield (
                "missing-field",
                f"{pointer}/{name}",
                "nothing",
                f"the field {name!r} of {kind.__name__}",
                "",
            )


def _field_types(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


def _vocabulary(kind: object) -> tuple[str, ...]:
    options = [kind, *get_args(kind)]
    return tuple(str(word) for option in options if get_origin(option) is Literal for word in get_args(option))


def escape(token: str) -> str:
    """A key as a token of a JSON pointer (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def untyped_lines(raw: bytes, numbers: set[int]) -> dict[int, dict[str, Any]]:
    """The JSON objects on some lines, whatever their fields; a line that is no JSON object is left out."""
    found: dict[int, dict[str, Any]] = {}
    for number, line in _lines(raw):
        if number in numbers:
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                found[number] = value
    return found

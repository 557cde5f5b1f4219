"""Typed reading of untrusted JSON and JSON Lines, with every fault explained.

A line is decoded fast by ``msgspec``; only a line that fails is parsed a second time and compared with the type, to
collect every fault with its RFC 6901 pointer; msgspec alone stops at the first.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin

import msgspec

from onrecord.dataset.reading.budget import BUDGET
from onrecord.dataset.reading.faults import Fault, Findings, Wrong, nearest, refuse
from onrecord.dataset.reading.untrusted import (
    BadNumber,
    escape,
    has_more_values,
    oddities,
    parse_json,
    repeats_keys,
)
from onrecord.dataset.records import Id, Offset

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
    findings = Findings(str(path))
    decoder = Decoder(kind)
    for number, line in _lines(raw):
        decoded = decoder.decode(line)
        for wrong in decoded.wrong:
            findings.add(wrong, number)
        if decoded.record is not None:
            records.append((number, decoded.record))
    return records, findings.faults


def read_value(path: Path | str, raw: bytes, kind: type[T]) -> tuple[T | None, list[Fault]]:
    """Decode one JSON value that takes up a whole file; see :func:`read_lines`."""
    findings = Findings(str(path))
    decoded = Decoder(kind, lines=False).decode(raw.removeprefix(BOM))
    for wrong in decoded.wrong:
        findings.add(wrong, None)
    return decoded.record, findings.faults


def read_elements(path: Path | str, raw: bytes, kind: type[T]) -> Iterator[T]:
    """Decode the elements of one JSON array that takes up a whole file, one after the other.

    Only one element at a time is in memory as more than bytes. See :func:`read_value` for all of them at once.

    Raises:
        FaultsError: The file is not right, with every fault of it, at the first element with any: those before it are
            of no use either.
    """
    whole = raw.removeprefix(BOM)
    decoder = Decoder(kind, lines=False)
    done = 0
    try:
        for element in msgspec.json.decode(whole, type=tuple[msgspec.Raw, ...]):
            decoded = decoder.decode(bytes(element))
            if decoded.wrong or decoded.record is None:
                break
            yield decoded.record
            done += 1
        else:
            return
    except (msgspec.DecodeError, RecursionError):
        pass
    # pointers and positions are of the file, so its faults are looked for in the whole of it
    values, faults = read_value(path, raw, tuple[kind, ...])  # type: ignore[valid-type]
    refuse(faults)
    yield from (values or ())[done:]


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    # bytes are split on \n alone: str.splitlines would also split on U+2028 inside a JSON string
    for number, line in enumerate(raw.removeprefix(BOM).split(b"\n"), start=1):
        line = line.removesuffix(b"\r")
        if line.strip():
            yield number, line


@dataclasses.dataclass(frozen=True)
class Decoded(Generic[T]):
    """What some JSON turned out to be."""

    record: T | None
    """None where anything is wrong."""
    wrong: list[Wrong]
    value: Any = None
    """The value as it was parsed, where something is wrong with its shape alone."""
    at: int | None = None
    """Offset of the first byte that is wrong, where that is known."""


class Decoder(Generic[T]):
    """Reads JSON as one type.

    Args:
        kind: The type.
        extensions: Whether every object may have fields of anyone's own, see
            :data:`onrecord.dataset.reading.untrusted.EXTENSION`; they are ignored.
        lines: Whether what is read is a line of a file, or a whole one.
    """

    def __init__(self, kind: type[T], extensions: bool = False, lines: bool = True) -> None:
        self._kind = kind
        self._extensions = extensions
        self._lines = lines
        self._typed: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind)

    def decode(self, raw: bytes) -> Decoded[T]:
        """The record, or everything that keeps it from being one."""
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            found = f"byte 0x{raw[error.start]:02x} at byte {error.start} of this {'line' if self._lines else 'file'}"
            hint = "save the file as UTF-8, without conversion"
            return Decoded(None, [("encoding", "", found, "UTF-8", hint)], at=error.start)
        try:
            record = self._typed.decode(raw)
        except (msgspec.DecodeError, RecursionError) as error:
            return self._explain(raw, str(error))
        if has_more_values(raw, BUDGET.max_file_values):
            return Decoded(None, [("too-many", "", "too many values", _fewer(BUDGET.max_file_values), "")])
        return self._explain(raw, "") if repeats_keys(raw, record) else Decoded(record, [])

    def _explain(self, raw: bytes, first: str) -> Decoded[T]:
        """All that is wrong, or of very much JSON what the decoder came upon first."""
        if has_more_values(raw, BUDGET.max_values):
            return Decoded(None, [_first(first)])
        try:
            value = parse_json(raw)
        except json.JSONDecodeError as error:
            return self._no_json(raw, error)
        except RecursionError:
            expected = f"at most {BUDGET.max_depth} levels"
            return Decoded(None, [("depth", "", "nested too deeply to be read", expected, "")])
        wrong = list(itertools.islice(oddities(value, self._extensions), BUDGET.max_wrong + 1))
        if len(wrong) > BUDGET.max_wrong:
            return Decoded(None, wrong)
        if any(code == "depth" for code, *_ in wrong):
            return Decoded(None, wrong)
        wrong += itertools.islice(explain(value, self._kind), BUDGET.max_wrong + 1)
        if wrong:
            return Decoded(None, wrong, value)
        try:  # all that was wrong were extensions, which are gone
            return Decoded(msgspec.convert(value, self._kind, strict=True), [])
        except msgspec.ValidationError as error:  # a rule that explain does not know
            return Decoded(None, [("type", "", "a value that does not fit", str(error), "")], value)

    def _no_json(self, raw: bytes, error: json.JSONDecodeError) -> Decoded[T]:
        at = len(error.doc[: error.pos].encode("utf-8"))
        found = f"{error.msg} at column {error.colno}: {raw[max(0, at - 20) : at + 20]!r}"
        if not self._lines:
            hint = f"see line {error.lineno} of the file"
        elif raw.startswith(BOM) or BOM in raw:
            hint = "a byte order mark in the middle of the file: were files put together? Remove it"
        elif b"\r" in raw:
            hint = "a carriage return without a line feed: end lines in \\n or \\r\\n"
        else:
            hint = "one JSON object a line; a pretty-printed object or an array of objects is not JSON Lines"
        return Decoded(None, [("json", "", found, "JSON", hint)], at=at)


def _fewer(values: int) -> str:
    return f"at most {values} commas and brackets"


_ONCE = f"every key once, at most {BUDGET.max_depth} levels"


def _first(said: str) -> Wrong:
    """The fault that the decoder came upon, with the pointer that it gave the place, as far as that is one."""
    if not said:
        return "repeated-key", "", "a key twice in one object, or more levels", _ONCE, ""
    found, _, path = said.partition(" - at `$")
    steps = re.findall(r"\.([A-Za-z_]\w*)|\[(\d+)\]", path)
    pointer = "".join(f"/{name or index}" for name, index in steps)
    hint = f"the first fault alone is said of more than {BUDGET.max_values} values"
    return "type", pointer, "a value that does not fit", found, hint


def explain(value: object, kind: object, pointer: str = "") -> Iterator[Wrong]:
    """Every way in which ``value`` is not a ``kind``, each with its pointer."""
    if isinstance(value, BadNumber):
        return
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _explain_struct(value, kind, pointer)
        return
    arguments = get_args(kind)
    if get_origin(kind) is Annotated and get_origin(arguments[0]) is tuple and isinstance(value, list):
        within = explain(value, arguments[0], pointer)  # first: a number of them says little
        first = next(within, None)
        if first is None:
            yield from _explain_plain(value, kind, pointer)
        else:
            yield first
            yield from within
        return
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
    yield from _explain_plain(value, kind, pointer)


def _explain_plain(value: object, kind: object, pointer: str) -> Iterator[Wrong]:
    try:
        if isinstance(value, str):
            value.encode("utf-8")
        msgspec.convert(value, kind, strict=True)
    except UnicodeEncodeError:
        yield ("unicode", pointer, value, "text", "half of a surrogate pair stands alone: escape both, or neither")
    except msgspec.ValidationError as error:
        vocabulary = _vocabulary(kind)
        if vocabulary and isinstance(value, str):
            yield ("label", pointer, value, "one of " + ", ".join(vocabulary), partial(nearest, value, vocabulary))
        elif isinstance(value, str) and _is_id(kind):
            yield ("id", pointer, value, "1 to 128 letters, digits and . _ : -", _ID_HINT)
        elif isinstance(value, int) and not isinstance(value, bool) and Offset in (kind, *get_args(kind)):
            yield ("offset", pointer, value, "a number from 0 to 2147483647", "offsets count code points from 0")
        else:
            yield ("type", pointer, value, _said(kind) or str(error).split(" - at ")[0], "")


def _is_id(kind: object) -> bool:
    """Whether a value is an id, whatever it refers to."""
    (pattern,) = Id.__metadata__  # type: ignore[attr-defined]
    return any(pattern in getattr(each, "__metadata__", ()) for each in (kind, *get_args(kind)))


def _said(kind: object) -> str:
    """What the type says of itself; empty where it says nothing."""
    metas = [meta for each in (kind, *get_args(kind)) for meta in getattr(each, "__metadata__", ())]
    return next((meta.description for meta in metas if isinstance(meta, msgspec.Meta) and meta.description), "")


_ID_HINT = "an id begins with a letter, a digit, _ or -; what it stands for goes into a name, a title or a text"


def _explain_struct(value: object, kind: type[msgspec.Struct], pointer: str) -> Iterator[Wrong]:
    if not isinstance(value, dict):
        yield ("type", pointer, value, f"an object: {a_record(kind)}", "")
        return
    fields = _fields(kind)
    for key in value:
        if key in fields:
            continue
        if not _is_text(key):
            yield ("unicode", pointer, key, "text as a key", "half of a surrogate pair stands alone")
        elif kind.__struct_config__.forbid_unknown_fields:
            found = f"{pointer}/{escape(key)}"
            expected = f"a field of {a_record(kind)}: {', '.join(fields)}"
            yield ("unknown-field", found, key, expected, partial(nearest, key, fields))
    for name, field in fields.items():
        if name in value:
            yield from explain(value[name], field.type, f"{pointer}/{name}")
        elif field.required:
            yield (
                "missing-field",
                f"{pointer}/{name}",
                "nothing",
                f"{name}, which {a_record(kind)} must have",
                partial(_meaning, kind, name),
            )


@functools.cache  # msgspec looks types up anew each time, which is most of the time that explaining takes
def _fields(kind: type[msgspec.Struct]) -> Mapping[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def a_record(kind: type) -> str:
    """What a type of records is called in a sentence.

    >>> from onrecord.dataset.records import EventMention
    >>> a_record(EventMention)
    'an event mention'
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind.__name__.lstrip("_")).lower()
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"


def _meaning(kind: type, name: str) -> str:
    """What a field means, as its docstring says; empty where it has none."""
    from onrecord.dataset.reading.json_schema import field_docs

    return field_docs(kind).get(name, "")


def _is_text(key: str) -> bool:
    try:
        key.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _vocabulary(kind: object) -> tuple[str, ...]:
    options = [kind, *get_args(kind)]
    return tuple(str(word) for option in options if get_origin(option) is Literal for word in get_args(option))


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

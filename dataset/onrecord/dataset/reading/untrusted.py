"""JSON from a stranger, read so that nothing is lost in silence: what Python's parser would pass over is found.

Python's parser keeps the last of two equal keys, takes ``NaN``, makes infinity of ``1e999``, and gives up on deep
nesting with a ``RecursionError``. Here each of these is found with its RFC 6901 pointer.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from onrecord.dataset.reading.budget import BUDGET, MIB
from onrecord.dataset.reading.faults import Wrong, show
from onrecord.dataset.reading.shapes import written_keys

EXTENSION = "x_"
"""Fields whose name begins so are anyone's own."""


class BadNumber:
    """Stands for a number that JSON does not have, or that no one can mean; it is reported already."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text if len(self.text) <= 40 else f"{self.text[:20]}… ({len(self.text)} digits)"


class _Repeating(dict[str, Any]):
    """An object in which keys came twice."""

    repeated: tuple[str, ...] = ()


def parse_json(raw: bytes) -> Any:
    """The value of some JSON, with the marks that :func:`oddities` looks for.

    Args:
        raw: UTF-8; the parser by itself would also guess at UTF-16.

    Raises:
        ValueError: It is no JSON.
        RecursionError: It is nested too deeply even to be looked at.
    """
    return json.loads(
        raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=BadNumber, parse_float=_float, parse_int=_int
    )


def has_more_values(raw: bytes, most: int) -> bool:
    """Whether some JSON has more commas and brackets than so many, which bound the memory that parsing it takes.

    Those of its texts are counted too.
    """
    return len(raw) > most and sum(raw.count(mark) for mark in (b",", b"[", b"{")) > most


def may_repeat_keys(raw: bytes, colons: int, keys: int, texts: Iterable[str]) -> bool:
    """Whether a key might come twice in some object of JSON that was decoded: told by counting, without parsing again.

    Every key has one colon. Where there are no more colons than those of the keys and those of the texts, no key is
    there twice; elsewhere :func:`repeats_keys` knows.

    Args:
        raw: The JSON, or several of it in a row.
        colons: How many colons there are in it; what counts them fastest depends on how much it is.
        keys: How many keys were decoded, each of which is there; none of them has a colon in it.
        texts: Strings that were decoded, whose colons are no key's; they are looked at only where colons are left.
    """
    left = colons - keys
    if left and b"\\u003" not in raw:  # as which a colon of a text may be written
        for text in texts:
            left -= text.count(":")
            if not left:
                break
    return left != 0


def repeats_keys(raw: bytes, record: object = None) -> bool:
    """Whether a key comes twice in some object of valid JSON; see :func:`may_repeat_keys` for a faster first look.

    Args:
        raw: The JSON.
        record: What it was decoded as; where it says just what that is written as, nothing is parsed again, and
            elsewhere its keys alone are.
    """
    if isinstance(record, msgspec.Struct) and (_says_just_this(raw, record) or _has_its_keys_once(raw, type(record))):
        return False
    waiting: list[tuple[bytes, int]] = [(raw, 1)]
    while waiting:
        each, depth = waiting.pop()
        if depth > BUDGET.max_depth:
            return True  # as good as: it will be taken apart, and found to be nested too deeply
        parts = _parts(each) if len(each) > _PIECE and b"\\u003" not in each else None
        if parts is None:
            if _repeats_keys_here(each):
                return True
            continue
        colons, pieces = parts
        if colons:
            return True
        waiting += [(piece, depth + 1) for piece in pieces]
    return False


_PIECE = 4 * MIB
"""Bytes of JSON that are taken apart at once; of more, what is in it is looked at one after the other."""


def _parts(raw: bytes) -> tuple[int, list[bytes]] | None:
    """How many colons of some JSON are those of keys that were dropped, and arrays of all the values in it.

    None where it is neither an object nor an array.
    """
    try:
        if raw.lstrip()[:1] == b"{":
            rows = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
            values = list(rows.values())
            colons = raw.count(b":") - len(rows) - sum(key.count(":") for key in rows)
            colons -= sum(bytes(each).count(b":") for each in values)
        else:
            values, colons = msgspec.json.decode(raw, type=list[msgspec.Raw]), 0
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    pieces: list[bytes] = []
    group: list[bytes] = []
    size = 0
    for value in map(bytes, values):
        if b":" not in value:
            continue
        if len(value) > _PIECE:
            pieces.append(value)
            continue
        group.append(value)
        size += len(value)
        if size > _PIECE // 4:
            pieces.append(b"[" + b",".join(group) + b"]")
            group, size = [], 0
    if group:
        pieces.append(b"[" + b",".join(group) + b"]")
    return colons, pieces


def _repeats_keys_here(raw: bytes) -> bool:
    if b"\\u003" not in raw:  # as which a colon of a text may be written; else a dropped key takes its colon along
        try:
            return msgspec.json.encode(msgspec.json.decode(raw)).count(b":") != raw.count(b":")
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
    return _repeats_keys(raw)


def _says_just_this(raw: bytes, record: msgspec.Struct) -> bool:
    """Whether the JSON is just what the record is written as, in one of two ways."""
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            first = msgspec.json.encode(value[0])
            if raw.find(first, 0, len(first) + _HEAD) < 0:  # told by one record within before all are written
                return False
            break
    ways: tuple[Callable[[msgspec.Struct], bytes], ...] = (_briefly, msgspec.json.encode)
    if raw.endswith(_ending(type(record))):  # as the fields that are left out of the brief one end
        ways = ways[::-1]
    return any(raw == way(record) for way in ways)


_HEAD = 1024
"""Bytes before the first record within: where there are more, its keys are told in the other way."""


def _has_its_keys_once(raw: bytes, kind: type[msgspec.Struct]) -> bool:
    """Whether each key comes once in the JSON of a record, told without making the value of it."""
    decoder = None if len(raw) > _PIECE else written_keys(kind)
    if decoder is None:
        return False
    try:
        written = msgspec.json.encode(decoder.decode(raw))
    except (msgspec.MsgspecError, RecursionError):
        return False
    return written == raw or (b"\\u003" not in raw and written.count(b":") == raw.count(b":"))


def _briefly(record: msgspec.Struct) -> bytes:
    """A record as compact JSON without those of its own fields that have their default."""
    defaults = _defaults(type(record))
    values = ((name, getattr(record, name)) for name in record.__struct_fields__)
    return msgspec.json.encode({name: value for name, value in values if value != defaults[name]})


@functools.cache
def _ending(kind: type[msgspec.Struct]) -> bytes:
    """How a record ends whose last field has its default and is written."""
    last = msgspec.structs.fields(kind)[-1]
    return b"" if last.required else msgspec.json.encode({last.encode_name: last.default})[1:]


@functools.cache
def _defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.default for field in msgspec.structs.fields(kind)}


def _repeats_keys(raw: bytes) -> bool:
    found = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len(dict(pairs)) < len(pairs)

    try:
        json.loads(raw, object_pairs_hook=look, parse_int=str, parse_float=str)  # there is no end to their digits
    except RecursionError:
        return True  # as good as, see above
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    odd = _Repeating(made)
    odd.repeated = tuple(dict.fromkeys(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return odd


def _float(text: str) -> float | BadNumber:
    value = float(text)
    return value if math.isfinite(value) else BadNumber(text)


def _int(text: str) -> int | BadNumber:
    return int(text) if len(text) <= 20 else BadNumber(text)  # far beyond any offset, and slow to read


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands, by what it stands in: its pointer is made where it is said, and not for every value."""

    within: _Place | None
    token: str | int

    @property
    def pointer(self) -> str:
        """As a JSON pointer."""
        tokens: list[str] = []
        place: _Place | None = self
        while place is not None:
            tokens.append(escape(place.token) if isinstance(place.token, str) else str(place.token))
            place = place.within
        return "".join(f"/{token}" for token in reversed(tokens))


def oddities(value: Any, extensions: bool = False) -> Iterator[Wrong]:
    """What is odd anywhere in a parsed value: keys twice, numbers that are none, nesting that is too deep.

    Args:
        value: From :func:`parse_json`.
        extensions: Whether objects may have fields of anyone's own; they are looked through, and then taken out.
    """
    waiting: list[tuple[Any, _Place | None, int]] = [(value, None, 1)]
    while waiting:
        each, place, depth = waiting.pop()
        if isinstance(each, BadNumber):
            hint = "JSON has no NaN and no infinity; write null, or leave the field out"
            yield "number", _pointer(place), each, "a finite number", hint
            continue
        if not isinstance(each, dict | list):
            continue
        if depth > BUDGET.max_depth:
            yield "depth", _pointer(place), f"nested {depth} deep", f"at most {BUDGET.max_depth} levels", ""
            continue
        for key in each.repeated if isinstance(each, _Repeating) else ():
            found = f"the key {show(key)!r} twice in one object"
            yield "repeated-key", _Place(place, key).pointer, found, "once", ""
        inside = each.items() if isinstance(each, dict) else enumerate(each)
        waiting += [
            (inner, _Place(place, token), depth + 1)
            for token, inner in inside
            if isinstance(inner, dict | list | BadNumber)
        ]
        if extensions and isinstance(each, dict):
            for key in [key for key in each if key.startswith(EXTENSION)]:
                del each[key]


def _pointer(place: _Place | None) -> str:
    return "" if place is None else place.pointer


def escape(token: str) -> str:
    """A key as a token of a JSON pointer (RFC 6901, section 3); the beginning alone of one that is very long."""
    if len(token) > BUDGET.max_token:
        token = f"{token[: BUDGET.max_token]}…"
    return token.replace("~", "~0").replace("/", "~1")

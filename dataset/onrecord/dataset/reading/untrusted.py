"""JSON from a stranger, read so that nothing is lost in silence: what Python's parser would pass over is found.

Python's parser keeps the last of two equal keys, takes ``NaN``, makes infinity of ``1e999``, and gives up on deep
nesting with a ``RecursionError``. Here each of these is found with its RFC 6901 pointer.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from onrecord.dataset.reading.faults import Wrong, show

MOST_DEPTH = 16
"""How deep arrays and objects may be nested; a prediction needs six."""

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
        record: What it was decoded as; where it says just what that is written as, nothing is parsed again.
    """
    if isinstance(record, msgspec.Struct) and _says_just_this(raw, record):
        return False
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
            if msgspec.json.encode(value[0]) not in raw:  # told by one record within before all are written
                return False
            break
    return raw == _briefly(record) or raw == msgspec.json.encode(record)


def _briefly(record: msgspec.Struct) -> bytes:
    """A record as compact JSON without those of its own fields that have their default."""
    defaults = _defaults(type(record))
    values = ((name, getattr(record, name)) for name in record.__struct_fields__)
    return msgspec.json.encode({name: value for name, value in values if value != defaults[name]})


@functools.cache
def _defaults(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.default for field in msgspec.structs.fields(kind)}


def _repeats_keys(raw: bytes) -> bool:
    found = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        made = dict(pairs)
        found = found or len(made) < len(pairs)
        return made

    json.loads(raw, object_pairs_hook=look)
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


def oddities(value: Any, extensions: bool = False) -> Iterator[Wrong]:
    """What is odd anywhere in a parsed value: keys twice, numbers that are none, nesting beyond :data:`MOST_DEPTH`.

    Args:
        value: From :func:`parse_json`.
        extensions: Whether objects may have fields of anyone's own; they are looked through, and then taken out.
    """
    waiting: list[tuple[Any, str, int]] = [(value, "", 1)]
    while waiting:
        each, pointer, depth = waiting.pop()
        if isinstance(each, BadNumber):
            yield (
                "number",
                pointer,
                each,
                "a finite number",
                "JSON has no NaN and no infinity; write null, or leave the field out",
            )
            continue
        if not isinstance(each, dict | list):
            continue
        if depth > MOST_DEPTH:
            yield "depth", pointer, f"nested {depth} deep", f"at most {MOST_DEPTH} levels", ""
            continue
        if isinstance(each, list):
            waiting += [(inner, f"{pointer}/{index}", depth + 1) for index, inner in enumerate(each)]
            continue
        for key in each.repeated if isinstance(each, _Repeating) else ():
            yield "repeated-key", f"{pointer}/{escape(key)}", f"the key {show(key)!r} twice in one object", "once", ""
        waiting += [(inner, f"{pointer}/{escape(key)}", depth + 1) for key, inner in each.items()]
        for key in [key for key in each if extensions and key.startswith(EXTENSION)]:
            del each[key]


def escape(token: str) -> str:
    """A key as a token of a JSON pointer (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")

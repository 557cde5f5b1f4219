"""JSON out of whatever a model wrote: fences, prose around it, Python's spelling, an end that is missing.

What is whole is taken as it is. Of what is broken the items are taken one by one; one that cannot be read is kept as
the text that it is, and counted.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Literal

State = Literal["whole", "around", "broken", "none"]
"""``whole``: nothing but JSON. ``around``: with fences, prose or thoughts around it, or in Python's spelling.
``broken``: cut off or misspelt, and read item by item. ``none``: no object with any layer."""

STATES: tuple[State, ...] = ("whole", "around", "broken", "none")

MOST_DEPTH = 12
"""How deep a value may be nested; what is deeper is nothing."""

_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL)
_FENCE = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_BRACKET = re.compile(r"[{\[]")
_GAP = re.compile(r"[\s,]*")
_KEY = re.compile(r"\{\s*([\"']\w+)")
_NEXT = re.compile(r"\}\s*,\s*(?=\{\s*([\"']\w+))")
_MOST_TRIES = 200
_LONGEST_OF_PYTHON = 1_000_000
_DECODER = json.JSONDecoder(strict=False)


@dataclasses.dataclass(frozen=True)
class Parsed:
    """What a model's answer says."""

    fields: dict[str, list[Any]]
    """By the name of a field of the reply, its items: anything at all, and :class:`Unread` for what is no JSON."""
    state: State


@dataclasses.dataclass(frozen=True)
class Unread:
    """An item that could not be read."""

    text: str


def parse(content: str, names: Sequence[str]) -> Parsed:
    """The items of an answer.

    Args:
        content: What the model wrote.
        names: The fields that a reply may have. Where there is one, an array stands for it.
    """
    try:
        return Parsed(_fields(json.loads(content, strict=False), names), "whole")
    except (ValueError, RecursionError):
        pass
    bare = _THOUGHTS.sub("", content)
    for text in (*_FENCE.findall(bare), bare):
        best = _best(text, names)
        if best:
            return Parsed(best, "around")
    broken = {name: items for name in names if (items := list(_piecewise(bare, name, names))) or _is_named(bare, name)}
    return Parsed(broken, "broken" if broken else "none")


def _fields(value: Any, names: Sequence[str]) -> dict[str, list[Any]]:
    """The items of a reply that is JSON.

    Raises:
        ValueError: It has none of the fields.
    """
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and set(names) & value[0].keys():
        value = value[0]
    if isinstance(value, list) and len(names) == 1:
        value = {names[0]: value}
    if isinstance(value, dict) and not set(names) & value.keys():  # {"result": {...}}
        value = next((each for each in value.values() if isinstance(each, dict) and set(names) & each.keys()), value)
    if not isinstance(value, dict) or not set(names) & value.keys():
        raise ValueError("no reply")
    found = {name: value[name] for name in names if name in value}
    return {name: _clean(_as_list(each)) for name, each in found.items()}


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _clean(value: Any, depth: int = 0) -> Any:
    """A value whose texts can be written, and that is not nested beyond measure."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_clean(each, depth + 1) for each in value] if depth < MOST_DEPTH else None
    if isinstance(value, dict):
        if depth >= MOST_DEPTH:
            return None
        return {
            str(_clean(key) if isinstance(key, str) else key): _clean(each, depth + 1) for key, each in value.items()
        }
    return value


def _best(text: str, names: Sequence[str]) -> dict[str, list[Any]]:
    """Of the values within some text the one with most of the fields, the last of several; empty for none."""
    best: dict[str, list[Any]] = {}
    at = 0
    for _ in range(_MOST_TRIES):
        match = _BRACKET.search(text, at)
        if match is None:
            break
        try:
            value, at = _value(text, match.start())
            found = _fields(value, names)
        except (ValueError, RecursionError, SyntaxError, MemoryError):
            at = max(at, match.start() + 1)
            continue
        if len(found) >= len(best):
            best = found
    return best


def _value(text: str, start: int) -> tuple[Any, int]:
    """A value that begins at a place, and where it ends."""
    try:
        return _DECODER.raw_decode(text, start)
    except ValueError:
        end = text.rfind("}" if text[start] == "{" else "]") + 1
        if not start < end < start + _LONGEST_OF_PYTHON or text[:start].count(text[start]):
            raise  # it is tried once, from the first bracket to the last
        with warnings.catch_warnings(action="ignore"):  # of escapes in texts that nobody here wrote
            return ast.literal_eval(text[start:end]), end


def _opened(text: str, name: str) -> Iterator[int]:
    """Where the arrays of a field begin."""
    return (match.end() for match in re.finditer(rf"[\"']{re.escape(name)}[\"']\s*:\s*\[", text))


def _is_named(text: str, name: str) -> bool:
    return next(_opened(text, name), None) is not None


def _piecewise(text: str, name: str, names: Sequence[str]) -> Iterator[Any]:
    """The items of the last array of a field, as far as it goes: at most to where another field begins."""
    at = max(_opened(text, name), default=None)
    if at is None:
        return
    stop = min((place for each in names for place in _opened(text, each) if place > at), default=len(text))
    while at is not None:
        match = _GAP.match(text, at)
        assert match is not None
        at = match.end()
        if at >= stop or text[at] in "]}":
            return
        try:
            value, at = _DECODER.raw_decode(text, at)
            yield _clean(value)
        except (ValueError, RecursionError):
            key = _KEY.match(text, at)  # items begin alike, and what is within them otherwise
            ends = (each for each in _NEXT.finditer(text, at, stop) if key is None or each[1] == key[1])
            following = next((each.end() for each in ends), None)
            yield Unread(_clean(text[at : following or stop].strip()))
            at = following

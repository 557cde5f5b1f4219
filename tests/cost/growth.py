"""Ways in which an input grows: each gives inputs of a kind that are alike but for their size.

``python -m tests.cost.growth`` looks at every kind in every way, at two sizes, within an hour; the tests at a few.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.cost.forked import Outcome, forked
from tests.cost.kinds import Kind, kinds, values_of

Filler = Callable[[int], bytes]

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789" * 4


def _list(element: bytes, size: int) -> bytes:
    return b"[" + b",".join([element] * (size // (len(element) + 1))) + b"]"


def _object(pair: Callable[[int], bytes], size: int) -> bytes:
    return b"{" + b",".join(map(pair, range(size // (len(pair(1000)) + 1)))) + b"}"


FILLERS: dict[str, Filler] = {
    "depth": lambda size: b"[" * (size // 2) + b"]" * (size // 2),
    "depth of objects": lambda size: b'{"a":' * (size // 6) + b"0" + b"}" * (size // 6),
    "some depth, many times": lambda size: _list(b"[" * 20 + b"]" * 20, size),
    "numbers": lambda size: _list(b"0", size),
    "objects": lambda size: _list(b'{"a":1}', size),
    "no numbers": lambda size: _list(b"NaN", size),
    "a text": lambda size: b'"' + b"a" * size + b'"',
    "a text of escapes": lambda size: b'"' + b"\\u0000" * (size // 6) + b'"',
    "halves of pairs": lambda size: _list(b'"\\ud800"', size),
    "a number": lambda size: b"9" * size,
    "a long key over numbers": lambda size: b'{"' + b"k" * (size // 2) + b'":' + _list(b"0", size // 2) + b"}",
    "a long key over what is odd": lambda size: b'{"' + b"k" * (size // 2) + b'":' + _list(b"NaN", size // 2) + b"}",
    "keys": lambda size: _object(lambda n: b'"k%d":0' % n, size),
    "a key again and again": lambda size: _object(lambda n: b'"k":0', size),
    "keys twice": lambda size: _object(lambda n: b'"k%d":0' % (n // 2), size),
}
"""JSON of about so many bytes."""

_HERE = "@@here@@"


def _places(values: list[Any]) -> Iterator[list[Any]]:
    """The values with a mark in a field of nobody's, in one of theirs that is plain, and in one within a list."""
    top = copy.deepcopy(values)
    top[0] = [_HERE, *top[0]] if isinstance(top[0], list) else {**top[0], "stray": _HERE}
    yield top
    for want_list in (False, True):
        found = copy.deepcopy(values)
        if _mark(found[0], want_list):
            yield found


def _mark(value: Any, want_list: bool, within: bool = False) -> bool:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in list(items):
        if isinstance(each, dict | list):
            if _mark(each, want_list, within or isinstance(each, list)):
                return True
        elif within == want_list and key not in ("doc_id", "id"):
            value[key] = _HERE
            return True
    return False


def like_ids(randomly: random.Random) -> str:
    """An id of as many letters as may be, the same ones in any order."""
    letters = list(_LETTERS[:128])
    randomly.shuffle(letters)
    return "".join(letters)


def _renamed(value: Any, id: Callable[[], str]) -> Any:
    """A value whose texts that may be ids are others."""
    if isinstance(value, dict):
        return {key: _renamed(each, id) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, id) for each in value]
    return id() if isinstance(value, str) and value.islower() and " " not in value else value


def _lists(value: Any) -> Iterator[list[Any]]:
    """The lists in a value, the first of each shape."""
    if isinstance(value, list) and value:
        yield value
    for each in value.values() if isinstance(value, dict) else value[:1] if isinstance(value, list) else ():
        if isinstance(each, dict | list):
            yield from _lists(each)


def grown(kind: Kind) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    """Names of ways to grow, and what gives an input of about so many bytes."""
    values = values_of(kind.right)
    ends = b"\n" if b"\n" in kind.right.strip() or kind.suffix.startswith(".jsonl") else b""
    if not values:
        yield from _grown_text(kind.right)
        return

    def written(made: list[Any]) -> bytes:
        return b"\n".join(json.dumps(each).encode() for each in made) + ends

    for place, marked in enumerate(_places(values)):
        before, _, after = written(marked).partition(json.dumps(_HERE).encode())
        for name, filler in FILLERS.items():
            yield f"{name}, at {place}", lambda size, b=before, a=after, f=filler: b + f(size) + a  # type: ignore[misc]
    yield from _grown_lists(values, written)


def _grown_lists(
    values: list[Any], written: Callable[[list[Any]], bytes]
) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    naming: dict[str, Callable[[Any, random.Random], Any]] = {
        "again": lambda each, _: each,
        "by ids that are alike": lambda each, randomly: _renamed(each, lambda: like_ids(randomly)),
        "by other ids": lambda each, randomly: _renamed(each, lambda: f"i{randomly.randrange(10**9)}"),
    }
    many = len(list(_lists(values)))
    for nth in range(many):
        for name, make in naming.items():

            def grow(size: int, nth: int = nth, make: Callable[[Any, random.Random], Any] = make) -> bytes:
                randomly = random.Random(0)
                made = copy.deepcopy(values)
                into = list(_lists(made))[nth]
                length = len(json.dumps(make(into[-1], randomly)))
                into += [make(into[-1], randomly) for _ in range(size // (length + 2))]
                return written(made)

            yield f"list {nth}, {name}", grow


def _grown_text(right: bytes) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    lines = right.splitlines(keepends=True)
    for n, line in enumerate(lines):
        for name, piece in (
            ("line", line),
            ("letter", line[:1]),
            ("end", line.strip()[-1:]),
            ("half", line[: len(line) // 2].strip()),
        ):
            if piece:
                before, after = (
                    b"".join(lines[:n]) + (line if name == "line" else line.rstrip(b"\n")),
                    b"".join(lines[n + 1 :]),
                )
                yield (
                    f"line {n}, {name}",
                    lambda size, b=before, p=piece, a=after: b + p * (size // len(p)) + b"\n" + a,  # type: ignore[misc]
                )


def outcome(kind: Kind, raw: bytes) -> Outcome:
    """What becomes of an input of a kind."""
    with TemporaryDirectory() as name:
        return forked(prepared(kind, raw, Path(name)))


def prepared(kind: Kind, raw: bytes, folder: Path) -> Callable[[], object]:
    """What is called for an input of a kind, which is put into a folder."""
    path, empty = folder / f"input{kind.suffix}", folder / "empty"
    empty.mkdir(parents=True)
    path.write_bytes(kind.packed(raw) if kind.packed else raw)
    return kind.run(path, empty)


_FREE = 100
"""Megabytes that what came before may have left free: a small input is then read into these and seems to take none."""


def too_dear(kind: Kind, make: Callable[[int], bytes], small: int, large: int) -> str:
    """What is wrong with two inputs of a kind, one larger than the other; empty where nothing is.

    Both are to be answered as any input is, and what the larger one takes is to be no more than in proportion.
    """
    less, more = (outcome(kind, make(size)) for size in (small, large))
    if less.wrong or more.wrong:
        return less.wrong or more.wrong
    times = large / small
    if more.seconds > 1.5 * times * less.seconds + 0.5:
        return f"{less.seconds:.2f} s and {more.seconds:.2f} s for {times:.0f} times as much"
    if more.taken > 1.5 * times * less.taken + _FREE:
        return f"{less.taken:.0f} MB and {more.taken:.0f} MB for {times:.0f} times as much"
    return ""


def main() -> int:
    """All kinds in all ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", default="", help="only kinds whose name has this in it")
    parser.add_argument("--size", type=int, default=2**22, help="bytes of the larger input")
    asked = parser.parse_args()
    wrong = tried = 0
    with TemporaryDirectory() as place:
        for name, kind in kinds(Path.cwd(), Path(place)).items():
            for way, make in grown(kind) if asked.kind in name else ():
                large = min(asked.size, kind.most)
                found = too_dear(kind, make, large // 4, large)
                tried += 1
                if found:
                    wrong += 1
                    print(f"{name}, {way}: {found}", flush=True)
    print(f"{tried} ways to grow, {wrong} too dear", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

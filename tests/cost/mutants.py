"""Right inputs, changed a little at random: bytes, values and lines."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

TOKENS = [b"null", b"-1", b"1e999", b'""', b"[]", b'"\\ud800"', b"NaN", b"9" * 30, b'"\\u0000"', b"[[[[", b"}", b"\xff"]
TOKENS += [b"\n", b"\r", b"\xef\xbb\xbf", b"\x00", b'"x_a":', b'{"a":1,"a":2}', b"\xe2\x80\xa8", b"," * 50]
VALUES: list[Any] = [
    None,
    True,
    -1,
    1.5,
    "",
    [],
    {},
    "x",
    10**12,
    "unknown",
    [None],
    {"a": 1},
    "../x",
    "a\x1b[2J",
    2**31,
]


def mutated_bytes(raw: bytes, randomly: random.Random) -> bytes:
    mutant = bytearray(raw)
    for _ in range(randomly.randint(1, 4)):
        if not mutant:
            break
        at = randomly.randrange(len(mutant))
        kind = randomly.randrange(4)
        if kind == 0:
            mutant[at : at + randomly.randint(0, 6)] = randomly.choice(TOKENS)
        elif kind == 1:
            del mutant[at : at + randomly.randint(1, 30)]
        elif kind == 2:
            mutant[at] = randomly.randrange(256)
        else:
            mutant[at:at] = mutant[at : at + randomly.randint(1, 200)]
    return bytes(mutant)


def mutated_values(raw: bytes, randomly: random.Random) -> bytes:
    lines = [json.loads(line) for line in raw.splitlines()]
    for _ in range(randomly.randint(1, 5)):
        place: Any = randomly.choice(lines)
        while isinstance(place, dict | list) and place:
            key = randomly.choice(list(place)) if isinstance(place, dict) else randomly.randrange(len(place))
            if not isinstance(place[key], dict | list) or randomly.random() < 0.15:
                place[key] = copy.deepcopy(randomly.choice(VALUES))
                break
            place = place[key]
    return b"\n".join(json.dumps(line).encode() for line in lines)


def mutated_lines(raw: bytes, randomly: random.Random) -> bytes:
    lines = raw.splitlines()
    for _ in range(randomly.randint(1, 3)):
        one, other = randomly.randrange(len(lines)), randomly.randrange(len(lines))
        kind = randomly.randrange(5)
        if kind == 0:
            lines.insert(one, lines[other])
        elif kind == 1 and len(lines) > 1:
            del lines[one]
        elif kind == 2:
            lines[one] = lines[one][: randomly.randrange(len(lines[one]) + 1)] + lines[other]
        elif kind == 3:
            lines[one] = b"[" + lines[one] + b"]"
        else:
            lines[one] = lines[one] * randomly.randint(2, 40)
    return randomly.choice([b"\n", b"\r\n", b"\n\n", b"\r"]).join(lines)

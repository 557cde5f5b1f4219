"""Bytes from a stranger: whatever they are, a score or faults with lines, never a traceback."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from onrecord.dataset import Fault, FaultsError, Gold
from onrecord.eval import read_submission, score_submission

TOKENS = [b"null", b"-1", b"1e999", b'""', b"[]", b'"\\ud800"', b"NaN", b"9" * 30, b'"\\u0000"', b"[[[[", b"}", b"\xff"]
VALUES: list[Any] = [None, True, -1, 1.5, "", [], {}, "x", 10**12, "unknown", [None], {"a": 1}]


def mutated_bytes(raw: bytes, randomly: random.Random) -> bytes:
    mutant = bytearray(raw)
    for _ in range(randomly.randint(1, 4)):
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
                place[key] = randomly.choice(VALUES)
                break
            place = place[key]
    return b"\n".join(json.dumps(line).encode() for line in lines)


@pytest.mark.parametrize("mutated", [mutated_bytes, mutated_values])
def test_no_mutant_gets_through_or_falls_over(gold: Gold, root: Any, mutated: Any) -> None:
    documents = [article.document for article in gold.articles]
    raw = (root / "eval" / "baselines" / "rules.jsonl").read_bytes()
    refused = 0
    unplaced: list[Fault] = []
    for seed in range(150):
        mutant = mutated(raw, random.Random(seed))
        try:
            submission = read_submission("mutant", mutant, documents, gold.registries)
        except FaultsError as error:
            refused += 1
            unplaced += [fault for fault in error.faults if not (fault.line and fault.found and fault.expected)]
        else:
            result = score_submission(gold.articles, gold.registries, submission, "all")
            values = [score.f1 for each in result.layers for score in each.scores.values()]
            assert all(value is None or 0 <= value <= 1 for value in values), seed
    assert refused > 100
    assert unplaced == []

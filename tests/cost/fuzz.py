"""Mutants of every kind of input: each is taken or refused with a line, in time, in little memory.

``python -m tests.cost.fuzz --mutants 50000`` takes an hour of one processor; the same numbers give the same mutants.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import itertools
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cost.forked import Outcome, forked_in_a_row
from tests.cost.growth import prepared
from tests.cost.kinds import Kind, kinds, values_of
from tests.cost.mutants import mutated_bytes, mutated_lines, mutated_values

_SLOW = ("on a board", "an entry", "a registry", "a release", "an export", "a report", "without offsets", "replies")
"""What takes more than a moment, whatever the input is: of these kinds every twentieth mutant is made."""

_ROW = 50
"""How many mutants are looked at in one process."""

_FAULT = re.compile(
    r"^(?P<place>\S.*?)(?P<line>:\d+)?(?: /\S*)?: \[(?P<code>[a-z0-9-]+)\](?: \d+ alike)?$", re.MULTILINE
)


def mutant(kind: Kind, randomly: random.Random) -> bytes:
    """A right input of a kind with a few changes; of one that is packed, before or after that."""
    ways = [mutated_bytes, mutated_lines]
    values = values_of(kind.right)
    if values and len(values) == len(kind.right.splitlines()):
        ways.append(mutated_values)
    elif values:
        ways.append(_mutated_value)
    return randomly.choice(ways)(kind.right, randomly)


def _mutated_value(raw: bytes, randomly: random.Random) -> bytes:
    return mutated_values(json.dumps(json.loads(raw)).encode(), randomly)


def wrong_with(kind: Kind, found: Outcome) -> str:
    """What is wrong with how a mutant was answered; empty where nothing is."""
    if found.wrong or found.code == 0 or not kind.has_lines:
        return found.wrong
    faults = [each for each in _FAULT.finditer(found.said) if f"input{kind.suffix}" in each["place"]]
    without = [each[0] for each in faults if not each["line"] and not each["code"].startswith(("archive", "file"))]
    return f"no line: {without[0]}" if without else "" if faults else f"no fault said: {found.said[-500:]}"


def chosen(every: dict[str, Kind], seed: int) -> str:
    """The kind that a mutant is of."""
    randomly = random.Random(seed)
    name = randomly.choice(list(every))
    while any(slow in name for slow in _SLOW) and randomly.random() > 0.05:
        name = randomly.choice(list(every))
    return name


def tried(every: dict[str, Kind], seeds: Sequence[int]) -> Iterator[tuple[int, str, Outcome, str]]:
    """The mutants of some seeds: seed, kind, what became of it, and what is wrong with that."""
    names = [chosen(every, seed) for seed in seeds]
    with TemporaryDirectory() as folder:
        runs = [
            prepared(every[name], mutant(every[name], random.Random(seed)), Path(folder) / str(seed))
            for seed, name in zip(seeds, names, strict=True)
        ]
        for seed, name, found in zip(seeds, names, forked_in_a_row(runs), strict=True):
            yield seed, name, found, wrong_with(every[name], found)


def main() -> int:
    """As many mutants as are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first one")
    asked = parser.parse_args()
    codes: Counter[str] = Counter()
    wrong, seconds, megabytes = 0, 0.0, 0.0
    with TemporaryDirectory() as place, contextlib.suppress(KeyboardInterrupt):  # which ends it with what was found
        every = kinds(Path.cwd(), Path(place))
        gc.freeze()
        rows = (
            range(asked.first + n, asked.first + min(n + _ROW, asked.mutants)) for n in range(0, asked.mutants, _ROW)
        )
        for seed, name, found, fault in itertools.chain.from_iterable(tried(every, row) for row in rows):
            codes[f"exit code {found.code}"] += 1
            seconds, megabytes = max(seconds, found.seconds), max(megabytes, found.megabytes)
            if fault:
                wrong += 1
                print(f"seed {seed}, {name}: {fault}", flush=True)
    ends = ", ".join(f"{many} {code}" for code, many in sorted(codes.items()))
    print(f"{codes.total()} mutants: {ends}; at most {seconds:.1f} s and {megabytes:.0f} MB; {wrong} wrong", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

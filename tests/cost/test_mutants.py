"""A short run of :mod:`tests.cost.fuzz`."""

from __future__ import annotations

from collections import Counter

from tests.cost.fuzz import mutant, tried
from tests.cost.kinds import Kind
from tests.examples import examples


def test_mutants_of_every_kind_are_taken_or_refused_with_a_line(every: dict[str, Kind]) -> None:
    codes: Counter[int] = Counter()
    for seed, name, found, wrong in tried(every, range(10**6, 10**6 + max(100, examples(300)))):
        assert wrong == "", (seed, name)
        codes[found.code] += 1
    assert codes[0] > 0
    assert codes[2] > codes[0] / 4


def test_a_seed_gives_its_mutant_again(every: dict[str, Kind]) -> None:
    import random

    kind = every["predictions"]
    assert mutant(kind, random.Random(7)) == mutant(kind, random.Random(7)) != kind.right

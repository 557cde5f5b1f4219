"""Gamma: the least disorder by brute force, the edges, and the figures that pygamma-agreement gives."""

from __future__ import annotations

import itertools
import json
import math
import random
import subprocess
import sys
from collections.abc import Hashable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.annotation.agreement import gamma as module
from onrecord.annotation.agreement.gamma import SAMPLES, Continuum, Unit, disorder, gamma
from onrecord.eval.matching.assignment import assign

units = st.builds(
    lambda start, length, type: Unit(start, start + length, type),
    st.integers(0, 40),
    st.integers(1, 10),
    st.sampled_from(["PER", "ORG"]),
)
some = st.lists(units, max_size=4)


def dissimilarity(one: Unit, other: Unit) -> float:
    moved = abs(one.start - other.start) + abs(one.end - other.end)
    return (moved / (one.end - one.start + other.end - other.start)) ** 2 + (one.type != other.type)


def plain_disorder(one: Sequence[Unit], other: Sequence[Unit]) -> float:
    """Every unit beside every other."""
    edges: list[tuple[Hashable, Hashable, float]] = [
        (i, j, 2 - cost) for i, u in enumerate(one) for j, v in enumerate(other) if (cost := dissimilarity(u, v)) < 2
    ]
    both = len(one) + len(other)
    return (both - math.fsum(edges[index][2] for index in assign(edges))) / (both / 2)


def plain_gamma(continua: Sequence[Continuum]) -> float | None:
    """One sample after the other."""
    randomly = random.Random(0)

    def moved(units: Sequence[Unit], length: int) -> list[Unit]:
        distance = randomly.randrange(max(1, length))
        starts = [(unit.start + distance) % max(1, length) for unit in units]
        return [Unit(s, s + unit.end - unit.start, unit.type) for s, unit in zip(starts, units, strict=True)]

    observed, expected = [], []
    for text in continua:
        if weight := len(text.one) + len(text.other):
            observed.append(weight * plain_disorder(text.one, text.other))
            by_chance = [
                plain_disorder(moved(text.one, text.length), moved(text.other, text.length)) for _ in range(SAMPLES)
            ]
            expected.append(weight * math.fsum(by_chance) / SAMPLES)
    chance = math.fsum(expected)
    return None if not chance else 1 - math.fsum(observed) / chance


def least(one: list[Unit], other: list[Unit]) -> float:
    best = float(len(one) + len(other))
    for size in range(min(len(one), len(other)) + 1):
        for rows in itertools.combinations(one, size):
            for columns in itertools.permutations(other, size):
                cost = sum(dissimilarity(u, v) for u, v in zip(rows, columns, strict=True))
                best = min(best, cost + len(one) + len(other) - 2 * size)
    return best / ((len(one) + len(other)) / 2)


@given(some, some)
def test_no_alignment_has_less_disorder(one: list[Unit], other: list[Unit]) -> None:
    found = disorder(one, other)
    if found is None:
        assert one == other == []
    else:
        assert found == pytest.approx(least(one, other))


texts = st.lists(
    st.builds(
        lambda length, one, other, shared: Continuum(length, (*one, *shared), (*shared, *other)),
        st.integers(0, 80),
        st.lists(units, max_size=12),
        st.lists(units, max_size=12),
        st.lists(units, max_size=6),
    ),
    max_size=3,
)


@given(texts, st.sampled_from([1, 7, 100, 2**18]))
def test_all_samples_at_once_give_the_bits_of_one_after_the_other(continua: list[Continuum], block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        assert gamma(continua) == plain_gamma(continua)
        for text in continua:
            if text.one or text.other:
                assert disorder(text.one, text.other) == plain_disorder(text.one, text.other)


def test_the_same_units_agree_fully_and_chance_is_about_zero() -> None:
    same = tuple(Unit(start, start + 5, "PER") for start in range(0, 300, 30))
    assert gamma([Continuum(300, same, same)]) == pytest.approx(1)
    elsewhere = tuple(Unit(start + 15, start + 20, "ORG") for start in range(0, 300, 30))
    value = gamma([Continuum(300, same, elsewhere)])
    assert value is not None
    assert value < 0.1


def test_the_edges() -> None:
    unit = (Unit(0, 5, "PER"),)
    assert gamma([]) is None
    assert gamma([Continuum(10, (), ())]) is None
    missing = gamma([Continuum(100, unit, ())])
    assert missing is not None
    assert missing <= 0
    assert gamma([Continuum(100, unit, unit)]) == gamma([Continuum(100, unit, unit), Continuum(50, (), ())])


def test_the_same_labels_give_the_same_gamma() -> None:
    one, other = (Unit(0, 5, "PER"), Unit(9, 12, "ORG")), (Unit(1, 5, "PER"),)
    assert gamma([Continuum(60, one, other)]) == gamma([Continuum(60, one, other)])


PYGAMMA = """
import json, sys, warnings
warnings.filterwarnings("ignore")
from pyannote.core import Segment
from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum
found = []
for one, other in json.loads(sys.argv[1]):
    continuum = Continuum()
    for name, units in (("one", one), ("other", other)):
        for start, end, kind in units:
            continuum.add(name, Segment(start, end), kind)
    dissimilarity = CombinedCategoricalDissimilarity(alpha=1.0, beta=1.0, delta_empty=1.0)
    found.append(float(continuum.get_best_alignment(dissimilarity).disorder))
print("RESULT" + json.dumps(found))
"""


@pytest.mark.long
def test_the_disorder_is_that_of_pygamma_agreement() -> None:
    """In a process of its own: it takes seconds to import, and its solver writes to standard output."""
    randomly = random.Random(3)

    def side() -> list[tuple[int, int, str]]:
        starts = randomly.sample(range(60), randomly.randint(2, 7))
        return [(s, s + randomly.randint(1, 9), randomly.choice(["PER", "ORG"])) for s in starts]

    cases = [(side(), side()) for _ in range(6)]
    done = subprocess.run(
        [sys.executable, "-c", PYGAMMA, json.dumps(cases)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    expected = json.loads(done.stdout.rpartition("RESULT")[2])
    mine = [disorder([Unit(*u) for u in one], [Unit(*u) for u in other]) for one, other in cases]
    assert mine == pytest.approx(expected, abs=1e-6)

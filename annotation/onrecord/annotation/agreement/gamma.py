"""Gamma (Mathet, Widlöcher and Métivier, 2015): chance-corrected agreement on where units are and what they are.

Two annotators' units are aligned so that the disorder is least: a pair costs its dissimilarity, a unit left alone costs
1. With two annotators that is an assignment problem, solved exactly. The dissimilarity of two units is

    ((|s - s'| + |e - e'|) / ((e - s) + (e' - s')))^2 + [type differs]

and the disorder of an alignment is its cost divided by the mean number of units an annotator has. Gamma is 1 minus the
observed disorder over the disorder expected by chance: the mean over samples in which each annotator's units are moved
round the text by a random distance. It is at most 1, 0 at chance level, and below 0 for less than chance.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Hashable, Sequence

from onrecord.eval.matching.assignment import assign

SAMPLES = 30
"""Samples of chance for each document, with a fixed seed: the same labels give the same gamma."""


@dataclasses.dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of a text and its type."""

    start: int
    end: int
    type: str = ""


@dataclasses.dataclass(frozen=True)
class Continuum:
    """Two annotators' units on one text."""

    length: int
    one: tuple[Unit, ...]
    other: tuple[Unit, ...]


def dissimilarity(one: Unit, other: Unit) -> float:
    """How unlike two non-empty units are, from 0; above 2 no alignment ever has them as a pair."""
    moved = abs(one.start - other.start) + abs(one.end - other.end)
    return (moved / (one.end - one.start + other.end - other.start)) ** 2 + (one.type != other.type)


def disorder(one: Sequence[Unit], other: Sequence[Unit]) -> float | None:
    """Least disorder of any alignment; None where neither has a unit."""
    mean = (len(one) + len(other)) / 2
    if not mean:
        return None
    edges: list[tuple[Hashable, Hashable, float]] = [
        (i, j, 2 - cost)  # what is saved against leaving both alone
        for i, u in enumerate(one)
        for j, v in enumerate(other)
        if (cost := dissimilarity(u, v)) < 2
    ]
    saved = math.fsum(edges[index][2] for index in assign(edges))
    return (len(one) + len(other) - saved) / mean


def gamma(continua: Sequence[Continuum]) -> float | None:
    """Gamma over several texts: one minus the mean observed over the mean expected disorder, weighted by units.

    Returns:
        None where nobody has a unit, or where chance would agree fully.
    """
    randomly = random.Random(0)
    observed: list[float] = []
    expected: list[float] = []
    for continuum in continua:
        weight = len(continuum.one) + len(continuum.other)
        found = disorder(continuum.one, continuum.other)
        if found is None:
            continue
        observed.append(weight * found)
        by_chance = [
            disorder(
                _moved(continuum.one, continuum.length, randomly), _moved(continuum.other, continuum.length, randomly)
            )
            for _ in range(SAMPLES)
        ]
        expected.append(weight * math.fsum(each or 0.0 for each in by_chance) / SAMPLES)
    chance = math.fsum(expected)
    return None if not chance else 1 - math.fsum(observed) / chance


def _moved(units: Sequence[Unit], length: int, randomly: random.Random) -> list[Unit]:
    """All units moved on by one random distance; those that pass the end come in again at the beginning."""
    distance = randomly.randrange(max(1, length))
    return [
        Unit(start, start + unit.end - unit.start, unit.type)
        for unit in units
        for start in [(unit.start + distance) % max(1, length)]
    ]

"""The assignment on arrays: by hand, by brute force, against the dense solver, whichever way a component is solved."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from onrecord.eval.matching import component, sparse
from onrecord.eval.matching.reduction import IntArray, components
from onrecord.eval.matching.sparse import kernel, match

Edges = list[tuple[int, int, float]]
edges = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 2 / 3, 1.0]), max_size=12
).map(lambda weights: [(row, column, weight) for (row, column), weight in weights.items()])

SOLVERS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "trees": {"INSTANT": -1, "EXTRA": 6},
    "enumeration": {"EXTRA": -(10**9), "ENUMERATION": 1 << 20},
    "dense matrices": {"EXTRA": -(10**9), "ENUMERATION": -1},
    "sparse matrices": {"EXTRA": -(10**9), "ENUMERATION": -1, "DENSE": 0},
}


def arrays(edges: Edges) -> tuple[IntArray, IntArray, npt.NDArray[np.float64]]:
    row, column, weight = zip(*edges, strict=True) if edges else ((), (), ())
    return np.array(row, dtype=np.int64), np.array(column, dtype=np.int64), np.array(weight, dtype=np.float64)


def chosen(edges: Edges) -> Edges:
    return [edges[index] for index in match(*arrays(edges)).tolist()]


def total(edges: Edges) -> float:
    return math.fsum(weight for _, _, weight in edges)


@contextmanager
def solving(settings: dict[str, Any]) -> Iterator[None]:
    """Every setting changed in the module that has it."""
    with ExitStack() as stack:
        for name, value in settings.items():
            module = next(each for each in (sparse, component) if name in vars(each))
            stack.enter_context(mock.patch.object(module, name, value))
        yield


def disjoint(edges: Edges) -> bool:
    return len({row for row, _, _ in edges}) == len({column for _, column, _ in edges}) == len(edges)


def graph(random: np.random.Generator, size: int, edges: int, levels: int) -> Edges:
    """A random graph with few distinct weights, so with many ties."""
    places = dict.fromkeys(map(tuple, random.integers(0, size, (edges, 2)).tolist()))
    return [(row, column, float(random.integers(1, levels + 1)) / levels) for row, column in places]


def test_by_hand() -> None:
    """Greedy would take the 5 and end with 5 or 6; the optimum is 4 + 4."""
    assert chosen([(0, 0, 5), (0, 1, 4), (1, 0, 4), (2, 2, 0.0)]) == [(0, 1, 4), (1, 0, 4)]
    assert chosen([]) == []


def test_of_equals_the_first_is_chosen() -> None:
    assert chosen([(0, 7, 1.0), (0, 3, 1.0), (0, 5, 1.0)]) == [(0, 7, 1.0)]
    assert chosen([(7, 0, 1.0), (3, 0, 1.0)]) == [(7, 0, 1.0)]


@pytest.mark.parametrize("settings", SOLVERS.values(), ids=SOLVERS)
@given(edges)
def test_brute_force(settings: dict[str, Any], edges: Edges) -> None:
    with solving(settings):
        found = chosen(edges)
    assert disjoint(found)
    assert all(weight > 0 for _, _, weight in found)
    subsets = (some for size in range(6) for some in itertools.combinations(edges, size))
    assert total(found) == pytest.approx(max(total(list(some)) for some in subsets if disjoint(list(some))))


@pytest.mark.parametrize("settings", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize(("size", "density", "levels"), [(40, 1.2, 2), (40, 2.0, 5), (60, 4.0, 97), (12, 9.0, 3)])
def test_dense_solver(settings: dict[str, Any], size: int, density: float, levels: int) -> None:
    random = np.random.default_rng(size * levels)
    if settings.get("ENUMERATION", 0) > 0 and density > 2:
        size = 9
    for _ in range(8):
        edges = graph(random, size, int(size * density), levels)
        row, column, weight = arrays(edges)
        dense = np.zeros((size, size))
        dense[row, column] = weight
        with solving(settings):
            found = chosen(edges)
        assert disjoint(found)
        assert total(found) == pytest.approx(dense[linear_sum_assignment(dense, maximize=True)].sum())


@given(edges)
def test_the_kernel_is_part_of_an_optimum(edges: Edges) -> None:
    row, column, weight = arrays(edges)
    sure, left = kernel(row, column, weight)
    assert not {*row[sure].tolist()} & {*row[left].tolist()}
    assert not {*column[sure].tolist()} & {*column[left].tolist()}
    rest = [edges[index] for index in left.tolist()]
    assert total([edges[index] for index in sure.tolist()]) + total(chosen(rest)) == pytest.approx(total(chosen(edges)))


def test_the_kernel_keeps_the_heaviest_leaf_alone() -> None:
    square: Edges = [(0, 0, 0.5), (0, 1, 0.5), (1, 0, 0.5), (1, 1, 0.5)]
    leaves: Edges = [(0, 2, 0.2), (0, 3, 0.3), (0, 4, 0.3), (5, 1, 0.1), (6, 1, 0.4)]
    sure, left = kernel(*arrays(square + leaves))
    assert not sure.size
    assert [(square + leaves)[index] for index in left.tolist()] == [*square, (0, 3, 0.3), (6, 1, 0.4)]


def test_components() -> None:
    random = np.random.default_rng(3)
    for size, number in ((5, 3), (50, 40), (200, 190), (300, 600)):
        row, column, _ = arrays(graph(random, size, number, 1))
        found = components(row, column)
        shape = (2 * size, 2 * size)
        label = connected_components(coo_array((np.ones(row.size), (row, column + size)), shape), directed=False)[1]
        pairs = {*zip(found.tolist(), label[row].tolist(), strict=True)}
        assert len(pairs) == len({mine for mine, _ in pairs}) == len({its for _, its in pairs})
    assert not components(row[:0], row[:0]).size


@pytest.mark.parametrize("closed", [False, True], ids=["path", "cycle"])
def test_a_long_path_and_a_long_cycle(closed: bool) -> None:
    """No edge of a cycle of equal weights is safe, and a solver by augmenting paths is quadratic on it."""
    length = 60_000
    at = np.arange(length)
    row, column = at // 2, (at + 1) // 2
    if closed:
        column[-1] = 0
    shuffled = np.random.default_rng(5).permutation(length)
    found = match(row[shuffled], column[shuffled], np.full(length, 0.5))
    assert found.size == np.unique(row[shuffled][found]).size == np.unique(column[shuffled][found]).size == length // 2


def test_what_is_small_needs_no_scipy() -> None:
    code = """
import sys
from onrecord.eval.clusters.measures import Table, cluster_scores
square = [(g, p) for g in range(4) for p in range(4)] * 2
path = [(str(n // 2), str((n + 1) // 2)) for n in range(200)]
assert cluster_scores(Table.of(square + path))["ceafe"].counts.gold_matched > 50
assert not [name for name in sys.modules if name.startswith("scipy")]
"""
    subprocess.run([sys.executable, "-c", code], check=True)

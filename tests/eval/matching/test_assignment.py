"""The assignment is the optimum: against brute force, and the two ways of solving against each other."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.matching import component
from onrecord.eval.matching.assignment import assign
from onrecord.eval.matching.component import Edge

graphs = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(-1, 6), max_size=12).map(
    lambda cells: [(row, column, weight) for (row, column), weight in cells.items()]
)


def best_by_brute_force(edges: list[Edge]) -> float:
    best = 0.0
    for size in range(len(edges) + 1):
        for chosen in itertools.combinations(edges, size):
            if len({e[0] for e in chosen}) == len({e[1] for e in chosen}) == size:
                best = max(best, sum(e[2] for e in chosen))
    return best


@given(graphs)
def test_no_choice_is_better(edges: list[Edge]) -> None:
    chosen = [edges[index] for index in assign(edges)]
    assert len({e[0] for e in chosen}) == len({e[1] for e in chosen}) == len(chosen)
    assert all(e[2] > 0 for e in chosen)
    assert sum(e[2] for e in chosen) == best_by_brute_force(edges)


@given(graphs)
def test_subsets_and_matrix_agree(edges: list[Edge]) -> None:
    by_subsets = sum(edges[index][2] for index in assign(edges))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(component, "SMALL", 0)
        assert sum(edges[index][2] for index in assign(edges)) == by_subsets


def test_a_large_component_is_solved() -> None:
    edges: list[Edge] = [(i, j, 100 if i == j else 1) for i in range(30) for j in range(30)]
    assert [edges[index][:2] for index in assign(edges)] == [(i, i) for i in range(30)]


def test_nothing_to_choose() -> None:
    assert assign([]) == []

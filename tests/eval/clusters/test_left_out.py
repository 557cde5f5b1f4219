"""Cluster measures without each group of documents, against tables made anew of what remains."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.clusters.left_out import b3_without_each, without_each
from onrecord.eval.clusters.measures import Table
from onrecord.eval.clusters.rows import MembershipRows, total
from onrecord.eval.clusters.views import cluster_views

Corpus = list[list[tuple[int | None, int | None]]]


def corpora(clusters: int) -> st.SearchStrategy[Corpus]:
    """Documents whose clusters run over documents the more, the fewer there are."""
    side = st.none() | st.integers(0, clusters)
    mentions = st.tuples(side, side).filter(lambda each: each != (None, None))
    return st.lists(st.lists(mentions, max_size=15), max_size=8)


any_corpus = st.sampled_from([1, 3, 8, 40]).flatmap(corpora)


def tables_of(corpus: Corpus) -> list[Table]:
    return [Table.of(mentions) for mentions in corpus]


def check_without(tables: list[Table], group: list[int], groups: int) -> None:
    rows, of = MembershipRows.of_tables(tables), np.array(group, dtype=np.int64)
    found = without_each(rows, of, groups)
    assert b3_without_each(rows, of, groups) == pytest.approx(found["b3"], abs=1e-12, nan_ok=True)
    for number in range(groups):
        left = [table for table, its in zip(tables, group, strict=True) if its != number]
        expected = {name: score.value for name, score in cluster_views(left).items()}
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            here = float(found[name][number])
            assert math.isnan(here) if value is None else here == pytest.approx(value, abs=1e-12), (name, number)


@given(any_corpus)
def test_the_whole_is_what_the_views_give(corpus: Corpus) -> None:
    tables = tables_of(corpus)
    assert total(MembershipRows.of_tables(tables)) == cluster_views(tables)


@given(any_corpus)
def test_rows_keep_every_mention(corpus: Corpus) -> None:
    rows = MembershipRows.of_tables(tables_of(corpus))
    assert np.bincount(rows.document, weights=rows.count, minlength=len(corpus)).tolist() == list(map(len, corpus))
    assert bool((np.maximum(rows.gold, rows.predicted) >= 0).all())


@given(any_corpus, st.data())
def test_without_each_group_is_what_the_views_give_of_the_rest(corpus: Corpus, data: st.DataObject) -> None:
    groups = data.draw(st.integers(1, 4), "groups")
    group = data.draw(
        st.lists(st.integers(-1, groups - 1), min_size=len(corpus), max_size=len(corpus)), "group of each document"
    )
    check_without(tables_of(corpus), group, groups)


def test_of_a_large_corpus_too_also_where_next_to_nothing_is_left() -> None:
    draw = np.random.default_rng(5)
    tables = []
    for size in [20_000, *[60] * 12]:
        gold = draw.zipf(1.4, size) % 3000
        predicted = np.where(draw.random(size) < 0.8, gold, draw.integers(0, 3000, size))
        gold[draw.random(size) < 0.1] = -1
        predicted[(draw.random(size) < 0.1) & (gold >= 0)] = -1
        tables.append(Table.of_labels(gold, predicted))
    check_without(tables, [0, *[1 + n % 4 for n in range(12)]], 6)


def test_rows_are_of_partitions_alone() -> None:
    shared = Table.of_clusters([["a"], ["a"]], [["a"]], "intersection")
    with pytest.raises(ValueError, match="share mentions"):
        MembershipRows.of_tables([shared])

"""Files with a coreference column as two tools read them; every number here was printed by the tool itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.compat import COMPAT, both_sides
from onrecord.eval.compat.bracket_files import DocumentClusters, read_coval, read_perl
from onrecord.eval.readers.conll2012 import read_conll_clusters


def file(*cells: str) -> bytes:
    """A document whose tokens have these cells; an empty one ends a sentence."""
    lines = [f"d\t0\tw\t{cell}" if cell else "" for cell in cells]
    return "\n".join(["#begin document (d); part 000", *lines, "", "#end document", ""]).encode()


def f1(mode: str, gold: bytes, predicted: bytes) -> list[float]:
    compat = COMPAT[mode]
    assert compat.reads is not None
    result = compat.score(both_sides(compat.reads, gold, predicted))
    return [round(100 * (result.row(name).f1 or 0), 2) for name in ("muc", "bcub", "ceafe")]


def test_openings_of_a_cell_come_before_its_closings() -> None:
    gold, predicted = file("(0", "0)|(0", "0)"), file("(0", "(0|0)", "0)")
    for mode in ("perl-8.01", "coval"):
        assert f1(mode, gold, predicted) == [100, 100, 100]
    assert read_perl(gold) == {"(d); part 000": [[(1, 1), (0, 2)]]}


def test_of_a_mention_in_two_clusters_the_reference_scorer_keeps_that_of_the_first_bracket() -> None:
    gold, predicted = file("(1", "(1)", "1)"), file("(1", "(2)|(1)", "1)")
    assert f1("perl-8.01", gold, predicted) == [100, 100, 100]
    assert [len(cluster) for cluster in read_perl(predicted)["(d); part 000"]] == [2, 1]


def test_coval_knows_a_mention_by_the_sentence_that_it_ends_in() -> None:
    over, inside = file("-", "(1", "", "-", "1)"), file("-", "-", "", "-", "-", "(1)")
    assert read_coval(over) == {"(d); part 000": [[(1, 1, 1)]]}
    assert read_coval(inside) == {"(d); part 000": [[(1, 2, 2)]]}


@pytest.mark.parametrize(
    ("read", "cells", "clusters"),
    [
        (read_perl, ["(1(2", "2)1)"], [[(0, 1)], [(0, 1)]]),
        (read_coval, ["(1|(2", "2)|1)"], [[(0, 0, 1)], [(0, 0, 1)]]),
        (read_coval, ["(03)", "(3)"], [[(0, 0, 0), (0, 1, 1)]]),
        (read_perl, ["(03)", "(3)"], [[(0, 0)], [(1, 1)]]),
        (read_perl, ["(1+2)", "(3)"], [[(1, 1)]]),
        (read_coval, ["-", "_"], []),
    ],
)
def test_cells(read: Callable[[bytes], DocumentClusters], cells: list[str], clusters: list[object]) -> None:
    assert list(read(file(*cells)).values()) == [clusters]


def test_without_tabs_the_whole_line_is_the_cell_of_the_reference_scorer() -> None:
    lines = "d 0 0 (1) (1)\nd 0 1 x (2\nd 0 2 x 2)\nd 0 3 x (1)"
    alike, other = (
        read_perl(f"#begin document (d)\n{each}\n\n#end document\n".encode())["(d)"]
        for each in (lines, lines.replace(" ", "\t"))
    )
    assert alike == [[(0, 0), (0, 0), (3, 3)], [(1, 2)]]
    assert other == [[(0, 0), (3, 3)], [(1, 2)]]


def test_a_document_that_is_not_predicted_has_no_clusters() -> None:
    other = file("(1)").replace(b"part 000", b"part 001")
    assert both_sides(read_perl, file("(1)"), other) == {"(d); part 000": ([[(0, 0)]], [])}


def place(mention: object) -> tuple[int, int]:
    """First and last token, without the sentence."""
    assert isinstance(mention, tuple)
    return mention[-2], mention[-1]


spans = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 2), st.integers(0, 3)), max_size=6, unique_by=lambda each: each[0]
)


@given(spans)
def test_where_no_cell_closes_and_opens_one_cluster_the_tools_read_what_we_read(
    placed: list[tuple[int, int, int]],
) -> None:
    """Mentions that neither touch nor cross."""
    cells, taken = ["-"] * 10, set[int]()
    for start, more, cluster in sorted(placed):
        if not taken & set(range(start, start + more + 1)):
            taken |= set(range(start, start + more + 1))
            if more:
                cells[start], cells[start + more] = f"({cluster}", f"{cluster})"
            else:
                cells[start] = f"({cluster})"
    raw = file(*cells)
    (document,) = read_conll_clusters("f", raw)
    ours: dict[str, set[tuple[int, int]]] = {}
    for each in document.mentions:
        ours.setdefault(each.cluster, set()).add((each.start, each.end - 1))
    for read in (read_perl, read_coval):
        (clusters,) = read(raw).values()
        found = [{place(mention) for mention in cluster} for cluster in clusters]
        assert sorted(map(sorted, found)) == sorted(map(sorted, ours.values()))

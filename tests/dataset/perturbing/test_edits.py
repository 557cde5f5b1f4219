"""Edits: applied, undone, and the map of offsets both ways."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dataset.perturbing.cases import edit_lists, golds, texts, wrong_spans
from tests.examples import examples

from onrecord.dataset import Gold
from onrecord.dataset.perturbing.edits import Edit, Moves, edges_within, edited, fitted, undone
from onrecord.dataset.perturbing.moving import edges, moved


@pytest.mark.parametrize(
    ("edits", "span", "expected"),
    [
        pytest.param([Edit(0, 5, "Zubek")], (0, 5), "Zubek", id="the span is the edit"),
        pytest.param([Edit(0, 5, "Zubekan")], (0, 9), "Zubekan won", id="the span begins with it"),
        pytest.param([Edit(5, 5, "!")], (0, 5), "Putin", id="inserted after the span"),
        pytest.param([Edit(5, 5, "!")], (5, 9), " won", id="inserted before the span"),
        pytest.param([Edit(5, 5, "!")], (0, 9), "Putin! won", id="inserted within the span"),
        pytest.param([Edit(0, 5, "Zubek"), Edit(5, 5, "!")], (0, 5), "Zubek", id="inserted after what is replaced"),
        pytest.param([Edit(6, 6, "not "), Edit(6, 9, "lost")], (6, 9), "lost", id="inserted before what is replaced"),
        pytest.param([Edit(0, 6, "")], (6, 9), "won", id="taken out before the span"),
        pytest.param([Edit(0, 6, "")], (2, 9), "won", id="the beginning of the span is taken out"),
        pytest.param([Edit(0, 6, "")], (0, 5), "", id="all of the span is taken out"),
    ],
)
def test_where_a_span_goes(edits: list[Edit], span: tuple[int, int], expected: str) -> None:
    text = "Putin won in Minsk"
    start, end = Moves.of(edits).span(*span)
    assert edited(text, edits)[start:end] == expected


def test_edits_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="out of order"):
        edited("abcdef", [Edit(3, 4, "x"), Edit(2, 3, "y")])
    with pytest.raises(ValueError, match="outside"):
        edited("abc", [Edit(2, 9, "x")])


def test_an_edit_is_cut_where_a_span_ends_within_it() -> None:
    assert fitted([Edit(0, 6, "abcdefgh")], [0, 2, 3, 6, 9]) == [Edit(0, 2, "abc"), Edit(2, 3, "d"), Edit(3, 6, "efgh")]
    assert fitted([Edit(0, 4, "x")], [2]) == [Edit(0, 2, "x"), Edit(2, 4, "")]
    assert fitted([Edit(0, 4, "wxyz")], [2]) == [Edit(0, 4, "wxyz")], "it keeps the length and moves nothing"


@given(st.data())
@settings(max_examples=examples(300))
def test_edits_are_undone_and_their_map_inverts(data: st.DataObject) -> None:
    text = data.draw(texts)
    edits = data.draw(edit_lists(text))
    changed, moves = edited(text, edits), Moves.of(edits)
    assert edited(changed, undone(text, edits)) == text
    assert moves.inverse.inverse == moves
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            if any(edges_within(edit, [start, end]) for edit in edits):
                continue  # an edge within an edit has no place of its own
            low, high = moves.span(start, end)
            if not any(edit.new == "" and (edit.start == start or edit.end == end) for edit in edits):
                assert moves.inverse.span(low, high) == (start, end)
            whole = [edit for edit in edits if edit.start >= start and edit.end <= end]
            inner = [e for e in whole if e.start < e.end or start < e.start < end]
            assert changed[low:high] == edited(text[start:end], [Edit(a - start, b - start, n) for a, b, n in inner])


@given(st.data())
@settings(max_examples=examples(200))
def test_disjoint_edits_commute(data: st.DataObject) -> None:
    text = data.draw(texts)
    every = data.draw(edit_lists(text))
    one, other = every[::2], every[1::2]
    ways = []
    for first, second in ((one, other), (other, one)):
        moves = Moves.of(first)
        later = [Edit(*(moves.span(a, b) if a < b else (moves.end(a),) * 2), new) for a, b, new in second]
        ways.append(edited(edited(text, first), later))
    if not any(a.end == b.start for a, b in itertools.pairwise(every)):
        assert ways[0] == ways[1] == edited(text, every)


@given(st.data())
@settings(max_examples=examples(200))
def test_every_span_is_its_slice_whatever_is_edited(data: st.DataObject) -> None:
    gold: Gold = data.draw(golds())
    for article in gold.articles:
        text = article.document.text
        same, moves = moved(article, [])
        assert (same, moves) == (article, Moves())
        edits = data.draw(edit_lists(text))
        found, moves = moved(article, edits)
        assert not wrong_spans(found)
        assert found.document.text == edited(text, edits)
        for edge in edges(article):
            assert 0 <= moves.start(edge) <= len(found.document.text)


@given(st.data())
@settings(max_examples=examples(100))
def test_edits_that_shorten_nothing_lose_nothing(data: st.DataObject) -> None:
    gold: Gold = data.draw(golds())
    for article in gold.articles:
        edits = [Edit(a, b, new.ljust(b - a, "x")) for a, b, new in data.draw(edit_lists(article.document.text))]
        found, moves = moved(article, edits)
        before, after = (list(each.labels.items()) for each in (article, found))
        assert [(layer, item.id) for layer, item in before] == [(layer, item.id) for layer, item in after]
        back = [moves.inverse.span(mention.start, mention.end) for mention in found.labels.mentions]
        assert back == [(mention.start, mention.end) for mention in article.labels.mentions]

"""Spans as columns of numbers."""

from __future__ import annotations

import pytest

from onrecord.eval.spans.columns import ColumnBuilder, Vocabulary, kind_codes, span_columns
from onrecord.eval.spans.documents import PlainSpan, TypedSpan


def test_columns_by_hand() -> None:
    types = Vocabulary()
    built = ColumnBuilder(types)
    built.add_plain([[PlainSpan(0, 5, "b"), PlainSpan(7, 9, "a")], []])
    built.add([[TypedSpan(1, 2, "b", "name", True)], [TypedSpan(0, 9, "c", fragments=((0, 2), (5, 9)))]])
    kinds = kind_codes(built.kinds)
    assert kinds is not None
    assert kinds.words == ("", "name")
    columns = built.columns(kinds)
    assert columns.document.tolist() == [0, 0, 2, 3]
    assert columns.start.tolist() == [0, 7, 1, 0]
    assert columns.end.tolist() == [5, 9, 2, 9]
    assert [types.words[code] for code in columns.type] == ["b", "a", "b", "c"]
    assert columns.kind is not None
    assert columns.kind.tolist() == [0, 0, 1, 0]
    assert columns.is_optional.tolist() == [False, False, True, False]
    assert columns.fragments == {3: ((0, 2), (5, 9))}
    assert columns.size.tolist() == [5, 2, 1, 6]
    assert types.ranks().tolist() == [1, 0, 2]
    last = columns.of_documents(2, 4)
    assert (last.document.tolist(), last.fragments) == ([0, 1], {1: ((0, 2), (5, 9))})


def test_codes_of_kinds_depend_on_their_names_alone() -> None:
    assert kind_codes([]) is kind_codes([""]) is None
    one, other = kind_codes(["b", "a", ""]), kind_codes(["a", "b"])
    assert one is not None
    assert other is not None
    assert one.words == other.words == ("", "a", "b")


@pytest.mark.parametrize("span", [PlainSpan(-1, 3, "new"), PlainSpan(0, 2**64, "new")])
def test_impossible_offsets_add_nothing(span: PlainSpan) -> None:
    types = Vocabulary()
    built = ColumnBuilder(types)
    with pytest.raises(OverflowError):
        built.add_plain([[PlainSpan(0, 1, "a"), span]])
    assert types.words == ()
    built.add_plain([[PlainSpan(0, 1, "a")]])
    assert len(built.columns()) == 1


def test_no_spans_at_all() -> None:
    columns = span_columns([[], []], Vocabulary())
    assert len(columns) == 0
    assert columns.optional is None
    assert columns.kind is None

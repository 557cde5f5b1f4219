"""A table that goes elsewhere than to a terminal is what ``rich`` makes of it, letter for letter."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from onrecord.dataset.reading.foreign import one_line, visible
from onrecord.eval.rendering.terminal import WIDTH, plain_console, plain_table, show_table

CELLS = st.text(st.sampled_from("ab[]:/ –…→9%\té漢\u0301"), max_size=6) | st.just("[bold]:smile:") | st.just("x" * 600)


def by_rich(what: object, soft_wrap: bool = False) -> str:
    """The plain definition."""
    file = io.StringIO()
    Console(file=file, highlight=False, markup=False, emoji=False, width=WIDTH).print(what, soft_wrap=soft_wrap)
    return file.getvalue()


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n) | st.just([]), max_size=5)))
def test_a_table_is_as_rich_prints_it(rows: list[list[str]]) -> None:
    headings = [f"h{n}" for n in range(max(map(len, rows), default=1) or 1)]
    with redirect_stdout(io.StringIO()) as found:
        show_table(plain_console(), headings, rows)
    assert found.getvalue() == by_rich(plain_table(headings, [[*map(one_line, row)] for row in rows]))


@given(st.lists(CELLS, min_size=1, max_size=3))
def test_a_table_of_any_headings_is_as_rich_prints_it(headings: list[str]) -> None:
    with redirect_stdout(io.StringIO()) as found:
        show_table(plain_console(), headings, [["a"], []])
    assert found.getvalue() == by_rich(plain_table([*map(one_line, headings)], [["a"], []]))


@given(CELLS | st.text(), st.booleans())
def test_a_line_is_as_rich_prints_it(text: str, soft_wrap: bool) -> None:
    with redirect_stdout(io.StringIO()) as found:
        plain_console().print(text, soft_wrap=soft_wrap)
    assert found.getvalue() == by_rich(visible(text), soft_wrap)

"""The dictionary of columns: what every column of a config says, in the cells of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from onrecord.dataset.publishing.columns import Column, columns
from onrecord.dataset.publishing.tables import Config, flat_name
from onrecord.dataset.records import Span

HEAD = ("column", "type", "meaning", "null where")
"""What the cells of a row are."""

_SPAN = tuple(columns(Span))
_WORDS = {pa.string(): "string", pa.int32(): "integer", pa.bool_(): "boolean"}


def dictionary(config: Config, every: Sequence[Config]) -> list[list[str]]:
    """A row a column, and one for each part of a record in it; what is nested in ``articles`` and has a config of its
    own has its parts there.

    Args:
        config: The config.
        every: All that are described.
    """
    elsewhere = {each.name for each in every if each is not config}
    return [
        row
        for column in config.columns
        for row in _rows(column, "", config.nested and flat_name(column.name) in elsewhere)
    ]


def _rows(column: Column, within: str, elsewhere: bool) -> Iterator[list[str]]:
    name = f"{within}{column.name}"
    words = f" One of {', '.join(f'`{word}`' for word in column.words)}." if column.words else ""
    yield [f"`{name}`", _type(column), f"{column.meaning}{words}", column.null]
    if column.parts != _SPAN and not elsewhere:
        for part in column.parts:
            yield from _rows(part, f"{name}[]." if pa.types.is_list(column.type) else f"{name}.", False)


def _type(column: Column) -> str:
    many = pa.types.is_list(column.type)
    if column.parts:
        one = "span" if column.parts == _SPAN else "record"
    else:
        one = _WORDS[column.type.value_type if many else column.type]
    return f"list of {one}s" if many else one

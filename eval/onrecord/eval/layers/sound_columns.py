"""Whether columns from a file are such as predictions can have: what is counted on columns trusts every number."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.layers.columns import (
    BASES,
    KINDS,
    LABELS,
    MODALITIES,
    MODES,
    NONE,
    Ints,
    MentionColumns,
    QuoteColumns,
    Ragged,
    SideColumns,
    StanceColumns,
)
from onrecord.eval.layers.flatten import NOWHERE

_WORD = ("i4", "i8")
"""What numbers are kept as."""


def check_columns(columns: SideColumns, lengths: Ints) -> None:
    """Refuse columns that no predictions have.

    Args:
        columns: As they were read.
        lengths: Shape (D,): how many code points the text of each document has.

    Raises:
        ValueError: An array has another type or shape than it should, a code is in no vocabulary, a place is outside
            its text, or rows are not in order; the first that is so.
    """
    codes = columns.codes
    types, kinds, entities, events, claims = (
        len(getattr(codes, name).words) for name in ("type", "kind", "entity", "event", "claim")
    )
    _mentions(_Table.of("mentions", columns.mentions, lengths), columns.mentions, types, kinds, entities)
    _mentions(_Table.of("events", columns.events, lengths), columns.events, 1, len(MODALITIES), events)
    _quotes(_Table.of("quotes", columns.quotes, lengths), columns.quotes, entities)
    _stances(_Table.of("stances", columns.stances, lengths), columns.stances, (entities, events, claims))


@dataclasses.dataclass(frozen=True, eq=False)
class _Table:
    """The rows of a table."""

    name: str
    many: int
    length: Ints
    """Shape (rows,): of the text of each row's document."""

    @classmethod
    def of(cls, name: str, table: Any, lengths: Ints) -> _Table:
        document = table.document
        here = cls(name, len(document) if np.ndim(document) else 0, np.zeros(0, np.int64))
        here.codes("document", document, 0, len(lengths))
        if np.any(document[1:] < document[:-1]):
            raise ValueError(f"{name}.document is not ascending")
        here.flags("optional", table.optional)
        return dataclasses.replace(here, length=lengths[document])

    def flags(self, field: str, array: NDArray[Any]) -> None:
        """Whether each row is something."""
        if array.dtype != np.bool_ or array.shape != (self.many,):
            raise ValueError(f"{self.name}.{field} is no column of {self.many} flags")

    def codes(self, field: str, array: Ints, low: int, high: int | Ints) -> None:
        """A number for each row, from ``low`` to below ``high``."""
        self._numbers(field, array, (self.many,))
        self._within(field, array, low, high)

    def stretches(self, field: str, array: Ints, length: Ints, least: int, may_lack: bool = False) -> None:
        """Starts and ends in texts of some lengths, at least so long; where one may lack, both may be NONE."""
        self._numbers(field, array, (len(length), 2))
        lacks = (array == NONE).all(axis=1) if may_lack else np.zeros(len(array), bool)
        start, end = array[~lacks].T
        self._within(field, start, 0, end - least + 1)
        self._within(field, end, 0, length[~lacks] + 1)

    def ragged(self, field: str, ragged: Ragged, least: int = 0) -> Ints:
        """Any number of values for each row, at least so many; their rows, shape (values,)."""
        name, first, many = f"{field}.first", ragged.first, len(ragged.values) if np.ndim(ragged.values) else 0
        self._numbers(name, first, (self.many + 1,))
        if first[0] != 0 or first[-1] != many or np.any(first < 0) or np.any(first[1:] < first[:-1]):
            raise ValueError(f"{self.name}.{name} does not lead through its {many} values")
        if np.any(ragged.many < least):
            raise ValueError(f"{self.name}.{field} lacks values that every row has")
        return ragged.owners()

    def ids(self, field: str, ragged: Ragged, high: int) -> None:
        """Any number of codes for each row."""
        self.ragged(field, ragged)
        self._numbers(f"{field}.values", ragged.values, (len(ragged.values),))
        self._within(f"{field}.values", ragged.values, 0, high)

    def parts(self, field: str, ragged: Ragged) -> None:
        """Any number of stretches for each row, in order and apart."""
        owners = self.ragged(field, ragged)
        self.stretches(f"{field}.values", ragged.values, self.length[owners], 0)
        together = owners[1:] == owners[:-1]
        if np.any(ragged.values[1:, 0][together] < ragged.values[:-1, 1][together]):
            raise ValueError(f"{self.name}.{field}.values are not in order")

    def _numbers(self, field: str, array: Ints, shape: tuple[int, ...]) -> None:
        if array.dtype not in _WORD:
            raise ValueError(f"{self.name}.{field} is of {array.dtype}, and not of whole numbers")
        if array.shape != shape:
            raise ValueError(f"{self.name}.{field} has the shape {array.shape}, and not {shape}")

    def _within(self, field: str, array: Ints, low: int, high: int | Ints) -> None:
        if np.any(array < low) or np.any(array >= high):
            raise ValueError(f"{self.name}.{field} has numbers out of their range")


def _mentions(here: _Table, table: MentionColumns, types: int, kinds: int, ids: int) -> None:
    for field in ("start", "end"):
        here.codes(field, getattr(table, field), 0, here.length + 1)
    here.stretches("start", np.column_stack([table.start, table.end]), here.length, 1)
    here.codes("type", table.type, 0, types)
    here.codes("kind", table.kind, 0, kinds)
    here.codes("id", table.id, NONE, ids)


def _quotes(here: _Table, table: QuoteColumns, entities: int) -> None:
    owners = here.ragged("content", table.content, least=1)
    here.stretches("content.values", table.content.values, here.length[owners], 1)
    here.stretches("pieces", table.pieces, here.length[owners], 0)
    here.parts("letters", table.letters)
    here.ids("speaker", table.speaker, entities)
    here.ids("relays", table.relays, entities)
    here.codes("mode", table.mode, 0, len(MODES))
    for field in ("source", "cue"):
        here.stretches(field, getattr(table, field), here.length, 1, may_lack=True)
    here.codes("slices", table.slices, 0, 1)  # which gold alone has
    here.codes("parent", table.parent, NOWHERE, here.many)
    inside = np.flatnonzero(table.parent >= 0)
    if np.any(table.document[table.parent[inside]] != table.document[inside]):
        raise ValueError("quotes.parent leads to another document")
    above = np.maximum(table.parent, NONE)
    for _ in range(here.many.bit_length()):  # twice as far up each time
        above = np.where(above >= 0, above[above], NONE) if here.many else above
    if np.any(above >= 0):
        raise ValueError("quotes.parent leads in a circle")


def _stances(here: _Table, table: StanceColumns, targets: tuple[int, int, int]) -> None:
    here.codes("holder", table.holder, 0, targets[0])
    here.codes("kind", table.kind, 0, len(KINDS))
    many = dict(zip(("entity", "event", "claim"), targets, strict=True))
    here.codes("target", table.target, 0, np.array([many[kind] for kind in KINDS])[table.kind])
    here.codes("label", table.label, 0, len(LABELS))
    here.codes("basis", table.basis, 0, len(BASES))
    here.parts("evidence", table.evidence)

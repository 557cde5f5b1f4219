"""How far two annotators fill the registries alike: field by field, rows matched by what their labels stand for."""

from __future__ import annotations

import dataclasses
from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from onrecord.dataset import Registries, walk
from onrecord.dataset.records import REGISTERED, Row

FREE = frozenset({"id", "name", "title", "text", "wikidata", "wikidata_note"})
"""Fields of a row that are somebody's own words, or that nobody fills while labelling."""


@dataclasses.dataclass(frozen=True)
class RowField:
    """Agreement on one field of the rows that both annotators have."""

    registry: str
    field: str
    matched: int
    """Rows that both have."""
    same: int
    """Those of them in which the field says the same."""


def row_fields(one: Registries, other: Registries, ids: Mapping[str, Mapping[str, str]]) -> list[RowField]:
    """Agreement on each field of rows.

    Args:
        one: One annotator's rows.
        other: The other's.
        ids: By kind, the other's ids with those of the one's that stand for the same; an id that is not there stands
            for nothing that the one has.
    """
    found = []
    for kind, (registry, type_) in REGISTERED.items():
        mine: dict[str, Row] = {row.id: row for row in one.of(kind)}
        pairs = [
            (mine[at], _translated(row, ids))
            for row in other.of(kind)
            if (at := ids.get(kind, {}).get(row.id)) in mine and at is not None
        ]
        for field in msgspec.structs.fields(type_):
            if field.name not in FREE and pairs:
                same = sum(_value(a, field.name) == _value(b, field.name) for a, b in pairs)
                found.append(RowField(registry, field.name, len(pairs), same))
    return found


def _translated(row: Row, ids: Mapping[str, Mapping[str, str]]) -> Row:
    # what may be of either of two kinds is looked for in all: an id is in one registry alone
    every = ChainMap(*(dict(each) for each in ids.values()))
    return walk.with_references(row, lambda kind, id: ids.get(kind, {}).get(id) or every.get(id, f"?{id}"))


def _value(row: Row, name: str) -> Any:
    value = getattr(row, name)
    return frozenset(value) if isinstance(value, tuple) else value


def utterance_ids(pairs: Iterator[tuple[str | None, str | None]]) -> dict[str, str]:
    """The other's utterances with the one's, as quotes that both found say: each with the one it is found with most."""
    seen: dict[str, dict[str, int]] = {}
    for mine, theirs in pairs:
        if mine is not None and theirs is not None:
            counts = seen.setdefault(theirs, {})
            counts[mine] = counts.get(mine, 0) + 1
    return {theirs: max(sorted(counts), key=counts.__getitem__) for theirs, counts in seen.items()}

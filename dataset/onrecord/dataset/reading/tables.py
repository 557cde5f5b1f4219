"""JSON Lines of one type of records as Arrow columns: many lines at once, where nothing at all is wrong with them.

What is given is just what decoding every line by its type (:mod:`~onrecord.dataset.reading.typed`) would give. Whatever
cannot be told from columns (a null where none may be, a field of anyone's own, a number in another spelling) is left to
that decoding: then there is no table.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from onrecord.dataset import walk
from onrecord.dataset.reading.arrow_columns import flags_of, numbers_of
from onrecord.dataset.reading.column_values import fit, has_rule_of_arrays, plain_type, value_type

MOST_BYTES = 2**20
"""Bytes of the longest line of a table: what a line is parsed to may take fifteen times its length."""

_ASCII_ESCAPED = re.compile(rb"\\u00[2-7]")
"""A character of a key, or of a word of the scheme, that is written as an escape."""


@dataclasses.dataclass(frozen=True)
class _Column:
    """What must hold of a column beside its Arrow type."""

    name: str
    required: bool
    defaulted: bool
    """Whether it may be left out, and then is something else than null, which may not be written."""
    values: Any
    """The type of its values, where not all of their Arrow type will do."""
    within: tuple[_Column, ...]
    """The columns of the records that it has for values."""


class TableReader:
    """Reads lines of one type.

    Args:
        kind: The type of a line. Where it holds something that has no column, no line is ever read.
    """

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        made = _struct(kind)
        self._schema = None if made is None else pa.schema(list(made[0]))
        self._columns = () if made is None else made[1]

    def read(self, lines: Sequence[bytes]) -> pa.StructArray | None:
        """A row for each line; None where they are to be decoded one by one.

        Words of a vocabulary, ids and whatever else has rules are dictionary-encoded, free text is not.

        Args:
            lines: JSON, each of at most :data:`MOST_BYTES`.
        """
        if self._schema is None or not lines or not _may_be_objects(lines):
            return None
        raw = b"\n".join(lines)
        try:
            table = _parsed(raw, self._schema)
            table.validate(full=True)  # which also finds what is no UTF-8
        except pa.ArrowException:
            return None
        if len(table) != len(lines):
            return None
        rows = table.combine_chunks().to_struct_array()
        checked = _Checked()
        records = _Records(rows.chunk(0), functools.cache(lambda: _have_null(raw, lines)))
        found = checked.struct(records, self._columns)
        return None if found is None or _may_have_nulls(raw, checked.bare, checked.given) else found


def _may_be_objects(lines: Sequence[bytes]) -> bool:
    """Whether each line is a JSON object, if all of them are JSON and there are as many objects as lines.

    Arrow reads a line as several objects, and one object over several lines: but only between objects may a ``}`` come
    before a ``{``, so each of these lines has one at least.
    """
    return all(
        len(line) <= MOST_BYTES
        and line.lstrip(_BLANK).startswith(b"{")
        and line.rstrip(_BLANK).endswith(b"}")
        and 0 not in line  # which would end all
        for line in lines
    )


def _have_null(raw: bytes, lines: Sequence[bytes]) -> Any:
    """Whether a null is written on each line, shape (lines,)."""
    if not any(np.any(np.frombuffer(raw, "<u4", (len(raw) - at) // 4, at) == _NULL) for at in range(4)):
        return np.zeros(len(lines), bool)
    return np.array([b"null" in line for line in lines])


_NULL = int.from_bytes(b"null", "little")
"""Four letters as a number: compared as numbers, a block is looked through in half the time."""

_BLANK = b" \t\r"
"""White space of JSON within a line."""


def _parsed(raw: bytes, schema: pa.Schema) -> pa.Table:
    from pyarrow import json  # only where predictions are read

    return json.read_json(
        pa.BufferReader(raw),
        read_options=json.ReadOptions(use_threads=False, block_size=len(raw) + 1),
        parse_options=json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )


def _struct(kind: type[msgspec.Struct]) -> tuple[pa.StructType, tuple[_Column, ...]] | None:
    """The columns of a type of records; None where something in it has none."""
    arrow, columns = [], []
    for info, field in zip(msgspec.structs.fields(kind), walk.fields(kind), strict=True):
        if field.kind is type(None):
            continue  # a field that the scheme lacks: whoever writes it is told by the decoder
        made = plain_type(field)
        within: tuple[_Column, ...] = ()
        if field.struct is not None:
            deeper = _struct(field.struct)
            if deeper is None:
                return None
            made, within = deeper
        defaulted = not info.required and info.default is not None
        if made is None or has_rule_of_arrays(info.type) or info.encode_name != info.name:
            return None
        if field.optional and (info.required or defaulted):
            return None  # null and nothing would differ
        if info.default_factory is not msgspec.NODEFAULT or (field.many and defaulted and info.default != ()):
            return None
        arrow.append(pa.field(info.name, pa.list_(made) if field.many else made))
        values = value_type(info.type) if field.struct is None else None
        columns.append(_Column(info.name, info.required, defaulted, values, within))
    return pa.struct(arrow), tuple(columns)


@dataclasses.dataclass(frozen=True, eq=False)
class _Records:
    """Records of one type, in the order of the lines."""

    array: pa.StructArray
    near_null: Callable[[], Any]
    """Gives, for each, whether a null is written anywhere on its line."""

    def __len__(self) -> int:
        return int(len(self.array) - self.array.null_count)

    def lack(self, column: pa.Array) -> bool:
        """Whether the column is null in any record that is near a null."""
        missing = ~flags_of(column.is_valid()) & flags_of(self.array.is_valid())
        return bool(np.any(self.near_null() & missing))

    def inner(self, array: pa.StructArray, column: pa.Array) -> _Records:
        """The records of a column."""
        if isinstance(column, pa.ListArray):
            many = np.diff(numbers_of(column.offsets))
            return _Records(array, functools.cache(lambda: np.repeat(self.near_null(), many)))
        return _Records(array, self.near_null)


class _Checked:
    """Columns that are looked at, and what is to be known of them all at the end."""

    def __init__(self) -> None:
        self.given = Counter[str]()
        """By name of a field, how often it is there."""
        self.bare = set[str]()
        """Names of fields that may not be null, and that some line with a null on it lacks somewhere."""

    def struct(self, records: _Records, rules: Sequence[_Column]) -> pa.StructArray | None:
        """Records whose columns are as they must be, as far as these tell; else None."""
        columns = []
        for rule in rules:
            column = records.array.field(rule.name)  # null where the record is
            given = len(column) - column.null_count
            self.given[rule.name] += given
            if given < len(records) and rule.required:
                return None
            if given < len(records) and rule.defaulted and rule.name not in self.bare and records.lack(column):
                self.bare.add(rule.name)
            made = self._column(column, rule, records)
            if made is None:
                return None
            columns.append(made)
        fields = [pa.field(rule.name, column.type) for rule, column in zip(rules, columns, strict=True)]
        mask = records.array.is_null() if records.array.null_count else None
        return pa.StructArray.from_arrays(columns, fields=fields, mask=mask)

    def _column(self, column: pa.Array, rule: _Column, records: _Records) -> pa.Array | None:
        if not isinstance(column, pa.ListArray):
            return self._values(column, column, rule, records)
        if column.values.null_count:
            return None
        made = self._values(column.values, column, rule, records)
        if made is None:
            return None
        mask = column.is_null() if column.null_count else None
        return pa.ListArray.from_arrays(column.offsets, made, type=pa.list_(made.type), mask=mask)

    def _values(self, values: pa.Array, column: pa.Array, rule: _Column, records: _Records) -> pa.Array | None:
        if isinstance(values, pa.StructArray):
            return self.struct(records.inner(values, column), rule.within)
        if rule.values is None:
            return values
        if pa.types.is_string(values.type):
            values = values.dictionary_encode()
        return values if fit(values, rule.values) else None


def _may_have_nulls(raw: bytes, names: set[str], given: Mapping[str, int]) -> bool:
    """Whether a null may be written for a field of one of some names, of which each is there so many times."""
    if not names:
        return False
    if b"\\u00" in raw and _ASCII_ESCAPED.search(raw):
        return True
    return any(
        raw.count(f'"{name}"'.encode()) != given[name]
        and re.search(rf'"{re.escape(name)}"\s*:\s*null'.encode(), raw) is not None
        for name in names
    )

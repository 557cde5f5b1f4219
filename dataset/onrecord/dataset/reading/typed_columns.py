"""Arrow records that are just what a type wants, looked at by column: no record is made.

Where anything is otherwise, or cannot be told from columns, there are none: whoever makes a record of each then says
what is wrong.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pyarrow as pa

from onrecord.dataset import walk
from onrecord.dataset.reading.arrow_columns import numbers_as_column, numbers_of
from onrecord.dataset.reading.column_values import fit, has_rule_of_arrays, plain_type, value_type


@dataclasses.dataclass(frozen=True)
class _Rule:
    """What must hold of the column of a field."""

    field: walk.Field
    plain: pa.DataType | None
    """The Arrow type of its values; None for records."""
    values: Any
    """The type of its values, where not all of their Arrow type will do."""
    within: tuple[_Rule, ...]
    """Of the fields of the records that it has for values."""

    @property
    def coded(self) -> bool:
        """Whether it is dictionary-encoded: words of an article differ nearly all."""
        return self.plain == pa.string() and not self.field.verbatim


class TypedColumns:
    """Looks at records of one type.

    Args:
        kind: The type. Where it holds something that has no column, no records are ever right.
    """

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._rules = _rules(kind)

    def of(self, records: pa.StructArray) -> pa.StructArray | None:
        """The records with the columns in the order of the type, words but those of articles dictionary-encoded.

        Args:
            records: The columns of the fields, in any order.

        Returns:
            None where one of them may not be what the type wants.
        """
        try:
            return None if self._rules is None or records.null_count else _struct(records, self._rules)
        except (pa.ArrowException, UnicodeDecodeError):
            return None

    def nothing(self) -> pa.StructArray:
        """No records."""
        return pa.nulls(0, _arrow_type(self._rules or ()))


def _arrow_type(rules: tuple[_Rule, ...]) -> pa.StructType:
    found = []
    for rule in rules:
        inner = _arrow_type(rule.within) if rule.within else rule.plain
        found.append((rule.field.name, pa.list_(inner) if rule.field.many else inner))
    return pa.struct(found)


def _rules(kind: type[msgspec.Struct]) -> tuple[_Rule, ...] | None:
    found = []
    for info, field in zip(msgspec.structs.fields(kind), walk.fields(kind), strict=True):
        within = () if field.struct is None else _rules(field.struct)
        plain = plain_type(field)
        if within is None or (plain is None and not within) or (field.many and field.optional):
            return None
        if has_rule_of_arrays(info.type) or info.encode_name != info.name:
            return None
        found.append(_Rule(field, plain, None if within else value_type(info.type), within))
    return tuple(found)


def _struct(records: pa.StructArray, rules: tuple[_Rule, ...]) -> pa.StructArray | None:
    if {each.name for each in records.type} != {rule.field.name for rule in rules} or len(rules) != len(records.type):
        return None
    there = dict(zip([each.name for each in records.type], records.flatten(), strict=True))  # null where the record is
    columns = []
    for rule in rules:
        column = there[rule.field.name]
        if column.null_count != records.null_count and not rule.field.optional:
            return None
        made = _many(column, rule) if rule.field.many else _values(column, rule)
        if made is None:
            return None
        columns.append(made)
    fields = [pa.field(rule.field.name, column.type) for rule, column in zip(rules, columns, strict=True)]
    mask = records.is_null() if records.null_count else None
    return pa.StructArray.from_arrays(columns, fields=fields, mask=mask)


def _many(column: pa.Array, rule: _Rule) -> pa.Array | None:
    if not pa.types.is_list(column.type):
        return None
    values = column.flatten()
    if values.null_count:
        return None
    made = _values(values, rule)
    if made is None:
        return None
    offsets = numbers_of(column.offsets)
    bounds = numbers_as_column(offsets - offsets[0] if len(offsets) else [0])
    return pa.ListArray.from_arrays(bounds, made, mask=column.is_null() if column.null_count else None)


def _values(values: pa.Array, rule: _Rule) -> pa.Array | None:
    if rule.within:
        return _struct(values, rule.within) if pa.types.is_struct(values.type) else None
    if values.type != rule.plain:
        return None
    if rule.coded:
        values = values.dictionary_encode()
    elif rule.plain == pa.string():
        values.validate(full=True)  # what is no UTF-8 is found
    return values if rule.values is None or fit(values, rule.values) else None

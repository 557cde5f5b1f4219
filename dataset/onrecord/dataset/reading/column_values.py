"""What the values of one Arrow column must be, by the type of the field that they are of."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
import pyarrow as pa

from onrecord.dataset import walk
from onrecord.dataset.reading.arrow_columns import numbers_of, words_of


def plain_type(field: walk.Field) -> pa.DataType | None:
    """The Arrow type of each value of a field; None where it has none, or holds records."""
    words = get_args(field.kind) if get_origin(field.kind) is Literal else ()
    if field.kind is str or (words and all(isinstance(word, str) for word in words)):
        return pa.string()
    return {int: pa.int32(), bool: pa.bool_()}.get(field.kind)


def has_rule_of_arrays(kind: Any) -> bool:
    """Whether something must hold of an array as a whole."""
    if get_origin(kind) is Annotated:
        inner, *said = get_args(kind)
        return (get_origin(inner) is tuple and any(isinstance(each, msgspec.Meta) for each in said)) or (
            has_rule_of_arrays(inner)
        )
    return any(map(has_rule_of_arrays, get_args(kind))) if get_origin(kind) is not Literal else False


def value_type(kind: Any) -> Any:
    """The type of each value of a field, where it has rules; None where any text, number or truth value will do."""
    if get_origin(kind) is Annotated and get_origin(get_args(kind)[0]) is tuple:
        kind = get_args(kind)[0]
    if get_origin(kind) is tuple:
        kind = get_args(kind)[0]
    return kind if _has_rules(kind) else None


def _has_rules(kind: Any) -> bool:
    if isinstance(kind, msgspec.Meta) or get_origin(kind) is Literal:
        return True
    return any(map(_has_rules, get_args(kind)))


def fit(values: pa.Array, kind: Any) -> bool:
    """Whether all values are of a type, which is asked of each that differs, or of the extremes.

    Args:
        values: Words, dictionary-encoded, or whole numbers; nulls are passed over.
        kind: What :func:`value_type` gives.
    """
    if len(values) == values.null_count:
        return True
    several: list[Any]
    if isinstance(values, pa.DictionaryArray):
        several = words_of(values.dictionary)
    else:
        numbers = numbers_of(values.drop_null() if values.null_count else values)
        several = [int(numbers.min()), int(numbers.max())]
    try:
        msgspec.convert(several, list[kind], strict=True)
    except msgspec.ValidationError:
        return False
    return True

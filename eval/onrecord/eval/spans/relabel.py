"""Spans with the types of another scheme, on arrays."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from onrecord.eval.spans.columns import Bools, Ints, SpanColumns, Vocabulary


def relabel_gold(side: SpanColumns, names: Mapping[str, str | None], types: Vocabulary) -> SpanColumns:
    """Gold spans, and their alternatives, with other types; those of a type that is left out are optional.

    Args:
        side: The spans; all their types have a name, see :func:`unmapped_types`.
        names: What each type is called; None leaves it out.
        types: Codes of the types; the names are added.
    """
    code, left_out = _codes(_used(side), names, types)
    return dataclasses.replace(
        side,
        type=code[side.type],
        optional=side.is_optional | left_out[side.type],
        alternatives={
            row: tuple(dataclasses.replace(each, type=int(code[each.type])) for each in variants)
            for row, variants in side.alternatives.items()
        },
    )


def relabel_predicted(
    side: SpanColumns, names: Mapping[str, str | None], types: Vocabulary
) -> tuple[SpanColumns, Counter[str]]:
    """Predictions with other types; those of a type that is left out are gone, and counted by it."""
    code, left_out = _codes(_used(side), names, types)
    gone = left_out[side.type]
    dropped = Counter({types.words[old]: int(many) for old, many in enumerate(np.bincount(side.type[gone])) if many})
    return dataclasses.replace(side, type=code[side.type]).take(np.flatnonzero(~gone)), dropped


def unmapped_types(side: SpanColumns, names: Mapping[str, str | None], types: Vocabulary) -> dict[str, int]:
    """The types that have no name, each with the first row that has it, or that has an alternative with it."""
    rows: dict[int, int] = dict(zip(*(each.tolist() for each in np.unique(side.type, return_index=True)), strict=True))
    for row, variants in side.alternatives.items():
        for each in variants:
            rows[each.type] = min(row, rows.get(each.type, row))
    return {word: rows[code] for code, word in enumerate(types.words) if code in rows and word not in names}


def _used(side: SpanColumns) -> list[int]:
    variants = {each.type for variants in side.alternatives.values() for each in variants}
    return sorted({*np.unique(side.type).tolist(), *variants})


def _codes(used: Sequence[int], names: Mapping[str, str | None], types: Vocabulary) -> tuple[Ints, Bools]:
    by_code = types.words
    code = np.zeros(len(by_code), np.int64)
    left_out = np.zeros(len(by_code), bool)
    for old in used:
        name = names[by_code[old]]
        code[old] = old if name is None else types.code(name)
        left_out[old] = name is None
    return code, left_out

"""Spans as Python has them, tuples or records: checked, and as columns.

Nearly always all spans of a corpus are of one form, and all of them are sound. Their fields are then taken up one after
the other, and offsets are compared as arrays. Whatever else there is, is looked at span by span, which also says what
is wrong.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

import msgspec

from onrecord.eval.readers.json_line import normal_fragments, place_faults
from onrecord.eval.spans.columns import ColumnBuilder, Vocabulary
from onrecord.eval.spans.counting import SpanColumnPair
from onrecord.eval.spans.documents import TypedSpan

PlainSpans = Iterable[TypedSpan | tuple[int, int] | tuple[int, int, str]]
"""Spans of one document; a tuple is start, end and type, half-open."""

Documents = Sequence[Sequence[Any]]
"""The spans of each document."""

MOST_OFFSET = 2**31 - 1


@dataclasses.dataclass(frozen=True)
class PlainSide:
    """One side of some documents."""

    documents: Sequence[PlainSpans]
    name: Callable[[int], str]
    """What an error calls the n-th document."""


def plain_columns(gold: PlainSide, predicted: PlainSide) -> SpanColumnPair:
    """The columns of both sides of some documents.

    Raises:
        ValueError: A span is empty or out of range, or its fragments are not in order, apart, and from its start to its
            end.
    """
    sides = [
        [each if isinstance(each, list | tuple) else list(each) for each in side.documents]
        for side in (gold, predicted)
    ]
    found = _columns_of_sound(*sides)
    if found is not None:
        return found
    checked = [
        [_checked(spans, side.name(n)) for n, spans in enumerate(documents)]
        for side, documents in zip((gold, predicted), sides, strict=True)
    ]
    return SpanColumnPair.of(*checked)


def _columns_of_sound(gold: Documents, predicted: Documents) -> SpanColumnPair | None:
    """The columns, if all spans of a side are of one form and nothing has to be said or mended."""
    types = Vocabulary()
    builders = ColumnBuilder(types), ColumnBuilder(types)
    try:
        if not all(map(_add, builders, (gold, predicted))):
            return None
    except (OverflowError, TypeError):
        return None
    columns = SpanColumnPair.built(types, *builders)
    sides = columns.gold, columns.predicted
    sound = all(bool(((side.start < side.end) & (side.end <= MOST_OFFSET)).all()) for side in sides)
    return columns if sound and not any(side.fragments or side.alternatives for side in sides) else None


def _add(builder: ColumnBuilder, documents: Documents) -> bool:
    """Add spans, if all are of one form; whether they are."""
    spans = list(chain.from_iterable(documents))
    forms = set(map(type, spans))
    if forms <= {TypedSpan}:
        builder.add(documents)
        return True
    lengths = set(map(len, spans)) if forms == {tuple} else set()
    if lengths not in ({2}, {3}):
        return False
    types = [span[2] for span in spans] if lengths == {3} else [""] * len(spans)
    builder.add_fields(list(map(len, documents)), [span[0] for span in spans], [span[1] for span in spans], types)
    return True


def _checked(spans: PlainSpans, where: str) -> tuple[TypedSpan, ...]:
    typed = tuple([span if isinstance(span, TypedSpan) else TypedSpan(*span) for span in spans])
    for span in typed:
        if not 0 <= span.start < span.end <= MOST_OFFSET:
            raise ValueError(f"{where} has a span from {span.start} to {span.end}")
    return tuple([_normal(span, where) if span.fragments or span.alternatives else span for span in typed])


def _normal(span: TypedSpan, where: str) -> TypedSpan:
    if faults := place_faults("", None, "", span.start, span.end, span.fragments):
        raise ValueError(f"{where} has a span of {faults[0].found}, and not of {faults[0].expected}")
    others = tuple(_checked([other], where)[0] for other in span.alternatives)
    return msgspec.structs.replace(span, fragments=normal_fragments(span.fragments), alternatives=others)

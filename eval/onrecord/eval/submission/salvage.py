"""What can still be checked of a prediction line that has the wrong shape somewhere.

Every error of a file is to be reported at once, so a line with an unknown label is still searched for wrong offsets and
dangling references. To that end what is wrong with its shape, and has been reported, is replaced by something harmless
that keeps its place and its id; what comes out is for checking alone and is never scored.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import msgspec

from onrecord.dataset import Span, walk
from onrecord.dataset.records import SpanItem
from onrecord.eval.submission.expected import KnownDocument
from onrecord.eval.submission.prediction_line import PredictionLine


def salvage(
    value: Any, kind: type[PredictionLine], documents: Mapping[str, KnownDocument], somebody: str
) -> PredictionLine | None:
    """The line with its misshapen parts replaced; None where not even the document is known.

    Args:
        value: The line as it was parsed.
        kind: What it should be.
        documents: Those of the dataset.
        somebody: An id that is known.
    """
    if not isinstance(value, dict):
        return None
    document = documents.get(value["doc_id"]) if isinstance(value.get("doc_id"), str) else None
    if document is None or not document.text:
        return None
    harmless = _Harmless(document.text, somebody)
    digest = value.get("text_sha256")
    rows = {
        field.name: _layer(value.get(field.name), field, harmless)
        for field in walk.fields(kind)
        if field.many and field.struct is not None
    }
    return kind(
        doc_id=document.id,
        text_sha256=digest if isinstance(digest, str) else document.text_sha256,
        **{name: each for name, each in rows.items() if each is not None},
    )


def _layer(rows: Any, field: walk.Field, harmless: _Harmless) -> tuple[Any, ...] | None:
    assert field.struct is not None
    if rows is None:
        return None
    if not isinstance(rows, list):
        return ()
    made: list[Any] = []
    for row in rows:
        try:
            made.append(msgspec.convert(row, field.struct))
        except (msgspec.ValidationError, UnicodeEncodeError):
            made.append(harmless.record(field.struct, row if isinstance(row, dict) else {}))
    return tuple(made)


@dataclasses.dataclass(frozen=True)
class _Harmless:
    """Values that no check finds anything wrong with."""

    text: str
    somebody: str
    """An id that is known."""

    def record(self, kind: type[msgspec.Struct], raw: Mapping[str, Any]) -> msgspec.Struct:
        """A record with what it must have; its id and its cluster are kept where they are strings."""
        start = {"start": 0, "end": 1, "text": self.text[0]} if issubclass(kind, SpanItem) else {}
        made: dict[str, Any] = {}
        for field, info in zip(walk.fields(kind), msgspec.structs.fields(kind), strict=True):
            named = field.name == "id" or field.name == walk.cluster_field(kind)
            kept = raw.get(field.name) if named and isinstance(raw.get(field.name), str) else None
            if kept:
                made[field.name] = kept
            elif field.name in start:
                made[field.name] = start[field.name]
            elif info.required:
                made[field.name] = (self.value(field),) if field.many else self.value(field)
        return kind(**made)

    def value(self, field: walk.Field) -> Any:
        """A value of a field."""
        if field.is_span:
            return Span(start=0, end=len(self.text), text=self.text)
        if field.struct is not None:
            return self.record(field.struct, {})
        if get_origin(field.kind) is Literal:
            return get_args(field.kind)[0]
        if field.refers is not None or field.name == "id":
            return self.somebody
        return field.kind()

"""What can still be checked of a prediction line that has the wrong shape somewhere.

Every error of a file is to be reported at once, so a line with an unknown label is still searched for wrong offsets and
dangling references. To that end what is wrong with its shape, and has been reported, is replaced by something harmless
that keeps its place and its id; what comes out is for checking alone and is never scored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from onrecord.dataset import Document, EventMention, Mention, Quote, Registries, Span, Stance, Target
from onrecord.eval.submission.prediction_line import (
    ClaimDescription,
    EntityDescription,
    EventDescription,
    PredictionLine,
)

T = TypeVar("T")


def salvage(value: Any, documents: Mapping[str, Document], registries: Registries) -> PredictionLine | None:
    """The line with its misshapen parts replaced; None where not even the document is known."""
    if not isinstance(value, dict):
        return None
    document = documents.get(value["doc_id"]) if isinstance(value.get("doc_id"), str) else None
    if document is None or not document.text:
        return None
    whole = Span(start=0, end=len(document.text), text=document.text)
    place = msgspec.structs.asdict(Span(start=0, end=1, text=document.text[0]))
    somebody = registries.entities[0].id if registries.entities else "somebody"

    def mention(raw: Mapping[str, Any]) -> Mention:
        return Mention(**place, type="PER", id=_id(raw, "id"), entity=_id(raw, "entity"))

    def quote(raw: Mapping[str, Any]) -> Quote:
        return Quote(content=(whole,), id=_id(raw, "id"))

    def stance(raw: Mapping[str, Any]) -> Stance:
        target = Target(kind="entity", id=somebody)
        return Stance(holder=somebody, target=target, label="neutral", id=_id(raw, "id"))

    def event(raw: Mapping[str, Any]) -> EventMention:
        return EventMention(**place, id=_id(raw, "id"), event=_id(raw, "event") or somebody)

    digest = value.get("text_sha256")
    return PredictionLine(
        doc_id=document.id,
        text_sha256=digest if isinstance(digest, str) else document.text_sha256,
        mentions=_layer(value, "mentions", Mention, mention),
        quotes=_layer(value, "quotes", Quote, quote),
        stances=_layer(value, "stances", Stance, stance),
        events=_layer(value, "events", EventMention, event),
        entities=_layer(value, "entities", EntityDescription, lambda raw: EntityDescription(id=_id(raw, "id") or "?"))
        or (),
        claims=_layer(
            value, "claims", ClaimDescription, lambda raw: ClaimDescription(id=_id(raw, "id") or "?", text="")
        )
        or (),
        event_descriptions=_layer(
            value, "event_descriptions", EventDescription, lambda raw: EventDescription(id=_id(raw, "id") or "?")
        )
        or (),
    )


def _layer(
    value: Mapping[str, Any], name: str, kind: type[T], stand_in: Callable[[Mapping[str, Any]], T]
) -> tuple[T, ...] | None:
    rows = value.get(name)
    if rows is None:
        return None
    if not isinstance(rows, list):
        return ()
    made: list[T] = []
    for row in rows:
        try:
            made.append(msgspec.convert(row, kind))
        except (msgspec.ValidationError, UnicodeEncodeError):
            made.append(stand_in(row if isinstance(row, dict) else {}))
    return tuple(made)


def _id(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) and value else None

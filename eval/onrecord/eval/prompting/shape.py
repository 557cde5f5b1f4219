"""The JSON Schema of a reply: the items of the scheme in force with words for offsets and names for ids.

It is made from the types of the items, keeps to what services call strict mode (every field required, no others, null
where there is nothing), and names no vocabulary but that of the scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS, in_scheme, scheme
from onrecord.dataset.records import Item, SpanItem
from onrecord.eval.submission.prediction_line import EventDescription

NEVER_ASKED = frozenset(Item.__struct_fields__)
"""Fields of gold, and ids, which are asked for only in a layer that others refer to."""

NAME = "name"
"""What stands for the id of a target: the name of an entity, the title of an event, the words of a claim."""

DESCRIBED = "event_descriptions"
"""The field of a reply, and of a line, that says more of events; each is known by its title."""

_STRING = {"type": "string"}
_AROUND = {"before": _STRING, "after": _STRING}


def asked_layers(layers: Sequence[str] = ()) -> tuple[str, ...]:
    """The layers that are asked for, in the order of the scheme in force; all of them where none is named."""
    return tuple(layer for layer in LAYERS if not layers or layer in layers)


def reply_schema(layers: Sequence[str] = ()) -> dict[str, Any]:
    """The schema of a reply.

    Args:
        layers: The layers that are asked for; all of the scheme in force where none is named.
    """
    asked = asked_layers(layers)
    referred = _referred(asked)
    fields: dict[str, Any] = {layer: _array(_item(LAYERS[layer], layer in referred, asked)) for layer in asked}
    if scheme().ids and any("event" in walk.referents(LAYERS[layer]) for layer in asked):
        fields[DESCRIBED] = _array(_described())
    span = _object({"text": _STRING, **_AROUND})
    return {**_object(fields), "$defs": {"words": span}}


def _referred(layers: Sequence[str]) -> set[str]:
    """The layers whose items some item refers to."""
    found = {field.refers.to for layer in layers for field in walk.fields(LAYERS[layer]) if field.refers}
    return found & set(layers)


def asked_fields(kind: type[msgspec.Struct]) -> list[walk.Field]:
    """The fields of an item, or of a record in one, that a reply has as they are called here."""
    own = set(SpanItem.__struct_fields__) - set(Item.__struct_fields__) if issubclass(kind, SpanItem) else set()
    return [
        field
        for field in walk.fields(kind)
        if field.name not in own and not (issubclass(kind, Item) and field.name in NEVER_ASKED) and _is_asked(field)
    ]


def _is_asked(field: walk.Field) -> bool:
    """Whether the scheme in force has use for a field."""
    return scheme().ids or field.refers is None or field.refers.to in LAYERS


def _item(kind: type[Item], with_id: bool, layers: Sequence[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": _STRING} if with_id else {}
    if issubclass(kind, SpanItem):
        fields |= {"text": _STRING, **_AROUND}
    for field in asked_fields(kind):
        if field.refers is None or field.refers.to not in LAYERS or field.refers.to in layers:
            fields[field.name] = _field(kind, field)
    return _object(fields)


def _field(kind: type[msgspec.Struct], field: walk.Field) -> dict[str, Any]:
    words = walk.vocabulary(kind, field.name)
    if field.is_span:
        one: dict[str, Any] = {"$ref": "#/$defs/words"}
    elif words:
        one = {"type": "string", "enum": list(words)}
    elif field.struct is not None:
        inner = {}
        for each in asked_fields(field.struct):
            inner[NAME if each.refers is not None and each.refers.by else each.name] = _field(field.struct, each)
        one = _object(inner)
    else:
        one = _STRING
    if field.many:
        return _array(one)
    return {"anyOf": [one, {"type": "null"}]} if field.optional else one


def _described() -> dict[str, Any]:
    kind = in_scheme(EventDescription)
    fields = {field.name: _field(kind, field) for field in walk.fields(kind) if field.name not in ("id", "wikidata")}
    return _object({**fields, "title": _STRING})


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}

"""Labels as Label Studio's result items; how, says :mod:`onrecord.annotation.label_studio.regions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from onrecord.annotation.label_studio.labelling import CONTENT, CUE, EVENT, EVIDENCE, SOURCE
from onrecord.annotation.label_studio.regions import CHOICES, MENUS, META, Result
from onrecord.dataset.records import Item, Labels, Span


def to_result(labels: Labels, offered: Mapping[str, Iterable[str]]) -> list[Result]:
    """Labels as the ``result`` of an annotation or a prediction.

    Args:
        labels: The labels of one document; every item must have an id.
        offered: The ids in the menus ``entity``, ``holder``, ``target`` and ``event``; an id that its menu does not
            offer goes to the text field beside it, since a menu would show it as not chosen.
    """
    known = {menu: frozenset(offered.get(menu, ())) for menu in MENUS}
    result: list[Result] = []

    def add(item: Item, label: str, span: Span, fields: Mapping[str, str | Sequence[str] | None]) -> None:
        assert item.id is not None
        fields = {**fields, "optional": "optional" if item.optional else None, "rule": item.rule}
        region = _region(item.id, label, span)
        kept = {"annotators": list(item.annotators), "agreed": item.agreed}
        if item.annotators or item.agreed is not None:
            region["meta"] = {META: kept}
        result.append(region)
        for name, value in fields.items():
            values = [value] if isinstance(value, str) else list(value or ())
            if values:
                if name in MENUS and values[0] not in known[name]:
                    name = f"{name}_new"
                result.append(_field(item.id, name, span, values))

    def tie(one: str, relation: str, other: str) -> None:
        result.append({"type": "relation", "from_id": one, "to_id": other, "direction": "right", "labels": [relation]})

    def more(id: str, label: str, spans: Sequence[Span]) -> None:
        for number, span in enumerate(spans[1:], start=2):
            result.append(_region(f"{id}.{number}", label, span))
            tie(f"{id}.{number}", "continues", id)

    for mention in labels.mentions:
        fields = {
            "kind": mention.kind,
            "entity": mention.entity,
            "literal": mention.literal,
            "noise": mention.noise,
        }
        add(mention, mention.type, mention.span, fields)
    for quote in labels.quotes:
        assert quote.id is not None
        add(
            quote,
            CONTENT,
            quote.content[0],
            {
                "speaker": quote.speaker,
                "relays": quote.relays,
                "mode": quote.mode,
                "utterance": quote.utterance,
            },
        )
        more(quote.id, CONTENT, quote.content)
        for label, name, span in ((SOURCE, "source", quote.source), (CUE, "cue", quote.cue)):
            if span is not None:
                result.append(_region(f"{quote.id}.{name}", label, span))
                tie(quote.id, name, f"{quote.id}.{name}")
        if quote.parent is not None:
            tie(quote.id, "parent", quote.parent)
    for stance in labels.stances:
        assert stance.id is not None
        add(
            stance,
            EVIDENCE,
            stance.evidence[0],
            {
                "holder": stance.holder,
                "target": f"{stance.target.kind}:{stance.target.id}",
                "label": stance.label,
                "basis": stance.basis,
            },
        )
        more(stance.id, EVIDENCE, stance.evidence)
        if stance.quote is not None:
            tie(stance.id, "quote", stance.quote)
    for event in labels.events:
        add(event, EVENT, event.span, {"event": event.event})
    return result


def document_fields(complete: Iterable[str]) -> list[Result]:
    """The document-level item that says which layers the annotator has finished."""
    choices = sorted(complete)
    value = {"choices": choices}
    return [{"id": "document", "from_name": "complete", "to_name": "text", "type": "choices", "value": value}]


def _region(id: str, label: str, span: Span) -> Result:
    value = {"start": span.start, "end": span.end, "text": span.text, "labels": [label]}
    return {"id": id, "from_name": "region", "to_name": "text", "type": "labels", "value": value}


def _field(id: str, name: str, span: Span, values: list[str]) -> Result:
    value: dict[str, Any] = {"start": span.start, "end": span.end}
    if name in CHOICES:
        kind = "choices"
        value |= {"text": span.text, "choices": values}
    elif name in MENUS:
        kind = "taxonomy"
        value |= {"text": span.text, "taxonomy": [values]}
    else:
        kind = "textarea"
        value["text"] = values
    return {"id": id, "from_name": name, "to_name": "text", "type": kind, "value": value}

"""Labels as Label Studio's result items; how, says :mod:`onrecord.annotation.label_studio.regions`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from onrecord.annotation.label_studio.forms import CONTINUES, OPTIONAL, RULE, Form, PanelField, page
from onrecord.annotation.label_studio.regions import META, ResultItem
from onrecord.dataset.records import Item, Labels, Span, Target
from onrecord.dataset.walk import anchor


def to_result(labels: Labels, offered: Mapping[str, Iterable[str]]) -> list[ResultItem]:
    """Labels as the ``result`` of an annotation or a prediction.

    Args:
        labels: The labels of one document; every item must have an id.
        offered: The ids in the menus, by name of the menu; an id that its menu does not offer goes to the text field
            beside it, since a menu would show it as not chosen.
    """
    known = {menu: frozenset(ids) for menu, ids in offered.items()}
    return [made for form in page().forms for item in labels.of(form.layer) for made in _item(form, item, known)]


def _item(form: Form, item: Item, known: Mapping[str, frozenset[str]]) -> Iterator[ResultItem]:
    """The regions of an item, their fields and what they are tied to."""
    assert item.id is not None
    spans = anchor(item)
    mark = str(getattr(item, form.label)) if form.label else form.mark
    yield _with_meta(_region(item.id, mark, spans[0]), item)
    values: dict[str, Any] = {ask.name: getattr(item, ask.field) for ask in form.asks}
    values |= {OPTIONAL: OPTIONAL if item.optional else None, RULE: item.rule}
    every = page().asks
    for name, value in values.items():
        if said := _said(value):
            ask = every[name]
            if ask.kind == "menu" and said[0] not in known.get(name, frozenset()):
                ask = every[ask.beside]
            yield _field(item.id, ask, spans[0], said)
    for number, span in enumerate(spans[1:], start=2):
        yield _region(f"{item.id}.{number}", mark, span)
        yield _tie(f"{item.id}.{number}", CONTINUES, item.id)
    for name, part in form.parts.items():
        span = getattr(item, name)
        if span is not None:
            yield _region(f"{item.id}.{name}", part.value, span)
            yield _tie(item.id, name, f"{item.id}.{name}")
    for name in form.tied:
        other = getattr(item, name)
        if other is not None:
            yield _tie(item.id, name, other)


def _said(value: Any) -> list[str]:
    """A field's value as the strings of a result; none for nothing."""
    if isinstance(value, Target):
        return [f"{value.kind}:{value.id}"]
    return [value] if isinstance(value, str) else list(value or ())


def _with_meta(region: ResultItem, item: Item) -> ResultItem:
    if item.annotators or item.agreed is not None:
        region["meta"] = {META: {"annotators": list(item.annotators), "agreed": item.agreed}}
    return region


def _tie(one: str, relation: str, other: str) -> ResultItem:
    return {"type": "relation", "from_id": one, "to_id": other, "direction": "right", "labels": [relation]}


def document_fields(complete: Iterable[str]) -> list[ResultItem]:
    """The document-level item that says which layers the annotator has finished."""
    choices = sorted(complete)
    value = {"choices": choices}
    return [{"id": "document", "from_name": "complete", "to_name": "text", "type": "choices", "value": value}]


def _region(id: str, label: str, span: Span) -> ResultItem:
    value = {"start": span.start, "end": span.end, "text": span.text, "labels": [label]}
    return {"id": id, "from_name": "region", "to_name": "text", "type": "labels", "value": value}


def _field(id: str, ask: PanelField, span: Span, values: Sequence[str]) -> ResultItem:
    value: dict[str, Any] = {"start": span.start, "end": span.end}
    if ask.kind == "choices":
        kind = "choices"
        value |= {"text": span.text, "choices": list(values)}
    elif ask.kind == "menu":
        kind = "taxonomy"
        value |= {"text": span.text, "taxonomy": [list(values)]}
    else:
        kind = "textarea"
        value["text"] = list(values)
    return {"id": id, "from_name": ask.name, "to_name": "text", "type": kind, "value": value}

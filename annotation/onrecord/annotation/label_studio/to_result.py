"""Labels as Label Studio's result items; how, says :mod:`onrecord.annotation.label_studio.regions`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.panel import CONTINUES, OPTIONAL, RULE, ControlType, Form, PanelField
from onrecord.annotation.label_studio.regions import MARKED, META, ResultItem, region_id
from onrecord.dataset.records import Item, Labels, Span, Target
from onrecord.dataset.walk import anchor


def to_result(
    labels: Labels, offered: Mapping[str, Iterable[str]], remarks: Mapping[str, str] | None = None
) -> list[ResultItem]:
    """Labels as the ``result`` of an annotation or a prediction.

    Args:
        labels: The labels of one document; every item must have an id.
        offered: The ids that each list of the task's data offers; see
            :func:`~onrecord.annotation.label_studio.menus.offered_ids`. A control shows what it does not offer as not
            chosen, so a value goes where it is offered: to a button, else to the menu, else to the new ids.
        remarks: What is said of items, by their ids: these are outlined and no others. Without, those are on which
            annotators did not agree.
    """
    known = {name: frozenset(ids) for name, ids in offered.items()}
    every = [item for _, item in labels.items()]
    opened = {item.id for item in every if (item.agreed is False if remarks is None else item.id in remarks)}
    regions = {item.id: region_id(item.id, item.id in opened) for item in every if item.id is not None}
    return [
        made
        for form in page().forms
        for item in labels.of(form.layer)
        for made in _item(form, item, known, regions, remarks)
    ]


def _item(
    form: Form,
    item: Item,
    known: Mapping[str, frozenset[str]],
    regions: Mapping[str, str],
    remarks: Mapping[str, str] | None,
) -> Iterator[ResultItem]:
    """The regions of an item, their fields and what they are tied to."""
    assert item.id is not None
    id, spans = regions[item.id], anchor(item)
    mark = str(getattr(item, form.label)) if form.label else form.mark
    yield _with_meta(region_of(id, mark, spans[0]), item, remarks)
    values: dict[str, Any] = {ask.name: getattr(item, ask.field) for ask in form.asks}
    values |= {OPTIONAL: OPTIONAL if item.optional else None, RULE: item.rule}
    every = page().asks
    for name, value in values.items():
        if said := _said(value):
            control = _control(every[name], said, known)
            yield _field(id, control, every[name].controls[control], spans[0], said)
    for number, span in enumerate(spans[1:], start=2):
        yield region_of(f"{id}.{number}", mark, span)
        yield tie(f"{id}.{number}", CONTINUES, id)
    for name, part in form.parts.items():
        span = getattr(item, name)
        if span is not None:
            yield region_of(f"{id}.{name}", part.value, span)
            yield tie(id, name, f"{id}.{name}")
    for name in form.tied:
        other = getattr(item, name)
        if other is not None:
            yield tie(id, name, regions.get(other, other))


def _control(ask: PanelField, said: Sequence[str], known: Mapping[str, frozenset[str]]) -> str:
    """The control of a field that offers all of its values; they stay together, so that their order does."""
    if ask.kind != "ids":
        return ask.name
    if list(said) == [ask.word]:
        return ask.apart
    # one button at a time: the server's page refuses to submit two
    if ask.near and len(said) == 1 and known.get(ask.near, frozenset()).issuperset(said):
        return ask.here
    return ask.menu if known.get(ask.options, frozenset()).issuperset(said) else ask.beside


def _said(value: Any) -> list[str]:
    """A field's value as the strings of a result; none for nothing."""
    if isinstance(value, Target):
        return [f"{value.kind}:{value.id}"]
    return [value] if isinstance(value, str) else list(value or ())


def _with_meta(region: ResultItem, item: Item, remarks: Mapping[str, str] | None) -> ResultItem:
    """The region with what no form asks for, and in ``text`` what the page shows with it."""
    kept: dict[str, Any] = {}
    if item.annotators or item.agreed is not None:
        kept = {"annotators": list(item.annotators), "agreed": item.agreed}
    if remarks is None:
        said = f"to decide: marked by {' and '.join(item.annotators)}" if item.agreed is False else ""
        said = said if item.annotators else ""
    else:
        said = remarks.get(str(item.id), "")
        if (item.id in remarks) != (item.agreed is False):
            kept[MARKED] = item.id in remarks
    if kept:
        region["meta"] = {META: kept}
    if said:
        region["meta"] = {**region.get("meta", {}), "text": [said]}
    return region


def tie(one: str, relation: str, other: str) -> ResultItem:
    """The relation of two regions."""
    return {"type": "relation", "from_id": one, "to_id": other, "direction": "right", "labels": [relation]}


def document_fields(complete: Iterable[str]) -> list[ResultItem]:
    """The document-level item that says which layers the annotator has finished."""
    choices = sorted(complete)
    value = {"choices": choices}
    return [{"id": "document", "from_name": "complete", "to_name": "text", "type": "choices", "value": value}]


def region_of(id: str, label: str, span: Span) -> ResultItem:
    """A region with a label and no fields."""
    value = {"start": span.start, "end": span.end, "text": span.text, "labels": [label]}
    return {"id": id, "from_name": "region", "to_name": "text", "type": "labels", "value": value}


def _field(id: str, control: str, kind: ControlType, span: Span, values: Sequence[str]) -> ResultItem:
    value: dict[str, Any] = {"start": span.start, "end": span.end}
    if kind == "choices":
        value |= {"text": span.text, "choices": list(values)}
    elif kind == "taxonomy":
        value |= {"text": span.text, "taxonomy": [[each] for each in values]}
    else:
        value["text"] = list(values)
    return {"id": id, "from_name": control, "to_name": "text", "type": kind, "value": value}

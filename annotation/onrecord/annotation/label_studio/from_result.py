"""The labels that Label Studio's result items hold, and everything in them that cannot be used.

How they hold them, says :mod:`onrecord.annotation.label_studio.regions`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import msgspec

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.panel import CONTINUES, OPTIONAL, RULE, Form, PanelField
from onrecord.annotation.label_studio.regions import ResultItem, item_id
from onrecord.annotation.label_studio.result_regions import Region, regions_of, relations_of
from onrecord.annotation.label_studio.ties import implied, untied
from onrecord.dataset import walk
from onrecord.dataset.gold import ordered
from onrecord.dataset.layers import LAYERS, labels
from onrecord.dataset.reading.faults import Wrong, nearest
from onrecord.dataset.reading.typed import explain
from onrecord.dataset.records import Item, Labels, Span, SpanItem, Target, TargetKind

Tied = Mapping[tuple[str, str], list[str]]
"""Regions by the one that they are tied to and the relation."""


def from_result(result: Sequence[ResultItem], text: str) -> tuple[Labels, list[Wrong]]:
    """The labels that an annotation's ``result`` holds, and everything in it that cannot be used.

    Args:
        result: As exported; Label Studio guarantees nothing about it.
        text: The document's text, which offsets refer to.

    Returns:
        The labels in reading order with every item that could be read, and what is wrong with the rest, each with a
        JSON pointer into ``result``. Labels are only to be used where nothing is wrong.
    """
    wrong: list[Wrong] = []
    regions = regions_of(result, text, wrong)
    relations = relations_of(result, regions, wrong)
    relations += implied(regions, relations, text)
    wrong += untied(result, regions, relations)
    heads = {one: other for one, name, other in relations if name == CONTINUES}
    spans: dict[str, list[Span]] = defaultdict(list)
    for region in regions.values():
        spans[_head(region.id, heads)].append(region.span)
    to_items = {name for form in page().forms for name in form.tied}
    tied: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one, name, other in relations:
        if name != CONTINUES:
            tied[_head(one, heads), name].append(_head(other, heads) if name in to_items else other)
    by_mark = page().by_mark
    made: dict[str, list[Any]] = {layer: [] for layer in LAYERS}
    for region in regions.values():
        if region.id in heads:
            for name in region.fields:
                pointer = f"/{region.places[name]}"
                wrong.append(("field", pointer, f"{name} on a later segment", "fields on the first one", ""))
            continue
        form = by_mark.get(region.label)
        if form is not None:
            own = sorted(spans[region.id], key=lambda span: span.start)
            told: set[str] = set()
            values = {**_values(form, region, own, tied, regions, wrong, told), **_common(region)}
            if (item := _item(form, region, msgspec.to_builtins(values), wrong, told)) is not None:
                made[form.layer].append(item)
    return ordered(labels(**made)), wrong


def _head(id: str, heads: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while id in heads and id not in seen:
        seen.add(id)
        id = heads[id]
    return id


def _item(form: Form, region: Region, values: dict[str, Any], wrong: list[Wrong], told: set[str]) -> Item | None:
    """The item of some values; None where they do not fit, which is said of each that was not ``told`` of already."""
    kind = LAYERS[form.layer]
    try:
        if not told:
            return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        misfit = str(error)
    else:
        misfit = ""
    before = len(wrong)
    places = {ask.field: _place(ask, region) for ask in form.asks}
    for code, pointer, found, expected, hint in explain(msgspec.json.decode(msgspec.json.encode(values)), kind):
        field = pointer.split("/")[1] if pointer else ""
        if field not in told:
            said = f"{field} {found!r}" if field else found
            wrong.append((code, f"/{places.get(field, region.at)}", said, expected, hint))
    if misfit and len(wrong) == before:  # a rule that explain does not know
        wrong.append(("type", f"/{region.at}", misfit, f"the fields of {kind.__name__}", ""))
    return None


def _values(
    form: Form,
    region: Region,
    spans: list[Span],
    tied: Tied,
    regions: Mapping[str, Region],
    wrong: list[Wrong],
    told: set[str],
) -> dict[str, Any]:
    """The fields of the item that a region begins; those with a fault are added to ``told``."""
    kind = LAYERS[form.layer]
    values: dict[str, Any] = {}
    if issubclass(kind, SpanItem):
        values |= msgspec.structs.asdict(spans[0])
    elif form.head:
        values[form.head] = tuple(spans) if form.segmented else spans[0]
    if form.label:
        values[form.label] = region.label
    known = {field.name: field for field in walk.fields(kind)}
    for ask in form.asks:
        field, before = known[ask.field], len(wrong)
        value: Any
        if field.kind is Target:
            value = _target(ask, region, wrong)
        elif field.many:
            value = tuple(_given(ask, region))
        else:
            value = _answer(ask, region, walk.vocabulary(kind, ask.field), wrong)
        if value is not None:
            values[ask.field] = value
        if len(wrong) > before:
            told.add(ask.field)
    for name in form.parts:
        if ids := tied.get((region.id, name)):
            values[name] = regions[ids[0]].span
    for name in form.tied:
        if ids := tied.get((region.id, name)):
            values[name] = item_id(ids[0], regions[ids[0]].meta)
    return values


def _answer(ask: PanelField, region: Region, words: Sequence[str], wrong: list[Wrong]) -> str | None:
    """The one value of a field; None where there is none, or one that its vocabulary does not have."""
    given = _given(ask, region)
    if len(given) > 1:
        hint = "buttons, the menu and the new ids are one field: take all but one back"
        wrong.append(("field", f"/{_place(ask, region)}", " and ".join(given), f"one {ask.name}", hint))
    value = given[0] if given else None
    if words and value is not None and value not in words:
        wrong.append(
            (
                "label",
                f"/{_place(ask, region)}",
                f"{ask.name} {value!r}",
                "one of " + ", ".join(words),
                nearest(value, words),
            )
        )
        value = None
    elif value is None and ask.needed:
        found = f"no {ask.name} on {region.span.text!r}"
        wrong.append(("missing-field", f"/{region.at}", found, f"a {ask.name}", ""))
    return value


def _given(ask: PanelField, region: Region) -> list[str]:
    """The values of a field in all of its controls, each once."""
    return list(dict.fromkeys(value for control in ask.controls for value in region.fields.get(control, [])))


def _place(ask: PanelField, region: Region) -> int:
    """Index of the first of a field's items; of the region's where there is none."""
    return next((region.places[control] for control in ask.controls if control in region.places), region.at)


def _target(ask: PanelField, region: Region, wrong: list[Wrong]) -> Target | None:
    answer = _answer(ask, region, (), wrong)
    if answer is None:
        return None
    kind, _, id = answer.partition(":")
    if kind not in get_args(TargetKind) or not id:
        place = f"/{_place(ask, region)}"
        wrong.append(("target", place, f"{ask.name} {answer!r}", "entity:ID, event:ID or claim:ID", ""))
        return None
    return Target(kind=msgspec.convert(kind, TargetKind), id=id)


def _common(region: Region) -> dict[str, Any]:
    return {
        "id": item_id(region.id, region.meta),
        "annotators": region.meta.get("annotators", ()),
        "agreed": region.meta.get("agreed"),
        "optional": region.fields.get(OPTIONAL) == [OPTIONAL],
        "rule": next(iter(region.fields.get(RULE, [])), None),
    }

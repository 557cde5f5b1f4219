"""What the labelling page asks of each layer in force: the marks of its regions, its fields, and what is tied to what.

The forms of the four layers are written down here, with the words of the scheme in force; that of a layer which
somebody adds follows from the types of its fields. A field for an id that holds across documents is there only where
the scheme wants ids. The labelling config, and the conversion to and from Label Studio's results, are made from these
alone.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from onrecord.annotation.label_studio.keys import colours, keys
from onrecord.annotation.label_studio.panel import OPTIONAL, RULE, Form, Mark, Page, PanelField, Word
from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.records import UNKNOWN, Item, SpanItem

PLAIN = "#555555"
"""The colour of the marks of a layer that was added."""

WHO = "who"
"""The controls for the entity that an item is mostly about."""

_REGISTERED = {"entity": "entities", "event": "events", "utterance": "utterances"}
"""The list of the task's data that has the ids of a registry."""


def page() -> Page:
    """The page of the scheme in force."""
    return _page(tuple(LAYERS.items()), scheme().ids)


@functools.lru_cache(maxsize=32)
def _page(layers: tuple[tuple[str, type[Item]], ...], ids: bool) -> Page:
    forms = [_WRITTEN[layer](item) if layer in _WRITTEN else _form_of(layer, item) for layer, item in layers]
    known = {layer for layer, _ in layers}
    kept = [
        dataclasses.replace(
            form,
            asks=tuple(ask for ask in form.asks if ids or not _refers(LAYERS[form.layer], ask.field)),
            tied={name: layer for name, layer in form.tied.items() if layer in known},
        )
        for form in forms
    ]
    common = (
        PanelField(OPTIONAL, "choices", words=(Word(OPTIONAL),), style="multiple"),
        PanelField(RULE, "text", "rule that decided a hard case"),
    )
    return _with_keys(Page(_told_apart(kept), common))


def _told_apart(forms: Sequence[Form]) -> tuple[Form, ...]:
    """The forms in which no mark is a word of a vocabulary, such as a type of mentions that is called EVENT."""
    words = {mark.value for form in forms if form.label for mark in form.marks}

    def other(form: Form, mark: Mark) -> Mark:
        return dataclasses.replace(mark, value=f"{mark.value} ({form.layer})") if mark.value in words else mark

    return tuple(
        dataclasses.replace(
            form,
            marks=form.marks if form.label else tuple(other(form, mark) for mark in form.marks),
            parts={name: other(form, part) for name, part in form.parts.items()},
        )
        for form in forms
    )


def _refers(item: type[Item], name: str) -> bool:
    """Whether a field is an id that refers to something, or holds one."""
    (field,) = (each for each in walk.fields(item) if each.name == name)
    return field.refers is not None or (field.struct is not None and not field.is_span)


def _with_keys(page: Page) -> Page:
    """The page with a key for every mark and every word.

    Marks have plain letters: q, s and c for a quote and its parts, then one by the name of each further layer, then
    the words of a vocabulary. Words of fields have letters with Shift.
    """
    whole = [form for form in page.forms if not form.label]
    heads = {form.mark: form.layer for form in whole}
    parts = {part.value: part.value for form in page.forms for part in form.parts.values()}
    labels = {mark.value: mark.value for form in page.forms if form.label for mark in form.marks}
    quotes = {mark: word for mark, word in heads.items() if word == "quotes"}
    plain = keys({**quotes, **parts, **heads, **labels})
    asked = [ask for ask in page.asks.values() if ask.kind == "choices"]
    held = keys({f"{ask.name} {word.value}": word.value for ask in asked for word in ask.words}, "shift+")

    def marked(mark: Mark) -> Mark:
        return dataclasses.replace(mark, hotkey=plain.get(mark.value, ""))

    def worded(ask: PanelField) -> PanelField:
        words = tuple(Word(word.value, held.get(f"{ask.name} {word.value}", "")) for word in ask.words)
        return dataclasses.replace(ask, words=words)

    forms = tuple(
        dataclasses.replace(
            form,
            marks=tuple(map(marked, form.marks)),
            parts={name: marked(part) for name, part in form.parts.items()},
            asks=tuple(map(worded, form.asks)),
        )
        for form in page.forms
    )
    return Page(forms, tuple(map(worded, page.common)))


def _choices(item: type[Item], name: str, **more: Any) -> PanelField:
    """The words of a field, and which of them is meant where none is chosen."""
    (info,) = (each for each in msgspec.structs.fields(item) if each.name == name)
    words = tuple(map(Word, walk.vocabulary(item, name)))
    default = info.default if isinstance(info.default, str) else ""
    return PanelField(name, "choices", words=words, default=default, needed=info.required, **more)


def _mentions(item: type[Item]) -> Form:
    types = walk.vocabulary(item, "type")
    return Form(
        layer="mentions",
        title="Mention",
        marks=tuple(Mark(type, background) for type, background in zip(types, colours(len(types)), strict=True)),
        asks=(
            PanelField("entity", "ids", options="entities", near="here", shared=WHO, needed=True),
            _choices(item, "kind"),
            PanelField("literal", "ids", "literal: the place named, where its government is meant", options="here"),
            _choices(item, "noise", style="single"),
        ),
        label="type",
    )


def _quotes(item: type[Item]) -> Form:
    return Form(
        layer="quotes",
        title="Quote (on its first segment)",
        marks=(Mark("CONTENT", "#9467bd"),),
        asks=(
            PanelField("speaker", "ids", options="entities", near="here", shared=WHO, word=UNKNOWN, several=True),
            PanelField("addressee", "ids", "addressee: to whom it was said", options="entities", several=True),
            PanelField("relays", "ids", "relays: from the outermost inward", options="entities", several=True),
            _choices(item, "mode"),
            PanelField("utterance", "ids", "utterance: where it is reported more than once", options="utterances"),
        ),
        head="content",
        parts={"source": Mark("SOURCE", "#c5b0d5"), "cue": Mark("CUE", "#8c564b")},
        tied={"parent": "quotes"},
    )


def _stances(item: type[Item]) -> Form:
    return Form(
        layer="stances",
        title="Stance (on its first evidence)",
        marks=(Mark("EVIDENCE", "#d62728"),),
        asks=(
            PanelField("holder", "ids", options="entities", near="here", shared=WHO, needed=True),
            PanelField("target", "ids", options="targets", fresh="new claim:ID, entity:ID or event:ID", needed=True),
            _choices(item, "label", title=_labels_by_target()),
            _choices(item, "basis"),
        ),
        head="evidence",
        tied={"quote": "quotes"},
    )


def _events(item: type[Item]) -> Form:
    return Form(
        layer="events",
        title="Event",
        marks=(Mark("EVENT", "#003f5c"),),
        asks=(PanelField("event", "ids", options="events", needed=True), _choices(item, "modality")),
    )


def _labels_by_target() -> str:
    """What stands above the labels: Label Studio cannot show some of them by what is chosen in a menu."""
    of_claims, others = scheme().labels_of("claim"), scheme().labels_of("entity")
    if of_claims == others:
        return "label"
    return f"label: {', '.join(of_claims)} of a claim; {', '.join(others)} of anything else"


_WRITTEN: dict[str, Callable[[type[Item]], Form]] = {
    "mentions": _mentions,
    "quotes": _quotes,
    "stances": _stances,
    "events": _events,
}


def _form_of(layer: str, item: type[Item]) -> Form:
    """The form of a layer that was added, from the types of its fields."""
    one = layer.removesuffix("s").upper()
    fields = [field for field in walk.fields(item) if field.name not in Item.__struct_fields__]
    spans = [] if issubclass(item, SpanItem) else [field.name for field in fields if field.is_span]
    return Form(
        layer=layer,
        title=one.capitalize(),
        marks=(Mark(one, PLAIN),),
        asks=tuple(_asks(item, layer)),
        head=spans[0] if spans else "",
        parts={name: Mark(f"{one}_{name.upper()}", PLAIN) for name in spans[1:]},
        tied={f.name: f.refers.to for f in fields if f.refers is not None and f.refers.to in LAYERS},
    )


def _asks(item: type[Item], layer: str) -> Iterator[PanelField]:
    infos = {info.name: info for info in msgspec.structs.fields(item)}
    without = {*Item.__struct_fields__, *(SpanItem.__struct_fields__ if issubclass(item, SpanItem) else ())}
    for field in walk.fields(item):
        refers, needed = field.refers, infos[field.name].required
        name = f"{layer}_{field.name}"
        if field.name in without or field.is_span or (refers is not None and refers.to in LAYERS):
            continue
        if walk.vocabulary(item, field.name):
            yield dataclasses.replace(_choices(item, field.name), name=name, of=field.name)
        elif refers is not None and refers.to in _REGISTERED:
            options = _REGISTERED[refers.to]
            yield PanelField(name, "ids", options=options, several=field.many, needed=needed, of=field.name)
        else:
            yield PanelField(name, "text", several=field.many, needed=needed, of=field.name)

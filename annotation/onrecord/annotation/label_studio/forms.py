"""What the labelling page asks of each layer: the marks of its regions, its fields, and what is tied to what.

The forms of the four layers are written down here; that of a layer which somebody adds follows from the types of its
fields. The labelling config, and the conversion to and from Label Studio's results, are made from these alone.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import EntityType, Item, MentionKind, Noise, QuoteMode, SpanItem, StanceBasis, StanceLabel

CONTINUES = "continues"
"""The relation of a later segment to the first one."""

OPTIONAL, RULE = "optional", "rule"
"""Fields that every item has."""


@dataclasses.dataclass(frozen=True)
class Mark:
    """A label that a region may bear."""

    value: str
    background: str = "#555555"
    hotkey: str = ""


@dataclasses.dataclass(frozen=True)
class PanelField:
    """A field of the panel."""

    name: str
    kind: Literal["choices", "menu", "text"]
    """``menu`` offers the ids of a registry, and has a text field beside it for one that is not there."""
    prompt: str = ""
    words: tuple[str, ...] = ()
    """Of choices."""
    style: Literal["single-radio", "single", "multiple"] = "single-radio"
    """Of choices."""
    options: str = ""
    """Of a menu: the list of the task's data that it offers."""
    other: str = ""
    """Of a menu: what the text field beside it asks for."""
    several: bool = False
    """Whether a text may have several values."""
    needed: bool = False
    """Whether an item without it is at fault."""
    of: str = ""
    """The field of the item; empty where it has the same name."""

    @property
    def field(self) -> str:
        """The field of the item that is asked for."""
        return self.of or self.name

    @property
    def beside(self) -> str:
        """The name of the text field beside a menu."""
        return f"{self.name}_new"


@dataclasses.dataclass(frozen=True)
class Form:
    """How one layer is labelled."""

    layer: str
    title: str
    marks: tuple[Mark, ...]
    """Of an item's first region; where there are several, which one it is says ``label``."""
    asks: tuple[PanelField, ...]
    head: str = ""
    """The field whose spans are the item's regions; empty for an item that is a span."""
    label: str = ""
    """The field that the mark is the value of."""
    parts: Mapping[str, Mark] = dataclasses.field(default_factory=dict)
    """Marks of further regions, tied to the first one by a relation with the name of the field that they are."""
    tied: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Layers of the items that an item is tied to by a relation with the name of the field that refers to them."""

    @property
    def mark(self) -> str:
        """The mark of the first region, where there is but one."""
        return self.marks[0].value

    @property
    def segmented(self) -> bool:
        """Whether an item may have several regions of its own, tied by ``continues``."""
        return any(field.name == self.head and field.many for field in walk.fields(LAYERS[self.layer]))


def _radio(name: str, words: object, needed: bool = False) -> PanelField:
    return PanelField(name, "choices", words=get_args(words), needed=needed)


_COLOURS = ("#1f77b4", "#2ca02c", "#ff7f0e", "#bcbd22", "#17becf", "#e377c2", "#7f7f7f")
"""Of the entity types."""

MENTIONS = Form(
    layer="mentions",
    title="Mention",
    marks=tuple(
        Mark(type, background, str(number))
        for number, type, background in zip(range(1, 8), get_args(EntityType), _COLOURS, strict=True)
    ),
    asks=(
        _radio("kind", MentionKind),
        PanelField(
            "entity",
            "menu",
            "entity: type to search",
            options="entities",
            other="entity id that is not in the list",
            needed=True,
        ),
        PanelField("literal", "text", "metonymy: id of the place literally named"),
        PanelField("noise", "choices", words=get_args(Noise), style="single"),
    ),
    label="type",
)

QUOTES = Form(
    layer="quotes",
    title="Quote (on its first segment)",
    marks=(Mark("CONTENT", "#9467bd", "q"),),
    asks=(
        PanelField("speaker", "text", "speaker: entity id, or unknown", several=True),
        PanelField("relays", "text", "relays: entity ids from the outermost inward", several=True),
        _radio("mode", QuoteMode),
        PanelField("utterance", "text", "utterance: event id"),
    ),
    head="content",
    parts={"source": Mark("SOURCE", "#c5b0d5", "w"), "cue": Mark("CUE", "#8c564b", "e")},
    tied={"parent": "quotes"},
)

STANCES = Form(
    layer="stances",
    title="Stance (on its first evidence)",
    marks=(Mark("EVIDENCE", "#d62728", "s"),),
    asks=(
        PanelField(
            "holder",
            "menu",
            "holder: type to search",
            options="entities",
            other="holder id that is not in the list",
            needed=True,
        ),
        PanelField(
            "target",
            "menu",
            "target: type to search",
            options="targets",
            other="target that is not in the list, as kind:id",
            needed=True,
        ),
        _radio("label", StanceLabel, needed=True),
        _radio("basis", StanceBasis),
    ),
    head="evidence",
    tied={"quote": "quotes"},
)

EVENTS = Form(
    layer="events",
    title="Event",
    marks=(Mark("EVENT", "#003f5c", "v"),),
    asks=(
        PanelField(
            "event",
            "menu",
            "event: type to search",
            options="events",
            other="event id that is not in the list",
            needed=True,
        ),
    ),
)

_WRITTEN = {form.layer: form for form in (MENTIONS, QUOTES, STANCES, EVENTS)}


@dataclasses.dataclass(frozen=True)
class Page:
    """The labelling page of some layers."""

    forms: tuple[Form, ...]
    """In the order of the page."""

    @functools.cached_property
    def by_mark(self) -> dict[str, Form]:
        """The form of the layer whose items begin with a region of some mark."""
        return {mark.value: form for form in self.forms for mark in form.marks}

    @functools.cached_property
    def marks(self) -> list[Mark]:
        """Every mark."""
        return [mark for form in self.forms for mark in (*form.marks, *form.parts.values())]

    @functools.cached_property
    def asks(self) -> dict[str, PanelField]:
        """Every field but those of the whole document, by its name; a text field beside a menu is one too."""
        found: dict[str, PanelField] = {}
        for form in self.forms:
            for ask in form.asks:
                found[ask.name] = ask
                if ask.kind == "menu":
                    found[ask.beside] = PanelField(ask.beside, "text", ask.other)
        found[OPTIONAL] = PanelField(OPTIONAL, "choices", words=(OPTIONAL,), style="multiple")
        found[RULE] = PanelField(RULE, "text", "rule that decided a hard case")
        return found

    @functools.cached_property
    def relations(self) -> list[str]:
        """The names of all relations."""
        parts = [name for form in self.forms for name in form.parts]
        tied = [name for form in self.forms for name in form.tied]
        return list(dict.fromkeys([CONTINUES, *parts, *tied]))

    @functools.cached_property
    def allowed(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The relations that a region of one mark may have to one of another, the likeliest first."""
        heads = {form.layer: form for form in self.forms}
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for form in self.forms:
            for mark in form.marks:
                ends = [(part.value, name) for name, part in form.parts.items()]
                ends += [(mark.value, name) for name, layer in form.tied.items() if layer == form.layer]
                ends += [(mark.value, CONTINUES)] if form.segmented else []
                others = [(name, layer) for name, layer in form.tied.items() if layer != form.layer]
                ends += [(other.value, name) for name, layer in others for other in heads[layer].marks]
                for end, name in ends:
                    found[mark.value, end] = (*found.get((mark.value, end), ()), name)
        return found


def page() -> Page:
    """The page of all layers that there are."""
    return _page(tuple(LAYERS.items()))


@functools.cache
def _page(layers: tuple[tuple[str, type[Item]], ...]) -> Page:
    return Page(tuple(_WRITTEN.get(layer) or _form_of(layer, item) for layer, item in layers))


def _form_of(layer: str, item: type[Item]) -> Form:
    """The form of a layer that was added, from the types of its fields."""
    one = layer.removesuffix("s").upper()
    fields = [field for field in walk.fields(item) if field.name not in Item.__struct_fields__]
    spans = [] if issubclass(item, SpanItem) else [field.name for field in fields if field.is_span]
    return Form(
        layer=layer,
        title=one.capitalize(),
        marks=(Mark(one),),
        asks=tuple(_asks(item, layer)),
        head=spans[0] if spans else "",
        parts={name: Mark(f"{one}_{name.upper()}") for name in spans[1:]},
        tied={f.name: f.refers.to for f in fields if f.refers is not None and f.refers.to in LAYERS},
    )


def _asks(item: type[Item], layer: str) -> Iterator[PanelField]:
    infos = {info.name: info for info in msgspec.structs.fields(item)}
    without = {*Item.__struct_fields__, *(SpanItem.__struct_fields__ if issubclass(item, SpanItem) else ())}
    for field in walk.fields(item):
        refers, words = field.refers, walk.vocabulary(item, field.name)
        needed = infos[field.name].required
        name = f"{layer}_{field.name}"
        if field.name in without or field.is_span or (refers is not None and refers.to in LAYERS):
            continue
        if words:
            yield PanelField(name, "choices", field.name, words=words, needed=needed, of=field.name)
        elif refers is not None and not field.many and refers.to in _REGISTERED:
            other = f"{field.name}: id that is not in the list"
            prompt, options = f"{field.name}: type to search", _REGISTERED[refers.to]
            yield PanelField(name, "menu", prompt, options=options, other=other, needed=needed, of=field.name)
        else:
            yield PanelField(name, "text", field.name, several=field.many, needed=needed, of=field.name)


_REGISTERED = {"entity": "entities", "event": "events"}

"""What a labelling page is made of: marks, the fields of the panel, and the form of a layer."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Literal

from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS

CONTINUES = "continues"
"""The relation of a later segment to the first one."""

OPTIONAL, RULE = "optional", "rule"
"""Fields that every item has."""

ControlType = Literal["choices", "taxonomy", "textarea"]


@dataclasses.dataclass(frozen=True)
class Mark:
    """A label that a region may bear."""

    value: str
    background: str
    hotkey: str = ""
    """Empty where no letter is left for it."""


@dataclasses.dataclass(frozen=True)
class Word:
    """A word to choose."""

    value: str
    hotkey: str = ""


@dataclasses.dataclass(frozen=True)
class PanelField:
    """A field of the panel; one for an id has several controls: see :attr:`controls`."""

    name: str
    kind: Literal["choices", "ids", "text"]
    title: str = ""
    """What stands above it; its name where empty."""
    words: tuple[Word, ...] = ()
    """Of choices."""
    style: Literal["single-radio", "single", "multiple"] = "single-radio"
    """Of choices."""
    default: str = ""
    """Of choices: the word that is meant where none is chosen."""
    options: str = ""
    """Of ids: the list of the task's data that the menu offers."""
    near: str = ""
    """Of ids: the list of the task's data that is offered as buttons; empty for no buttons."""
    word: str = ""
    """Of ids: a word that may stand instead of one, offered by itself."""
    shared: str = ""
    """Of ids: the name of the controls where fields of several layers have them in common, so that the page has each
    list once, and a new id is offered to all of them; empty for controls of its own."""
    fresh: str = "new id"
    """Of ids: what the control for an id that no list has asks for."""
    several: bool = False
    """Whether it may have several values."""
    needed: bool = False
    """Whether an item without it is at fault."""
    of: str = ""
    """The field of the item; empty where it has the same name."""

    @property
    def field(self) -> str:
        """The field of the item that is asked for."""
        return self.of or self.name

    @property
    def head(self) -> str:
        """What stands above it."""
        said = self.title or self.field
        return f"{said} ({self.default} if none is chosen)" if self.default else said

    @property
    def menu(self) -> str:
        """The control with the menu."""
        return self.shared or self.name

    @property
    def here(self) -> str:
        """The control with buttons."""
        return f"{self.menu}_here"

    @property
    def beside(self) -> str:
        """The control for an id that no list has."""
        return f"{self.menu}_new"

    @property
    def apart(self) -> str:
        """The control for :attr:`word`."""
        return f"{self.name}_{self.word}"

    @property
    def controls(self) -> dict[str, ControlType]:
        """Its controls by name, in the order in which their values count: the word, buttons, the menu, new ids."""
        if self.kind == "ids":
            found: dict[str, ControlType] = {self.apart: "choices"} if self.word else {}
            if self.near:
                found[self.here] = "choices"
            return {**found, self.menu: "taxonomy", self.beside: "taxonomy"}
        return {self.name: "choices" if self.kind == "choices" else "textarea"}


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


@dataclasses.dataclass(frozen=True)
class Page:
    """The labelling page of some layers."""

    forms: tuple[Form, ...]
    """In the order of the page."""
    common: tuple[PanelField, ...]
    """The fields that every item has."""

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
        """Every field but those of the whole document, by its name."""
        return {ask.name: ask for asks in (*(form.asks for form in self.forms), self.common) for ask in asks}

    @functools.cached_property
    def controls(self) -> frozenset[str]:
        """The names of all controls but those of the whole document."""
        return frozenset(control for ask in self.asks.values() for control in ask.controls)

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

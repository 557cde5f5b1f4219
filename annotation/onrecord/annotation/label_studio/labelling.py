"""The one labelling config of all layers in force, made from their forms."""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.panel import Form, Mark, Page, PanelField
from onrecord.annotation.label_studio.regions import OPEN
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.records import Item


def config() -> str:
    """The labelling config, as Label Studio takes it."""
    return _config(tuple(LAYERS.items()), scheme().ids)


@functools.lru_cache(maxsize=32)
def _config(layers: tuple[tuple[str, type[Item]], ...], ids: bool) -> str:
    templates = Environment(
        loader=PackageLoader("onrecord.annotation.label_studio", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown = page()
    return templates.get_template("labelling.xml.j2").render(
        relations=shown.relations,
        marks=shown.marks,
        rows=list(_rows(shown)),
        layers=[name for name, _ in layers],
        open=OPEN,
        steps=Markup(_steps(shown)),
    )


def _steps(shown: Page) -> str:
    """How to label, in Markdown, for as long as no region is selected."""
    lines = [
        "**Draw over the text, then press the key of the label**; the fields of the region come up here. "
        "Where no label is lit, press the key first.",
        "Once in every browser: the two sliders below the text, *Select region after creating it*.",
    ]
    if any(ask.near for ask in shown.asks.values()):
        lines.append("Buttons are whom the text names; everyone else is in the menu, by any name or by id.")
    for form in shown.forms:
        if form.parts:
            parts = " and ".join(part.value for part in form.parts.values())
            lines.append(f"{parts} drawn right after their {form.mark} are its own; else tie them: Alt+R, click on it.")
    lines.append("A dashed red outline: annotators did not agree here, decide.")
    lines.append("Guidelines: *Instructions*, above. U unselects, Backspace deletes, Ctrl+Enter submits.")
    return "\n\n".join(lines)


@dataclasses.dataclass(frozen=True)
class _Row:
    """A heading, or the controls of a field, and the forms whose regions show it."""

    forms: tuple[Form, ...]
    head: str = ""
    size: int = 5
    ask: PanelField | None = None
    word: bool = False
    """Whether it is only the control for the field's word."""

    @property
    def visible(self) -> Markup:
        """Shows what it stands on where a region of one of the forms is selected."""
        return _visible(mark for form in self.forms for mark in form.marks)


def _rows(shown: Page) -> Iterator[_Row]:
    """The panel from top to bottom: what several layers share is there once, first where it is the first of each."""
    for form in shown.forms:
        yield _Row((form,), form.title, 4)
    having: dict[str, list[tuple[Form, PanelField]]] = defaultdict(list)
    for form in shown.forms:
        for ask in form.asks:
            if ask.shared:
                having[ask.shared].append((form, ask))
    first = [name for name, each in having.items() if all(form.asks[0] is ask for form, ask in each)]
    for name in first:
        yield from _shared(having[name])
    for form in shown.forms:
        for ask in form.asks:
            if not ask.shared:
                yield _Row((form,), ask.head)
                yield _Row((form,), ask=ask)
    for name, each in having.items():
        if name not in first:
            yield from _shared(each)
    for ask in shown.common:
        yield _Row(shown.forms, ask.head)
        yield _Row(shown.forms, ask=ask)


def _shared(having: Sequence[tuple[Form, PanelField]]) -> Iterator[_Row]:
    """What each form calls a field that they share, then its controls."""
    for form, ask in having:
        yield _Row((form,), ask.head)
        if ask.word:
            yield _Row((form,), ask=ask, word=True)
    several = any(ask.several for _, ask in having)
    ask = dataclasses.replace(having[0][1], several=several, word="")
    yield _Row(tuple(form for form, _ in having), ask=ask)


def _visible(marks: Iterable[Mark]) -> Markup:
    labels = ",".join(mark.value for mark in marks)
    return Markup('visibleWhen="region-selected" whenLabelValue="{}"').format(labels)


def config_hash() -> str:
    """SHA-256 of the labelling config: tasks carry it, so that an export of another config is known as one."""
    return sha256(config())

"""The one labelling config of all layers in force, made from their forms."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.panel import Mark, Page
from onrecord.annotation.label_studio.regions import OPEN
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.records import Item

OLDER = frozenset({"2ef555c983fb580d3996def9c071a3a9110151163ab62b7d996cbf3aa34ab7d4"})
"""SHA-256 of configs of before whose exports are still read: their fields had one control each, or a text beside."""


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
    heads = [mark for form in shown.forms for mark in form.marks]
    panels = [(form.title, form.asks, _visible(form.marks)) for form in shown.forms]
    panels.append(("", shown.common, _visible(heads)))
    return templates.get_template("labelling.xml.j2").render(
        relations=shown.relations,
        marks=shown.marks,
        panels=panels,
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


def _visible(marks: Iterable[Mark]) -> Markup:
    """Shows what it stands on where a region with one of these marks is selected."""
    labels = ",".join(mark.value for mark in marks)
    return Markup('visibleWhen="region-selected" whenLabelValue="{}"').format(labels)


def config_hash() -> str:
    """SHA-256 of the labelling config: tasks carry it, so that an export of another config is known as one."""
    return sha256(config())


def is_read(config_sha256: str) -> bool:
    """Whether exports of tasks that carry this hash are read."""
    return config_sha256 == config_hash() or config_sha256 in OLDER

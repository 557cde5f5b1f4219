"""The one labelling config of all layers, made from their forms, and the lists that its menus offer."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from onrecord.annotation.label_studio.forms import OPTIONAL, RULE, Mark, page
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.records import Item, Registries


def config() -> str:
    """The labelling config, as Label Studio takes it."""
    return _config(tuple(LAYERS.items()))


@functools.cache
def _config(layers: tuple[tuple[str, type[Item]], ...]) -> str:
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
    panels.append(("", (shown.asks[OPTIONAL], shown.asks[RULE]), _visible(heads)))
    return templates.get_template("labelling.xml.j2").render(
        relations=shown.relations,
        marks=shown.marks,
        panels=panels,
        layers=[name for name, _ in layers],
    )


def _visible(marks: Iterable[Mark]) -> Markup:
    """Shows what it stands on where a region with one of these marks is selected."""
    labels = ",".join(mark.value for mark in marks)
    return Markup('visibleWhen="region-selected" whenLabelValue="{}"').format(labels)


def config_hash() -> str:
    """SHA-256 of the labelling config: tasks carry it, so that an export of another config is known as one."""
    return sha256(config())


def menus(registries: Registries) -> dict[str, list[dict[str, str]]]:
    """The ids that a task's drop-down menus offer, as the task data that the config names."""
    entities = [{"value": row.id, "hint": row.name} for row in registries.entities]
    events = [{"value": row.id, "hint": row.title} for row in registries.events]
    targets = [
        {"value": f"{kind}:{row['value']}", "hint": row["hint"]}
        for kind, rows in (
            ("claim", [{"value": row.id, "hint": row.text} for row in registries.claims]),
            ("entity", entities),
            ("event", events),
        )
        for row in rows
    ]
    return {"entities": entities, "events": events, "targets": targets}

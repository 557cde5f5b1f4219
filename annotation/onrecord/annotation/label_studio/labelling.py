"""The one labelling config of all four layers, and the lists that its menus offer."""

from __future__ import annotations

import functools
import importlib.resources

from onrecord.dataset.reading.files import sha256
from onrecord.dataset.records import Registries

MENTION_LABELS = ("PER", "ORG", "GPE", "LOC", "FAC", "NORP", "GRP")
CONTENT, SOURCE, CUE, EVIDENCE, EVENT = "CONTENT", "SOURCE", "CUE", "EVIDENCE", "EVENT"
SPAN_LABELS = (CONTENT, SOURCE, CUE, EVIDENCE, EVENT)


@functools.cache
def config() -> str:
    """The labelling config, as Label Studio takes it."""
    return (importlib.resources.files("onrecord.annotation.label_studio") / "labelling.xml").read_text(encoding="utf-8")


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

"""Every layer that is scored, in the order of the table."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from onrecord.dataset import layers
from onrecord.dataset.records import LAYERS, Item
from onrecord.eval.layers.entities import ENTITIES, ENTITY_IDS
from onrecord.eval.layers.events import EVENTS
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.links import LINKS
from onrecord.eval.layers.quotes import QUOTES
from onrecord.eval.layers.stances import STANCES

SCORED: list[Layer[Any]] = [ENTITIES, ENTITY_IDS, LINKS, QUOTES, STANCES, EVENTS]
"""Every layer of the score, in the order of the table; see :func:`added`."""


@contextlib.contextmanager
def added(layer: Layer[Any], item: type[Item]) -> Iterator[None]:
    """Have one more layer for a while: in files, gold and Parquet as in scores, reports and agreement.

    Args:
        layer: The layer; its name is that of no other.
        item: The type of its items. Where files have such a field already, it must be theirs.

    Raises:
        ValueError: The name is taken, or the field is there with another type.
    """
    if any(layer.name == each.name for each in SCORED):
        raise ValueError(f"there is a layer {layer.name!r} already")
    if layer.item in LAYERS and LAYERS[layer.item] is not item:
        raise ValueError(f"items of {layer.item!r} are of another type")
    with contextlib.nullcontext() if layer.item in LAYERS else layers.added(layer.item, item):
        SCORED.append(layer)
        try:
            yield
        finally:
            SCORED.remove(layer)


def with_items() -> list[Layer[Any]]:
    """The layers that have items of their own, one for each field of a line that has any."""
    return [layer for layer in SCORED if layer.owns_items]

"""Every layer that is scored, in the order of the table."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from onrecord.dataset import layers
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import Item
from onrecord.dataset.scheme import Scheme
from onrecord.eval.layers.entities import ENTITY_IDS, entities
from onrecord.eval.layers.events import EVENTS
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.links import LINKS
from onrecord.eval.layers.quotes import quotes
from onrecord.eval.layers.stances import stances

_ADDED: ContextVar[tuple[Layer[Any], ...]] = ContextVar("onrecord_added_layers", default=())


def scored_layers() -> tuple[Layer[Any], ...]:
    """Every layer of the score, in the order of the table: those of the scheme in force; see :func:`added`."""
    return (*_of(layers.scheme()), *_ADDED.get())


@functools.cache
def _of(scheme: Scheme) -> tuple[Layer[Any], ...]:
    by_ids = (ENTITY_IDS, LINKS) if scheme.ids else ()
    every = (entities(scheme), *by_ids, quotes(scheme), stances(scheme), EVENTS)
    return tuple(layer for layer in every if layer.item in scheme.layers)


@contextlib.contextmanager
def added(layer: Layer[Any], item: type[Item]) -> Iterator[None]:
    """Have one more layer for a while: in files, gold and Parquet as in scores, reports and agreement.

    Args:
        layer: The layer; its name is that of no other.
        item: The type of its items. Where files have such a field already, it must be theirs.

    Raises:
        ValueError: The name is taken, or the field is there with another type.
    """
    if any(layer.name == each.name for each in scored_layers()):
        raise ValueError(f"there is a layer {layer.name!r} already")
    if layer.item in LAYERS and LAYERS[layer.item] is not item:
        raise ValueError(f"items of {layer.item!r} are of another type")
    with contextlib.nullcontext() if layer.item in LAYERS else layers.added(layer.item, item):
        token = _ADDED.set((*_ADDED.get(), layer))
        try:
            yield
        finally:
            _ADDED.reset(token)


def with_items() -> list[Layer[Any]]:
    """The layers that have items of their own, one for each field of a line that has any."""
    return [layer for layer in scored_layers() if layer.owns_items]

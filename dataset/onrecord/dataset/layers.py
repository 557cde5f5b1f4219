"""Which layers there are: the four of the label scheme, and those that somebody adds.

The types that hold a field for each layer (:class:`~onrecord.dataset.records.Labels`, the line of a prediction file)
are declared with the four; :func:`with_every_layer` gives the type that has all. Nothing else knows how many there are.
"""

from __future__ import annotations

import contextlib
import functools
import types
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from onrecord.dataset.records import LAYERS, Item, Labels

T = TypeVar("T")


@contextlib.contextmanager
def added(name: str, item: type[Item]) -> Iterator[None]:
    """Have one more layer for a while.

    Args:
        name: Of its field in every record and prediction line.
        item: The type of its items; what its fields are spans of and refer to is in their types.

    Raises:
        ValueError: There is one of that name already, or a field of a prediction line is called so.
    """
    if name in LAYERS or name in Labels.__struct_fields__ or not name.isidentifier():
        raise ValueError(f"a layer cannot be called {name!r}")
    LAYERS[name] = item
    _extended.cache_clear()
    try:
        yield
    finally:
        del LAYERS[name]
        _extended.cache_clear()


def with_every_layer(kind: type[T]) -> type[T]:
    """A type with a field for every layer wherever it, or a type within it, has fields for layers.

    It is the type itself where no layer was added, and a subtype of the same name otherwise.
    """
    if set(LAYERS) <= set(Labels.__struct_fields__):
        return kind
    made: type[T] = _extended(kind)  # type: ignore[arg-type]
    return made


@functools.cache
def _extended(kind: Any) -> Any:
    if get_origin(kind) is tuple:
        inner, *rest = get_args(kind)
        other = _extended(inner)
        return kind if other == inner else types.GenericAlias(tuple, (other, *rest))
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return kind
    more: list[tuple[str, Any, Any]] = []
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    if all(name in known for name in Labels.__struct_fields__):
        default = known[Labels.__struct_fields__[0]].default
        for name in LAYERS:
            if name not in known:
                several: Any = tuple[LAYERS[name], ...]  # type: ignore[valid-type]
                more.append((name, several if default == () else several | None, default))
    for field in known.values():
        other = _extended(field.type)
        if other != field.type:
            more.append((field.name, other, field.default))
    if not more:
        return kind
    space = {"__doc__": kind.__doc__}
    made: type[msgspec.Struct] = msgspec.defstruct(
        kind.__name__,
        more,
        bases=(kind,),
        namespace=space,
        module=kind.__module__,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )
    return made


def labels(**items: Iterable[Item]) -> Labels:
    """Labels with the items of any layers; the others are empty.

    Raises:
        TypeError: There is no such layer.
    """
    return with_every_layer(Labels)(**{name: tuple(each) for name, each in items.items()})  # type: ignore[arg-type]

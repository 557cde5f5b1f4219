"""Whether anything is wrong with a line, without saying what: by column, with sets, in a fraction of the time.

Each look is true where the check that it stands for (:mod:`~onrecord.eval.submission.line_checks`,
:mod:`onrecord.dataset.check`) finds nothing, and false wherever it finds something; where it cannot tell it is false.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from itertools import chain
from operator import attrgetter, is_
from typing import Any

from onrecord.dataset import Labels, walk
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.records import Item, SpanItem, Use
from onrecord.eval.submission.line_checks import DESCRIPTIONS, MANY
from onrecord.eval.submission.prediction_line import PredictionLine

LineIds = Mapping[tuple[str, Use], set[str]]
"""The ids of a line by what they refer to and how."""


class LineItems:
    """The items of a line, of which what several looks need is read once.

    Args:
        labels: Those of the line.
    """

    def __init__(self, labels: Labels) -> None:
        self.layers = [(layer, kind, labels.of(layer)) for layer, kind in LAYERS.items()]
        self.places = {
            layer: list(map(_PLACE, items)) for layer, kind, items in self.layers if issubclass(kind, SpanItem)
        }
        """Start, end and surface of each item, of the layers whose items are spans."""

    @functools.cached_property
    def apart(self) -> Mapping[str, bool]:
        """Whether no two items are at the same place, of the layers whose items are spans."""
        return {
            layer: len({(start, end) for start, end, _ in places}) == len(places)
            for layer, places in self.places.items()
        }


_PLACE = attrgetter("start", "end", "text")


def line_ids(line: PredictionLine) -> LineIds:
    """What a line refers to."""
    found: dict[tuple[str, Use], set[str]] = {}
    wanted = scheme().ids
    for kind, use, ids in walk.all_ids(type(line), (line,)):
        if wanted or kind in LAYERS:
            found.setdefault((kind, use), set()).update(ids)
    return found


def numbers_are_right(line: PredictionLine, most: int) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.check_numbers`."""
    if any(len(getattr(line, name) or ()) > most for name in (*LAYERS, *DESCRIPTIONS, "unplaced")):
        return False
    for layer, kind in LAYERS.items():
        items = getattr(line, layer) or ()
        if sum(sum(map(len, map(several, items))) for several in _several(kind)) > 4 * most:
            return False
    return True


@functools.cache
def _several(kind: type[Item]) -> tuple[attrgetter[Any], ...]:
    return tuple(attrgetter(field.name) for field in walk.fields(kind) if field.many)


def spans_are_right(items: LineItems, text: str) -> bool:
    """See :func:`onrecord.dataset.check.check_spans`."""
    length = len(text)
    for layer, kind, several in items.layers:
        places = items.places.get(layer)
        for start, end, surface in map(_PLACE, walk.all_spans(kind, several)) if places is None else places:
            if text[start:end] != surface or not start < end <= length:
                return False
    return True


def edges_are_right(line: PredictionLine) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.blank_edges`."""
    for layer, kind in LAYERS.items():
        if issubclass(kind, SpanItem):
            texts = [item.text for item in getattr(line, layer) or ()]
            if not all(map(is_, texts, map(str.strip, texts))):  # what has nothing to strip is given back itself
                return False
    return True


def own_references_are_right(labels: Labels, ids: LineIds) -> bool:
    """See :func:`onrecord.dataset.check.check_own_references`."""
    own = ((kind, used) for (kind, _), used in ids.items() if kind in LAYERS and used)
    return all(used <= {item.id for item in labels.of(kind)} for kind, used in own)


def ids_are_right(items: LineItems) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.check_ids`."""
    for layer, kind, several in items.layers:
        ids = [item.id for item in several if item.id is not None]
        if len(set(ids)) < len(ids):
            return False
        field = walk.cluster_field(kind)
        if field is not None and not items.apart[layer] and not _one_id_each(items.places[layer], several, field):
            return False
    return True


def _one_id_each(places: Sequence[tuple[int, int, str]], items: Sequence[Item], field: str) -> bool:
    """Whether no place is in two clusters."""
    found = {(start, end, id) for (start, end, _), id in zip(places, map(attrgetter(field), items), strict=True) if id}
    return len({(start, end) for start, end, _ in found}) == len(found)


def names_are_right(line: PredictionLine) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.check_names`."""
    rows = chain.from_iterable(getattr(line, field) for field in DESCRIPTIONS)
    values = (getattr(row, name, None) for row in rows for name in ("name", "text", "title", "type"))
    return all(value is None or value.isprintable() for value in values)  # control characters are not printable


def nothing_is_repeated(items: LineItems) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.repeated_items`."""
    for layer, kind, several in items.layers:
        if not items.apart.get(layer, False) and len(set(map(_said(kind), several))) < len(several):
            return False
    return True


@functools.cache
def _said(kind: type[Item]) -> attrgetter[Any]:
    return attrgetter(*(name for name in kind.__struct_fields__ if name != "id"))


def clusters_are_several(items: LineItems) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.degenerate`."""
    for _, kind, several in items.layers:
        field = walk.cluster_field(kind) if len(several) >= MANY else None
        if field is not None and len({*map(attrgetter(field), several)} - {None}) == 1:
            return False
    return True

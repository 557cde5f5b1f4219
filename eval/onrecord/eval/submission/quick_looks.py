"""Whether anything is wrong with a line, without saying what: by column, with sets, in a fraction of the time.

Each look is true where the check that it stands for (:mod:`~onrecord.eval.submission.line_checks`,
:mod:`onrecord.dataset.check`) finds nothing, and false wherever it finds something; where it cannot tell it is false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from operator import attrgetter, is_
from typing import Any

from onrecord.dataset import Labels, walk
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.records import SpanItem, Use
from onrecord.eval.submission.line_checks import DESCRIPTIONS, MANY
from onrecord.eval.submission.prediction_line import PredictionLine

LineIds = Mapping[tuple[str, Use], set[str]]
"""The ids of a line by what they refer to and how."""


def line_ids(line: PredictionLine) -> LineIds:
    """What a line refers to."""
    found: dict[tuple[str, Use], set[str]] = {}
    for kind, use, ids in walk.all_ids(type(line), (line,)):
        if kind in LAYERS or scheme().ids:
            found.setdefault((kind, use), set()).update(ids)
    return found


def numbers_are_right(line: PredictionLine, most: int) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.check_numbers`."""
    if any(len(getattr(line, name) or ()) > most for name in (*LAYERS, *DESCRIPTIONS)):
        return False
    for layer, kind in LAYERS.items():
        items = getattr(line, layer) or ()
        several = [field.name for field in walk.fields(kind) if field.many]
        if sum(sum(map(len, map(attrgetter(name), items))) for name in several) > 4 * most:
            return False
    return True


def spans_are_right(labels: Labels, text: str) -> bool:
    """See :func:`onrecord.dataset.check.check_spans`."""
    length = len(text)
    for layer in LAYERS:
        for span in walk.all_spans(LAYERS[layer], labels.of(layer)):
            start, end = span.start, span.end
            if not start < end <= length or text[start:end] != span.text:
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


def ids_are_right(labels: Labels) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.check_ids`."""
    for layer, kind in LAYERS.items():
        items = labels.of(layer)
        ids = [id for id in map(attrgetter("id"), items) if id is not None]
        if len(set(ids)) < len(ids):
            return False
        if walk.cluster_field(kind) is not None and not _apart(items):
            return False
    return True


def names_are_right(line: PredictionLine) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.check_names`."""
    rows = chain.from_iterable(getattr(line, field) for field in DESCRIPTIONS)
    values = (getattr(row, name, None) for row in rows for name in ("name", "text", "title", "type"))
    return all(value is None or value.isprintable() for value in values)  # control characters are not printable


def nothing_is_repeated(labels: Labels) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.repeated_items`."""
    for layer, kind in LAYERS.items():
        items = labels.of(layer)
        if issubclass(kind, SpanItem) and _apart(items):
            continue
        said = attrgetter(*(name for name in kind.__struct_fields__ if name != "id"))
        if len(set(map(said, items))) < len(items):
            return False
    return True


def clusters_are_several(labels: Labels) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.degenerate`."""
    for layer, kind in LAYERS.items():
        field = walk.cluster_field(kind)
        items = labels.of(layer) if field is not None else ()
        if field is not None and len(items) >= MANY and len({*map(attrgetter(field), items)} - {None}) == 1:
            return False
    return True


def _apart(items: Sequence[Any]) -> bool:
    """Whether no two items are at the same place."""
    return len(set(map(attrgetter("start", "end"), items))) == len(items)

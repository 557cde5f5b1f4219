"""Error classes and confusion matrices, counted over the items that the document view shows."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence

from onrecord.eval.layers.entities import TYPES
from onrecord.eval.layers.stances import LABELS
from onrecord.eval.report.items import LAYERS, OUTCOMES, UNJUDGED, DocumentItems, Item
from onrecord.eval.report.plots import fragment

ERROR_LAYERS = ("entities", "links", "quotes", "stances", "events")
"""Layers whose items have outcomes."""

NOTHING = "–"
"""Stands for no label: missed in gold's row, spurious in the system's column."""

MEANINGS = {
    "right": "as the headline counts it",
    "type": "right place, wrong type",
    "boundary": "right type, other boundaries",
    "both": "other boundaries and wrong type",
    "speaker": "found, but not said by whom",
    "label": "holder and target right, wrong label",
    "kind": "right place, but not called a name",
    "wrong link": "linked, to another",
    "link as nil": "known, but linked to nothing",
    "nil as link": "unknown to the knowledge base, but linked",
    "wrong row": "unknown, and taken for another unknown",
    "missed": "in gold alone",
    "spurious": "predicted alone",
    "optional": "left out of the score: readers differ",
    "not submitted": "the file has no such layer",
}
"""What the outcomes mean."""


@dataclasses.dataclass(frozen=True)
class ErrorClass:
    """How often something happened."""

    outcome: str
    meaning: str
    count: int
    share: float
    """Of all of the layer's."""
    href: str
    """Where these are shown."""


@dataclasses.dataclass(frozen=True)
class LayerErrors:
    """What became of a layer's items."""

    layer: str
    gold: int
    """Gold items counted."""
    spurious: int
    classes: tuple[ErrorClass, ...]


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell of a confusion matrix."""

    count: int
    share: float
    """Of its row."""
    shade: int
    """0 to 5 by share."""
    right: bool
    href: str


@dataclasses.dataclass(frozen=True)
class Confusion:
    """Gold labels by predicted labels; the last row is what gold does not have, the last column what was missed."""

    layer: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...], int], ...]
    """Label, cells, total. None where nothing can be: neither in gold nor predicted."""


def outcome_in(item: Item, layer: str) -> str:
    """What became of an item in a layer; empty where that does not look at it."""
    return item.link if layer == "links" else item.outcome if item.layer == layer else ""


def errors(documents: Sequence[DocumentItems]) -> tuple[LayerErrors, ...]:
    """The outcomes of every layer that has any, commonest kinds in a fixed order."""
    found = []
    for layer in ERROR_LAYERS:
        counts = Counter(outcome_in(item, layer) for each in documents for item in each.items)
        total = sum(n for outcome, n in counts.items() if outcome and outcome not in UNJUDGED)
        if not total:
            continue
        classes = tuple(
            ErrorClass(
                outcome=outcome,
                meaning=MEANINGS[outcome],
                count=counts[outcome],
                share=counts[outcome] / total,
                href=fragment(layer=layer, outcome=outcome),
            )
            for outcome in OUTCOMES
            if counts[outcome] and outcome not in UNJUDGED
        )
        found.append(LayerErrors(layer, total - counts["spurious"], counts["spurious"], classes))
    return tuple(found)


def confusions(documents: Sequence[DocumentItems]) -> tuple[Confusion, ...]:
    """Entity types and stance labels, over the items that are scored."""
    tables = (("entities", "Entity types, mentions of all kinds", TYPES), ("stances", "Stance labels", LABELS))
    found = []
    for layer, title, labels in tables:
        items = [item for each in documents for item in each.items if item.layer == layer]
        if judged := [item for item in items if item.outcome not in UNJUDGED]:
            found.append(_confusion(layer, title, labels, judged))
    return tuple(found)


def _confusion(layer: str, title: str, labels: Iterable[str], items: Sequence[Item]) -> Confusion:
    counts = Counter((_label(item, gold=True), _label(item, gold=False)) for item in items)
    order = [*labels, *sorted({label for pair in counts for label in pair} - {*labels, NOTHING})]
    rows = [label for label in order if any(counts[label, other] for other in (*order, NOTHING))]
    columns = [label for label in order if any(counts[other, label] for other in (*order, NOTHING)) or label in rows]
    found = []
    for row in (*rows, NOTHING):
        total = sum(n for (gold, _), n in counts.items() if gold == row)
        cells = tuple(
            None if row == column == NOTHING else _cell(layer, row, column, counts[row, column], total)
            for column in (*columns, NOTHING)
        )
        found.append((row, cells, total))
    return Confusion(layer, title, (*columns, NOTHING), tuple(found))


def _cell(layer: str, row: str, column: str, count: int, total: int) -> Cell:
    share = count / total if total else 0.0
    shade = 0 if not count else 1 + min(4, int(5 * share))
    return Cell(count, share, shade, row == column, fragment(layer=layer, gold=row, pred=column))


def _label(item: Item, gold: bool) -> str:
    side = item.gold if gold else item.predicted
    return NOTHING if side is None else side.label


def error_count(each: DocumentItems) -> int:
    """How many of a document's items are wrong, in the layers that have items of their own."""
    return sum(item.outcome not in UNJUDGED and item.outcome != "right" for item in each.items if item.layer in LAYERS)

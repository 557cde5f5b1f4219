"""Error classes and confusion matrices, counted over the items that the document view shows."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence

from onrecord.dataset.walk import vocabulary
from onrecord.eval.layers.layer import SPURIOUS
from onrecord.eval.layers.scored import SCORED, with_items
from onrecord.eval.report.items import UNJUDGED, DocumentItems, ReportItem, meanings
from onrecord.eval.report.plots import fragment


def error_layers() -> list[str]:
    """Layers whose items have outcomes."""
    return [layer.name for layer in SCORED if layer.verdicts is not None]


NOTHING = "–"
"""Stands for no label: missed in gold's row, spurious in the system's column."""


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
class MatrixCell:
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
    rows: tuple[tuple[str, tuple[MatrixCell | None, ...], int], ...]
    """Label, cells, total. None where nothing can be: neither in gold nor predicted."""


def outcome_in(item: ReportItem, layer: str) -> str:
    """What became of an item in a layer; empty where that does not look at it."""
    if item.layer == layer:
        return item.outcome
    on = next((each.told_on for each in SCORED if each.name == layer), "")
    return item.link if on == item.layer else ""


def errors(documents: Sequence[DocumentItems]) -> tuple[LayerErrors, ...]:
    """The outcomes of every layer that has any, commonest kinds in a fixed order."""
    found = []
    outcomes = meanings()
    for layer in error_layers():
        counts = Counter(outcome_in(item, layer) for each in documents for item in each.items)
        total = sum(n for outcome, n in counts.items() if outcome and outcome not in UNJUDGED)
        if not total:
            continue
        classes = tuple(
            ErrorClass(
                outcome=outcome,
                meaning=meaning,
                count=counts[outcome],
                share=counts[outcome] / total,
                href=fragment(layer=layer, outcome=outcome),
            )
            for outcome, meaning in outcomes.items()
            if counts[outcome] and outcome not in UNJUDGED
        )
        found.append(LayerErrors(layer, total - counts[SPURIOUS], counts[SPURIOUS], classes))
    return tuple(found)


def confusions(documents: Sequence[DocumentItems]) -> tuple[Confusion, ...]:
    """The labels of every layer whose items have one, over the items that are scored."""
    found = []
    for layer in with_items():
        items = [item for each in documents for item in each.items if item.layer == layer.name]
        judged = [item for item in items if item.outcome not in UNJUDGED]
        if layer.label and judged:
            labels = vocabulary(layer.item_type, layer.label)
            found.append(_confusion(layer.name, layer.label_title or f"Labels of {layer.name}", labels, judged))
    return tuple(found)


def _confusion(layer: str, title: str, labels: Iterable[str], items: Sequence[ReportItem]) -> Confusion:
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


def _cell(layer: str, row: str, column: str, count: int, total: int) -> MatrixCell:
    share = count / total if total else 0.0
    shade = 0 if not count else 1 + min(4, int(5 * share))
    return MatrixCell(count, share, shade, row == column, fragment(layer=layer, gold=row, pred=column))


def _label(item: ReportItem, gold: bool) -> str:
    side = item.gold if gold else item.predicted
    return NOTHING if side is None else side.label

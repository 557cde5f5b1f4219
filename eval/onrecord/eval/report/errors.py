"""Error classes and confusion matrices, read off one count of the items that the document view shows."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable

from onrecord.dataset.walk import vocabulary
from onrecord.eval.layers.layer import NOT_IN_TEXT, SPURIOUS
from onrecord.eval.layers.scored import scored_layers, with_items
from onrecord.eval.report.items import UNJUDGED, ItemSide, ReportItem, meanings
from onrecord.eval.report.plots import fragment


def error_layers() -> list[str]:
    """Layers whose items have outcomes."""
    return [layer.name for layer in scored_layers() if layer.verdicts is not None]


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


Tally = Counter[tuple[str, str, str, str]]
"""How many items have a layer, an outcome in it, a label in gold and a predicted label; an item that two layers judge
is counted in both."""


def tally(items: Iterable[ReportItem]) -> Tally:
    """Count items; what a layer does not look at is not counted in it."""
    told = defaultdict(list)
    for layer in scored_layers():
        if layer.verdicts is not None and layer.told_on:
            told[layer.told_on].append(layer.name)
    counts: Tally = Counter()
    for item in items:
        labels = _label(item.gold), _label(item.predicted)
        counts[(item.layer, item.outcome, *labels)] += 1
        if item.link:
            for name in told[item.layer]:
                counts[(name, item.link, *labels)] += 1
    return counts


def _label(side: ItemSide | None) -> str:
    return NOTHING if side is None else side.label


def errors(counts: Tally) -> tuple[LayerErrors, ...]:
    """The outcomes of every layer that has any, commonest kinds in a fixed order."""
    found = []
    for name in error_layers():
        outcomes: Counter[str] = Counter()
        for (layer, outcome, _, _), n in counts.items():
            if layer == name and outcome not in UNJUDGED:
                outcomes[outcome] += n
        total = outcomes.total()
        if not total:
            continue
        classes = tuple(
            ErrorClass(
                outcome=outcome,
                meaning=meaning,
                count=outcomes[outcome],
                share=outcomes[outcome] / total,
                href=fragment(layer=name, outcome=outcome),
            )
            for outcome, meaning in meanings().items()
            if outcomes[outcome]
        )
        spurious = outcomes[SPURIOUS] + outcomes[NOT_IN_TEXT]
        found.append(LayerErrors(name, total - spurious, spurious, classes))
    return tuple(found)


def confusions(counts: Tally) -> tuple[Confusion, ...]:
    """The labels of every layer whose items have one, over the items that are scored."""
    found = []
    for layer in with_items():
        if not layer.label:
            continue
        cells: Counter[tuple[str, str]] = Counter()
        for (name, outcome, gold, predicted), n in counts.items():
            if name == layer.name and outcome not in UNJUDGED:
                cells[gold, predicted] += n
        if cells:
            labels = vocabulary(layer.item_type, layer.label)
            found.append(_confusion(layer.name, layer.label_title or f"Labels of {layer.name}", labels, cells))
    return tuple(found)


def _confusion(layer: str, title: str, labels: Iterable[str], counts: Counter[tuple[str, str]]) -> Confusion:
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

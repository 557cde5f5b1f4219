"""The comparison with another system: differences, documents in pairs, and items that changed, each with its place."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onrecord.eval.layers.layer import Layer
from onrecord.eval.rendering.scores import percent
from onrecord.eval.report.items import DocumentItems, ReportItem
from onrecord.eval.report.plots import MOST_DOTS, Bar, Dot, Range, bars, difference_range, document_link, slopes
from onrecord.eval.scoring.compare import compare_results
from onrecord.eval.scoring.item_changes import ChangeKind, JudgedChange, document_changes
from onrecord.eval.scoring.result import Result
from onrecord.eval.statistics.paired import Paired, conclusion
from onrecord.eval.statistics.sampling import Sampling

CHANGES: tuple[ChangeKind, ...] = ("fixed", "regressed", "still wrong")


@dataclasses.dataclass(frozen=True)
class Difference:
    """The difference of two systems in one measure, in points."""

    name: str
    headline: bool
    earlier: str
    later: str
    difference: str
    interval: str
    p: str
    range: Range
    words: str
    """What can be concluded."""


@dataclasses.dataclass(frozen=True)
class PairedStrip:
    """A headline on every document, in both systems."""

    name: str
    dots: tuple[Dot, ...]
    """A line for each document; empty where there are bars."""
    bars: tuple[Bar, ...]
    """Of the differences, from -100 to 100, where there are too many documents for lines."""
    better: int
    worse: int


@dataclasses.dataclass(frozen=True)
class ShownChange:
    """An item that one of the systems did not get right."""

    document: str
    layer: str
    text: str
    gold: bool
    earlier: str
    later: str
    href: str


MOST_CHANGES = 500
"""Changes of a kind that are shown at most."""


@dataclasses.dataclass(frozen=True)
class ChangedItems:
    """The items of one kind of change."""

    shown: tuple[ShownChange, ...]
    """By layer and document; the first :data:`MOST_CHANGES`."""
    count: int
    """Of all of them."""


@dataclasses.dataclass(frozen=True)
class Changes:
    """This system against another."""

    name: str
    """Of the other."""
    sha256: str
    missing: tuple[str, ...]
    differences: tuple[Difference, ...]
    strips: tuple[PairedStrip, ...]
    items: Mapping[ChangeKind, ChangedItems]


class ItemChanges:
    """What changed from another system to this one, gathered one document after the other.

    Args:
        layers: Those that both have, in the order of the table; changes come by layer, then by document.
    """

    def __init__(self, layers: Sequence[Layer[Any]]) -> None:
        self._layers = [layer for layer in layers if layer.verdicts is not None]
        self._kept: dict[tuple[ChangeKind, str], list[ShownChange]] = {
            (kind, layer.name): [] for kind in CHANGES for layer in self._layers
        }
        self._counts: Counter[ChangeKind] = Counter()

    def add(self, before: DocumentItems, after: DocumentItems) -> None:
        """A document, in the other system and in this one."""
        for layer in self._layers:
            readings = [each.readings.get(layer.name) for each in (before, after)]
            for change in document_changes(after.document, layer, *readings):
                self._counts[change.item.change] += 1
                kept = self._kept[change.item.change, layer.name]
                if len(kept) < MOST_CHANGES:
                    kept.append(_placed(change, before, after))

    def shown(self) -> dict[ChangeKind, ChangedItems]:
        """The first of each kind, and how many there are."""
        found = {}
        for kind in CHANGES:
            every = [each for layer in self._layers for each in self._kept[kind, layer.name]]
            found[kind] = ChangedItems(tuple(every[:MOST_CHANGES]), self._counts[kind])
        return found


def changes(
    other: Result, result: Result, names: tuple[str, str], how: Sampling, items: Mapping[ChangeKind, ChangedItems]
) -> Changes:
    """What changed from another system to this one.

    Args:
        other: The other system's result, on the same articles.
        result: This one's.
        names: Of the other and of this one.
        how: How intervals and tests are made.
        items: The items that changed.

    Raises:
        ValueError: The results are of different articles.
    """
    found = compare_results([other, result], names, how)
    contrast = found.contrasts[0, 1]
    first = result.headlines
    earlier, later = other.values, result.values
    shown = [
        measure.full
        for each in result.layers
        for measure in each.layer.measures
        if measure.full in contrast and not measure.detail
    ]
    return Changes(
        name=names[0],
        sha256=other.submission_sha256,
        missing=other.missing,
        differences=tuple(
            _difference(name, name in first, earlier[name], later[name], contrast[name], how) for name in shown
        ),
        strips=tuple(_strips(found.documents(), [name for name in first if name in contrast])),
        items=items,
    )


def _difference(
    name: str, headline: bool, earlier: float | None, later: float | None, paired: Paired, how: Sampling
) -> Difference:
    low, high = paired.interval.low, paired.interval.high
    return Difference(
        name=name,
        headline=headline,
        earlier=percent(earlier),
        later=percent(later),
        difference=_points(paired.difference),
        interval="–" if low is None or high is None else f"{_points(low)} to {_points(high)}",
        p="–" if paired.p is None else f"{paired.p:.3f}" if paired.p >= 0.001 else "<0.001",
        range=difference_range(paired.difference, paired.interval),
        words=conclusion(paired, how.level, how.unit),
    )


def _points(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.1f}".replace("-", "−")


def _strips(
    documents: Mapping[str, Mapping[str, tuple[float | None, ...]]], names: Sequence[str]
) -> Iterator[PairedStrip]:
    for name in names:
        both = [(id, measures[name][0], measures[name][1]) for id, measures in documents.items()]
        values = [
            (id, earlier, later, f"{id}: {percent(earlier)} → {percent(later)}")
            for id, earlier, later in both
            if earlier is not None and later is not None
        ]
        many = len(values) > MOST_DOTS
        yield PairedStrip(
            name,
            dots=() if many else slopes(values),
            bars=bars([later - earlier for _, earlier, later, _ in values], -1.0, 1.0) if many else (),
            better=sum(later > earlier for _, earlier, later, _ in values),
            worse=sum(later < earlier for _, earlier, later, _ in values),
        )


def _placed(change: JudgedChange, before: DocumentItems, after: DocumentItems) -> ShownChange:
    """A change with the address of its item, or of its place where this system does not have it."""
    item = change.item
    if change.after is not None:
        address = {"item": after.item(item.layer, change.after).key}
    else:
        assert change.before is not None  # it was in one of the two
        address = _at(before.item(item.layer, change.before))
    return ShownChange(
        document=item.document,
        layer=item.layer,
        text=item.text,
        gold=item.gold,
        earlier=item.earlier,
        later=item.later,
        href=document_link(item.document, **address),
    )


def _at(item: ReportItem) -> dict[str, str]:
    """The place of an item that only the other system has."""
    side = item.gold or item.predicted
    return {"at": f"{side.places[0][0]}-{side.places[0][1]}"} if side is not None and side.places else {}

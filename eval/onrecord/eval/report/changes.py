"""The comparison with another system: differences, documents in pairs, and items that changed, each with its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from onrecord.eval.rendering.scores import percent
from onrecord.eval.report.items import DocumentItems, ReportItem
from onrecord.eval.report.plots import Dot, Range, difference_range, document_link, slopes
from onrecord.eval.scoring.compare import ChangeKind, ItemChange, compare_results
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


@dataclasses.dataclass(frozen=True)
class Changes:
    """This system against another."""

    name: str
    """Of the other."""
    sha256: str
    missing: tuple[str, ...]
    differences: tuple[Difference, ...]
    strips: tuple[PairedStrip, ...]
    items: Mapping[ChangeKind, tuple[ShownChange, ...]]


def changes(
    other: Result,
    result: Result,
    names: tuple[str, str],
    how: Sampling,
    before: Sequence[DocumentItems],
    after: Sequence[DocumentItems],
) -> Changes:
    """What changed from another system to this one.

    Args:
        other: The other system's result, on the same articles.
        result: This one's.
        names: Of the other and of this one.
        how: How intervals and tests are made.
        before: The other system's items, document by document.
        after: This one's.

    Raises:
        ValueError: The results are of different articles.
    """
    found = compare_results([other, result], names, how)
    contrast = found.contrasts[0, 1]
    first = result.headlines
    shown = [
        measure.full
        for each in result.layers
        for measure in each.layer.measures
        if measure.full in contrast and not measure.detail
    ]
    items = list(_placed(found.items(), before, after))
    return Changes(
        name=names[0],
        sha256=other.submission_sha256,
        missing=other.missing,
        differences=tuple(
            _difference(name, name in first, other.values[name], result.values[name], contrast[name], how)
            for name in shown
        ),
        strips=tuple(_strips(found.documents(), [name for name in first if name in contrast])),
        items={kind: tuple(each for change, each in items if change == kind) for kind in CHANGES},
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
        yield PairedStrip(
            name,
            slopes(values),
            better=sum(later > earlier for _, earlier, later, _ in values),
            worse=sum(later < earlier for _, earlier, later, _ in values),
        )


def _placed(
    found: Sequence[ItemChange], before: Sequence[DocumentItems], after: Sequence[DocumentItems]
) -> Iterator[tuple[ChangeKind, ShownChange]]:
    """Every change with the address of its item, or of its place where this system does not have it."""
    places = [{each.document: each for each in documents} for documents in (before, after)]
    for change in found:
        if change.after is not None:
            item = places[1][change.document].item(change.layer, change.after)
            address = {"item": item.key}
        else:
            assert change.before is not None  # it was in one of the two
            address = _at(places[0][change.document].item(change.layer, change.before))
        yield (
            change.change,
            ShownChange(
                document=change.document,
                layer=change.layer,
                text=change.text,
                gold=change.gold,
                earlier=change.earlier,
                later=change.later,
                href=document_link(change.document, **address),
            ),
        )


def _at(item: ReportItem) -> dict[str, str]:
    """The place of an item that only the other system has."""
    side = item.gold or item.predicted
    return {"at": f"{side.places[0][0]}-{side.places[0][1]}"} if side is not None and side.places else {}

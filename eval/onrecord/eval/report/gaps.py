"""What the system loses on perturbed articles, as the report shows it: from the records of gaps."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from onrecord.dataset import Fault, FaultsError
from onrecord.eval.rendering.scores import percent
from onrecord.eval.report.changes import MOST_CHANGES, ChangedItems, ShownChange
from onrecord.eval.report.plots import document_link
from onrecord.eval.scoring.gap import points
from onrecord.eval.scoring.gap_record import GapItem, GapRecord
from onrecord.eval.scoring.result import Result


@dataclasses.dataclass(frozen=True)
class GapRow:
    """The gap of one measure, in points."""

    name: str
    headline: bool
    original: str
    perturbed: str
    gap: str
    interval: str
    p: str
    detectable: str


@dataclasses.dataclass(frozen=True)
class ShownGap:
    """The gap on one perturbed dataset, or on several together."""

    probes: str
    units: int
    """Articles, or topics, that it rests on: variants of one are one."""
    rows: tuple[GapRow, ...]
    lost: ChangedItems
    """Gold items that are right on the original and wrong on the variant."""
    gained: ChangedItems


def shown_gaps(records: Sequence[GapRecord], result: Result) -> tuple[ShownGap, ...]:
    """Gaps as they are shown.

    Args:
        records: Of the result's predictions.
        result: What the report is of.

    Raises:
        FaultsError: A record is of other predictions or another gold.
    """
    faults = []
    for place, record in enumerate(records):
        for field, found, wanted in (
            ("submission", record.original.submission, result.submission_sha256),
            ("gold", record.original.gold, result.gold_hash),
        ):
            if found != wanted:
                expected = f"{wanted}, that of the report"
                faults.append(Fault("hash", f"gap {place + 1}", None, f"/original/{field}", found, expected))
    if faults:
        raise FaultsError(faults)
    return tuple(_shown(record, result) for record in records)


def _shown(record: GapRecord, result: Result) -> ShownGap:
    measures = {m.full: m for each in result.layers for m in each.layer.measures if not m.detail}
    rows = [
        GapRow(
            name=name,
            headline=name in result.headlines,
            original=percent(score.original),
            perturbed=percent(score.perturbed),
            gap=points(score.gap),
            interval="–" if score.low is None else f"{points(score.low)} to {points(score.high)}",
            p="–" if score.p is None else f"{score.p:.3f}" if score.p >= 0.001 else "<0.001",
            detectable=percent(score.detectable),
        )
        for name in measures
        if (score := record.measures.get(name)) is not None
    ]
    units = max((score.units for score in record.measures.values()), default=0)
    lost, gained = (_items(record, kind) for kind in ("lost", "gained"))
    return ShownGap(", ".join(record.probes), units, tuple(rows), lost, gained)


def _items(record: GapRecord, kind: str) -> ChangedItems:
    every = [item for item in record.items if item.change == kind]
    return ChangedItems(tuple(_placed(every[:MOST_CHANGES])), len(every))


def _placed(items: Sequence[GapItem]) -> Iterator[ShownChange]:
    for each in items:
        at = {} if each.place is None else {"at": f"{each.place[0]}-{each.place[1]}"}
        text = each.text if each.text == each.perturbed else f"{each.text} → {each.perturbed}"
        href = document_link(each.document, **at)
        yield ShownChange(each.document, each.layer, text, True, each.before, each.after, href)

"""What spans documents: events and entities by document, and who is for or against what."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from onrecord.dataset import Registries
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.layers.mentions import SpanAlignment, cluster
from onrecord.eval.report.items import DocumentItems, ReportItem
from onrecord.eval.report.plots import document_link, fragment
from onrecord.eval.spans.pairs import Fit

T = TypeVar("T", bound=Hashable)

MOST_COLUMNS = 40
"""Documents or targets that a matrix has at most."""
MOST_ROWS = 200
"""Clusters or holders that a matrix has at most: those with the most mentions."""


@dataclasses.dataclass(frozen=True)
class ClusterCell:
    """A gold cluster in one document."""

    found: int
    total: int
    href: str


@dataclasses.dataclass(frozen=True)
class Holder:
    """A predicted cluster that holds mentions of a gold one."""

    id: str
    mentions: int
    merged: tuple[str, ...]
    """Names of the other gold clusters that it holds mentions of."""


@dataclasses.dataclass(frozen=True)
class ClusterRow:
    """A gold event or entity, its mentions document by document, and where the system put them."""

    id: str
    name: str
    found: int
    total: int
    cells: tuple[ClusterCell | None, ...]
    holders: tuple[Holder, ...]
    """The largest first."""


@dataclasses.dataclass(frozen=True)
class ClusterMatrix:
    """Gold clusters by documents; a mention is found where its offsets are right."""

    layer: str
    documents: tuple[tuple[str, str], ...]
    """Id and address."""
    rows: tuple[ClusterRow, ...]
    left_out: int
    """Rows that are not shown, the smallest."""
    documents_left_out: int


def cluster_matrix(layer: str, pairs: Sequence[DocumentPair], names: Mapping[str, str]) -> ClusterMatrix:
    """The clusters of ``events`` or ``entities`` over all documents.

    Args:
        layer: Which of the two.
        pairs: The documents in order.
        names: What the gold ids stand for.
    """
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    holders: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        alignment = pair.events if layer == "events" else pair.mentions
        for gold, predicted in _clusters(alignment):
            totals[gold][pair.document.id] += 1
            if predicted is not None:
                found[gold][pair.document.id] += 1
                holders[gold][predicted or "(no id)"] += 1
    held: dict[str, set[str]] = defaultdict(set)
    for gold, counts in holders.items():
        for predicted in counts:
            held[predicted].add(gold)
    order = sorted(totals, key=lambda id: (-totals[id].total(), id))
    documents = [pair.document.id for pair in pairs]
    shown = documents[:MOST_COLUMNS]
    rows = tuple(
        ClusterRow(
            id=id,
            name=names.get(id, id),
            found=found[id].total(),
            total=totals[id].total(),
            cells=tuple(
                ClusterCell(found[id][each], totals[id][each], fragment(doc=each, layer=layer, ref=id))
                if totals[id][each]
                else None
                for each in shown
            ),
            holders=tuple(
                Holder(predicted, n, tuple(names.get(other, other) for other in sorted(held[predicted] - {id})))
                for predicted, n in sorted(holders[id].items(), key=lambda item: (-item[1], item[0]))
            ),
        )
        for id in order[:MOST_ROWS]
    )
    columns = tuple((each, document_link(each)) for each in shown)
    return ClusterMatrix(layer, columns, rows, len(order) - len(rows), len(documents) - len(shown))


def _clusters(alignment: SpanAlignment) -> list[tuple[str, str | None]]:
    """Gold cluster of every mention that is scored, and the predicted one where it is found."""
    partner = {pair.gold: pair.predicted for pair in alignment.pairs if pair.fit >= Fit.EXACT}
    return [
        (cluster(item) or "", (cluster(alignment.predicted[partner[g]]) or "") if g in partner else None)
        for g, item in enumerate(alignment.gold)
        if not item.optional
    ]


@dataclasses.dataclass(frozen=True)
class StanceCell:
    """What gold and the system say of one holder and target, over all documents."""

    gold: tuple[tuple[str, int], ...]
    """Labels with the number of documents."""
    predicted: tuple[tuple[str, int], ...]
    href: str


@dataclasses.dataclass(frozen=True)
class StanceMatrix:
    """Holders by targets."""

    targets: tuple[tuple[str, str], ...]
    """Kind and name."""
    rows: tuple[tuple[str, tuple[StanceCell | None, ...]], ...]
    """Name of the holder, and cells."""
    left_out: int
    """Pairs of a holder and a target that are not shown."""


_Ref = tuple[str, str]
"""Kind of target and id: gold's own, or the file's with a mark where it means nothing in gold."""

FOREIGN = "system: "
"""Before an id of the file that means nothing in gold."""


def stance_matrix(
    documents: Sequence[DocumentItems], pairs: Sequence[DocumentPair], registries: Registries
) -> StanceMatrix:
    """All stances, gold and predicted, by holder and target."""
    gold: dict[tuple[str, _Ref], Counter[str]] = defaultdict(Counter)
    predicted: dict[tuple[str, _Ref], Counter[str]] = defaultdict(Counter)
    for each, pair in zip(documents, pairs, strict=True):
        for item in each.items:
            if item.layer == "stances":
                _count(item, pair, gold, predicted)
    places = {*gold, *predicted}
    holders = _largest([holder for holder, _ in places], MOST_COLUMNS)
    targets = _largest([target for _, target in places], MOST_COLUMNS)
    names = registry_names(registries)
    rows = tuple(
        (
            names.get(("entity", holder), holder),
            tuple(
                StanceCell(
                    tuple(sorted(gold[holder, target].items())),
                    tuple(sorted(predicted[holder, target].items())),
                    fragment(layer="stances", ref=holder.removeprefix(FOREIGN), to=target[1].removeprefix(FOREIGN)),
                )
                if (holder, target) in places
                else None
                for target in targets
            ),
        )
        for holder in holders
    )
    shown = sum(cell is not None for _, cells in rows for cell in cells)
    return StanceMatrix(tuple((kind, names.get((kind, id), id)) for kind, id in targets), rows, len(places) - shown)


def _count(
    item: ReportItem,
    pair: DocumentPair,
    gold: dict[tuple[str, _Ref], Counter[str]],
    predicted: dict[tuple[str, _Ref], Counter[str]],
) -> None:
    if item.gold is not None:
        gold[stance_refs(item, None, pair)][item.gold.label] += 1
    if item.predicted is not None:
        predicted[stance_refs(item, True, pair)][item.predicted.label] += 1


def stance_refs(item: ReportItem, system: bool | None, pair: DocumentPair) -> tuple[str, _Ref]:
    """Holder and target of a stance in gold's terms."""
    side = item.predicted if system else item.gold
    assert side is not None
    ((name, target),) = [(name, value) for name, value in side.fields if name.startswith("target ")]
    kind, (holder,) = name.removeprefix("target "), side.all("holder")
    if not system:
        return holder, (kind, target)
    known = {"entity": pair.ids.entity, "event": pair.ids.event, "claim": pair.ids.claim}[kind]
    return pair.ids.entity.get(holder) or FOREIGN + holder, (kind, known.get(target) or FOREIGN + target)


def _largest(values: Sequence[T], most: int) -> list[T]:
    counts = Counter(values)
    return sorted(sorted(counts, key=str), key=lambda value: -counts[value])[:most]


def registry_names(registries: Registries) -> dict[tuple[str, str], str]:
    """What gold's ids are called, by kind and id."""
    return {
        **{("entity", row.id): row.name for row in registries.entities},
        **{("event", row.id): row.title for row in registries.events},
        **{("claim", row.id): row.text for row in registries.claims},
    }

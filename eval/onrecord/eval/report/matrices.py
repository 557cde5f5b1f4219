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


class ClusterCounts:
    """The clusters of ``events`` or ``entities``, counted one document after the other.

    Args:
        layer: Which of the two.
    """

    def __init__(self, layer: str) -> None:
        self._layer = layer
        self._documents = 0
        self._shown: list[str] = []
        """The first documents, which have a column."""
        self._totals: Counter[str] = Counter()
        self._cells: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        """By gold id and document: mentions found, and all."""
        self._holders: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, pair: DocumentPair) -> None:
        """Count a document."""
        shown = self._documents < MOST_COLUMNS
        document = pair.document.id
        self._documents += 1
        if shown:
            self._shown.append(document)
        for gold, predicted in _clusters(pair.events if self._layer == "events" else pair.mentions):
            self._totals[gold] += 1
            if predicted is not None:
                self._holders[gold][predicted or "(no id)"] += 1
            if shown:
                found, total = self._cells[gold].get(document, (0, 0))
                self._cells[gold][document] = found + (predicted is not None), total + 1

    def matrix(self, names: Mapping[str, str]) -> ClusterMatrix:
        """The matrix over all documents counted.

        Args:
            names: What the gold ids stand for.
        """
        held: dict[str, set[str]] = defaultdict(set)
        for gold, counts in self._holders.items():
            for predicted in counts:
                held[predicted].add(gold)
        order = sorted(self._totals, key=lambda id: (-self._totals[id], id))
        rows = tuple(self._row(id, held, names) for id in order[:MOST_ROWS])
        columns = tuple((each, document_link(each)) for each in self._shown)
        return ClusterMatrix(self._layer, columns, rows, len(order) - len(rows), self._documents - len(self._shown))

    def _row(self, id: str, held: Mapping[str, set[str]], names: Mapping[str, str]) -> ClusterRow:
        cells = self._cells.get(id, {})
        holders: Counter[str] = self._holders.get(id, Counter())
        return ClusterRow(
            id=id,
            name=names.get(id, id),
            found=holders.total(),
            total=self._totals[id],
            cells=tuple(
                ClusterCell(*cells[each], href=fragment(doc=each, layer=self._layer, ref=id)) if each in cells else None
                for each in self._shown
            ),
            holders=tuple(
                Holder(predicted, n, tuple(names.get(other, other) for other in sorted(held[predicted] - {id})))
                for predicted, n in sorted(holders.items(), key=lambda item: (-item[1], item[0]))
            ),
        )


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


class StanceCounts:
    """All stances, gold and predicted, by holder and target, counted one document after the other."""

    def __init__(self) -> None:
        self._gold: dict[tuple[str, _Ref], Counter[str]] = defaultdict(Counter)
        self._predicted: dict[tuple[str, _Ref], Counter[str]] = defaultdict(Counter)

    def add(self, each: DocumentItems) -> None:
        """Count a document."""
        for item in each.items:
            if item.layer != "stances":
                continue
            if item.gold is not None:
                self._gold[stance_refs(item, None, each.pair)][item.gold.label] += 1
            if item.predicted is not None:
                self._predicted[stance_refs(item, True, each.pair)][item.predicted.label] += 1

    def matrix(self, names: Mapping[tuple[str, str], str]) -> StanceMatrix:
        """The matrix over all documents counted.

        Args:
            names: What gold's ids are called, see :func:`registry_names`.
        """
        places = {*self._gold, *self._predicted}
        holders = _largest([holder for holder, _ in places], MOST_COLUMNS)
        targets = _largest([target for _, target in places], MOST_COLUMNS)
        rows = tuple(
            (
                names.get(("entity", holder), holder),
                tuple(self._cell(holder, target) if (holder, target) in places else None for target in targets),
            )
            for holder in holders
        )
        shown = sum(cell is not None for _, cells in rows for cell in cells)
        return StanceMatrix(tuple((kind, names.get((kind, id), id)) for kind, id in targets), rows, len(places) - shown)

    def _cell(self, holder: str, target: _Ref) -> StanceCell:
        place = holder, target
        return StanceCell(
            tuple(sorted(self._gold[place].items())) if place in self._gold else (),
            tuple(sorted(self._predicted[place].items())) if place in self._predicted else (),
            fragment(layer="stances", ref=holder.removeprefix(FOREIGN), to=target[1].removeprefix(FOREIGN)),
        )


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

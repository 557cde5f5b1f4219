"""Who stands where: entries with their records, what they are worth to a board, and their ranks as intervals.

An entry's record is computed from its predictions by whoever makes the board (*rescored*); an entry without predictions
has only the record that its team sent (*self-reported*), which counts as far as its gold side is that of the gold, and
its headlines and their intervals are what its own counts give.
Ranked are complete records of one gold, one version and one policy; a failed, partial, stale or retracted one is shown
with the reason, and never ranked.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.files import sha256
from onrecord.eval.board.entries import About, Entry
from onrecord.eval.clusters.measures import Table
from onrecord.eval.clusters.table import Membership
from onrecord.eval.layers.layer import Layer, State
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.layers.state_columns import Sheet
from onrecord.eval.layers.states import TableStates
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.compare import SystemUnits, contrasts_of, ranks_of
from onrecord.eval.scoring.intervals import LayerUnits, layer_intervals, units_of
from onrecord.eval.scoring.record import Record, RecordDocument, RecordLayer, RecordTable, asked_of, record_of
from onrecord.eval.scoring.result import LayerResult, LayerState
from onrecord.eval.scoring.score_file import score_path
from onrecord.eval.scoring.score_stream import StreamScoring, unscored_stream
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.paired import Paired
from onrecord.eval.statistics.ranks import RankInterval
from onrecord.eval.statistics.sampling import Sampling
from onrecord.eval.submission.label_maps import OURS_AS

Provenance = Literal["rescored", "self-reported", "none"]

EntryObserver = Callable[[Entry, StreamScoring, Record], None]
"""What is told of every entry that could be scored."""

MOST_MENTIONS = 10**7
"""Mentions of a table in a record from elsewhere."""


@dataclasses.dataclass(frozen=True)
class Standing:
    """An entry on a board."""

    about: About
    record: Record | None
    provenance: Provenance
    excluded: str
    """Why it is not ranked; empty where it is."""
    note: str = ""
    """What a reader should know of it all the same."""
    ranks: Mapping[str, RankInterval | None] = dataclasses.field(default_factory=dict)
    """By layer; None where its score is undefined."""
    gaps: Mapping[str, Mapping[str, Paired]] = dataclasses.field(default_factory=dict)
    """By probe, then by ``layer:measure``: the score on perturbed articles minus that on the original ones."""

    def value(self, layer: str, measure: str) -> float | None:
        """A score; None where it is undefined or there is none."""
        part = None if self.record is None else self.record.layers.get(layer)
        found = None if part is None else part.measures.get(measure)
        return None if found is None else found.value


@dataclasses.dataclass(frozen=True)
class Standings:
    """All entries, those that are ranked first."""

    asked: Asked
    gold_hash: str
    documents: tuple[str, ...]
    rows: tuple[Standing, ...]
    probes: tuple[str, ...] = ()
    """The probes of which the board has a column."""

    @property
    def ranked(self) -> list[Standing]:
        """The entries that are ranked."""
        return [row for row in self.rows if not row.excluded]


def standings(
    entries: Sequence[Entry],
    gold: StoredGold,
    asked: Asked,
    more: Sequence[tuple[About, Record]] = (),
    broken: Mapping[Path, Sequence[Fault]] = MappingProxyType({}),
    tell: Callable[[int], object] = lambda _: None,
    met: EntryObserver | None = None,
) -> Standings:
    """Where every entry stands.

    Args:
        entries: From a results folder.
        gold: What they are scored against.
        asked: How they are scored.
        more: Records made here, such as those of baselines.
        broken: Entries that cannot be read, by folder.
        tell: Called with the number of entries done.
        met: Called with every entry that could be scored, its score and its record.
    """
    wanted = gold.hashes[asked.split]
    documents = tuple(gold.in_split(asked.split))
    known: dict[str, SystemUnits] = {}
    rows = []
    for done, entry in enumerate(entries, start=1):
        rows.append(_standing(entry, gold, asked, met, known))
        tell(done)
    rows += [Standing(about, record, "rescored", "") for about, record in more]
    rows += [row for folder, faults in broken.items() if (row := _broken(folder, faults)) is not None]
    reference = None if all(row.provenance != "self-reported" for row in rows) else _reference(gold, asked)
    rows = _checked(rows, wanted, documents, reference, asked.labels)
    return Standings(asked, wanted, documents, tuple(_in_order(_ranked(rows, asked.how or Sampling(), known))))


def _standing(
    entry: Entry, gold: StoredGold, asked: Asked, met: EntryObserver | None, known: dict[str, SystemUnits]
) -> Standing:
    """One entry's row; the units of what is scored here are put into ``known``, by record id."""
    if entry.predictions is None:
        return _reported(entry, gold.hashes[asked.split])
    alone = dataclasses.replace(asked_for(entry.about.labels, asked), how=None, allow_missing=True)
    try:
        scoring = score_path(entry.predictions, gold, alone, keep=met is not None)
    except FaultsError as error:
        kinds = ", ".join(sorted(Counter(fault.code for fault in error.faults)))
        return Standing(entry.about, None, "none", f"failed: {error.total} faults ({kinds})")
    except OSError as error:
        return Standing(entry.about, None, "none", f"failed: the predictions cannot be read ({error.strerror})")
    units = None
    if asked.how is not None:
        units = SystemUnits.of(scoring.result, units_of(scoring.result, asked.how.unit))
        scoring = dataclasses.replace(scoring, report=units.report(scoring.result, asked.how))
    record = record_of(scoring.report)
    if units is not None and asked.how is not None and asked.how.unit == "document":
        known[record.id] = units.of_measures({layer.name: layer.headline for layer in scored_layers()})
    if met is not None:
        met(entry, scoring, record)
    stored = {each.id: each for each in entry.records}.get(record.id)
    differs = stored is not None and not same_result(stored, record)
    return Standing(entry.about, record, "rescored", "", "the record it came with differs" if differs else "")


def asked_for(labels: str | None, asked: Asked) -> Asked:
    """How an entry is scored on a board.

    Args:
        labels: The label map that its types are of; None for ours.
        asked: How the board is made: with a map, entries of our types are compared by it too.
    """
    if labels is None and asked.labels is not None:
        labels = f"{OURS_AS}{asked.labels}"
    return dataclasses.replace(asked, labels=labels)


def _broken(folder: Path, faults: Sequence[Fault]) -> Standing | None:
    """The row of an entry that cannot be read; None where not even its folders have names that can be shown."""
    try:
        about = msgspec.convert({"team": folder.parent.name, "system": folder.name, "name": folder.name}, About)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None
    kinds = ", ".join(sorted({fault.code for fault in faults}))
    return Standing(about, None, "none", f"failed: {len(faults)} faults of the entry ({kinds})")


def same_result(one: Record, other: Record) -> bool:
    """Whether two records say the same of everything but the environment."""
    return msgspec.structs.replace(one, environment={}) == msgspec.structs.replace(other, environment={})


def _reported(entry: Entry, wanted: str) -> Standing:
    """An entry whose predictions are not here."""
    fitting = [record for record in entry.records if record.key.gold == wanted]
    if not entry.records:
        return Standing(entry.about, None, "none", "failed: neither predictions nor a record")
    if not fitting:
        return Standing(entry.about, entry.records[0], "self-reported", "stale: scored against another gold")
    return Standing(entry.about, fitting[0], "self-reported", "")


def _reference(gold: StoredGold, asked: Asked) -> Record:
    """The record of a submission that has every layer and predicts nothing: its gold side is everyone's."""
    return record_of(unscored_stream(Path(), "0" * 64, gold, dataclasses.replace(asked, how=None), LAYERS))


def _checked(
    rows: Sequence[Standing], wanted: str, documents: tuple[str, ...], reference: Record | None, labels: str | None
) -> list[Standing]:
    """Rows with a reason where they cannot be ranked."""
    keys = Counter(
        _comparable(row.record)
        for row in rows
        if row.record is not None and row.provenance == "rescored" and row.about.labels in (None, labels)
    )
    first = max(keys, key=lambda key: keys[key]) if keys else None
    checked = []
    for row in rows:
        excluded = row.excluded
        if row.about.retracted:
            excluded = f"retracted: {row.about.retracted}"
        elif not excluded and row.about.labels not in (None, labels):
            excluded = f"types of {row.about.labels}: a board with --labels {row.about.labels} ranks it"
        elif not excluded and row.record is not None:
            excluded = _reason(row.record, wanted, documents, first)
            if not excluded and row.provenance == "self-reported" and reference is not None:
                excluded = _inconsistent(row.record, reference)
        checked.append(dataclasses.replace(row, excluded=excluded))
    return checked


def _comparable(record: Record) -> tuple[str, str]:
    """Version and policy: what is alike for records that can be ranked together, whose types they are aside."""
    return record.key.scorer, record.key.policy.replace(f"labels:{OURS_AS}", "labels:")


def _reason(record: Record, wanted: str, documents: tuple[str, ...], first: tuple[str, str] | None) -> str:
    if record.status == "failed":
        return f"failed: {sum(record.errors.values())} faults"
    if record.status == "partial" or record.coverage is None or record.coverage.missing:
        missing = len(record.coverage.missing) if record.coverage else 0
        return f"partial: {missing} of {len(documents)} articles missing"
    if record.key.gold != wanted:
        return "stale: scored against another gold"
    if first is not None and _comparable(record) != first:
        return "stale: scored by another version or policy"
    if record.coverage.scored != documents:
        return "failed: a record of other articles"
    return "" if record.coverage.layers else "failed: no layer at all"


def _inconsistent(record: Record, reference: Record) -> str:
    """Why a record that was sent cannot be right; empty where its headlines follow from its own counts."""
    try:
        how = asked_of(record).how
        if set(record.layers) != set(reference.layers):
            return "failed: a record of other layers"
        for layer in scored_layers():
            part, expected = record.layers[layer.name], reference.layers[layer.name]
            wrong = _wrong_layer(layer, part, expected, record, how)
            if wrong:
                return f"failed: {layer.name}: {wrong}"
    except (KeyError, ValueError):
        return "failed: a record that contradicts itself"
    return ""


def _wrong_layer(
    layer: Layer[Any], part: RecordLayer, expected: RecordLayer, record: Record, how: Sampling | None
) -> str:
    name = layer.headline.name
    told = part.measures[name]
    if not part.documents:
        claimed = any(score.value is not None for score in part.measures.values())
        return "scores without counts" if claimed else ""
    for id, document in expected.documents.items():
        counts = part.documents[id].counts.get(name, (0, 0, 0, 0))
        if counts[1] != document.counts.get(name, (0, 0, 0, 0))[1]:
            return "counts of another gold"
        tables = part.documents[id].clusters, document.clusters
        if tables[0] is not None and tables[1] is not None and tables[0].gold != tables[1].gold:
            return "clusters of another gold"
    result = headline_result(layer, part, record)
    assert result is not None  # there are documents
    if not _same(told.value, result.scores[name].value):
        return f"{name} is not what its counts give"
    if how is not None and told.interval is not None and result.state is not None:
        units = {id: (id,) for id in part.documents}
        of_units = LayerUnits.of(result, result.state.columns, result.state.ids, units, [layer.headline])
        computed = layer_intervals({layer.name: of_units}, how)[layer.headline.full]
        if how.unit == "document" and not (
            _same(told.interval.low, computed.low) and _same(told.interval.high, computed.high)
        ):
            return f"the interval of {name} is not what its counts give"
    for score in part.measures.values():
        interval = score.interval
        if interval is None or interval.low is None or interval.high is None or score.value is None:
            continue
        if not interval.low - 1e-9 <= score.value <= interval.high + 1e-9:
            return "a score outside of its interval"
    return ""


def _same(one: float | None, other: float | None) -> bool:
    return one is other if one is None or other is None else abs(one - other) <= 1e-9


def headline_result(layer: Layer[Any], part: RecordLayer, record: Record) -> LayerResult | None:
    """A layer's headline with its state, as a record tells of them; None where it has no predictions for it.

    Raises:
        ValueError: The record contradicts itself.
        KeyError: It lacks a part.
    """
    if not part.documents:
        return None
    assert record.coverage is not None
    headline = layer.headline
    ids = record.coverage.scored
    if headline.clusters:
        tables = [_table(part.documents[id].clusters) for id in ids]
        state = LayerState(ids, Sheet(len(ids)).columns([TableStates(tables)]), {})
    else:
        state = LayerState.of_states(layer, {id: _state(headline, part.documents[id]) for id in ids}, {})
    return LayerResult(layer, layer.scores(state.total(), [headline]), state)


def _state(headline: Measure, document: RecordDocument) -> State:
    """What a document of a record adds to a headline."""
    return State({headline.name: Counts(*document.counts.get(headline.name, (0, 0, 0, 0)))})


def _table(table: RecordTable | None) -> Table:
    if table is None:
        raise ValueError("a layer of clusters without a table")
    cells: Counter[Membership] = Counter()
    gold, predicted = Counter(table.gold), Counter(table.predicted)
    for g, p, many in table.cells:
        cells[g, p] += many
        gold[g] -= many
        predicted[p] -= many
    cells.update({(g, None): many for g, many in gold.items()})
    cells.update({(None, p): many for p, many in predicted.items()})
    if min(cells.values(), default=0) < 0 or cells.total() > MOST_MENTIONS:
        raise ValueError("cells that are more than their clusters")
    return Table.of_cells(Counter({row: many for row, many in cells.items() if many}))


def _ranked(rows: Sequence[Standing], how: Sampling, known: Mapping[str, SystemUnits]) -> list[Standing]:
    ranked = [row for row in rows if not row.excluded]
    units = [known.get(row.record.id) or _units(row.record) for row in ranked if row.record is not None]
    contrasts = {(i, j): contrasts_of(units[i], units[j], how) for i, j in itertools.combinations(range(len(units)), 2)}
    by_layer = {
        layer.name: ranks_of(
            layer.headline.full,
            [row.value(layer.name, layer.headline.name) for row in ranked],
            contrasts,
            how.level,
        )
        for layer in scored_layers()
    }
    found = iter(
        dataclasses.replace(row, ranks={name: ranks[place] for name, ranks in by_layer.items()})
        for place, row in enumerate(ranked)
    )
    return [row if row.excluded else next(found) for row in rows]


def _units(record: Record) -> SystemUnits:
    """The headlines of a record, document by document."""
    assert record.coverage is not None
    units = {id: (id,) for id in record.coverage.scored}
    found: dict[str, LayerUnits] = {}
    for layer in scored_layers():
        part = record.layers.get(layer.name)
        result = None if part is None else headline_result(layer, part, record)
        if result is not None and result.state is not None:
            state = result.state
            found[layer.name] = LayerUnits.of(result, state.columns, state.ids, units, [layer.headline])
    return SystemUnits(found)


def _in_order(rows: Sequence[Standing]) -> list[Standing]:
    """Ranked rows by their scores, then the others; equal ones by what was submitted, not by who or when."""

    def key(row: Standing) -> tuple[bool, list[float], str]:
        scores = [row.value(layer.name, layer.headline.name) for layer in scored_layers()]
        content = row.record.key.submission if row.record else sha256(f"{row.about.team}/{row.about.system}")
        return bool(row.excluded), [1.0 if value is None else -value for value in scores], content

    return sorted(rows, key=key)

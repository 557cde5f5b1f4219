"""Intervals of a whole result: which measures are sums over units, and what the others are without each unit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.layers.state_columns import StateColumns
from onrecord.eval.scoring.result import LayerResult, Result
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.resampling import Formula, leave_one_out, side_by_side
from onrecord.eval.statistics.sampling import Sampling, SamplingUnit, group_of_each
from onrecord.eval.statistics.uncertainty import Interval, LeftOut, intervals

SIDE_BY_SIDE = 2**13
"""Of so many units the layers share the draws of the bootstrap; of more, layer after layer takes less memory."""

Units = Mapping[str, Sequence[str]]
"""The documents of every unit."""


def result_intervals(result: Result, how: Sampling) -> dict[str, Interval]:
    """The interval of every measure that was submitted for, by its full name ``layer:measure``."""
    units = units_of(result, how.unit)
    layers = (
        (each.layer.name, LayerUnits.of(each, each.state.columns, each.state.ids, units))
        for each in result.layers
        if each.state is not None
    )
    if len(units) <= SIDE_BY_SIDE:
        return layer_intervals(dict(layers), how)
    return {name: each for layer in layers for name, each in layer_intervals(dict([layer]), how).items()}


def units_of(result: Result, unit: SamplingUnit) -> dict[str, tuple[str, ...]]:
    """The documents of every unit, units in order of their names."""
    groups: dict[str, list[str]] = {}
    for id in result.documents:
        groups.setdefault(id if unit == "document" else result.topics[id], []).append(id)
    return {name: tuple(groups[name]) for name in sorted(groups)}


@dataclasses.dataclass(frozen=True, eq=False)
class LayerUnits:
    """One layer of one system unit by unit: all that intervals and comparisons are made from."""

    additive: tuple[Measure, ...]
    """The measures that are functions of sums."""
    rest: tuple[Measure, ...]
    """The others."""
    counted: tuple[str, ...]
    """Names of the counts: the second axis of ``counts``."""
    counts: NDArray[np.float64]
    """Shape (units, counts, 4)."""
    formulas: tuple[Formula, ...]
    """How the measures that are functions of sums are read off the counts."""
    left_out: tuple[LeftOut, ...]
    """The others without each unit."""

    @classmethod
    def of(
        cls,
        each: LayerResult,
        columns: StateColumns,
        documents: Sequence[str],
        units: Units,
        measures: Sequence[Measure] | None = None,
    ) -> LayerUnits:
        """What a layer's state says of each unit: of some measures, or of all."""
        measures = each.layer.measures if measures is None else measures
        additive = tuple(measure for measure in measures if measure.adds)
        rest = tuple(measure for measure in measures if not measure.adds)
        names = tuple(sorted({name for measure in additive for name in measure.mean_of or (measure.name,)}))
        return cls(
            additive,
            rest,
            names,
            unit_counts(columns, names, documents, units),
            tuple(formula(measure, names) for measure in additive),
            tuple(leave_out(each, columns, rest, documents, units)),
        )

    def of_measure(self, measure: Measure) -> LayerUnits:
        """The same of one of the measures."""
        if measure in self.rest:
            return self.of_one(measure, self.counts[:, :0], self.left_out[self.rest.index(measure)])
        names = tuple(sorted(set(measure.mean_of or (measure.name,))))
        return self.of_one(measure, self.counts[:, [self.counted.index(name) for name in names]])

    @classmethod
    def of_one(cls, measure: Measure, counts: NDArray[np.float64], left_out: LeftOut | None = None) -> LayerUnits:
        """Of one measure alone.

        Args:
            measure: It.
            counts: Of each unit those that it is a function of, in order of their names; of none where it is no
                function of sums.
            left_out: What it is then without each unit.
        """
        if left_out is not None:
            return cls((), (measure,), (), counts, (), (left_out,))
        names = tuple(sorted(set(measure.mean_of or (measure.name,))))
        return cls((measure,), (), names, counts, (formula(measure, names),), ())


def layer_intervals(layers: Mapping[str, LayerUnits], how: Sampling) -> dict[str, Interval]:
    """The interval of every measure of some layers on the same units, by its full name."""
    several = list(layers.values())
    if not several:
        return {}
    counts, formulas = side_by_side([each.counts for each in several], [each.formulas for each in several])
    found = intervals(
        counts,
        formulas,
        [left_out for each in several for left_out in each.left_out],
        level=how.level,
        draws=how.draws,
        seed=how.seed,
        unit=how.unit,
    )
    measures = [*(m for each in several for m in each.additive), *(m for each in several for m in each.rest)]
    by_name = {measure.full: interval for measure, interval in zip(measures, found, strict=True)}
    wanted = [name for each in several for name in each_in_order(each)]
    return {name: by_name[name] for name in wanted}


def each_in_order(layer: LayerUnits) -> list[str]:
    """Full names of the measures of a layer."""
    return [measure.full for measure in (*layer.additive, *layer.rest)]


def left_out_of(each: LayerResult, columns: StateColumns, documents: Sequence[str], units: Units) -> LeftOut:
    """A layer's headline without each unit, or without each group of units where they are many."""
    headline = each.layer.headline
    if not headline.adds:
        return leave_out(each, columns, [headline], documents, units)[0]
    grouped: dict[str, list[str]] = {}
    for group, ids in zip(group_of_each(len(units)), units.values(), strict=True):
        grouped.setdefault(str(group), []).extend(ids)
    names = headline.mean_of or (headline.name,)
    counts = unit_counts(columns, names, documents, grouped)
    return LeftOut(each.scores[headline.name].value, leave_one_out(counts, [formula(headline, names)])[:, 0])


def unit_counts(
    columns: StateColumns, names: Sequence[str], documents: Sequence[str], units: Units
) -> NDArray[np.float64]:
    """The counts of every unit, shape (units, names, 4); documents are added in their order."""
    some = columns.counts(names)
    index = {id: n for n, id in enumerate(documents)}
    unit = np.full(len(documents), -1)
    for u, ids in enumerate(units.values()):
        unit[[index[id] for id in ids if id in index]] = u
    inside = np.flatnonzero(unit >= 0)
    if len(inside) == len(units) and np.array_equal(unit, np.arange(len(units))):
        return some  # every document is a unit
    counts = np.zeros((len(units), len(names), 4))
    np.add.at(counts, unit[inside], some[inside])
    return counts


def formula(measure: Measure, names: Sequence[str]) -> Formula:
    """How a measure is read off those counts."""
    place = {name: n for n, name in enumerate(names)}
    if measure.share:
        return Formula((place[measure.name],), "share")
    return Formula(tuple(place[name] for name in measure.mean_of or (measure.name,)))


def leave_out(
    each: LayerResult, columns: StateColumns, measures: Sequence[Measure], documents: Sequence[str], units: Units
) -> list[LeftOut]:
    """Some measures with what each is without each unit, or without each group of units where they are many."""
    if not measures:
        return []
    index = {id: n for n, id in enumerate(documents)}
    group, groups = np.full(len(documents), -1), group_of_each(len(units))
    for of, ids in zip(groups, units.values(), strict=True):
        group[[index[id] for id in ids]] = of
    without = {
        name: values
        for whole in columns.wholes
        for name, values in whole.without_each(group, max(groups, default=-1) + 1).items()
    }
    return [LeftOut(each.scores[measure.name].value, without[measure.name]) for measure in measures]

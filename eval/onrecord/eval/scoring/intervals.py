"""Intervals of a whole result: which measures are sums over units, and what the others are without each unit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.scoring.result import LayerResult, LayerState, Result
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.resampling import Formula
from onrecord.eval.statistics.sampling import Sampling, SamplingUnit, kept_in_turn
from onrecord.eval.statistics.uncertainty import Interval, LeftOut, intervals


def result_intervals(result: Result, how: Sampling) -> dict[str, Interval]:
    """The interval of every measure that was submitted for, by its full name ``layer:measure``."""
    found: dict[str, Interval] = {}
    units = units_of(result, how.unit)
    for each in result.layers:
        if each.state is not None:
            intervals_of = layer_intervals(LayerUnits.of(each, each.state, units), how)
            found |= {measure.full: intervals_of[measure.name] for measure in each.layer.measures}
    return found


def units_of(result: Result, unit: SamplingUnit) -> dict[str, tuple[str, ...]]:
    """The documents of every unit, units in order of their names."""
    groups: dict[str, list[str]] = {}
    for id in result.documents:
        groups.setdefault(id if unit == "document" else result.topics[id], []).append(id)
    return {name: tuple(groups[name]) for name in sorted(groups)}


@dataclasses.dataclass(frozen=True, eq=False)
class LayerUnits:
    """One layer of one system unit by unit: all that intervals and comparisons are made from."""

    measures: tuple[str, ...]
    """Those that are functions of sums, then the others."""
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
        state: LayerState,
        units: Mapping[str, Sequence[str]],
        measures: Sequence[Measure] | None = None,
    ) -> LayerUnits:
        """What a layer's state says of each unit: of some measures, or of all."""
        measures = each.layer.measures if measures is None else measures
        additive = [measure for measure in measures if measure.adds]
        rest = [measure for measure in measures if not measure.adds]
        names, counts = count_array({id: part.counts for id, part in state.documents.items()}, additive, units)
        return cls(
            measures=tuple(measure.name for measure in [*additive, *rest]),
            counted=tuple(names),
            counts=counts,
            formulas=tuple(formula(measure, names) for measure in additive),
            left_out=tuple(leave_out(each, state, rest, list(units.values()))),
        )


def layer_intervals(layer: LayerUnits, how: Sampling) -> dict[str, Interval]:
    """The interval of every measure of a layer, by name."""
    found = intervals(
        layer.counts,
        layer.formulas,
        layer.left_out,
        level=how.level,
        draws=how.draws,
        seed=how.seed,
        unit=how.unit,
    )
    return dict(zip(layer.measures, found, strict=True))


def count_array(
    counts: Mapping[str, Mapping[str, Counts]], measures: Iterable[Measure], units: Mapping[str, Sequence[str]]
) -> tuple[list[str], NDArray[np.float64]]:
    """Names of the counts that measures are read off, and the counts of every unit, shape (units, names, 4)."""
    names = sorted({name for measure in measures for name in measure.mean_of or (measure.name,)})
    array = np.zeros((len(units), len(names), 4))
    for u, documents in enumerate(units.values()):
        for id in documents:
            for n, name in enumerate(names):
                each = counts[id].get(name) if id in counts else None
                if each is not None:
                    array[u, n] += (each.gold_matched, each.gold, each.predicted_matched, each.predicted)
    return names, array


def formula(measure: Measure, names: Sequence[str]) -> Formula:
    """How a measure is read off those counts."""
    place = {name: n for n, name in enumerate(names)}
    if measure.share:
        return Formula((place[measure.name],), "share")
    return Formula(tuple(place[name] for name in measure.mean_of or (measure.name,)))


def leave_out(
    each: LayerResult, state: LayerState, measures: Sequence[Measure], units: Sequence[Sequence[str]]
) -> list[LeftOut]:
    """Some measures with what each is without each unit, or without each group of units where they are many."""
    if not measures:
        return []
    without = [each.layer.scores(state.total(set(kept)), measures) for kept in kept_in_turn(units)]
    return [LeftOut(each.scores[m.name].value, [scores[m.name].value for scores in without]) for m in measures]

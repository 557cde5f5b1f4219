"""The gap: what a system's scores lose when articles are changed under their labels.

Original and perturbed articles are paired by the file that a perturbed dataset has with it. The unit is the original
article, or its topic: any number of variants of one article are one unit, since they share its labels and most of its
words. More variants make what a probe does to an article surer; what other articles would show they do not tell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.dataset.layers import using
from onrecord.dataset.perturbing.made import FILE, ProbeFile, read_probe
from onrecord.dataset.reading.faults import Fault, FaultsError
from onrecord.eval.rendering.scores import percent
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.compare import SystemUnits, contrasts_of
from onrecord.eval.scoring.gap_items import ItemGap, item_gaps
from onrecord.eval.scoring.given import Predictions, given_predictions
from onrecord.eval.scoring.intervals import Units, units_of
from onrecord.eval.scoring.result import Result
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.scoring.score_stream import score_stream
from onrecord.eval.scoring.stored_gold import StoredGold, stored_gold
from onrecord.eval.statistics.paired import Paired, paired_jackknife
from onrecord.eval.statistics.resampling import Floats, there, units_with_any
from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING, Sampling
from onrecord.eval.statistics.uncertainty import optional

LINKS = "links"
"""The layer that is not compared where links are not looked for."""


@dataclasses.dataclass(frozen=True)
class Variant:
    """A system's score on a perturbed dataset."""

    result: Result
    file: ProbeFile
    """What was done, and the map back."""
    names: Mapping[str, str]
    """By id of an original article its id here."""

    @property
    def probe(self) -> str:
        """What was done, as the signature has it."""
        return self.result.probe


@dataclasses.dataclass(frozen=True)
class Gap:
    """A system on the original articles and on one or more variants of them."""

    original: Report
    variants: tuple[Variant, ...]
    how: Sampling
    differences: Mapping[str, Paired]
    """By ``layer:measure``: the variants' score, its mean if they are several, minus the original's."""

    def values(self, measure: str) -> tuple[float | None, float | None]:
        """A score on the original, and the mean of those on the variants."""
        found = [each.result.values[measure] for each in self.variants]
        kept = [value for value in found if value is not None]
        return self.original.result.values[measure], sum(kept) / len(found) if len(kept) == len(found) else None

    def items(self) -> list[ItemGap]:
        """What became of every gold item that is right on one side only, variant by variant."""
        every = (item_gaps(self.original.result, v.result, v.file, v.names) for v in self.variants)
        return [each for several in every for each in several if each.layer != LINKS or self.linked]

    @property
    def linked(self) -> bool:
        """Whether links are looked for in every variant."""
        return all(each.file.linked for each in self.variants)


def gap(
    original: Predictions,
    perturbed: Sequence[tuple[Predictions, Path]],
    gold: Path,
    split: str = "test",
    labels: str | None = None,
    how: Sampling = DEFAULT_SAMPLING,
) -> Gap:
    """What a system loses.

    Args:
        original: What it says of the articles as they were found.
        perturbed: What it says of the same articles changed, and the perturbed dataset folder; one or more.
        gold: The dataset folder that they were made of.
        split: One of the dataset's, or ``all``.
        labels: A label map for all files.
        how: How intervals are made; by topic, an article belongs to that of the original.

    Raises:
        FaultsError: A file cannot be scored, or a folder is no perturbed dataset or was made of another one.
        ValueError: There is no perturbed file.
    """
    if not perturbed:
        raise ValueError("a gap takes one perturbed file or more")
    stored, asked = stored_gold(gold), Asked(split, labels, how=None)
    first = _scored(original, stored, asked)
    variants = []
    for predictions, folder in perturbed:
        file, names = map_of(folder, stored)
        variants.append(Variant(_scored(predictions, stored_gold(folder), asked), file, names))
    with using(stored.scheme):
        return gap_of(first, variants, how)


def map_of(folder: Path, gold: StoredGold) -> tuple[ProbeFile, dict[str, str]]:
    """What was done to a perturbed dataset, and by id of an original article its id there.

    Raises:
        FaultsError: It is no perturbed dataset, or was made of another gold.
    """
    file, wanted = read_probe(folder), gold.hashes["all"]
    if file.of != wanted:
        expected = f"{wanted}, the gold that it is compared with"
        raise FaultsError([Fault("hash", str(folder / FILE), None, "/of", file.of, expected)])
    ids = list(gold.documents)
    return file, {ids[each.place]: each.id for each in file.articles}


def _scored(predictions: Predictions, gold: StoredGold, asked: Asked) -> Result:
    with given_predictions(predictions) as (name, pieces):
        return score_stream(name, pieces, gold, asked).result


def gap_of(original: Result, variants: Sequence[Variant], how: Sampling = DEFAULT_SAMPLING) -> Gap:
    """The gap between results of the same articles; see :func:`gap`."""
    units = units_of(original, how.unit)
    before = SystemUnits.of(original, units)
    after = [SystemUnits.of(each.result, _renamed(units, each.names)) for each in variants]
    if len(after) == 1:
        differences: Mapping[str, Paired] = contrasts_of(before, after[0], how)
    else:
        differences = _of_several(before, after, how)
    linked = all(each.file.linked for each in variants)
    kept = {name: each for name, each in differences.items() if linked or name.partition(":")[0] != LINKS}
    return Gap(before.report(original, how), tuple(variants), how, kept)


def _renamed(units: Units, names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The same units with the ids of a variant's articles."""
    return {unit: tuple(names[id] for id in ids) for unit, ids in units.items()}


def _of_several(before: SystemUnits, after: Sequence[SystemUnits], how: Sampling) -> dict[str, Paired]:
    """The mean difference of several variants of the same units."""
    found: dict[str, Paired] = {}
    for name in before.layers:
        if all(name in each.layers for each in after):
            old, new = _without_each(before, name), [_without_each(each, name) for each in after]
            rested_on = _rested_on(before, after, name)
            for measure, (value, without) in old.items():
                values = [each[measure][0] for each in new]
                known = [each for each in values if each is not None]
                mean = sum(known) / len(values) if len(known) == len(values) else None
                rest = np.stack([each[measure][1] for each in new]).mean(axis=0) - without
                difference = None if value is None or mean is None else mean - value
                differing, some = rested_on.get(measure, (None, None))
                found[measure] = paired_jackknife(difference, rest, how.level, differing, how.unit, some)
    return found


def _without_each(system: SystemUnits, name: str) -> dict[str, tuple[float | None, Floats]]:
    """Each measure of a layer, and the measure without each unit."""
    counts, layer = system.counts((name,)), system.layers[name]
    found: dict[str, tuple[float | None, Floats]] = {}
    for place, measure in enumerate(layer.additive):
        found[measure.full] = optional(counts.scores[place]), counts.without[:, place]
    for measure, left in zip(layer.rest, layer.left_out, strict=True):
        found[measure.full] = left.value, np.asarray(left.without, np.float64)
    return found


def _rested_on(
    before: SystemUnits, after: Sequence[SystemUnits], name: str
) -> dict[str, tuple[int, NDArray[np.bool_]]]:
    """Of each measure that is a function of sums: on how many units any variant differs, and which have anything."""
    counts = before.counts((name,))
    others = [each.counts((name,)).counts for each in after]
    differing = units_with_any(np.any([each != counts.counts for each in others], axis=0), counts.formulas)
    any_there = there(np.any([each != 0 for each in (counts.counts, *others)], axis=0), counts.formulas)
    measures = before.layers[name].additive
    return {measure.full: (int(differing[m]), any_there[:, m]) for m, measure in enumerate(measures)}


def gap_headings(found: Gap) -> list[str]:
    """The headings of :func:`gap_rows`."""
    return ["", "original", "perturbed", "gap", f"{100 * found.how.level:g}% interval", "p", "detectable"]


def gap_rows(found: Gap, headlines_only: bool = False) -> list[list[str]]:
    """A row a measure that both sides have: the scores, their difference in points, and how sure it is."""
    result = found.original.result
    rows = []
    for each in result.layers:
        for measure in [each.layer.headline] if headlines_only else each.layer.measures:
            if measure.full in found.differences and not measure.detail:
                paired = found.differences[measure.full]
                before, after = found.values(measure.full)
                p = "–" if paired.p is None else f"{paired.p:.4f}"
                cells = [percent(before), percent(after), points(paired.difference), points_interval(paired), p]
                rows.append([measure.full, *cells, percent(paired.detectable)])
    return rows


def points(value: float | None) -> str:
    """A difference in points.

    >>> points(-0.0123)
    '-1.2'
    """
    return "–" if value is None else f"{100 * value:+.1f}"


def points_interval(paired: Paired) -> str:
    """The interval of a difference in points; a dash where there is none."""
    low, high = paired.interval.low, paired.interval.high
    return "–" if low is None else f"{points(low)} to {points(high)}"


def power(found: Gap) -> str:
    """What the numbers rest on, in words."""
    units = next(iter(found.differences.values())).units if found.differences else 0
    many = len(found.variants)
    variants = "" if many == 1 else f", each in {many} variants, which are one unit"
    return (
        f"{units} {found.how.unit}{'' if units == 1 else 's'}{variants}: a probe makes no new articles, and intervals"
        f" are of articles like these."
        + ("" if found.linked else " Links are not compared: in an invented or exchanged name none is looked for.")
    )


def probe_headings(found: Mapping[str, Gap]) -> list[str]:
    """The headings of :func:`probe_rows`: the headline of every layer."""
    first = next(iter(found.values()))
    return ["", *first.original.result.headlines]


def probe_rows(found: Mapping[str, Gap]) -> list[list[str]]:
    """The original's headlines, then a row a probe: the gap in points, and its interval where there is one."""
    first = next(iter(found.values())).original.result
    rows = [["original", *(percent(first.values[name]) for name in first.headlines)]]
    for probe, each in found.items():
        cells = [_gap_cell(each.differences.get(name)) for name in first.headlines]
        rows.append([probe, *cells])
    return rows


def _gap_cell(paired: Paired | None) -> str:
    if paired is None:
        return "–"
    interval = points_interval(paired)
    return points(paired.difference) + ("" if interval == "–" else f" [{interval}]")

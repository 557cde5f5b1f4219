"""Systems side by side on the same articles: differences, how sure they are, ranks, and what changed item by item."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from onrecord.dataset.layers import using
from onrecord.eval.rendering.scores import percent, percent_interval
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.given import AnyGold, Predictions, given_gold, given_predictions, name_of
from onrecord.eval.scoring.intervals import LayerUnits, layer_intervals, units_of
from onrecord.eval.scoring.item_changes import ChangeKind, ItemChange, item_changes, item_counts
from onrecord.eval.scoring.result import LayerResult, Result
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.scoring.score_stream import score_stream
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.paired import Paired, SystemCounts, paired_jackknife, paired_permutation
from onrecord.eval.statistics.ranks import RankInterval, rank_intervals
from onrecord.eval.statistics.resampling import side_by_side
from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING, Sampling


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Two or more systems, in the order they were given."""

    names: tuple[str, ...]
    reports: tuple[Report, ...]
    how: Sampling
    contrasts: Mapping[tuple[int, int], Mapping[str, Paired]]
    """By the positions of two systems, the earlier first, then by ``layer:measure``: the later minus the earlier."""
    ranks: Mapping[str, tuple[RankInterval | None, ...]]
    """By ``layer:measure`` of each layer's headline: the ranks that each system may have."""
    left_out: tuple[Mapping[str, int], ...] = ()
    """How many mentions of each system a label map leaves out, by their type; empty where nobody asked."""

    def documents(self) -> dict[str, dict[str, tuple[float | None, ...]]]:
        """By document, then by ``layer:measure`` of each headline: the score of each system on that document alone."""
        results = [report.result for report in self.reports]
        ids = results[0].documents
        headlines = {
            layer.layer.headline.full: list(zip(*(_values(each.layers[place], ids) for each in results), strict=True))
            for place, layer in enumerate(results[0].layers)
        }
        return {id: {name: values[n] for name, values in headlines.items()} for n, id in enumerate(ids)}

    def items(self, first: int = 0, second: int = 1) -> list[ItemChange]:
        """What became of every item that one of two systems did not get right."""
        return list(item_changes(self.reports[first].result, self.reports[second].result))

    def item_counts(self, first: int = 0, second: int = 1) -> dict[str, Counter[ChangeKind]]:
        """How many items there are of each change, by layer; a layer without any is left out."""
        return item_counts(self.reports[first].result, self.reports[second].result)

    def _repr_html_(self) -> str:
        """What a notebook shows: scores and ranks, and how each system differs from the first in the headlines."""
        from onrecord.eval.rendering.notebook import html_table  # with what makes pages

        shown = html_table(title_of(self), ["", *self.names], score_rows(self))
        for later in range(1, len(self.names)):
            minus = f"{self.names[later]} minus {self.names[0]}, in points"
            shown += html_table(minus, difference_headings(self), difference_rows(self, later, headlines_only=True))
        return shown


def compare(
    *predictions: Predictions,
    gold: AnyGold | None = None,
    split: str = "test",
    labels: str | Sequence[str | None] | None = None,
    how: Sampling = DEFAULT_SAMPLING,
    names: Sequence[str] | None = None,
) -> Comparison:
    """Compare predictions for the same articles.

    Args:
        *predictions: Two or more, as :func:`onrecord.eval.scoring.score_file.score` takes them.
        gold: As there.
        split: One of the dataset's, such as ``test``, or ``all``.
        labels: A label map for all files, see :func:`onrecord.eval.scoring.score_file.score`; or one for each, all of
            one gold: ``["ours-as-ontonotes", "ontonotes"]`` puts a file of our types beside one of OntoNotes.
        how: How intervals and tests are made.
        names: What the systems are called; their files' names where left out, and ``system 2`` for rows that come
            second.

    Raises:
        FaultsError: With every fault of the first file that has any.
        ValueError: Fewer than two, or not as many names or label maps.

    >>> found = compare("eval/baselines/rules.jsonl", "eval/baselines/rules.jsonl", split="all")
    >>> found.contrasts[0, 1]["entities:strict"].p
    1.0
    """
    if len(predictions) < 2:
        raise ValueError(_TOO_FEW)
    if names is not None and len(names) != len(predictions):
        raise ValueError(f"{len(names)} names for {len(predictions)} systems")
    called = [name_of(each) or f"system {n}" for n, each in enumerate(predictions, 1)]
    stored = given_gold(gold)
    maps = [labels] * len(predictions) if labels is None or isinstance(labels, str) else labels
    found = []
    for each, labels_of_it in zip(predictions, maps, strict=True):
        asked = Asked(split, labels_of_it, how=None)  # the intervals are made where the systems are compared
        with given_predictions(each) as (name, pieces):
            found.append(score_stream(name, pieces, stored, asked, keep=False, judged=True))
    with using(stored.scheme):
        compared = compare_results([each.result for each in found], names or distinct_names(called), how)
    return dataclasses.replace(compared, left_out=tuple(each.left_out for each in found))


def title_of(found: Comparison) -> str:
    """What was compared, and what stands in a cell of :func:`score_rows`."""
    result = found.reports[0].result
    many, level = len(result.documents), f"{100 * found.how.level:g}%"
    return f"{many} articles of split {result.split}; score, {level} interval, rank"


def score_rows(found: Comparison) -> list[list[str]]:
    """A row a headline: its name, then score, interval and rank of each system."""
    rows = []
    for measure, ranks in found.ranks.items():
        row = [measure]
        for report, rank in zip(found.reports, ranks, strict=True):
            where = "" if rank is None else f"#{rank.best}" + (f"–{rank.worst}" if rank.worst > rank.best else "")
            interval = percent_interval(report.intervals.get(measure))
            row.append(f"{percent(report.result.values[measure])} [{interval}] {where}".replace("[] ", ""))
        rows.append(row)
    return rows


def difference_headings(found: Comparison) -> list[str]:
    """The headings of :func:`difference_rows`."""
    return ["", "difference", f"{100 * found.how.level:g}% interval", "p", "least p", "detectable"]


def difference_rows(found: Comparison, later: int, headlines_only: bool) -> list[list[str]]:
    """A row a measure that the first system and a later one both have: how they differ, in points, and how sure it is.

    The later minus the first.
    """
    result, contrast = found.reports[0].result, found.contrasts[0, later]
    measures = [
        measure.full
        for each in result.layers
        for measure in each.layer.measures
        if measure.full in contrast and (measure.full in result.headlines if headlines_only else not measure.detail)
    ]
    return [_difference_row(name, contrast[name]) for name in measures]


def _difference_row(name: str, paired: Paired) -> list[str]:
    interval = paired.interval
    return [
        name,
        _points(paired.difference),
        "–" if interval.low is None else f"{_points(interval.low)} to {_points(interval.high)}",
        "–" if paired.p is None else f"{paired.p:.4f}",
        "–" if paired.attainable_p is None else f"{paired.attainable_p:.4g}",
        percent(paired.detectable),
    ]


def _points(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.1f}"


_TOO_FEW = "a comparison takes two or more"


def distinct_names(paths: Sequence[str]) -> list[str]:
    """A name for each file: its own, or as much of its path as tells it from the others; the same file is numbered.

    >>> distinct_names(["a/rules.jsonl", "b/rules.jsonl", "b/other.jsonl", "b/other.jsonl"])
    ['a/rules.jsonl', 'b/rules.jsonl', 'other.jsonl', 'other.jsonl (2)']
    """
    names = []
    for path in paths:
        parts = Path(path).parts
        others = [Path(other).parts for other in paths if other != path]
        length = next(
            n for n in range(1, len(parts) + 1) if n == len(parts) or all(o[-n:] != parts[-n:] for o in others)
        )
        names.append("/".join(parts[-length:]))
    used: set[str] = set()
    for place, name in enumerate(names):
        numbers = (f"{name} ({number})" for number in itertools.count(2))
        names[place] = next(each for each in itertools.chain([name], numbers) if each not in used)
        used.add(names[place])
    return names


def compare_results(results: Sequence[Result], names: Sequence[str], how: Sampling = DEFAULT_SAMPLING) -> Comparison:
    """Compare results of the same articles.

    Raises:
        ValueError: Fewer than two results, or results of different articles.
    """
    if len(results) < 2:
        raise ValueError(_TOO_FEW)
    if len({(result.gold_hash, result.documents) for result in results}) > 1:
        raise ValueError("the results are of different articles or different gold")
    units = units_of(results[0], how.unit)
    systems = [SystemUnits.of(result, units) for result in results]
    contrasts = {
        (i, j): contrasts_of(systems[i], systems[j], how) for i, j in itertools.combinations(range(len(results)), 2)
    }
    return Comparison(
        names=tuple(names),
        reports=tuple(system.report(result, how) for result, system in zip(results, systems, strict=True)),
        how=how,
        contrasts=contrasts,
        ranks={
            name: ranks_of(name, [result.values[name] for result in results], contrasts, how.level)
            for name in results[0].headlines
        },
    )


class SystemUnits:
    """The layers of one system by name, unit by unit; what comparisons take from them is computed once.

    Args:
        layers: Those that it has predictions for, in the order of the table.
    """

    def __init__(self, layers: Mapping[str, LayerUnits]) -> None:
        self.layers = layers
        self._counts: dict[tuple[str, ...], SystemCounts] = {}

    @classmethod
    def of(cls, result: Result, units: Mapping[str, Sequence[str]]) -> SystemUnits:
        """Of a result."""
        return cls(
            {
                each.layer.name: LayerUnits.of(each, each.state.columns, each.state.ids, units)
                for each in result.layers
                if each.state is not None
            }
        )

    def of_measures(self, measures: Mapping[str, Measure]) -> SystemUnits:
        """The same of one measure of each layer, by the layer's name."""
        return SystemUnits({name: layer.of_measure(measures[name]) for name, layer in self.layers.items()})

    def report(self, result: Result, how: Sampling) -> Report:
        """The result that these are of with its intervals; ``how`` has the units that these are by."""
        return Report(result, how, layer_intervals(self.layers, how))

    def counts(self, names: tuple[str, ...]) -> SystemCounts:
        """The counts of some layers side by side."""
        if names not in self._counts:
            layers = [self.layers[name] for name in names]
            made = side_by_side([each.counts for each in layers], [each.formulas for each in layers])
            self._counts[names] = SystemCounts.of(*made)
        return self._counts[names]


def contrasts_of(earlier: SystemUnits, later: SystemUnits, how: Sampling) -> dict[str, Paired]:
    """The difference of two systems in every measure that both have, by ``layer:measure``: later minus earlier."""
    names = tuple(name for name in earlier.layers if name in later.layers)
    if not names:
        return {}
    one, other = earlier.counts(names), later.counts(names)
    tested = iter(
        paired_permutation(other, one, one.formulas, draws=how.draws, seed=how.seed, level=how.level, unit=how.unit)
    )
    found: dict[str, Paired] = {}
    for name in names:
        before, after = earlier.layers[name], later.layers[name]
        # a layer's counts and measures have the same names whatever was predicted
        assert (before.counted, before.additive, before.rest) == (after.counted, after.additive, after.rest)
        found |= {measure.full: next(tested) for measure in before.additive}
        for measure, b, a in zip(before.rest, before.left_out, after.left_out, strict=True):
            without = np.asarray(a.without, np.float64) - np.asarray(b.without, np.float64)
            found[measure.full] = paired_jackknife(_minus(a.value, b.value), without, how.level, unit=how.unit)
    return found


def _minus(later: float | None, earlier: float | None) -> float | None:
    return None if later is None or earlier is None else later - earlier


def ranks_of(
    name: str,
    values: Sequence[float | None],
    contrasts: Mapping[tuple[int, int], Mapping[str, Paired]],
    level: float,
) -> tuple[RankInterval | None, ...]:
    """The ranks that each system may have in one measure, from its scores and the contrasts of all pairs."""
    p_values: list[list[float | None]] = [[None] * len(values) for _ in values]
    for (i, j), measures in contrasts.items():
        if name in measures:
            p_values[i][j] = p_values[j][i] = measures[name].p
    return tuple(rank_intervals(values, p_values, level))


def _values(each: LayerResult, documents: Sequence[str]) -> Sequence[float | None]:
    return [None] * len(documents) if each.state is None else each.headline_values()

"""Systems side by side on the same articles: differences, how sure they are, ranks, and what changed item by item."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from onrecord.dataset.layers import using
from onrecord.eval.layers.layer import RIGHT, Layer, Reading, Verdict
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.intervals import LayerUnits, layer_intervals, units_of
from onrecord.eval.scoring.result import LayerResult, Result
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.scoring.score_stream import score_stream
from onrecord.eval.scoring.stored_gold import stored_gold
from onrecord.eval.statistics.paired import Paired, SystemCounts, paired_jackknife, paired_permutation
from onrecord.eval.statistics.ranks import RankInterval, rank_intervals
from onrecord.eval.statistics.resampling import side_by_side
from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING, Sampling
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.unpacking import opened


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

    def documents(self) -> dict[str, dict[str, tuple[float | None, ...]]]:
        """By document, then by ``layer:measure`` of each headline: the score of each system on that document alone."""
        results = [report.result for report in self.reports]
        return {
            id: {
                layer.layer.headline.full: tuple(_value_on(result.layers[place], id) for result in results)
                for place, layer in enumerate(results[0].layers)
            }
            for id in results[0].documents
        }

    def items(self, first: int = 0, second: int = 1) -> list[ItemChange]:
        """What became of every item that one of two systems did not get right."""
        return list(item_changes(self.reports[first].result, self.reports[second].result))


def compare(
    *predictions: Path | str,
    gold: Path | str = "dataset",
    split: str = "test",
    labels: str | None = None,
    how: Sampling = DEFAULT_SAMPLING,
) -> Comparison:
    """Compare prediction files on the same articles.

    Args:
        *predictions: Two or more files.
        gold: The dataset folder.
        split: One of the dataset's, such as ``test``, or ``all``.
        labels: A label map; see :func:`onrecord.eval.scoring.score_file.score`.
        how: How intervals and tests are made.

    Raises:
        FaultsError: With every fault of the first file that has any.
        ValueError: Fewer than two files.

    >>> found = compare("eval/baselines/rules.jsonl", "eval/baselines/rules.jsonl", split="all")
    >>> found.contrasts[0, 1]["entities:strict"].p
    1.0
    """
    stored = stored_gold(Path(gold))
    asked = Asked(split, labels, how=None)  # the intervals are made where the systems are compared
    results = []
    for name in map(Path, predictions):
        with opened(name, DEFAULT_LIMITS) as pieces:
            results.append(score_stream(name, pieces, stored, asked).result)
    with using(stored.scheme):
        return compare_results(results, distinct_names([str(name) for name in predictions]), how)


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
        raise ValueError("a comparison takes two results or more")
    if len({(result.gold_hash, result.documents) for result in results}) > 1:
        raise ValueError("the results are of different articles or different gold")
    units = units_of(results[0], how.unit)
    systems = [SystemUnits.of(result, units) for result in results]
    contrasts = {
        (i, j): contrasts_of(systems[i], systems[j], how) for i, j in itertools.combinations(range(len(results)), 2)
    }
    return Comparison(
        names=tuple(names),
        reports=tuple(
            Report(result, how, layer_intervals(system.layers, how))
            for result, system in zip(results, systems, strict=True)
        ),
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


def _value_on(each: LayerResult, document: str) -> float | None:
    found = each.headline_on(document)
    return None if found is None else found.value


ChangeKind = Literal["fixed", "regressed", "still wrong"]


@dataclasses.dataclass(frozen=True)
class ItemChange:
    """A gold item, or a prediction without one, that one of two systems did not get right."""

    document: str
    layer: str
    change: ChangeKind
    text: str
    """The item in a few words."""
    gold: bool
    """Whether it is a gold item; otherwise a spurious prediction."""
    earlier: str
    """What became of it in the earlier system: ``right``, an error, or ``absent`` for a prediction not made."""
    later: str
    before: Verdict | None
    """What the scorer said of it in the earlier system; None for a prediction not made."""
    after: Verdict | None

    def told(self) -> dict[str, Any]:
        """The change without what the scorer said of it, for JSON."""
        return {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if field.name not in ("before", "after")
        }


def item_changes(earlier: Result, later: Result) -> Iterator[ItemChange]:
    """Every item that one of the systems did not get right, by layer and document; gold first, in reading order."""
    both = [
        (one.layer, one.state.readings, other.state.readings)
        for one, other in zip(earlier.layers, later.layers, strict=True)
        if one.state is not None and other.state is not None and one.layer.verdicts is not None
    ]
    found: list[list[ItemChange]] = [[] for _ in both]
    # document by document: all layers of one are read off what is brought together once
    for document in sorted({document for _, *sides in both for readings in sides for document in readings}):
        for changes, (layer, before, after) in zip(found, both, strict=True):
            changes += document_changes(document, layer, before.get(document), after.get(document))
    return itertools.chain.from_iterable(found)


def document_changes(
    document: str, layer: Layer[Any], earlier: Reading | None, later: Reading | None
) -> Iterator[ItemChange]:
    """Those of one layer of one document; gold first, in reading order.

    Args:
        document: Its id.
        layer: A layer with verdicts.
        earlier: The document, brought together with what the earlier system says; None where it says nothing.
        later: The same of the later system.
    """
    before, after = (_verdicts(layer, reading) for reading in (earlier, later))
    for key in sorted({**before, **after}, key=lambda key: not key.gold):
        told = [each.get(key) for each in (before, after)]
        outcomes = [ABSENT if each is None else each.outcome for each in told]
        right = [outcome in (RIGHT, ABSENT) for outcome in outcomes]
        if all(right):
            continue
        change: ChangeKind = "still wrong" if right[0] == right[1] else "fixed" if right[1] else "regressed"
        text = next(each.text for each in told if each is not None)
        yield ItemChange(document, layer.name, change, text, key.gold, outcomes[0], outcomes[1], *told)


ABSENT = "absent"
"""What became of a prediction that was not made."""


class _Item(NamedTuple):
    gold: bool
    key: Hashable
    copy: int
    """Of equal items the first, the second and so on are told apart."""


def _verdicts(layer: Layer[Any], reading: Reading | None) -> dict[_Item, Verdict]:
    found: dict[_Item, Verdict] = {}
    copies: Counter[Hashable] = Counter()
    for verdict in [] if reading is None else layer.judged(reading):
        gold = verdict.gold is not None
        copies[gold, verdict.key] += 1
        found[_Item(gold, verdict.key, copies[gold, verdict.key])] = verdict
    return found

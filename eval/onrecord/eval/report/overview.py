"""The score card, the table of measures, the slices and the dots: what a report says before any item is looked at."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections import Counter
from collections.abc import Sequence

from onrecord.eval.layers.layer import OPTIONAL
from onrecord.eval.layers.scored import with_items
from onrecord.eval.rendering.scores import FEW_DOCUMENTS, FEW_ITEMS, percent, score_row
from onrecord.eval.report.errors import NOTHING, Tally
from onrecord.eval.report.plots import MOST_DOTS, Bar, Dot, Range, bars, dots, score_range
from onrecord.eval.scoring.ceiling import CeilingRow
from onrecord.eval.scoring.intervals import left_out_of, units_of
from onrecord.eval.scoring.result import LayerResult
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.statistics.counts import Score
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.uncertainty import Interval, detectable_difference, jackknife_error


@dataclasses.dataclass(frozen=True)
class MeasureRow:
    """One measure, ready to be shown."""

    layer: str
    measure: str
    definition: str
    score: str
    """In percent, or a dash."""
    interval: str
    precision: str
    recall: str
    gold: str
    """Found of how many in gold."""
    predicted: str
    """Right of how many predicted; empty for a share."""
    items: int | None
    """In gold; None for a mean of scores."""
    documents: int
    """Those that the measure rests on."""
    range: Range
    reason: str
    """Why something is undefined; empty where nothing is."""
    few: str = ""
    """Why little can be read off it; empty where it can."""
    left_out: str = ""
    """Of a headline that counts items: which gold items it does not ask for; empty where it asks for all."""


MOST_UNDEFINED = 5


@dataclasses.dataclass(frozen=True)
class Strip:
    """A headline document by document."""

    name: str
    dots: tuple[Dot, ...]
    """One for each document with a score; empty where there are bars."""
    bars: tuple[Bar, ...]
    """Of the documents with a score, where they are too many for dots."""
    documents: int
    """How many have a score."""
    undefined: tuple[str, ...]
    """Documents without one, the first :data:`MOST_UNDEFINED`."""
    without: int
    """How many have none."""
    median: str


def card(report: Report, ceiling: Sequence[CeilingRow], counts: Tally) -> tuple[MeasureRow, ...]:
    """The headline of every layer, with what annotators reached and what, by counts of the items, is left to ask."""
    rows = [(each, _row(report, each, each.layer.headline, ceiling)) for each in report.result.layers]
    return tuple(dataclasses.replace(row, left_out=_left_out(each, row, counts)) for each, row in rows)


def _left_out(each: LayerResult, row: MeasureRow, counts: Tally) -> str:
    """Which gold items of a layer its headline does not ask for, in a sentence."""
    name, items = each.layer.name, row.items
    if items is None or name not in {layer.name for layer in with_items()}:
        return ""
    gold = Counter[str]()
    for (layer, outcome, label, _), n in counts.items():
        if layer == name and label != NOTHING:
            gold[outcome] += n
    optional, every = gold[OPTIONAL], gold.total()
    if every <= items:
        return ""
    wider = f"{row.measure}[all]"
    reasons = [f"{optional} optional, on which readers differ"] if optional else []
    if (others := every - optional - items) > 0:
        there = any(measure.name == wider for measure in each.layer.measures)
        reasons.append(
            f"{others} of kinds that this headline leaves out" + (f" ({name}:{wider} counts them)" if there else "")
        )
    return f"Asks for {items} of {every} gold items: not for {' and '.join(reasons)}."


def measures(report: Report, details: bool = False) -> tuple[MeasureRow, ...]:
    """Every measure that is no detail, in the order of the score table; with ``details`` those that are as well."""
    return tuple(
        _row(report, each, measure)
        for each in report.result.layers
        for measure in each.layer.measures
        if details or not measure.detail
    )


def slices(report: Report) -> dict[str, tuple[MeasureRow, ...]]:
    """Every detail by layer; those that are of nothing, in gold and in the predictions, are left out."""
    found: dict[str, tuple[MeasureRow, ...]] = {}
    for each in report.result.layers:
        rows = [_row(report, each, measure) for measure in each.layer.measures if measure.detail]
        kept = tuple(dataclasses.replace(row, few=_few(row)) for row in rows if row.score != percent(None))
        if kept:
            found[each.layer.name] = kept
    return found


def _few(row: MeasureRow) -> str:
    reasons = []
    if row.documents < FEW_DOCUMENTS:
        reasons.append(f"{row.documents} document{'' if row.documents == 1 else 's'}")
    if row.items is not None and row.items < FEW_ITEMS:
        reasons.append(f"{row.items} item{'' if row.items == 1 else 's'}")
    return ", ".join(reasons)


def _row(report: Report, each: LayerResult, measure: Measure, ceiling: Sequence[CeilingRow] = ()) -> MeasureRow:
    name = measure.full
    score, interval = each.scores[measure.name], report.intervals.get(name)
    _, shown, between, precision, recall, gold, predicted = score_row(name, score, interval, measure.has_parts)
    ticks = [
        (f1, f"{row.name} on {row.against}", row.against == "gold")
        for row in ceiling
        if (f1 := row.f1.get(name)) is not None
    ]
    counts = score.counts
    return MeasureRow(
        layer=each.layer.name,
        measure=measure.name,
        definition=measure.definition,
        score=shown,
        interval=between,
        precision=precision,
        recall=recall,
        gold=gold,
        predicted=predicted,
        items=None if counts is None else round(counts.gold),
        documents=_contributing(each, measure, interval),
        range=score_range(score.value, interval, ticks),
        reason=_reason(score, interval),
    )


def _reason(score: Score, interval: Interval | None) -> str:
    reasons = [score.reason, None if interval is None or score.value is None else interval.reason]
    return "; ".join(reason for reason in reasons if reason)


def _contributing(each: LayerResult, measure: Measure, interval: Interval | None) -> int:
    """How many documents a measure rests on."""
    if each.state is None:
        return 0
    columns = each.state.columns
    if measure.adds:
        names = measure.mean_of or (measure.name,)
        counts = columns.counts(names)
        there = counts[:, :, 1] > 0 if measure.share else (counts[:, :, 1] > 0) | (counts[:, :, 3] > 0)
        return int(there.any(axis=1).sum())
    clusters = [many for whole in columns.wholes if (many := whole.documents()) is not None]
    if clusters:
        return clusters[0]
    return len(each.state.ids) if interval is None else interval.contributing


def strips(report: Report) -> tuple[Strip, ...]:
    """The headline of every layer that was submitted, document by document."""
    found = []
    for each in report.result.layers:
        if each.state is None:
            continue
        every = zip(report.result.documents, each.headline_values(), strict=True)
        values: list[tuple[str, float]] = []
        undefined = []
        for id, value in every:
            if value is None:
                undefined.append(id)
            else:
                values.append((id, value))
        many = len(values) > MOST_DOTS
        found.append(
            Strip(
                name=each.layer.headline.full,
                dots=() if many else dots([(id, value, _title(each, id)) for id, value in values]),
                bars=bars([value for _, value in values]) if many else (),
                documents=len(values),
                undefined=tuple(undefined[:MOST_UNDEFINED]),
                without=len(undefined),
                median=percent(statistics.median(value for _, value in values) if values else None),
            )
        )
    return tuple(found)


def _title(each: LayerResult, document: str) -> str:
    score = each.headline_on(document)
    assert score is not None
    items = "" if score.counts is None else f", {score.counts.gold:g} items in gold"
    return f"{document}: {percent(score.value)}{items}"


def width_in_words(report: Report) -> str:
    """How wide the intervals of the headlines are, and which differences could not be told apart."""
    if report.how is None:
        return "No intervals were asked for: nothing here says how far chance in the choice of documents reaches."
    documents = len(report.result.documents)
    widths = {
        each.layer.name: interval.high - interval.low
        for each in report.result.layers
        if (interval := report.intervals.get(each.layer.headline.full)) is not None
        and interval.low is not None
        and interval.high is not None
    }
    if not widths:
        return f"With {documents} document{'' if documents == 1 else 's'} no headline has an interval."
    narrow, wide = min(widths, key=lambda name: widths[name]), max(widths, key=lambda name: widths[name])
    said = (
        f"With {documents} documents the {100 * report.how.level:g}% intervals of the headlines are"
        f" {100 * widths[narrow]:.0f} ({narrow}) to {100 * widths[wide]:.0f} ({wide}) points wide."
    )
    if limits := detectable(report):
        least, most = min(limits, key=lambda name: limits[name]), max(limits, key=lambda name: limits[name])
        said += (
            " Another system that varies independently would have to differ by"
            f" {100 * limits[least]:.0f} points ({least}) to {100 * limits[most]:.0f} points ({most}) to be told apart"
            " four times in five; systems that err on the same documents are told apart sooner."
        )
    return said


def detectable(report: Report) -> dict[str, float]:
    """By layer, the smallest difference of the headline that is likely to be seen; layers without one are left out.

    As :func:`onrecord.eval.statistics.uncertainty.detectable_difference` has it, at most 1.
    """
    assert report.how is not None
    units = units_of(report.result, report.how.unit)
    found: dict[str, float] = {}
    for each in report.result.layers:
        if each.state is None:
            continue
        left_out = left_out_of(each, each.state.columns, each.state.ids, units)
        without = [float(value) for value in left_out.without if value is not None and not math.isnan(value)]
        error = jackknife_error(without)
        if left_out.value is not None and error and len(without) == len(left_out.without):
            found[each.layer.name] = min(1.0, detectable_difference(error, len(without)))
    return found

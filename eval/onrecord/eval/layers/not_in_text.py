"""Layers that count what is not in the text: predictions that nothing can answer.

A quote that a model made up has no place, so that no column and no pair has it. It is one more prediction of the
measures that say how much of what is predicted is there, and an error of a class of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from onrecord.eval.layers.columns import Ints
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.layer import NOT_IN_TEXT, Layer, Reading, State, Verdict
from onrecord.eval.layers.state_columns import StateColumns
from onrecord.eval.layers.unplaced import is_name
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.submission.prediction_line import NotInText

if TYPE_CHECKING:
    from onrecord.eval.layers.verdict_columns import VerdictColumns

R = TypeVar("R", bound=Reading)


def charging(
    layer: Layer[R],
    unplaced: Callable[[R], Sequence[NotInText]],
    measures: Sequence[str],
    of_names: Sequence[str] = (),
) -> Layer[R]:
    """A layer that is charged with what is not in the text.

    Args:
        layer: The layer as it is without.
        unplaced: What one document has of it; items of other layers are passed over.
        measures: The names of the counts that get one more prediction for each.
        of_names: The names of those that get one for each name alone.
    """

    def own(reading: R) -> list[NotInText]:
        return [each for each in unplaced(reading) if each.layer == layer.item]

    def state(reading: R) -> State:
        found, there = layer.state(reading), own(reading)
        more = {name: len(there) for name in measures} | {name: sum(map(is_name, there)) for name in of_names}
        return dataclasses.replace(found, counts=_charged(found.counts, more)) if there else found

    def columns_of(found: StateColumns, corpus: Corpus) -> StateColumns:
        there = corpus.unplaced.layer(layer.item)
        if not there.items:
            return found
        every, names = there.many(found.size), there.many(found.size, names=True)
        more: dict[str, Ints] = dict.fromkeys(measures, every) | dict.fromkeys(of_names, names)
        return found.with_more(more)

    def columns(corpus: Corpus) -> StateColumns:
        assert layer.columns is not None
        return columns_of(layer.columns(corpus), corpus)

    def judged_columns(corpus: Corpus) -> tuple[StateColumns, VerdictColumns]:
        assert layer.judged_columns is not None
        found, verdicts = layer.judged_columns(corpus)
        there = corpus.unplaced.layer(layer.item)
        return columns_of(found, corpus), verdicts.with_unplaced(there.document, [each.text for each in there.items])

    def verdicts(reading: R) -> list[Verdict]:
        assert layer.verdicts is not None
        first = len(reading.predicted)
        return [*layer.verdicts(reading), *_verdicts(own(reading), first)]

    return dataclasses.replace(
        layer,
        state=state,
        columns=columns,
        judged_columns=judged_columns,
        verdicts=verdicts,
        outcomes={**layer.outcomes, NOT_IN_TEXT: "predicted, and its words are not in the text"},
    )


def _charged(counts: Mapping[str, Counts], more: Mapping[str, int]) -> dict[str, Counts]:
    return {
        name: dataclasses.replace(each, predicted=each.predicted + more.get(name, 0)) for name, each in counts.items()
    }


def _verdicts(items: Iterable[NotInText], first: int) -> list[Verdict]:
    """Numbered after the predictions that have a place."""
    return [
        Verdict(None, first + number, NOT_IN_TEXT, (NOT_IN_TEXT, each.text), each.text)
        for number, each in enumerate(items)
    ]

"""Stances by actor: a ministry's stance is its state's, as far as the registry says whom the ministry acts for.

The ids of gold, and those of the file after they were mapped to gold's, are followed along ``acts_for``
(:func:`onrecord.dataset.derive.actors`), of holders and of targets that are entities. What is counted are the distinct
tuples of a document: where two entities act for one actor, their like stances are one. So gold may have fewer tuples
than stances, and whoever says the same of the ministry and of its state says one thing. Optional gold is left out as in
the measures over the corpus (:func:`onrecord.eval.layers.corpus_stances.tuples_by_target`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping

import numpy as np

from onrecord.eval.layers.columns import KINDS, NONE, Ints
from onrecord.eval.layers.corpus_stances import (
    CorpusTuple,
    SidedId,
    StanceSets,
    counts_over,
    stance_sets,
    tuples_by_target,
)
from onrecord.eval.layers.stance_columns import Stances
from onrecord.eval.layers.stance_pairing import StanceReading
from onrecord.eval.layers.state_columns import Sheet
from onrecord.eval.matching.keys import distinct, row_keys
from onrecord.eval.statistics.counts import Counts

_ENTITY = KINDS.index("entity")


def actor_counts(reading: StanceReading) -> dict[str, Counts]:
    """The counts of one document: the definition."""
    sets, actors = stance_sets(reading), reading.ids.actors
    found = {}
    for name, with_label in (("tuple[actor]", True), ("pair[actor]", False)):
        followed = StanceSets(
            **{
                field.name: frozenset(_followed(each, actors, with_label) for each in getattr(sets, field.name))
                for field in dataclasses.fields(StanceSets)
            }
        )
        found[name] = counts_over(tuples_by_target(followed).values())
    return found


def _followed(said: CorpusTuple, actors: Mapping[str, str], with_label: bool) -> CorpusTuple:
    holder, kind, target, label = said
    to = _actor(target, actors) if kind == "entity" else target
    return _actor(holder, actors), kind, to, label if with_label else ""


def _actor(id: Hashable, actors: Mapping[str, str]) -> SidedId:
    assert isinstance(id, tuple)
    side, word = id
    return (side, actors.get(word, word)) if side == "gold" else (side, word)


def put_actors(sheet: Sheet, stances: Stances, actor: Ints) -> None:
    """The same of many documents.

    Args:
        sheet: Where the counts go.
        stances: The stances.
        actor: The gold code of the actor of each of gold's entities.
    """
    gold, predicted = stances.gold, stances.predicted
    rows = np.flatnonzero(stances.kept)
    own = 1 + max(int(each.max(initial=0)) for each in (actor, gold.target, stances.target))

    def sided(codes: Ints, files: Ints, entities: Ints) -> Ints:
        """Codes of gold with actors for entities; what means nothing there has codes of its own."""
        known = codes.astype(np.int64)
        known[entities] = np.where(known[entities] == NONE, NONE, actor[known[entities]]) if len(actor) else NONE
        return np.where(codes == NONE, own + files, known)

    every = np.ones(len(rows), bool)
    columns = [
        np.concatenate([gold.document[rows], predicted.document]),
        np.concatenate([gold.kind[rows], predicted.kind]),
        np.concatenate(
            [
                sided(gold.holder[rows], gold.holder[rows], every),
                sided(stances.holder, predicted.holder, np.ones(len(predicted), bool)),
            ]
        ),
        np.concatenate(
            [
                sided(gold.target[rows], gold.target[rows], gold.kind[rows] == _ENTITY),
                sided(stances.target, predicted.target, predicted.kind == _ENTITY),
            ]
        ),
        np.concatenate([gold.label[rows], stances.said]),
    ]
    optional, none = gold.optional[rows], np.zeros(len(predicted), bool)
    roles = (
        np.concatenate([~optional, none]),
        np.concatenate([optional, none]),
        np.concatenate([~every, ~stances.excused]),
        np.concatenate([~every, stances.excused]),
    )
    for name, many in (("tuple[actor]", 5), ("pair[actor]", 4)):
        first, of = distinct(row_keys(columns[:many]))
        required, may, charged, excused = (np.bincount(of[role], minlength=len(first)) > 0 for role in roles)
        document = columns[0][first]
        found = required & (charged | excused)
        counts = (
            np.bincount(document[which], minlength=stances.documents)
            for which in (found, required, found | (charged & ~may))
        )
        sheet.matched(name, *counts)

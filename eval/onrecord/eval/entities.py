"""Entities: mentions found and typed, and mentions of one entity brought together."""

from __future__ import annotations

from collections.abc import Mapping

from onrecord.dataset import Mention
from onrecord.eval.clusters import Membership
from onrecord.eval.counts import Counts
from onrecord.eval.layer import DocumentPair, Layer, Measure, typed
from onrecord.eval.spans import Pair, mode_counts


def _counts(pair: DocumentPair) -> Mapping[str, Counts]:
    alignment = pair.mentions
    gold = [typed(item) for item in alignment.gold]
    predicted = [typed(item) for item in alignment.predicted]
    everything = mode_counts(gold, predicted, alignment.pairs)
    names_gold = [g for g, item in enumerate(alignment.gold) if _is_name(item)]
    names_predicted = [p for p, item in enumerate(alignment.predicted) if _is_name(item)]
    gold_at = {g: n for n, g in enumerate(names_gold)}
    predicted_at = {p: n for n, p in enumerate(names_predicted)}
    # a name that is paired with optional gold of another kind is no spurious name
    excused = [
        each.predicted
        for each in alignment.pairs
        if each.predicted in predicted_at and each.gold not in gold_at and gold[each.gold].optional
    ]
    pairs = [
        Pair(gold_at[each.gold], predicted_at[each.predicted], each.fit)
        for each in alignment.pairs
        if each.gold in gold_at and each.predicted in predicted_at
    ]
    names = mode_counts([gold[g] for g in names_gold], [predicted[p] for p in names_predicted], pairs)
    names = {mode: counts + Counts(predicted=-len(excused)) for mode, counts in names.items()}
    return {**names, "strict[all]": everything["strict"], "exact[all]": everything["exact"]}


def _is_name(item: object) -> bool:
    return isinstance(item, Mention) and item.kind == "name"


def _memberships(pair: DocumentPair) -> list[Membership]:
    return pair.mentions.memberships(skip_optional=True)


ENTITIES = Layer(
    name="entities",
    submitted_as="mentions",
    measures=(
        Measure("strict", "names with the right offsets and type"),
        Measure("exact", "names with the right offsets, whatever the type"),
        Measure("type", "names with the right type that overlap"),
        Measure("partial", "names with the right offsets, and half a point for an overlap"),
        Measure("strict[all]", "names, nominals and pronouns with the right offsets and type"),
        Measure("exact[all]", "names, nominals and pronouns with the right offsets"),
    ),
    counts=_counts,
)

ENTITY_IDS = Layer(
    name="entity_ids",
    submitted_as="mentions",
    measures=(
        Measure("lea", "share of each entity's links resolved, weighted by its size, across documents"),
        Measure("conll", "mean F1 of MUC, B3 and CEAFe, across documents"),
        Measure("muc", "links found, across documents"),
        Measure("b3", "share of its cluster found, for each mention, across documents"),
        Measure("ceafe", "best one-to-one alignment of entities, across documents"),
        Measure("lea[within]", "LEA with the clusters of each document apart"),
        Measure("conll[within]", "CoNLL F1 with the clusters of each document apart"),
    ),
    memberships=_memberships,
)

"""Which predicted stance answers which gold stance: the one with its holder and target.

Holders and targets are entities, events and claims, and not names of them. At most one stance of gold has a holder and
target in a document; the predictions for it may be several, or none. Several with different labels are a hedge, and say
nothing: none of them has the label of anything. Where the gold is optional, one of them is left out: one with its
label, if there is one.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

from onrecord.dataset import Stance
from onrecord.eval.layers.ids import MIN_DICE, IdMap, evidence, evidence_dice
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.matching.similarity import Parts

StanceKey = tuple[str, str, str]
"""holder, kind of target, target, as gold ids."""


def stance_key(stance: Stance) -> StanceKey:
    """A gold stance's holder and target."""
    return stance.holder, stance.target.kind, stance.target.id


def gold_key(stance: Stance, ids: IdMap) -> StanceKey | None:
    """A predicted stance's holder and target as gold ids; None where one of them means nothing in gold."""
    holder = ids.entity.get(stance.holder)
    target = target_id(stance, ids)
    return (holder, stance.target.kind, target) if holder is not None and target is not None else None


def target_id(stance: Stance, ids: IdMap) -> str | None:
    """A predicted stance's target as a gold id."""
    by_kind = {"entity": ids.entity, "event": ids.event, "claim": ids.claim}
    return by_kind[stance.target.kind].get(stance.target.id)


@dataclasses.dataclass(frozen=True)
class StanceReading:
    """One document's stances, gold ones with what the system says of the same holder and target."""

    gold: tuple[Stance, ...]
    ids: IdMap
    required: Mapping[StanceKey, Stance]
    """Gold that is not optional."""
    optional: Mapping[StanceKey, Stance]
    predicted: tuple[Stance, ...]
    answers: Mapping[StanceKey, tuple[int, ...]]
    """Predictions by gold key, those with a key that gold has; in an order that depends on their content alone."""
    labels: tuple[str, ...]
    """What each prediction says: its label, and of a hedge a word that is no label; see :func:`said_labels`."""
    excused: frozenset[int]
    """Predictions left out because they answer optional gold."""

    @property
    def place(self) -> Mapping[StanceKey, int]:
        """The index of each gold stance: of those with one holder and target the last, as in ``required``."""
        return {stance_key(stance): index for index, stance in enumerate(self.gold)}

    def matches(self) -> list[tuple[int, int]]:
        """Gold and predicted index of the stances with one holder and target; of several predictions the first."""
        first: dict[StanceKey | None, int] = {}
        for index, stance in enumerate(self.predicted):
            first.setdefault(gold_key(stance, self.ids), index)
        return [(index, first[key]) for index, stance in enumerate(self.gold) if (key := stance_key(stance)) in first]

    @property
    def charged(self) -> list[Stance]:
        """All predictions but the excused."""
        return [stance for index, stance in enumerate(self.predicted) if index not in self.excused]

    def right(self, key: StanceKey) -> tuple[int, ...]:
        """The predictions with the holder, target and label of a gold stance that is not optional."""
        label = self.required[key].label
        return tuple(index for index in self.answers.get(key, ()) if self.labels[index] == label)


def read_stances(pair: DocumentPair) -> StanceReading:
    """Bring one document's stances together."""
    gold: dict[StanceKey, Stance] = {stance_key(stance): stance for stance in pair.gold.stances}
    predicted = pair.predicted.stances
    answers: dict[StanceKey, list[int]] = defaultdict(list)
    for index in sorted(range(len(predicted)), key=lambda index: _content(predicted[index])):
        key = gold_key(predicted[index], pair.ids)
        if key is not None and key in gold:
            answers[key].append(index)
    labels = said_labels(predicted, pair.ids)
    optional = {key: stance for key, stance in gold.items() if stance.optional}
    excused = {
        min(answers[key], key=lambda index: labels[index] != stance.label)
        for key, stance in optional.items()
        if key in answers
    }
    return StanceReading(
        gold=pair.gold.stances,
        ids=pair.ids,
        required={key: stance for key, stance in gold.items() if not stance.optional},
        optional=optional,
        predicted=predicted,
        answers={key: tuple(each) for key, each in answers.items()},
        labels=labels,
        excused=frozenset(excused),
    )


def said_labels(predicted: Sequence[Stance], ids: IdMap) -> tuple[str, ...]:
    """What each prediction of a document says: its label, or, where another one has its holder and target and a
    different label, the label with a question mark.
    """
    keys = [(_meant(each.holder, ids.entity.get(each.holder)), *_meant_target(each, ids)) for each in predicted]
    said: dict[Hashable, set[str]] = defaultdict(set)
    for key, stance in zip(keys, predicted, strict=True):
        said[key].add(stance.label)
    return tuple(
        stance.label if len(said[key]) == 1 else f"{stance.label}?" for key, stance in zip(keys, predicted, strict=True)
    )


def _meant_target(stance: Stance, ids: IdMap) -> tuple[str, Hashable]:
    return stance.target.kind, _meant(stance.target.id, target_id(stance, ids))


def _meant(id: str, gold: str | None) -> tuple[bool, str]:
    """What an id stands for: gold's, or itself where it means nothing there."""
    return (True, gold) if gold is not None else (False, id)


def _content(stance: Stance) -> tuple[str, Parts, str]:
    return stance.label, evidence(stance), stance.basis


def evidence_overlap(gold: Stance, predicted: Stance) -> float:
    """Dice of the evidence in code points, nothing below one half; 1 where neither has any."""
    if not gold.evidence and not predicted.evidence:
        return 1.0
    value = evidence_dice(gold, predicted)
    return value if value >= MIN_DICE else 0.0

"""How often an item turns on which of several ids for one actor was chosen: compared by id, against by actor.

Ids of entities are as fine as the words, and several may act for one actor (a state, its government, an office).
Items are brought together here by their words alone: quotes by what they quote, stances by their evidence. Then whom
they name is compared twice, by the id itself and by the end of the chain of ``acts_for``, as the scorer follows it
(:func:`onrecord.dataset.derive.actors`). What is alike by actor and not by id turns on the choice of the id.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from onrecord.dataset import Registries, Stance
from onrecord.dataset.derive import actors
from onrecord.dataset.records import UNKNOWN
from onrecord.eval.layers.ids import MIN_DICE, evidence
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.matching.assignment import assign
from onrecord.eval.matching.similarity import similar

Named = frozenset[str]
"""Whom an item names in one field: the ids."""

ItemPair = tuple[str, Named, Named]
"""A field of an item, whom the one names in it and whom the other, each in ids of their own."""


@dataclasses.dataclass(frozen=True)
class ActorField:
    """A field that names entities, on the items that both annotators found."""

    field: str
    """Such as ``quotes:speaker``."""
    matched: int
    """Items that both found, by their words alone."""
    by_actor: int
    """Those in which both name the same actors."""
    by_id: int
    """Those of them in which both name the same ids."""
    several: int
    """Items in which the one names an actor that has several ids: in no other could the choice of an id matter."""

    @property
    def turns(self) -> int:
        """Items alike by actor and not by id."""
        return self.by_actor - self.by_id


class _Actors:
    """Whom the ids of two annotators stand for, in the one's ids."""

    def __init__(self, one: Registries, other: Registries, ids: Mapping[str, str]) -> None:
        self.ids = ids
        self.one, self.other = actors(one.entities), actors(other.entities)
        self.many = Counter(self.one.get(row.id, row.id) for row in one.entities)

    def mine(self, id: str) -> str:
        """The actor of an id of the one's."""
        return self.one.get(id, id)

    def theirs(self, id: str) -> str:
        """The actor of an id of the other's: of what it stands for here, or of what its own actor stands for."""
        at = self.here(id) or self.ids.get(self.other.get(id, id))
        return f"?{id}" if at is None else self.mine(at)

    def here(self, id: str) -> str | None:
        """What an id of the other's stands for among the one's; None for nothing."""
        return id if id == UNKNOWN else self.ids.get(id)


def actor_fields(
    found: Iterable[tuple[DocumentPair, Sequence[tuple[int, int]]]], one: Registries, other: Registries
) -> list[ActorField]:
    """Compare by id and by actor whom the items name: speakers of quotes, holders and targets of stances.

    Args:
        found: Every document that both have annotated, with the indices of the quotes that both found.
        one: One annotator's rows; theirs are the gold labels of the documents.
        other: The other's.

    Returns:
        A field each, also where no item was found by both; targets are those that are entities for both.
    """
    counts = {name: [0, 0, 0, 0] for name in ("quotes:speaker", "stances:holder", "stances:target")}
    for pair, quotes in found:
        said = _Actors(one, other, pair.ids.entity)
        for field, mine, theirs in [*_speakers(pair, quotes), *_parties(pair)]:
            by_actor = {said.mine(id) for id in mine} == {said.theirs(id) for id in theirs}
            by_id = mine == {said.here(id) for id in theirs}
            several = any(said.many[said.mine(id)] > 1 for id in mine)
            for place, true in enumerate((True, by_actor, by_id, several)):
                counts[field][place] += true
    return [ActorField(name, *each) for name, each in counts.items()]


def _speakers(pair: DocumentPair, quotes: Sequence[tuple[int, int]]) -> Iterator[ItemPair]:
    for g, p in quotes:
        yield "quotes:speaker", frozenset(pair.gold.quotes[g].speaker), frozenset(pair.predicted.quotes[p].speaker)


def _parties(pair: DocumentPair) -> Iterator[ItemPair]:
    for one, other in by_evidence(pair.gold.stances, pair.predicted.stances):
        yield "stances:holder", frozenset([one.holder]), frozenset([other.holder])
        if one.target.kind == other.target.kind == "entity":
            yield "stances:target", frozenset([one.target.id]), frozenset([other.target.id])


def by_evidence(one: Sequence[Stance], other: Sequence[Stance]) -> list[tuple[Stance, Stance]]:
    """The best one-to-one pairing of stances by their evidence, of a Dice of at least one half.

    Of those with the same evidence the label, the kind of target and then the order decide, and no id does.
    """
    near = similar([evidence(each) for each in one], [evidence(each) for each in other], MIN_DICE)
    edges = []
    for g, p, dice in near:
        alike = (one[g].label == other[p].label) + (one[g].target.kind == other[p].target.kind)
        order = abs(g / len(one) - p / len(other))
        edges.append((g, p, dice + alike / 100 + (1 - order) / 10_000))
    return [(one[edges[at][0]], other[edges[at][1]]) for at in assign(edges)]

"""How often an item turns on which of several ids for one actor was chosen: compared by id, against by actor.

Ids of entities are as fine as the words, and several may act for one actor (a state, its government, an office).
Items are brought together here by their words alone: quotes by what they quote, stances by their evidence, rows of
events by the mentions that they stand for. Then whom they name is compared twice, by the id itself and by the end of
the chain of ``acts_for``, as the scorer follows it (:func:`onrecord.dataset.derive.actors`). What is alike by actor and
not by id turns on the choice of the id.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from onrecord.dataset import Event, Registries, Stance
from onrecord.dataset.derive import actors
from onrecord.dataset.records import UNKNOWN
from onrecord.eval.layers.ids import MIN_DICE, evidence
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.matching.assignment import assign
from onrecord.eval.matching.similarity import similar

Named = frozenset[tuple[str, str]]
"""Whom an item names in one field: in which role, empty where there are none, and the ids."""

FIELDS = ("quotes:speaker", "stances:holder", "stances:target", "events:participants")

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
    found: Sequence[tuple[DocumentPair, Sequence[tuple[int, int]]]], one: Registries, other: Registries
) -> list[ActorField]:
    """Compare by id and by actor whom the items name: speakers, holders, targets, and participants of events.

    Args:
        found: Every document that both have annotated, with the indices of the quotes that both found.
        one: One annotator's rows; theirs are the gold labels of the documents.
        other: The other's.

    Returns:
        A field each, also where no item was found by both; targets are those that are entities for both.
    """
    counts = {name: [0, 0, 0, 0] for name in FIELDS}
    ids = [pair.ids for pair, _ in found[:1]]  # they hold across documents
    items = [item for pair, quotes in found for item in (*_speakers(pair, quotes), *_parties(pair))]
    items += [item for each in ids for item in _participants(one, other, each.event)]
    said = _Actors(one, other, ids[0].entity if ids else {})
    for field, mine, theirs in items:
        by_actor = {(role, said.mine(id)) for role, id in mine} == {(role, said.theirs(id)) for role, id in theirs}
        by_id = mine == {(role, said.here(id)) for role, id in theirs}
        several = any(said.many[said.mine(id)] > 1 for _, id in mine)
        for place, true in enumerate((True, by_actor, by_id, several)):
            counts[field][place] += true
    return [ActorField(name, *each) for name, each in counts.items()]


def _participants(one: Registries, other: Registries, ids: Mapping[str, str]) -> Iterator[ItemPair]:
    """The rows of events that both have, by what their mentions stand for."""
    mine = {row.id: row for row in one.events}
    for row in other.events:
        if (at := ids.get(row.id)) in mine and at is not None:
            yield "events:participants", _in_roles(mine[at]), _in_roles(row)


def _in_roles(row: Event) -> Named:
    return frozenset((each.role, each.entity) for each in row.participants)


def _speakers(pair: DocumentPair, quotes: Sequence[tuple[int, int]]) -> Iterator[ItemPair]:
    for g, p in quotes:
        yield "quotes:speaker", _plain(pair.gold.quotes[g].speaker), _plain(pair.predicted.quotes[p].speaker)


def _parties(pair: DocumentPair) -> Iterator[ItemPair]:
    for one, other in by_evidence(pair.gold.stances, pair.predicted.stances):
        yield "stances:holder", _plain([one.holder]), _plain([other.holder])
        if one.target.kind == other.target.kind == "entity":
            yield "stances:target", _plain([one.target.id]), _plain([other.target.id])


def _plain(ids: Iterable[str]) -> Named:
    return frozenset(("", id) for id in ids)


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

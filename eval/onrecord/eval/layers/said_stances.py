"""What is said over a corpus, as rows: distinct stances, and what is left of them without some documents."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.columns import (
    KINDS,
    LABELS,
    Ints,
    narrow,
    together,
)
from onrecord.eval.layers.corpus_stances import (
    SIDES,
    CorpusTuple,
    SidedId,
    StanceSets,
    contradictions_of,
    corpus_counts,
    side_of,
)
from onrecord.eval.layers.state_columns import Floats, f1_of
from onrecord.eval.matching.keys import distinct, sorting
from onrecord.eval.statistics.counts import Counts, Score

REQUIRED, OPTIONAL, CHARGED, EXCUSED = range(4)
"""What a stance is to the corpus measures."""


def sayings() -> tuple[str, ...]:
    """What a prediction may say, by the scheme in force: a label, or as a part of a hedge none.

    See :func:`onrecord.eval.layers.stance_pairing.said_labels`.
    """
    return (*LABELS, *(f"{label}?" for label in LABELS))


@dataclasses.dataclass(frozen=True, eq=False)
class Said:
    """What is said in documents: r rows, one for each stance; every array has the shape (r,)."""

    document: Ints
    role: Ints
    """:data:`REQUIRED`, :data:`OPTIONAL`, :data:`CHARGED` or :data:`EXCUSED`."""
    holder: Ints
    """In gold's codes; an id that means nothing there has one of the file's own, from ``strangers`` on."""
    kind: Ints
    target: Ints
    label: Ints
    words: tuple[Sequence[str], ...]
    """By kind, and last of holders: the id of each of gold's codes."""
    strangers: tuple[Sequence[str], ...]
    """Likewise of the file's."""

    @classmethod
    def joined(cls, parts: Sequence[Self], index: Sequence[Ints], documents: Sequence[str]) -> Self:
        """What parts say together; see :class:`~onrecord.eval.layers.added_states.PartState`."""
        places = range(len(parts[0].words))
        words, gold = zip(*(together([part.words[k] for part in parts]) for k in places), strict=True)
        strangers, file = zip(*(together([part.strangers[k] for part in parts]) for k in places), strict=True)
        codes = [[np.concatenate([gold[k][n], len(words[k]) + file[k][n]]) for k in places] for n in range(len(parts))]

        def every(of: Callable[[Self, Ints, list[Ints]], Ints]) -> Ints:
            return narrow(np.concatenate([of(*each) for each in zip(parts, index, codes, strict=True)]))

        def target(part: Self, _: Ints, tables: list[Ints]) -> Ints:
            found = np.zeros(len(part.target), np.int64)
            for kind in range(len(KINDS)):
                rows = np.flatnonzero(part.kind == kind)
                found[rows] = tables[kind][part.target[rows]]
            return found

        joined = cls(
            document=every(lambda part, at, _: at[part.document]),
            role=every(lambda part, *_: part.role),
            holder=every(lambda part, _, tables: tables[-1][part.holder]),
            kind=every(lambda part, *_: part.kind),
            target=every(target),
            label=every(lambda part, *_: part.label),
            words=words,
            strangers=strangers,
        )
        order = sorting(joined.document)
        return joined if order is None else joined.take(order)

    def take(self, rows: Ints) -> Self:
        """Some of the rows."""
        columns = {
            name: getattr(self, name)[rows] for name in ("document", "role", "holder", "kind", "target", "label")
        }
        return dataclasses.replace(self, **columns)

    def sets(self) -> StanceSets:
        """The tuples, by what they are."""
        columns = (self.role, self.holder, self.kind, self.target, self.label)
        said = sayings()
        return _union(
            (role, (self.id_of(-1, holder), KINDS[kind], self.id_of(kind, target), said[label]))
            for role, holder, kind, target, label in zip(*(each.tolist() for each in columns), strict=True)
        )

    def id_of(self, kind: int, code: int) -> SidedId:
        """What a code of a kind stands for; -1 for the kind is that of holders."""
        words = self.words[kind]
        return ("gold", words[code]) if code < len(words) else ("file", self.strangers[kind][code - len(words)])

    def documents(self) -> None:
        """There are no clusters."""

    def parts(self, document: int) -> tuple[tuple[Table, ...], tuple[Any, ...]]:
        """What one document says."""
        return (), (self.take(np.flatnonzero(self.document == document)).sets(),)

    def scores(self) -> Mapping[str, Counts | Score]:
        """The measures over the corpus."""
        return corpus_counts(self.distinct().sets())

    def distinct(self) -> Said:
        """The same without repetitions, whatever the document."""
        return self.take(np.sort(distinct(self._keys())[0]))

    def _keys(self, roles: bool = True) -> Ints:
        """A number of what each row says, whatever the document, and with or without its role."""
        key: Ints = np.zeros(len(self.role), np.int64)
        for column, many in (
            (self.role if roles else np.zeros(len(self.role), np.int64), 4),
            (self.kind, len(KINDS)),
            (self.label, len(sayings())),
            (self.holder, 1 + int(self.holder.max(initial=0))),
            (self.target, 1 + int(self.target.max(initial=0))),
        ):
            key = key * many + column
        return key

    def without_each(self, group: Ints, groups: int) -> Mapping[str, Floats]:
        """See :class:`~onrecord.eval.layers.state_columns.Whole`.

        Without a group those tuples are missing that no other group has; only what these add is counted again.
        """
        rows, lost = self._lost(group, groups)
        counts = {
            "tuple[corpus]": rows.tuples_without(lost, groups),
            "contradictions": rows.contradictions_without(lost, groups),
        }
        return {name: f1_of(each[:, 0], each[:, 1], each[:, 0], each[:, 2]) for name, each in counts.items()}

    def tuples_without(self, lost: Ints, groups: int) -> Floats:
        """Matched, gold and predicted tuples over the corpus without each group, shape (groups, 3).

        Args:
            lost: Shape (n,): the group without which each row, none of which is there twice, is missing; -1 for none.
            groups: How many there are.
        """
        _, said = distinct(self._keys(roles=False))
        role = 1 << self.role.astype(np.int64)
        roles = np.bincount(said, role).astype(np.int64)
        gone = np.flatnonzero(lost >= 0)
        pairs, place = np.unique(lost[gone] * len(roles) + said[gone], return_inverse=True)
        of, tuple_ = np.divmod(pairs, len(roles))
        left = roles[tuple_] - np.bincount(place.ravel(), role[gone], len(pairs)).astype(np.int64)
        change = _ADDS[left] - _ADDS[roles[tuple_]]
        changes = [np.bincount(of, column, groups) for column in change.T]
        found: Floats = _ADDS[roles].sum(axis=0) + np.stack(changes, axis=1)
        return found

    def contradictions_without(self, lost: Ints, groups: int) -> Floats:
        """The same of contradictions, which are counted again about each claim of which something is missing."""
        sides = [code for code, word in enumerate(sayings()) if word in SIDES]
        rows = np.flatnonzero((self.kind == KINDS.index("claim")) & np.isin(self.label, sides))
        claims: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        without: dict[tuple[int, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        said, columns = sayings(), (self.role, self.label, self.target, self.holder)
        for role, label, target, holder, left_out in zip(
            *(each[rows].tolist() for each in columns), lost[rows].tolist(), strict=True
        ):
            side = side_of(role, said[label])
            claims[target][holder] |= side
            if left_out >= 0:
                without[left_out, target][holder] |= side
        classes = {target: Counter(holders.values()) for target, holders in claims.items()}
        whole = {target: contradictions_of(each) for target, each in classes.items()}
        found = np.tile(np.sum([*whole.values(), (0, 0, 0)], axis=0, dtype=float), (groups, 1))
        for (left_out, target), holders in without.items():
            now = classes[target].copy()
            for holder, gone in holders.items():
                before = claims[target][holder]
                now[before] -= 1
                now[before & ~gone] += 1
            found[left_out] += np.subtract(contradictions_of(+now), whole[target])
        return found

    def _lost(self, group: Ints, groups: int) -> tuple[Self, Ints]:
        """Every distinct row, and the group without which it is missing, shape (n,); -1 for none."""
        first, place = distinct(self._keys())
        pairs = np.unique(place * (groups + 1) + group[self.document] + 1)
        tuple_, of = np.divmod(pairs, groups + 1)
        alone = np.bincount(tuple_)[tuple_] == 1
        lost = np.full(len(first), -1)
        lost[tuple_[alone]] = of[alone] - 1
        return self.take(first), lost


def _adds(roles: int) -> tuple[int, int, int]:
    """What a tuple adds to those matched, of gold and predicted, by the roles that it has, as bits."""
    required, optional, charged, excused = (bool(roles & 1 << role) for role in (REQUIRED, OPTIONAL, CHARGED, EXCUSED))
    found = required and (charged or excused)
    return found, required, found or (charged and not optional)


_ADDS = np.array([_adds(roles) for roles in range(16)], float)


def _union(tuples: Iterable[tuple[int, CorpusTuple]]) -> StanceSets:
    found: tuple[set[CorpusTuple], ...] = (set(), set(), set(), set())
    for role, each in tuples:
        found[role].add(each)
    return StanceSets(*map(frozenset, found))

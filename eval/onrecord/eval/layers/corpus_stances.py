"""Stances over the corpus: distinct tuples, and contradictions between holders.

Both look across documents, so their counts do not add over them. What adds, by union, is the set of things said in each
document (:class:`StanceSets`); the counts are functions of the union.

A contradiction is a claim that one holder asserts and another denies, wherever in the corpus they do. Pairs of holders
are counted and not listed, so that the work is linear in holders.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import get_args

from onrecord.dataset import Stance
from onrecord.dataset.records import TargetKind
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.stance_pairing import StanceReading, target_id
from onrecord.eval.statistics.counts import Counts

KINDS: tuple[str, ...] = get_args(TargetKind)

SidedId = tuple[str, str]
"""Whose id it is, ``gold`` or ``file``, and the id: what means nothing in gold goes by the file's own id."""

CorpusTuple = tuple[Hashable, str, Hashable, str]
"""holder, kind of target, target, what is said: a label, or no label where it is a part of a hedge; who and what are a
:data:`SidedId`, or a code that stands for one."""


@dataclasses.dataclass(frozen=True)
class StanceSets:
    """What is said in some documents; adds by union."""

    required: frozenset[CorpusTuple] = frozenset()
    """Gold that is not optional."""
    optional: frozenset[CorpusTuple] = frozenset()
    charged: frozenset[CorpusTuple] = frozenset()
    """Predictions."""
    excused: frozenset[CorpusTuple] = frozenset()
    """Predictions left out in their document because they answer optional gold."""

    def __add__(self, other: StanceSets) -> StanceSets:
        return StanceSets.total((self, other))

    @classmethod
    def total(cls, sets: Iterable[StanceSets]) -> StanceSets:
        """The union of any number."""
        every = list(sets)
        return cls(
            frozenset().union(*(each.required for each in every)),
            frozenset().union(*(each.optional for each in every)),
            frozenset().union(*(each.charged for each in every)),
            frozenset().union(*(each.excused for each in every)),
        )


def stance_sets(reading: StanceReading) -> StanceSets:
    """What is said in one document."""
    answers = [_predicted(*each, reading.ids) for each in zip(reading.predicted, reading.labels, strict=True)]
    return StanceSets(
        required=frozenset(_gold(stance) for stance in reading.required.values()),
        optional=frozenset(_gold(stance) for stance in reading.optional.values()),
        charged=frozenset(each for index, each in enumerate(answers) if index not in reading.excused),
        excused=frozenset(answers[index] for index in reading.excused),
    )


Triple = tuple[int, int, int]
"""Matched, gold, predicted."""

TargetKey = tuple[str, Hashable]
"""Kind and id of a target."""


def corpus_counts(total: StanceSets) -> dict[str, Counts]:
    """Counts of every measure over the corpus, by its name."""
    return {name: counts_over(each.values()) for name, each in counts_by_target(total).items()}


def counts_over(targets: Iterable[Triple]) -> Counts:
    """The sum over targets."""
    matched = gold = predicted = 0
    for each in targets:
        matched, gold, predicted = matched + each[0], gold + each[1], predicted + each[2]
    return Counts.matched(matched, gold, predicted)


def counts_by_target(total: StanceSets) -> dict[str, dict[TargetKey, Triple]]:
    """What each target adds to every measure over the corpus; those that add nothing may be left out."""
    return {"tuple[corpus]": tuples_by_target(total), "contradictions": contradictions_by_target(total)}


def tuples_by_target(total: StanceSets) -> dict[TargetKey, Triple]:
    """Distinct tuples about each target.

    A prediction is found right wherever gold has the tuple. It is left out where gold has it as optional alone, or
    where each of its documents has excused it.
    """
    found = total.required & (total.charged | total.excused)
    counts: dict[TargetKey, list[int]] = defaultdict(lambda: [0, 0, 0])
    for place, tuples in enumerate((found, total.required, found | (total.charged - total.optional))):
        for _, kind, target, _ in tuples:
            counts[kind, target][place] += 1
    return {target: (each[0], each[1], each[2]) for target, each in counts.items()}


def contradictions_by_target(total: StanceSets) -> dict[TargetKey, Triple]:
    """Contradictions about each claim.

    Gold contradictions that need an optional stance are optional; so are predicted ones that need an excused one.
    """
    holders: dict[TargetKey, dict[Hashable, int]] = defaultdict(lambda: defaultdict(int))
    for role, tuples in enumerate((total.required, total.optional, total.charged, total.excused)):
        for holder, kind, target, label in tuples:
            if kind == "claim" and label in SIDES:
                holders[kind, target][holder] |= side_of(role, label)
    return {of: contradictions_of(Counter(of_target.values())) for of, of_target in holders.items()}


def side_of(role: int, label: str) -> int:
    """The bit of what one stance says of a claim, by the place of its role in :class:`StanceSets`."""
    return 1 << (2 * role + SIDES[label])


def contradictions_of(classes: Mapping[int, int]) -> Triple:
    """Contradictions about a claim, of which so many holders say the same: bits of :func:`side_of`."""
    matched = gold = predicted = 0
    for one, other, pairs in _pairs_of_classes(classes):
        required = _opposed(one, other, _REQUIRED)
        gold += required * pairs
        if required:
            matched += pairs * _opposed(one, other, _SAID)
        elif _opposed(one, other, _CHARGED) and not _opposed(one, other, _GOLD):
            predicted += pairs
    return matched, gold, matched + predicted


SIDES: Mapping[str, int] = {"asserts": 0, "denies": 1}
# what a holder says of a claim, as bits: asserts and denies of required, optional, charged and excused stances
_REQUIRED, _GOLD, _CHARGED, _SAID = 0b11, 0b1111, 0b11_0000, 0b1111_0000
_ASSERTS, _DENIES = 0b0101_0101, 0b1010_1010


def _opposed(one: int, other: int, among: int) -> bool:
    """Whether two holders contradict each other by the stances among those that are looked at."""
    one, other = one & among, other & among
    return bool((one & _ASSERTS and other & _DENIES) or (one & _DENIES and other & _ASSERTS))


def _pairs_of_classes(classes: Mapping[int, int]) -> Iterable[tuple[int, int, int]]:
    """Two classes of holders who say the same, and how many unordered pairs of different holders they give."""
    listed = sorted(classes.items())
    for index, (one, count) in enumerate(listed):
        yield one, one, count * (count - 1) // 2
        for other, other_count in listed[index + 1 :]:
            yield one, other, count * other_count


def _gold(stance: Stance) -> CorpusTuple:
    return ("gold", stance.holder), stance.target.kind, ("gold", stance.target.id), stance.label


def _predicted(stance: Stance, said: str, ids: IdMap) -> CorpusTuple:
    holder, target = ids.entity.get(stance.holder), target_id(stance, ids)
    return (
        ("file", stance.holder) if holder is None else ("gold", holder),
        stance.target.kind,
        ("file", stance.target.id) if target is None else ("gold", target),
        said,
    )

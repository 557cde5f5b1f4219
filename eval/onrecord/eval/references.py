"""What a system's ids mean: predicted entity, event and claim ids mapped to those of gold.

A speaker, holder or target is right when it is the right *entity*, by whatever mention the system found it. An id is
mapped by the first of these that applies:

1. its Wikidata id, where the file gives one that a registry row has;
2. the best one-to-one alignment of predicted and gold clusters over the corpus;
3. a mention of it that overlaps a gold mention with a Dice of at least one half (the gold id that most of them have);
4. the name the file gives for it, where that is a name or alias of just one registry row;
5. for an id that the file itself does not declare: the registry row with that id.

Claims have no mentions: they go by equal wording, then by the best one-to-one alignment of evidence, then by 5.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence

from onrecord.dataset import Labels, Registries, Span, Stance
from onrecord.dataset.records import UNKNOWN
from onrecord.eval.assignment import assign
from onrecord.eval.clusters import Table, best_alignment
from onrecord.eval.predictions import ClaimDescription, EntityDescription

MIN_DICE = 0.5
"""Least overlap at which a mention vouches for an entity, or evidence for a claim."""


@dataclasses.dataclass(frozen=True)
class IdMap:
    """Predicted ids to gold ids, by kind; an id that is not here means nothing in gold."""

    entity: Mapping[str, str]
    event: Mapping[str, str]
    claim: Mapping[str, str]

    def speakers(self, ids: Iterable[str]) -> frozenset[str | None]:
        """Gold ids of a set of predicted speakers; nobody at all means the unknown speaker."""
        return frozenset(UNKNOWN if id == UNKNOWN else self.entity.get(id) for id in ids) or frozenset({UNKNOWN})


def normal_name(name: str) -> str:
    """A name as it is compared: NFKC, case folded, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def map_entities(
    table: Table,
    overlaps: Iterable[tuple[str, str]],
    declared: frozenset[str],
    described: Mapping[str, EntityDescription],
    registries: Registries,
) -> dict[str, str]:
    """Predicted entity ids to gold ones.

    Args:
        table: Gold and predicted clusters over the whole corpus.
        overlaps: (predicted id, gold id) of every pair of mentions that overlap enough.
        declared: Ids that the file itself says something of.
        described: The file's descriptions.
        registries: The gold ids.
    """
    by_wikidata: dict[str, set[str]] = defaultdict(set)
    by_name: dict[str, set[str]] = defaultdict(set)
    for row in registries.entities:
        if row.wikidata:
            by_wikidata[row.wikidata].add(row.id)
        for name in (row.name, *row.aliases):
            by_name[normal_name(name)].add(row.id)
    mapping = {row.id: row.id for row in registries.entities if row.id not in declared}
    for id, description in described.items():
        if description.name is not None and len(named := by_name[normal_name(description.name)]) == 1:
            mapping[id] = next(iter(named))
    mapping |= _by_overlap(overlaps)
    mapping |= {str(p): str(g) for g, p, _ in best_alignment(table)}
    for id, description in described.items():
        if description.wikidata is not None and len(same := by_wikidata[description.wikidata]) == 1:
            mapping[id] = next(iter(same))
    return mapping


def map_events(
    table: Table, overlaps: Iterable[tuple[str, str]], declared: frozenset[str], registries: Registries
) -> dict[str, str]:
    """Predicted event ids to gold ones; see :func:`map_entities`."""
    mapping = {row.id: row.id for row in registries.events if row.id not in declared}
    mapping |= _by_overlap(overlaps)
    mapping |= {str(p): str(g) for g, p, _ in best_alignment(table)}
    return mapping


def _by_overlap(overlaps: Iterable[tuple[str, str]]) -> dict[str, str]:
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for predicted, gold in overlaps:
        votes[predicted][gold] += 1
    return {predicted: count.most_common(1)[0][0] for predicted, count in votes.items()}


def overlapping_mentions(
    predicted: Iterable[tuple[Span, str | None]], gold: Sequence[tuple[Span, str | None]]
) -> Iterable[tuple[str, str]]:
    """(predicted id, gold id) of all mentions of one document that overlap with a Dice of at least one half."""
    for span, id in predicted:
        for other, gold_id in gold:
            shared = min(span.end, other.end) - max(span.start, other.start)
            if shared > 0 and id and gold_id:
                dice = 2 * shared / (span.end - span.start + other.end - other.start)
                if dice >= MIN_DICE:
                    yield id, gold_id


def map_claims(
    documents: Sequence[tuple[Labels, Labels]],
    described: Mapping[str, ClaimDescription],
    registries: Registries,
) -> dict[str, str]:
    """Predicted claim ids to gold ones.

    Args:
        documents: Gold and predicted labels of every document.
        described: The file's descriptions.
        registries: The gold ids.
    """
    mapping = {row.id: row.id for row in registries.claims if row.id not in described}
    by_text = {normal_name(row.text).rstrip("."): row.id for row in registries.claims}
    worded: dict[str, str] = {}
    for id, description in described.items():
        if (gold_id := by_text.get(normal_name(description.text).rstrip("."))) is not None:
            worded[id] = gold_id
    shared: Counter[tuple[str, str]] = Counter()
    for gold, predicted in documents:
        for stance in _claims(gold.stances):
            for other in _claims(predicted.stances):
                if other.target.id in described and other.target.id not in worded:
                    dice = evidence_dice(stance, other)
                    if dice >= MIN_DICE:
                        shared[other.target.id, stance.target.id] += round(1000 * dice)
    edges: list[tuple[Hashable, Hashable, float]] = [(p, g, weight) for (p, g), weight in shared.items()]
    mapping |= {str(edges[index][0]): str(edges[index][1]) for index in assign(edges)}
    return mapping | worded


def _claims(stances: Iterable[Stance]) -> list[Stance]:
    kept = [stance for stance in stances if stance.target.kind == "claim" and stance.evidence]
    return sorted(kept, key=lambda stance: [(span.start, span.end) for span in stance.evidence])


def evidence_dice(one: Stance, other: Stance) -> float:
    """Overlap of two stances' evidence in code points, in [0, 1]; both must have some."""
    points, others = ({at for span in stance.evidence for at in range(span.start, span.end)} for stance in (one, other))
    return 2 * len(points & others) / (len(points) + len(others))

"""What ids mean, defined on the items themselves: slow, and what the columns are checked against."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from onrecord.dataset import Labels, Registries, Span
from onrecord.eval.clusters.measures import best_alignment
from onrecord.eval.clusters.table import Table
from onrecord.eval.layers.ids import MIN_DICE, Evidence, claim_map, evidence, worded_claims
from onrecord.eval.layers.mentions import SpanAlignment, cluster
from onrecord.eval.matching.similarity import parts, similar
from onrecord.eval.submission.prediction_line import ClaimDescription


def overlapping_mentions(
    predicted: Iterable[tuple[Span, str | None]], gold: Sequence[tuple[Span, str | None]]
) -> Iterable[tuple[str, str]]:
    """(predicted id, gold id) of all mentions of one document that overlap with a Dice of at least one half."""
    known = sorted((span.start, span.end, id) for span, id in gold if id)
    others = [(span, id) for span, id in predicted if id]
    found = similar(
        [parts([(start, end)]) for start, end, _ in known],
        [parts([(span.start, span.end)]) for span, _ in others],
        MIN_DICE,
    )
    return [(others[each.predicted][1], known[each.gold][2]) for each in found]


def by_mentions(alignments: Sequence[SpanAlignment]) -> dict[str, str]:
    """The best alignment of the clusters of all documents; else the gold id that most mentions overlap with."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for each in alignments:
        sides = ([(item.span, cluster(item)) for item in side] for side in (each.predicted, each.gold))
        for predicted, gold in overlapping_mentions(*sides):
            votes[predicted][gold] += 1
    # of equal counts the first is taken, that is the one whose first vote came first
    mapping = {predicted: count.most_common(1)[0][0] for predicted, count in votes.items()}
    table = Table.of(row for each in alignments for row in each.memberships(skip_optional=False))
    return mapping | {p: g for g, p, _ in best_alignment(table) if isinstance(p, str) and isinstance(g, str)}


def map_claims(
    documents: Sequence[tuple[Labels, Labels]], described: Mapping[str, ClaimDescription], registries: Registries
) -> dict[str, str]:
    """Predicted claim ids to gold ones, from the gold and predicted labels of every document."""
    sides: list[list[Evidence]] = [[], []]
    for number, labels in enumerate(documents):
        for made, each in zip(sides, labels, strict=True):
            for stance in each.stances:
                known = made is sides[0] or stance.target.id in described
                if stance.target.kind == "claim" and stance.evidence and known:
                    made.append(Evidence(number, stance.target.id, evidence(stance), stance.label, stance.basis))
    return claim_map(sides[0], sides[1], described, registries, worded_claims(described, registries))

"""Stances: who is for or against what, as tuples of document, holder, target and label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from onrecord.dataset import Stance
from onrecord.eval.counts import Counts
from onrecord.eval.layer import DocumentPair, Layer, Measure
from onrecord.eval.references import IdMap

Key = tuple[str, str, str]
"""holder, kind of target, target, as gold ids."""


def gold_key(stance: Stance, ids: IdMap) -> Key | None:
    """A predicted stance's holder and target as gold ids; None where one of them means nothing in gold."""
    by_kind = {"entity": ids.entity, "event": ids.event, "claim": ids.claim}
    holder = ids.entity.get(stance.holder)
    target = by_kind[stance.target.kind].get(stance.target.id)
    return (holder, stance.target.kind, target) if holder is not None and target is not None else None


def _counts(pair: DocumentPair) -> Mapping[str, Counts]:
    gold = {(s.holder, s.target.kind, s.target.id): s for s in pair.gold.stances}
    predicted: dict[Key | None, list[str]] = defaultdict(list)
    for stance in pair.predicted.stances:
        predicted[gold_key(stance, pair.ids)].append(stance.label)
    # a prediction for an optional pair is left out, once; whatever else is said of that pair is spurious
    excused = sum(stance.optional and key in predicted for key, stance in gold.items())
    required = {key: stance for key, stance in gold.items() if not stance.optional}
    total = len(pair.predicted.stances) - excused
    found = sum(key in predicted for key in required)
    right = sum(stance.label in predicted.get(key, ()) for key, stance in required.items())
    return {
        "tuple": Counts.matched(right, len(required), total),
        "pair": Counts.matched(found, len(required), total),
    }


STANCES = Layer(
    name="stances",
    submitted_as="stances",
    measures=(
        Measure("tuple", "holder, target and label right"),
        Measure("pair", "holder and target right, whatever the label"),
    ),
    counts=_counts,
)

"""Stances: who is for or against what, as tuples of document, holder, target and label.

A prediction answers the gold stance with its holder and target, which are entities, events and claims and not names of
them. The label is part of the tuple before anything is weighted: a wrong one earns nothing. Every prediction is
counted; of several for one holder and target, one at most is right. Gold that is optional is not missed, and one
prediction for its holder and target is left out: one with its label, if there is one.

What needs the whole corpus, such as contradictions between documents, is in :mod:`onrecord.eval.layers.corpus_stances`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from onrecord.dataset import Stance
from onrecord.dataset.records import StanceBasis, StanceLabel
from onrecord.eval.layers.corpus_stances import KINDS, corpus_counts, stance_sets
from onrecord.eval.layers.ids import evidence
from onrecord.eval.layers.layer import DocumentPair, Layer, Verdict
from onrecord.eval.layers.stance_pairing import StanceReading, evidence_overlap, gold_key, read_stances, target_id
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure

__all__ = ["BASES", "LABELS", "STANCES", "gold_key"]

LABELS: tuple[str, ...] = get_args(StanceLabel)
BASES: tuple[str, ...] = get_args(StanceBasis)


def _counts(pair: DocumentPair) -> Mapping[str, Counts]:
    reading = read_stances(pair)
    required, charged = reading.required, reading.charged
    right = {key: indices for key in required if (indices := reading.right(key))}
    overlaps = [
        max(evidence_overlap(required[key], reading.predicted[index]) for index in indices)
        for key, indices in right.items()
    ]
    points = {
        "tuple": float(len(right)),
        "pair": float(sum(key in reading.answers for key in required)),
        "evidence": math.fsum(overlaps),
    }
    return {
        **{name: Counts.matched(value, len(required), len(charged)) for name, value in points.items()},
        **_given_pairs(reading),
        **_slices(reading, [required[key] for key in right]),
    }


def _given_pairs(reading: StanceReading) -> dict[str, Counts]:
    """By label, on the holders and targets found alone."""
    found = {key: stance for key, stance in reading.required.items() if key in reading.answers}
    gold = Counter(stance.label for stance in found.values())
    predicted = Counter(reading.predicted[index].label for key in found for index in reading.answers[key])
    right = Counter(stance.label for key, stance in found.items() if reading.right(key))
    return {
        f"label[{each}]": Counts.matched(right[each], gold[each], predicted[each]) for each in get_args(StanceLabel)
    }


def _corpus(pairs: Sequence[DocumentPair]) -> dict[str, Counts]:
    return corpus_counts(map(stance_sets, pairs))


def _slices(reading: StanceReading, right: Iterable[Stance]) -> dict[str, Counts]:
    """Tuples by label and by kind of target, which both sides have; by the gold's basis alone."""
    hits, counts = list(right), dict[str, Counts]()
    gold, predicted = list(reading.required.values()), reading.charged
    for name in LABELS:
        counts[f"tuple[{name}]"] = Counts.matched(
            *(sum(s.label == name for s in each) for each in (hits, gold, predicted))
        )
    for name in KINDS:
        counts[f"tuple[{name}]"] = Counts.matched(
            *(sum(s.target.kind == name for s in each) for each in (hits, gold, predicted))
        )
    for name in BASES:
        counts[f"tuple[{name}]"] = Counts(*(sum(s.basis == name for s in each) for each in (hits, gold)))
    return counts


def _verdicts(pair: DocumentPair) -> list[Verdict]:
    reading = read_stances(pair)
    name, used, found = pair.document.id, set(reading.excused), list[Verdict]()
    for key, stance in reading.required.items():
        right = reading.right(key)
        answers = right or reading.answers.get(key, ())
        used.update(answers[:1])
        outcome = "right" if right else "label" if answers else "missed"
        found.append(Verdict(name, "stances", True, ("stance", *key, stance.label), _text(stance), outcome))
    for index, stance in enumerate(reading.predicted):
        if index not in used:
            holder, target = pair.ids.entity.get(stance.holder, ""), target_id(stance, pair.ids) or ""
            said = ("stance", holder, stance.target.kind, target, stance.label, evidence(stance))
            found.append(Verdict(name, "stances", False, said, _text(stance), "spurious"))
    return found


def _text(stance: Stance) -> str:
    return f"{stance.holder}: {stance.label}: {stance.target.id}"


_CORPUS = "whatever the document"

STANCES = Layer(
    name="stances",
    submitted_as="stances",
    measures=(
        Measure("tuple", "holder, target and label right"),
        Measure("pair", "holder and target right, whatever the label"),
        Measure("tuple[corpus]", f"distinct holders, targets and labels, {_CORPUS}"),
        Measure(
            "evidence", "tuples right, each weighted by the Dice of its evidence, nothing below one half", detail=True
        ),
        Measure("label", "mean F1 of favor and against, on pairs found", mean_of=("label[favor]", "label[against]")),
        Measure(
            "label[macro]",
            "mean F1 of all labels, on pairs found",
            mean_of=tuple(f"label[{n}]" for n in LABELS),
            detail=True,
        ),
        Measure("contradictions", "two holders with opposite labels for one target, over all documents"),
        Measure("contradictions[claim]", "the same, for claims alone", detail=True),
        *(Measure(f"label[{name}]", f"the label {name}, on pairs found", detail=True) for name in LABELS),
        *(Measure(f"tuple[{name}]", f"tuples with the label {name}", detail=True) for name in LABELS),
        *(Measure(f"tuple[{name}]", f"tuples about a target of the kind {name}", detail=True) for name in KINDS),
        *(
            Measure(
                f"tuple[{name}]",
                f"holder, target and label right where the basis is {name}",
                share=f"stances {name}",
                detail=True,
            )
            for name in BASES
        ),
    ),
    counts=_counts,
    corpus=_corpus,
    verdicts=_verdicts,
)

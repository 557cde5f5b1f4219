"""Stances: who asserts or denies which claim and is for or against what, as tuples of document, holder, target, label.

A prediction answers the gold stance with its holder and target, which are entities, events and claims and not names of
them. The label is part of the tuple before anything is weighted: a wrong one earns nothing. Every prediction is
counted; several with different labels for one holder and target are a hedge, of which none is right. Gold that is
optional is not missed, and one prediction for its holder and target is left out: one with its label, if there is one.

What needs the whole corpus, such as contradictions between documents, is in :mod:`onrecord.eval.layers.corpus_stances`.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from onrecord.dataset import Stance
from onrecord.dataset.records import Item
from onrecord.dataset.scheme import Scheme
from onrecord.eval.layers.actor_stances import actor_counts, put_actors
from onrecord.eval.layers.columns import BASES, LABELS
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.corpus_stances import KINDS, StanceSets, corpus_counts, stance_sets
from onrecord.eval.layers.ids import MIN_DICE, evidence, evidence_dice
from onrecord.eval.layers.layer import MISSED, OPTIONAL, RIGHT, SPURIOUS, Compared, Layer, State, Verdict
from onrecord.eval.layers.stance_columns import Stances, said_of, stance_sheet
from onrecord.eval.layers.stance_columns import read_stances as columns_of
from onrecord.eval.layers.stance_pairing import StanceReading, evidence_overlap, gold_key, read_stances, target_id
from onrecord.eval.layers.state_columns import StateColumns
from onrecord.eval.matching.assignment import assign
from onrecord.eval.statistics.counts import Counts, Score
from onrecord.eval.statistics.measure import Measure

if TYPE_CHECKING:
    from onrecord.eval.layers.verdict_columns import VerdictColumns

__all__ = ["BASES", "LABELS", "gold_key", "stances"]


def _state(reading: StanceReading) -> State:
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
    counts = {
        **{name: Counts.matched(value, len(required), len(charged)) for name, value in points.items()},
        **actor_counts(reading),
        **_given_pairs(reading),
        **_slices(reading, [required[key] for key in right]),
    }
    return State(counts, said=(stance_sets(reading),))


def _columns(corpus: Corpus) -> StateColumns:
    return _counted(corpus, _paired(corpus))


def _judged_columns(corpus: Corpus) -> tuple[StateColumns, VerdictColumns]:
    from onrecord.eval.layers.item_verdicts import stance_verdicts  # only where systems are compared

    stances = _paired(corpus)
    return _counted(corpus, stances), stance_verdicts(stances, (corpus.gold.codes, corpus.predicted.codes))


def _paired(corpus: Corpus) -> Stances:
    return columns_of(len(corpus.documents), (corpus.gold.stances, corpus.predicted.stances), corpus.maps)


def _counted(corpus: Corpus, stances: Stances) -> StateColumns:
    sheet = stance_sheet(stances)
    put_actors(sheet, stances, corpus.actor)
    return sheet.columns([said_of(stances, (corpus.gold.codes, corpus.predicted.codes))])


def _given_pairs(reading: StanceReading) -> dict[str, Counts]:
    """By label, on the holders and targets found alone."""
    found = {key: stance for key, stance in reading.required.items() if key in reading.answers}
    gold = Counter[str](stance.label for stance in found.values())
    predicted = Counter[str](reading.predicted[index].label for key in found for index in reading.answers[key])
    right = Counter[str](stance.label for key, stance in found.items() if reading.right(key))
    return {f"label[{each}]": Counts.matched(right[each], gold[each], predicted[each]) for each in LABELS}


def _whole(state: State) -> dict[str, Counts | Score]:
    return {**corpus_counts(next((each for each in state.said if isinstance(each, StanceSets)), StanceSets()))}


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


def _verdicts(reading: StanceReading) -> list[Verdict]:
    used, found, place = set(reading.excused), list[Verdict](), reading.place
    for key, stance in reading.required.items():
        right = reading.right(key)
        answers = right or reading.answers.get(key, ())
        used.update(answers[:1])
        outcome = RIGHT if right else "label" if answers else MISSED
        said = ("stance", *key, stance.label)
        found.append(Verdict(place[key], next(iter(answers), None), outcome, said, _text(stance)))
    for key, stance in reading.optional.items():
        excused = next((index for index in reading.answers.get(key, ()) if index in reading.excused), None)
        found.append(Verdict(place[key], excused, OPTIONAL, ("stance", *key, stance.label), _text(stance)))
    for index, stance in enumerate(reading.predicted):
        if index not in used:
            holder, target = reading.ids.entity.get(stance.holder, ""), target_id(stance, reading.ids) or ""
            said_of = ("stance", holder, stance.target.kind, target, stance.label, evidence(stance))
            found.append(Verdict(None, index, SPURIOUS, said_of, _text(stance)))
    return found


def _same_evidence(one: Sequence[Item], other: Sequence[Item]) -> list[tuple[int, int]]:
    """Stances of one holder and kind of target whose evidence overlaps with a Dice of at least one half.

    So a stance whose target was exchanged for another is still the same stance.
    """
    edges = [
        (g, p, overlap)
        for g, s in enumerate(one)
        for p, t in enumerate(other)
        if isinstance(s, Stance) and isinstance(t, Stance)
        if (s.holder, s.target.kind) == (t.holder, t.target.kind)
        if (overlap := evidence_dice(s, t)) >= MIN_DICE
    ]
    return [edges[index][:2] for index in assign(edges)]


def _text(stance: Stance) -> str:
    return f"{stance.holder}: {stance.label}: {stance.target.id}"


_CORPUS = "whatever the document"

_TUPLES: dict[str, Any] = {"page": "stances-tuples.md"}
_LABELS: dict[str, Any] = {"page": "stances-label.md"}


def _for_and_against(scheme: Scheme) -> tuple[Measure, ...]:
    """The mean over favor and against, for a scheme that has both."""
    if not {"favor", "against"} <= {*scheme.stance_labels}:
        return ()
    return (
        Measure(
            "label",
            "mean F1 of favor and against, on pairs found",
            mean_of=("label[favor]", "label[against]"),
            detail=True,
            citation="Mohammad et al., 2016",
            **_LABELS,
        ),
    )


def _of_claims(scheme: Scheme) -> tuple[Measure, ...]:
    """What needs a scheme with asserts and denies."""
    if not {"asserts", "denies"} <= {*scheme.claim_labels}:
        return ()
    said = "two holders of whom one asserts and the other denies a claim, over all documents"
    return (
        Measure(
            "label[claim]",
            "mean F1 of asserts and denies, on pairs found",
            mean_of=("label[asserts]", "label[denies]"),
            detail=True,
            view="claim",
            **_LABELS,
        ),
        Measure("contradictions", said, page="contradictions.md", adds=False),
    )


def _measures(scheme: Scheme) -> tuple[Measure, ...]:
    return (
        Measure("tuple", "holder, target and label right", **_TUPLES),
        Measure(
            "tuple[actor]",
            "distinct holders, targets and labels of a document, every entity as the actor that it acts for",
            view="actor",
            **_TUPLES,
        ),
        Measure("pair", "holder and target right, whatever the label", **_TUPLES),
        Measure(
            "pair[actor]",
            "distinct holders and targets of a document, every entity as the actor that it acts for",
            detail=True,
            view="actor",
            **_TUPLES,
        ),
        Measure(
            "tuple[corpus]",
            f"distinct holders, targets and labels, {_CORPUS}",
            detail=True,
            view="corpus",
            adds=False,
            **_TUPLES,
        ),
        Measure(
            "evidence",
            "tuples right, each weighted by the Dice of its evidence, nothing below one half",
            detail=True,
            **_TUPLES,
        ),
        *_for_and_against(scheme),
        Measure(
            "label[macro]",
            "mean F1 of all labels, on pairs found",
            mean_of=tuple(f"label[{n}]" for n in scheme.all_labels),
            detail=True,
            view="macro",
            **_LABELS,
        ),
        *_of_claims(scheme),
        *(
            Measure(f"label[{name}]", f"the label {name}, on pairs found", detail=True, view=name, **_LABELS)
            for name in scheme.all_labels
        ),
        *(
            Measure(f"tuple[{name}]", f"tuples with the label {name}", detail=True, view=name, **_TUPLES)
            for name in scheme.all_labels
        ),
        *(
            Measure(f"tuple[{name}]", f"tuples about a target of the kind {name}", detail=True, view=name, **_TUPLES)
            for name in KINDS
        ),
        *(
            Measure(
                f"tuple[{name}]",
                f"holder, target and label right where the basis is {name}",
                share=f"stances {name}",
                detail=True,
                view=name,
                **_TUPLES,
            )
            for name in scheme.stance_bases
        ),
    )


@functools.cache
def stances(scheme: Scheme) -> Layer[StanceReading]:
    """The layer of stances as a scheme has it."""
    return Layer(
        name="stances",
        item="stances",
        measures=_measures(scheme),
        pair=read_stances,
        state=_state,
        columns=_columns,
        judged_columns=_judged_columns,
        whole=_whole,
        verdicts=_verdicts,
        outcomes={"label": "holder and target right, wrong label"},
        matches=StanceReading.matches,
        compared=(Compared("label"), Compared("basis")),
        rematched=_same_evidence,
        text=lambda stance: f"{stance.holder} on {stance.target.id}",
        agreed_by=("tuple", "tuple[actor]", "pair"),
        label="label",
        label_title="Stance labels",
    )

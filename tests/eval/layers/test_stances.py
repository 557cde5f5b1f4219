"""Stances: tuples, labels on pairs found, evidence, and what holds over the corpus."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.eval.by_hand import document, paired_all, with_ids

from onrecord.dataset import Gold, Labels, Span, Stance, Target
from onrecord.dataset.layers import using
from onrecord.dataset.scheme import DEFAULT, Scheme
from onrecord.eval.layers.corpus_stances import (
    KINDS,
    StanceSets,
    corpus_counts,
    stance_sets,
)
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.layers.said_stances import sayings
from onrecord.eval.layers.stances import BASES, LABELS, stances
from onrecord.eval.statistics.counts import Counts, mean_f1, score

STANCES = stances(DEFAULT)
TEXT = "abcdefghijklmnopqrstuvwxyz"
KNOWN: dict[str, str] = {id: id for id in ("a", "b", "c", "t", "u")}
CORPUS = tuple(corpus_counts(StanceSets()))


def stance(
    holder: str, target: str, label: str, kind: str = "claim", span: tuple[int, int] = (0, 4), **more: Any
) -> Stance:
    evidence = (Span(start=span[0], end=span[1], text=TEXT[slice(*span)]),)
    return Stance(holder=holder, target=Target(kind=kind, id=target), label=label, evidence=evidence, **more)  # type: ignore[arg-type]


def pair(gold: list[Stance], predicted: list[Stance], name: str = "d") -> DocumentPair:
    made = Labels(stances=tuple(gold)), Labels(stances=tuple(predicted))
    return with_ids(paired_all([(document(TEXT, name), *made)])[0], KNOWN)


def counts(of: DocumentPair) -> dict[str, Counts]:
    return dict(STANCES.state(STANCES.pair(of)).counts)


def corpus_tuples(pairs: Sequence[DocumentPair]) -> Counts:
    """Distinct holders, targets and labels over the documents."""
    return corpus_counts(sets(*pairs))["tuple[corpus]"]


def contradictions(pairs: Sequence[DocumentPair]) -> Counts:
    """Distinct pairs of holders that contradict each other on one target, over the documents."""
    return corpus_counts(sets(*pairs))["contradictions"]


def sets(*documents: DocumentPair) -> StanceSets:
    return StanceSets.total(stance_sets(STANCES.pair(each)) for each in documents)


some_stances = st.lists(
    st.builds(
        stance,
        st.sampled_from(["a", "b", "c", "x"]),
        st.sampled_from(["t", "u", "y"]),
        st.sampled_from(LABELS),
        st.sampled_from(["claim", "event"]),
        st.sampled_from([(0, 4), (2, 6), (0, 26)]),
        optional=st.booleans(),
        basis=st.sampled_from(BASES),
    ),
    max_size=7,
)


def once(stances: list[Stance]) -> list[Stance]:
    """As in gold: one stance for each holder and target, and none with an id that gold does not have."""
    kept = {(s.holder, s.target): s for s in stances if s.holder in KNOWN and s.target.id in KNOWN}
    return list(kept.values())


def test_the_label_is_part_of_the_tuple() -> None:
    gold = [stance("a", "t", "asserts"), stance("b", "t", "denies")]
    found = counts(pair(gold, [stance("a", "t", "asserts"), stance("b", "t", "asserts"), stance("c", "t", "asserts")]))
    assert found["tuple"] == Counts.matched(1, 2, 3)
    assert found["pair"] == Counts.matched(2, 2, 3)


def test_optional_gold_is_neither_missed_nor_spurious() -> None:
    gold = [stance("a", "t", "asserts", optional=True), stance("b", "t", "denies")]
    for said in ("asserts", "denies"):
        assert counts(pair(gold, [stance("a", "t", said)]))["tuple"] == Counts.matched(0, 1, 0)
    both = counts(pair(gold, [stance("a", "t", "denies"), stance("a", "t", "asserts")]))
    assert both["tuple"] == Counts.matched(0, 1, 1)
    assert both["tuple[denies]"] == Counts.matched(0, 1, 1)  # it is the right one that is left out


def test_evidence_weighs_tuples_and_a_span_over_everything_weighs_nothing() -> None:
    gold = [stance("a", "t", "asserts", span=(0, 4))]
    for span, weight in (((0, 4), 1), ((2, 4), 2 / 3), ((2, 6), 1 / 2), ((3, 7), 0), ((0, 26), 0)):
        found = counts(pair(gold, [stance("a", "t", "asserts", span=span)]))["evidence"]
        assert (found.gold_matched, found.gold, found.predicted) == pytest.approx((weight, 1, 1))
    assert counts(pair(gold, [stance("a", "t", "denies")]))["evidence"].gold_matched == 0


@given(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=30))
def test_labels_on_pairs_found_are_scored_as_scikit_learn_does(labels: list[tuple[str, str]]) -> None:
    """SemEval-2016 task 6: the mean F1 of favor and against; and macro F1 over all labels that occur."""
    from sklearn.metrics import f1_score

    ids = {f"h{n}": f"h{n}" for n in range(len(labels))} | KNOWN
    gold = [stance(f"h{n}", "t", label) for n, (label, _) in enumerate(labels)]
    missed, stray = [stance("a", "t", "asserts")], [stance("b", "t", "doubts"), stance("x", "t", "asserts")]
    predicted = [stance(f"h{n}", "t", label) for n, (_, label) in enumerate(labels)]
    found = counts(with_ids(pair(gold + missed, predicted + stray), ids))
    true, said = [each for each, _ in labels], [each for _, each in labels]
    for measure in STANCES.measures:
        if measure.mean_of:
            names = [name.removeprefix("label[").removesuffix("]") for name in measure.mean_of]
            mean = mean_f1({name: score(found[name]) for name in measure.mean_of}).f1
            if set(names) <= {*true, *said}:
                assert mean == pytest.approx(f1_score(true, said, labels=names, average="macro", zero_division=0))
            else:
                assert mean is None


@given(some_stances, some_stances)
def test_parts_add_up_to_the_whole(gold: list[Stance], predicted: list[Stance]) -> None:
    found = counts(pair(once(gold), predicted))
    for names in (LABELS, KINDS):
        assert sum((found[f"tuple[{name}]"] for name in names), Counts()) == found["tuple"]
    bases = sum((found[f"tuple[{name}]"] for name in BASES), Counts())
    assert (bases.gold_matched, bases.gold) == (found["tuple"].gold_matched, found["tuple"].gold)
    labels = sum((found[f"label[{name}]"] for name in LABELS), Counts())
    assert (labels.gold_matched, labels.gold) == (found["tuple"].gold_matched, found["pair"].gold_matched)


@given(some_stances, some_stances, st.randoms(use_true_random=False))
def test_the_order_of_a_file_changes_nothing(
    gold: list[Stance], predicted: list[Stance], random: random.Random
) -> None:
    gold = once(gold)
    before = counts(pair(gold, predicted)), sets(pair(gold, predicted))
    random.shuffle(gold)
    random.shuffle(predicted)
    assert (counts(pair(gold, predicted)), sets(pair(gold, predicted))) == before


@given(some_stances, some_stances)
def test_verdicts_tell_what_the_headline_counts(gold: list[Stance], predicted: list[Stance]) -> None:
    of = pair(once(gold), predicted)
    verdicts, found = STANCES.judged(STANCES.pair(of)), counts(of)
    outcomes = [each.outcome for each in verdicts if each.gold is not None]
    assert outcomes.count("right") == found["tuple"].gold_matched
    assert outcomes.count("right") + outcomes.count("label") == found["pair"].gold_matched
    assert len(outcomes) == found["tuple"].gold
    spurious = sum(each.gold is None for each in verdicts)
    assert spurious + found["pair"].gold_matched == found["tuple"].predicted


@given(some_stances)
def test_any_gold_is_perfect_against_itself(gold: list[Stance]) -> None:
    of = pair(once(gold), once(gold))
    for name, each in {**counts(of), **corpus_counts(sets(of))}.items():
        assert each.gold_matched == each.gold, name
        assert each.predicted_matched == each.predicted or each.predicted == 0, name


def test_every_measure_has_its_counts() -> None:
    found = counts(pair([], []))
    means = {measure.name for measure in STANCES.measures if measure.mean_of}
    assert {measure.name for measure in STANCES.measures} == {*found, *CORPUS, *means}
    assert {name for measure in STANCES.measures for name in measure.mean_of} <= set(found)


# by actor

ACTS = {"a": "u", "b": "u"}
"""The ministry ``a`` and the minister ``b`` act for the state ``u``."""


def by_actor(gold: list[Stance], predicted: list[Stance]) -> tuple[Counts, Counts]:
    of = pair(gold, predicted)
    found = counts(dataclasses.replace(of, ids=dataclasses.replace(of.ids, actors=ACTS)))
    return found["tuple[actor]"], found["pair[actor]"]


def test_a_ministry_is_its_state_by_actor_and_not_by_id() -> None:
    gold = [stance("a", "t", "asserts"), stance("c", "b", "against", "entity")]
    predicted = [stance("u", "t", "asserts"), stance("c", "a", "against", "entity")]
    assert counts(pair(gold, predicted))["tuple"] == Counts.matched(0, 2, 2)
    assert by_actor(gold, predicted) == (Counts.matched(2, 2, 2), Counts.matched(2, 2, 2))
    # a claim or an event of the name of an entity is none
    assert by_actor([stance("c", "a", "denies")], [stance("c", "u", "denies")])[0] == Counts.matched(0, 1, 1)


def test_what_ministry_and_minister_say_alike_is_one_tuple_by_actor() -> None:
    gold = [stance("a", "t", "denies"), stance("b", "t", "denies"), stance("u", "t", "doubts")]
    assert by_actor(gold, gold) == (Counts.matched(2, 2, 2), Counts.matched(1, 1, 1))
    assert by_actor(gold, [*gold, stance("x", "t", "denies")]) == (Counts.matched(2, 2, 3), Counts.matched(1, 1, 2))
    assert by_actor(gold, [stance("b", "t", "asserts")]) == (Counts.matched(0, 2, 1), Counts.matched(1, 1, 1))


def test_optional_gold_is_left_out_by_actor_too() -> None:
    gold = [stance("a", "t", "denies", optional=True)]
    assert by_actor(gold, [stance("b", "t", "denies")])[0] == Counts()  # the same tuple
    assert by_actor(gold, [stance("a", "t", "asserts")])[0] == Counts()  # excused by id
    assert by_actor(gold, [stance("b", "t", "asserts")])[0] == Counts.matched(0, 0, 1)
    # what one needs and another may have is needed
    assert by_actor([*gold, stance("b", "t", "denies")], [])[0] == Counts.matched(0, 1, 0)


# over the corpus


def test_a_tuple_of_several_documents_counts_once() -> None:
    asserts, denies = stance("a", "t", "asserts"), stance("a", "t", "denies")
    pairs = [pair([asserts], [asserts], "1"), pair([asserts], [denies], "2"), pair([denies], [], "3")]
    assert sum((counts(each)["tuple"] for each in pairs), Counts()) == Counts.matched(1, 3, 2)
    assert corpus_tuples(pairs) == Counts.matched(2, 2, 2)


def test_what_is_optional_in_one_document_and_required_in_another_is_required() -> None:
    asserts = stance("a", "t", "asserts")
    optional = stance("a", "t", "asserts", optional=True)
    assert corpus_tuples([pair([optional], [asserts], "1")]) == Counts()
    assert corpus_tuples([pair([optional], [asserts], "1"), pair([asserts], [], "2")]) == Counts.matched(1, 1, 1)
    assert corpus_tuples([pair([optional], [stance("a", "t", "denies")], "1")]) == Counts()


def test_a_contradiction_runs_across_documents() -> None:
    asserts, denies = stance("a", "t", "asserts"), stance("b", "t", "denies")
    pairs = [pair([asserts], [asserts], "1"), pair([denies], [denies], "2")]
    assert contradictions(pairs) == Counts.matched(1, 1, 1)
    assert contradictions(pairs[:1]) == Counts()


def test_only_claims_are_contradicted() -> None:
    for kind, labels in (
        ("event", ("asserts", "denies")),
        ("event", ("favor", "against")),
        ("claim", ("doubts", "denies")),
    ):
        said = [stance(holder, "t", label, kind) for holder, label in zip("ab", labels, strict=True)]
        assert contradictions([pair(said, said)]) == Counts(), kind


def test_who_contradicts_himself_alone_contradicts_nobody() -> None:
    both = [pair([stance("a", "t", "asserts")], [], "1"), pair([stance("a", "t", "denies")], [], "2")]
    assert contradictions(both) == Counts()
    neutral = pair([stance("b", "t", "doubts")], [], "3")
    assert contradictions([*both, neutral]) == Counts()


def test_a_contradiction_with_a_stranger_or_about_nothing_known_is_spurious() -> None:
    gold = [stance("a", "t", "asserts"), stance("b", "t", "denies")]
    predicted = [*gold, stance("x", "t", "denies"), stance("a", "y", "asserts"), stance("b", "y", "denies")]
    assert contradictions([pair(gold, predicted)]) == Counts.matched(1, 1, 3)


def listed(tuples: frozenset[Any]) -> set[Any]:
    """Contradictions one by one: (kind, target, {one holder, other holder})."""
    return {
        (one[1], one[2], frozenset({one[0], other[0]}))
        for one, other in itertools.permutations(tuples, 2)
        if one[1] == "claim"
        and one[1:3] == other[1:3]
        and one[0] != other[0]
        and (one[3], other[3]) == ("asserts", "denies")
    }


@given(st.lists(st.tuples(some_stances, some_stances), max_size=3))
def test_contradictions_are_counted_as_if_they_were_listed(documents: list[tuple[list[Stance], list[Stance]]]) -> None:
    pairs = [pair(once(gold), predicted, str(n)) for n, (gold, predicted) in enumerate(documents)]
    total = sets(*pairs)
    gold, any_gold = listed(total.required), listed(total.required | total.optional)
    said, charged = listed(total.charged | total.excused), listed(total.charged)
    expected = Counts.matched(len(gold & said), len(gold), len(gold & said) + len(charged - any_gold))
    assert corpus_counts(total)["contradictions"] == expected


@given(st.lists(st.tuples(some_stances, some_stances), max_size=3))
def test_the_state_adds(documents: list[tuple[list[Stance], list[Stance]]]) -> None:
    each = [sets(pair(once(gold), predicted, str(n))) for n, (gold, predicted) in enumerate(documents)]
    assert corpus_counts(sum(each, StanceSets())) == corpus_counts(StanceSets.total(each[::-1]))


def test_ten_thousand_holders_on_each_side_are_counted_and_not_listed() -> None:
    total = StanceSets(
        charged=frozenset(
            (("gold", f"{side}{n}"), "claim", ("gold", "t"), side)
            for side in ("asserts", "denies")
            for n in range(10_000)
        )
    )
    assert corpus_counts(total)["contradictions"] == Counts.matched(0, 0, 10**8)


def test_the_gold_contradicts_itself_across_its_articles(gold: Gold) -> None:
    """The counteroffensive, an offensive from Belarus: what one side asserts the other denies."""
    pairs = [
        with_ids(each, {id: id for id in ids})
        for ids in [
            {
                row.id
                for rows in (gold.registries.entities, gold.registries.events, gold.registries.claims)
                for row in rows
            }
        ]
        for each in paired_all([(a.document, a.labels, a.labels) for a in gold.articles], gold.registries)
    ]
    found = contradictions(pairs)
    assert found == Counts.matched(found.gold, found.gold, found.gold)
    assert found.gold > sum(contradictions([each]).gold for each in pairs) > 0
    assert corpus_tuples(pairs).gold < sum(counts(each)["tuple"].gold for each in pairs)


# defects of other scorers


def test_semeval_2022_a_wrong_polarity_never_lifts_a_score() -> None:
    gold = [stance("a", "t", "asserts"), stance("b", "t", "denies")]
    part = [stance("a", "t", "asserts", span=(2, 4))]
    wrong = stance("a", "t", "denies", span=(0, 4))
    before, after = counts(pair(gold, part)), counts(pair(gold, [*part, wrong]))
    for name in ("tuple", "evidence"):
        one, other = score(before[name]).f1, score(after[name]).f1
        assert one is not None
        assert other is not None
        assert other < one
    assert all(counts(pair(gold, [wrong]))[name].gold_matched == 0 for name in ("tuple", "evidence"))


@pytest.mark.parametrize("copies", [2, 10])
def test_semeval_2022_copies_of_a_right_tuple_cost_precision(copies: int) -> None:
    gold = [stance("a", "t", "asserts"), stance("b", "t", "denies")]
    found = counts(pair(gold, [stance("a", "t", "asserts")] * copies))
    for name in ("tuple", "pair", "evidence", "tuple[asserts]", "label[asserts]"):
        assert score(found[name]).precision == 1 / copies, name


def test_semeval_2022_nothing_against_nothing_is_undefined() -> None:
    for each in (*counts(pair([], [])).values(), *corpus_counts(sets(pair([], []))).values()):
        assert score(each).f1 is None


def test_what_may_be_said_follows_the_scheme_in_force() -> None:
    words = tuple("abcdefgh")
    with using(Scheme(stance_labels=words, claim_labels=words)):
        assert sayings() == (*words, *(f"{word}?" for word in words))
    assert "favor" in sayings()

"""Span alignment and its modes: by hand, by property, by brute force, by what others published."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.counts import Counts, score
from onrecord.eval.spans import MIN_IOU, MODES, Fit, Pair, TypedSpan, align, fit, iou, mode_counts

spans = st.builds(
    lambda start, length, type, kind, optional: TypedSpan(start, start + length, type, kind, optional),
    st.integers(0, 8),
    st.integers(1, 5),
    st.sampled_from(["PER", "ORG"]),
    st.sampled_from(["name", "pronoun"]),
    st.booleans(),
)
some_spans = st.lists(spans, max_size=5)


def counts(gold: list[TypedSpan], predicted: list[TypedSpan]) -> dict[str, Counts]:
    return mode_counts(gold, predicted, align(gold, predicted))


def profile(pairs: list[Pair]) -> tuple[int, ...]:
    """How many pairs of each fit, best fit first: what the alignment maximises."""
    return tuple(sum(pair.fit == each for pair in pairs) for each in sorted(Fit, reverse=True))


def best_profile(gold: list[TypedSpan], predicted: list[TypedSpan]) -> tuple[int, ...]:
    best = profile([])
    for size in range(min(len(gold), len(predicted)) + 1):
        for gs in itertools.combinations(range(len(gold)), size):
            for ps in itertools.permutations(range(len(predicted)), size):
                pairs = [
                    Pair(g, p, fit(gold[g], predicted[p]))
                    for g, p in zip(gs, ps, strict=True)
                    if iou(gold[g], predicted[p]) >= MIN_IOU
                ]
                best = max(best, profile(pairs))
    return best


@given(some_spans, some_spans)
def test_the_alignment_is_the_lexicographic_optimum(gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
    assert profile(align(gold, predicted)) == best_profile(gold, predicted)


@given(some_spans, some_spans, st.randoms(use_true_random=False))
def test_order_changes_nothing(gold: list[TypedSpan], predicted: list[TypedSpan], random: random.Random) -> None:
    before = counts(gold, predicted)
    random.shuffle(gold)
    random.shuffle(predicted)
    assert counts(gold, predicted) == before


@given(some_spans, some_spans)
def test_counts_are_conserved_and_bounded(gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
    pairs = align(gold, predicted)
    assert len({pair.gold for pair in pairs}) == len({pair.predicted for pair in pairs}) == len(pairs)
    excused = sum(gold[pair.gold].optional for pair in pairs)
    for mode in MODES:
        each = mode_counts(gold, predicted, pairs)[mode]
        assert each.gold == sum(not span.optional for span in gold)
        assert each.predicted == len(predicted) - excused
        assert 0 <= each.gold_matched <= min(each.gold, each.predicted)


@given(some_spans)
def test_gold_against_itself_is_perfect(gold: list[TypedSpan]) -> None:
    for each in counts(gold, gold).values():
        assert each.gold_matched == each.gold == each.predicted


@given(some_spans, some_spans)
def test_swapping_the_sides_swaps_precision_and_recall(gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
    gold = [TypedSpan(s.start, s.end, s.type) for s in gold]
    predicted = [TypedSpan(s.start, s.end, s.type) for s in predicted]
    for mode in MODES:
        one, other = counts(gold, predicted)[mode], counts(predicted, gold)[mode]
        assert (one.gold_matched, one.gold, one.predicted) == (other.gold_matched, other.predicted, other.gold)


def span(start: int, end: int, type: str = "PER") -> TypedSpan:
    return TypedSpan(start, end, type)


def test_each_mode_by_hand() -> None:
    gold = [span(0, 5), span(10, 15), span(20, 25), span(30, 35), span(40, 45)]
    predicted = [span(0, 5), span(10, 15, "ORG"), span(20, 27), span(31, 35, "ORG"), span(50, 55)]
    found = {mode: each.gold_matched for mode, each in counts(gold, predicted).items()}
    assert found == {"strict": 1, "exact": 2, "type": 2, "partial": 3.0}


def test_optional_gold_is_neither_missed_nor_found() -> None:
    optional = TypedSpan(0, 5, "PER", optional=True)
    assert counts([optional], [])["strict"] == Counts()
    assert counts([optional], [span(0, 5)])["strict"] == Counts()
    assert counts([optional, span(7, 9)], [span(0, 5)])["strict"] == Counts.matched(0, 1, 0)


SHARED = Path(__file__).parents[3] / "shared" / "vectors" / "spans.jsonl"
MODE_OF = {"ent_type": "type", "partial": "partial", "exact": "exact", "strict": "strict"}


def vectors() -> list[dict[str, object]]:
    if not SHARED.is_file():
        return []
    cases = [json.loads(line) for line in SHARED.read_text().splitlines() if line.strip()]
    return [case for case in cases if "semeval" in case.get("expected", {})]


@pytest.mark.conformance
@pytest.mark.skipif(not SHARED.is_file(), reason="the published cases are not beside this checkout")
@pytest.mark.parametrize("case", vectors(), ids=lambda case: str(case["id"]))
def test_published_cases(case: dict[str, object]) -> None:
    """Classes of SemEval-2013 9.1: correct, incorrect, partial, missed, spurious.

    Of the disputed cases the expected numbers are those that do not depend on the order of the predictions.
    """
    total = dict.fromkeys(MODES, Counts())
    for gold, predicted in zip(case["gold"], case["pred"], strict=True):  # type: ignore[call-overload]
        found = counts([span(a, b, t) for t, a, b in gold], [span(a, b, t) for t, a, b in predicted])
        total = {mode: total[mode] + found[mode] for mode in MODES}
    for name, expected in case["expected"]["semeval"].items():  # type: ignore[index]
        correct, incorrect, partial, missed, spurious = expected["counts"]
        each = total[MODE_OF[name]]
        points = correct + (0.5 * partial if name in ("partial",) else 0)
        assert each.gold == correct + incorrect + partial + missed
        assert each.predicted == correct + incorrect + partial + spurious
        assert each.gold_matched == points


def test_undefined_is_none_with_a_reason() -> None:
    nothing = score(Counts())
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    assert nothing.reason
    no_prediction = score(Counts.matched(0, 3, 0))
    assert (no_prediction.precision, no_prediction.recall, no_prediction.f1) == (None, 0.0, 0.0)
    no_gold = score(Counts.matched(0, 0, 3))
    assert (no_gold.precision, no_gold.recall, no_gold.f1) == (0.0, None, 0.0)

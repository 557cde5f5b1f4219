"""Span alignment and its modes: by hand, by property, by brute force, by what others published."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval import score_spans
from onrecord.eval.matching.similarity import shared_positions
from onrecord.eval.spans.counting import Pair, SpanColumnPair, SpanCounts, align, total_counts
from onrecord.eval.spans.documents import Fragment, TypedSpan
from onrecord.eval.spans.measures import MODES, error_classes, mode_counts, type_counts
from onrecord.eval.spans.overlaps import MIN_IOU, CrowdedError
from onrecord.eval.spans.pairs import Fit
from onrecord.eval.statistics.counts import Counts, score

spans = st.builds(
    lambda start, length, type, kind, optional: TypedSpan(start, start + length, type, kind, optional),
    st.integers(0, 8),
    st.integers(1, 5),
    st.sampled_from(["PER", "ORG"]),
    st.sampled_from(["", "name", "pronoun"]),
    st.booleans(),
)
some_spans = st.lists(spans, max_size=5)


@st.composite
def broken(draw: st.DrawFn) -> TypedSpan:
    """A span of one to three parts."""
    edges = sorted(draw(st.sets(st.integers(0, 12), min_size=2, max_size=6)))
    pieces = tuple(zip(edges[: len(edges) // 2 * 2 : 2], edges[1::2], strict=True))
    type = draw(st.sampled_from(["PER", "ORG"]))
    return TypedSpan(pieces[0][0], pieces[-1][1], type, fragments=pieces if len(pieces) > 1 else ())


broken_spans = st.lists(broken(), max_size=5)


@st.composite
def with_alternatives(draw: st.DrawFn) -> TypedSpan:
    """A span with up to two other answers."""
    one, *others = draw(st.lists(broken(), min_size=1, max_size=3))
    return TypedSpan(one.start, one.end, one.type, fragments=one.fragments, alternatives=tuple(others))


def count(gold: list[list[TypedSpan]], predicted: list[list[TypedSpan]]) -> SpanCounts:
    """The state of some documents."""
    columns = SpanColumnPair.of(gold, predicted)
    return columns.count([f"d{n}" for n in range(len(gold))], columns.align())


def counts(gold: list[TypedSpan], predicted: list[TypedSpan]) -> dict[str, Counts]:
    return mode_counts(count([gold], [predicted]).total)


def parts(span: TypedSpan) -> tuple[Fragment, ...]:
    return span.fragments or ((span.start, span.end),)


def iou(one: TypedSpan, other: TypedSpan) -> float:
    both = shared_positions(parts(one), parts(other))
    sizes = [sum(end - start for start, end in parts(span)) for span in (one, other)]
    return both / (sum(sizes) - both)


def fit(gold: TypedSpan, predicted: TypedSpan) -> Fit:
    best = [2 * (parts(g) == parts(predicted)) + (g.type == predicted.type) for g in (gold, *gold.alternatives)]
    return Fit(max(f for f, g in zip(best, (gold, *gold.alternatives), strict=True) if iou(g, predicted) >= MIN_IOU))


def may(gold: TypedSpan, predicted: TypedSpan) -> bool:
    return any(iou(g, predicted) >= MIN_IOU for g in (gold, *gold.alternatives))


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
                    if may(gold[g], predicted[p])
                ]
                best = max(best, profile(pairs))
    return best


@given(some_spans, some_spans)
def test_the_alignment_is_the_lexicographic_optimum(gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
    assert profile(align(gold, predicted)) == best_profile(gold, predicted)


def second_rank(gold: TypedSpan, predicted: TypedSpan) -> int:
    """What ties are decided by, as the page on the alignment has it."""
    overlap = int(1000 * iou(gold, predicted) + 1e-9)
    kinds = 2048 * (gold.kind != predicted.kind)
    return 1024 * (overlap >= 500) + overlap - kinds - 4096 * gold.optional


close_spans = st.lists(
    st.builds(
        lambda start, end, kind, optional: TypedSpan(start, end, "B", kind, optional),
        st.integers(0, 2),
        st.integers(3, 5),
        st.sampled_from(["", "name", "pronoun"]),
        st.booleans(),
    ),
    max_size=4,
)


@given(close_spans, close_spans)
def test_of_equal_spans_of_several_kinds_that_is_taken_which_leaves_most_to_others(
    gold: list[TypedSpan], predicted: list[TypedSpan]
) -> None:
    def total(pairs: Iterable[tuple[int, int]]) -> tuple[int, ...]:
        fits = [Pair(g, p, fit(gold[g], predicted[p])) for g, p in pairs]
        return (*profile(fits), sum(second_rank(gold[g], predicted[p]) for g, p in pairs))

    every = [
        list(zip(gs, ps, strict=True))
        for size in range(min(len(gold), len(predicted)) + 1)
        for gs in itertools.combinations(range(len(gold)), size)
        for ps in itertools.permutations(range(len(predicted)), size)
    ]
    best = max(total(pairs) for pairs in every if all(may(gold[g], predicted[p]) for g, p in pairs))
    assert total([(pair.gold, pair.predicted) for pair in align(gold, predicted)]) == best


@given(close_spans, close_spans, st.randoms(use_true_random=False))
def test_nor_does_the_order_of_equal_spans_of_several_kinds(
    gold: list[TypedSpan], predicted: list[TypedSpan], random: random.Random
) -> None:
    before = counts(gold, predicted)
    random.shuffle(gold)
    random.shuffle(predicted)
    assert counts(gold, predicted) == before


def test_iou_of_equal_spans_of_two_kinds_whichever_comes_first() -> None:
    gold = [TypedSpan(5, 9, "B", "pro"), TypedSpan(7, 10, "B", "name"), TypedSpan(5, 9, "B", "name")]
    predicted = [TypedSpan(5, 8, "B", "name"), TypedSpan(5, 9, "B")]
    for each in itertools.permutations(gold):
        assert counts(list(each), predicted)["iou"] == Counts.matched(2, 3, 2)


@pytest.mark.parametrize(
    ("alternative", "predicted"),
    [
        (TypedSpan(0, 5, "A"), TypedSpan(0, 5, "A")),  # another type
        (TypedSpan(0, 3, "B"), TypedSpan(0, 3, "B")),  # a shorter one
        (TypedSpan(2, 9, "A"), TypedSpan(2, 9, "A")),
        (TypedSpan(0, 9, "B", fragments=((0, 2), (7, 9))), TypedSpan(0, 9, "B", fragments=((0, 2), (7, 9)))),
    ],
)
def test_an_alternative_is_as_good_an_answer_by_every_measure(alternative: TypedSpan, predicted: TypedSpan) -> None:
    gold = [TypedSpan(0, 5, "B", alternatives=(alternative,)), TypedSpan(20, 25, "B")]
    found = counts(gold, [predicted, TypedSpan(20, 25, "B")])
    assert {name: score(each).f1 for name, each in found.items()} == dict.fromkeys(found, 1.0)
    by_type = type_counts(count([gold], [[predicted, TypedSpan(20, 25, "B")]]))
    assert {score(by_type[name]["strict"]).f1 for name in ("B", predicted.type)} == {1.0}


@given(broken_spans, broken_spans)
def test_also_of_discontinuous_spans(gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
    assert profile(align(gold, predicted)) == best_profile(gold, predicted)


@given(st.lists(with_alternatives(), max_size=4), st.lists(broken(), max_size=4))
def test_also_of_gold_with_alternatives(gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
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
    state = count([gold], [predicted])
    for mode, each in mode_counts(state.total).items():
        if mode not in ("characters", "coverage"):
            assert each.gold == sum(not span.optional for span in gold)
            assert each.predicted == len(predicted) - excused
        assert 0 <= each.gold_matched <= each.gold
        assert 0 <= each.predicted_matched <= each.predicted
    classes = error_classes(state.total)
    paired = classes["correct"] + classes["type"] + classes["boundary"] + classes["both"]
    assert paired + classes["missed"] == sum(not span.optional for span in gold)
    assert paired + classes["spurious"] == len(predicted) - excused


@given(some_spans, some_spans)
def test_the_types_add_up_to_the_whole(gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
    state = count([gold], [predicted])
    whole = mode_counts(state.total)
    for mode in ("strict", "exact", "type", "partial", "iou"):
        summed = Counts()
        for of_type in type_counts(state).values():
            summed += of_type[mode]
        assert summed == whole[mode]


def units(spans: list[TypedSpan]) -> set[tuple[str, int]]:
    return {(span.type, at) for span in spans for start, end in parts(span) for at in range(start, end)}


@given(broken_spans, broken_spans, some_spans)
def test_characters_and_coverage_by_brute_force(
    gold: list[TypedSpan], predicted: list[TypedSpan], more: list[TypedSpan]
) -> None:
    gold = gold + more
    required = [span for span in gold if not span.optional]
    ignored = units(gold) - units(required)

    def met(one: TypedSpan, others: list[TypedSpan]) -> set[tuple[str, int]]:
        """What of a span is covered by spans of the other side that it could be aligned with."""
        return units([one]) & units(
            [other for other in others if other.type == one.type and iou(one, other) >= MIN_IOU]
        )

    found = counts(gold, predicted)
    shared = len(set().union(*(met(g, predicted) for g in required)))
    assert found["characters"] == Counts(shared, len(units(required)), shared, len(units(predicted) - ignored))
    recall = [len(met(g, predicted)) / len(units([g])) for g in required]
    sizes = [(len(met(p, required)), len(units([p]) - ignored)) for p in predicted]
    precision = [right / size for right, size in sizes if size]
    coverage = found["coverage"]
    assert coverage.gold_matched == pytest.approx(sum(recall))
    assert coverage.gold == len(required)
    assert coverage.predicted_matched == pytest.approx(sum(precision))
    assert coverage.predicted == len(precision)


documents = st.lists(st.tuples(some_spans, some_spans), min_size=1, max_size=6)


@given(documents, st.randoms(use_true_random=False))
def test_many_documents_at_once_are_each_by_itself_in_any_order(
    pairs: list[tuple[list[TypedSpan], list[TypedSpan]]], random: random.Random
) -> None:
    whole = count([gold for gold, _ in pairs], [predicted for _, predicted in pairs])
    single = [count([gold], [predicted]) for gold, predicted in pairs]
    for n, each in enumerate(single):
        assert whole.values[n].tolist() == each.total.tolist()
    random.shuffle(single)
    merged = total_counts(single)
    assert merged.total.tolist() == whole.total.tolist()
    assert type_counts(merged) == type_counts(whole)


@given(some_spans, some_spans)
def test_a_right_prediction_more_lowers_nothing(gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
    missed = {pair.gold for pair in align(gold, predicted)}
    for g, span in enumerate(gold):
        if g not in missed and not span.optional:
            before, after = score(counts(gold, predicted)["strict"]), score(counts(gold, [*predicted, span])["strict"])
            assert (after.f1 or 0) >= (before.f1 or 0)


def test_far_offsets_and_many_types_overflow_nothing() -> None:
    far = 2**31 - 10
    gold = [[TypedSpan(far, far + 5, f"T{n}")] for n in range(300)]
    predicted = [[TypedSpan(far, far + 5, f"T{n}"), TypedSpan(0, far, "X")] for n in range(300)]
    assert counts_of(gold, predicted)["strict"] == Counts.matched(300, 300, 600)
    nested = [[TypedSpan(0, far, "A"), TypedSpan(1, far, "B")]] * 300
    assert counts_of(nested, nested)["strict"] == Counts.matched(600, 600, 600)


def counts_of(gold: list[list[TypedSpan]], predicted: list[list[TypedSpan]]) -> dict[str, Counts]:
    return mode_counts(count(gold, predicted).total)


def test_a_gold_with_alternatives_is_found_once_by_the_best_of_them() -> None:
    gold = [TypedSpan(0, 9, "PER", alternatives=(TypedSpan(3, 9, "PER"), TypedSpan(0, 9, "ORG")))]
    assert counts(gold, [TypedSpan(3, 9, "PER")])["strict"] == Counts.matched(1, 1, 1)
    assert counts(gold, [TypedSpan(0, 9, "ORG")])["strict"] == Counts.matched(1, 1, 1)
    assert counts(gold, [TypedSpan(0, 9, "PER"), TypedSpan(3, 9, "PER")])["strict"] == Counts.matched(1, 1, 2)


def test_a_discontinuous_span_is_its_parts() -> None:
    gold = [TypedSpan(0, 10, "PER", fragments=((0, 3), (8, 10)))]
    assert counts(gold, gold)["strict"] == Counts.matched(1, 1, 1)
    whole = counts(gold, [TypedSpan(0, 10, "PER")])
    assert whole["strict"].gold_matched == 0
    assert whole["iou"].gold_matched == 1  # 5 of 10 positions
    assert counts(gold, [TypedSpan(3, 8, "PER")])["partial"].gold_matched == 0  # in the gap: no overlap at all


def test_split_and_merged() -> None:
    one, halves = [span(0, 10)], [span(0, 4), span(5, 10)]
    assert error_classes(count([one], [halves]).total)["split"] == 1
    assert error_classes(count([halves], [one]).total)["merged"] == 1
    nested = [span(0, 10), span(0, 4, "LOC"), span(5, 10, "LOC")]
    assert error_classes(count([nested], [nested]).total)["split"] == 0


@given(some_spans)
def test_gold_against_itself_is_perfect(gold: list[TypedSpan]) -> None:
    for each in counts(gold, gold).values():
        assert each.gold_matched == each.gold
        assert each.predicted_matched == each.predicted


@given(some_spans, some_spans)
def test_swapping_the_sides_swaps_precision_and_recall(gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
    gold = [TypedSpan(s.start, s.end, s.type) for s in gold]
    predicted = [TypedSpan(s.start, s.end, s.type) for s in predicted]
    for mode in MODES:
        one, other = counts(gold, predicted)[mode], counts(predicted, gold)[mode]
        assert one == Counts(other.predicted_matched, other.predicted, other.gold_matched, other.gold)


def span(start: int, end: int, type: str = "PER") -> TypedSpan:
    return TypedSpan(start, end, type)


def test_each_mode_by_hand() -> None:
    gold = [span(0, 5), span(10, 15), span(20, 25), span(30, 35), span(40, 45)]
    predicted = [span(0, 5), span(10, 15, "ORG"), span(20, 27), span(31, 35, "ORG"), span(50, 55)]
    found = {mode: each.gold_matched for mode, each in counts(gold, predicted).items()}
    assert found == {
        "strict": 1,
        "exact": 2,
        "type": 2,
        "partial": 3.0,
        "iou": 2,
        "characters": 10,
        "coverage": 2.0,
    }


def test_optional_gold_is_neither_missed_nor_found() -> None:
    optional = TypedSpan(0, 5, "PER", optional=True)
    for predicted in ([], [span(0, 5)]):
        assert set(counts([optional], predicted).values()) == {Counts()}
    assert counts([optional, span(7, 9)], [span(0, 5)])["strict"] == Counts.matched(0, 1, 0)


SHARED = Path(__file__).parents[4] / "shared" / "vectors" / "spans.jsonl"
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


def test_a_long_chain_is_no_tangle() -> None:
    """Every span overlaps two of the other side, so that all hang together: the optimum pairs them all."""
    many = 20_000
    gold = [TypedSpan(10 * n, 10 * n + 12, "A") for n in range(many)]
    predicted = [TypedSpan(10 * n + 5, 10 * n + 17, "A") for n in range(many)]
    assert counts(gold, predicted)["type"] == Counts.matched(many, many, many)


def test_copies_of_a_span_cost_no_more_than_their_number() -> None:
    many = 20_000
    same = [span(0, 10)] * many
    found = counts(same, [*same, span(3, 10)])
    assert found["strict"] == Counts.matched(many, many, many + 1)
    assert found["characters"] == Counts.matched(10, 10, 10)
    assert found["coverage"] == Counts(many, many, many + 1, many + 1)


def test_spans_without_number_over_each_other_are_refused_and_the_document_is_named() -> None:
    gold = [TypedSpan(n, 10_000 - n, "A") for n in range(2_100)]
    crowd = [TypedSpan(n, 9_999 - n, "B") for n in range(2_100)]
    one = [span(0, 10)]
    with pytest.raises(CrowdedError, match="'second'"):
        score_spans({"first": one, "second": gold}, {"first": one, "second": crowd}, how=None)


def test_crowded_documents_are_counted_fewer_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    gold = {f"d{n}": [TypedSpan(i, 40 - i, "A") for i in range(9)] for n in range(5)}
    predicted = {f"d{n}": [TypedSpan(i, 39 - i, "AB"[i % 2]) for i in range(9)] for n in range(5)}
    whole = score_spans(gold, predicted, how=None).counts
    monkeypatch.setattr("onrecord.eval.spans.overlaps.MOST_PAIRS", 100)
    parts = score_spans(gold, predicted, how=None).counts
    assert parts.values.tolist() == whole.values.tolist()

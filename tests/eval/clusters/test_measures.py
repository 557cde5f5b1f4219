"""Cluster measures: by hand, by property, by brute force, and on the cases of the reference scorers."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.clusters.measures import (
    Links,
    Membership,
    Repeat,
    RepeatedMentionsError,
    Rule,
    Table,
    b_cubed,
    best_alignment,
    blanc,
    blanc_score,
    ceafe,
    ceafm,
    cluster_scores,
    cluster_scores_within,
    lea,
    links,
    muc,
    pairwise,
    without_singletons,
)
from onrecord.eval.statistics.counts import Counts, Score, score

memberships = st.lists(
    st.tuples(st.sampled_from([None, "a", "b", "c"]), st.sampled_from([None, "x", "y", "z"])), max_size=12
).map(lambda rows: [row for row in rows if row != (None, None)])
many_memberships = st.lists(st.tuples(st.none() | st.integers(0, 15), st.none() | st.integers(0, 15)), max_size=60).map(
    lambda rows: [row for row in rows if row != (None, None)]
)
MEASURES: list[Callable[[Table], Counts]] = [muc, b_cubed, ceafm, ceafe, lea, pairwise]
Clusters = Sequence[Sequence[Hashable]]


def table(gold: Clusters, predicted: Clusters) -> Table:
    """A table of two clusterings given as lists of mentions, none of them twice."""
    return Table.of_clusters(gold, predicted)


def all_counts(table: Table) -> dict[str, Counts]:
    parts = links(table)
    counts = {measure.__name__: measure(table) for measure in MEASURES}
    return {**counts, "coreference": parts.coreference, "noncoreference": parts.noncoreference}


def test_by_hand() -> None:
    """Gold {1 2 3}{4 5 6 7}, predicted {1 2}{3 4 5}{6 7 8}: the example of the LEA paper's kind, worked on paper."""
    t = table([[1, 2, 3], [4, 5, 6, 7]], [[1, 2], [3, 4, 5], [6, 7, 8]])
    assert muc(t) == Counts(3, 5, 3, 5)
    assert b_cubed(t) == Counts(4 / 3 + 1 / 3 + 1 + 1, 7, 2 + 1 / 3 + 4 / 3 + 4 / 3, 8)
    assert ceafe(t).gold_matched == pytest.approx(4 / 5 + 4 / 7)
    assert lea(t) == Counts((3 * 1 * 2 + 4 * 2) / 6, 7, 2 * 1 + 3 * (1 / 3) + 3 * (1 / 3), 8)
    assert ceafm(t) == Counts.matched(4, 7, 8)
    assert pairwise(t) == Counts.matched(3, 9, 7)
    assert links(t) == Links(Counts.matched(3, 9, 7), Counts.matched(21 - 9 - 5 + 3, 12, 21))
    f1 = (6 / 16 + 20 / 33) / 2
    assert blanc(t, "luo2014").f1 == pytest.approx(f1)
    assert blanc(t, "recasens2011").f1 == pytest.approx(f1)
    assert list(cluster_scores(t)) == [
        *("lea", "conll", "muc", "b3", "ceafm", "ceafe", "blanc[luo2014]", "blanc[recasens2011]", "pairwise")
    ]


def test_what_a_table_holds() -> None:
    t = Table.of([("a", "x"), ("b", "x"), ("a", "x"), ("b", None), (None, "y"), (None, None)])
    assert t.cells == {("a", "x"): 2, ("b", "x"): 1}
    assert t.gold == {"a": 2, "b": 2}
    assert t.predicted == {"x": 3, "y": 1}
    assert t.apart("d").cells == {(("d", "a"), ("d", "x")): 2, (("d", "b"), ("d", "x")): 1}
    assert t != t.apart("d")
    assert t != "a table"


@given(memberships)
def test_gold_against_itself_is_perfect(rows: list[Membership]) -> None:
    same = Table.of((g, g) for g, _ in rows if g is not None)
    for name, each in cluster_scores(same).items():
        assert each.f1 is None or each.f1 == 1, name
        assert each.f1 is not None or each.reason


@given(memberships, st.randoms(use_true_random=False))
def test_names_and_order_change_nothing(rows: list[Membership], random: Any) -> None:
    before = {name: each.f1 for name, each in cluster_scores(Table.of(rows)).items()}
    renamed = [(g and f"g{ord(str(g)) * 7}", p and f"p{ord(str(p)) * 3}") for g, p in rows]
    random.shuffle(renamed)
    after = {name: each.f1 for name, each in cluster_scores(Table.of(renamed)).items()}
    for name, value in before.items():
        other = after[name]
        assert (value is None) == (other is None)
        assert value is None or other is None or math.isclose(value, other, abs_tol=1e-12)


@given(many_memberships, st.randoms(use_true_random=False))
def test_names_and_order_change_no_bit(rows: list[Membership], random: Any) -> None:
    before = Table.of(rows)
    names = random.sample(range(100), 16)
    renamed = [(g if g is None else names[int(str(g))], p if p is None else -1 - names[int(str(p))]) for g, p in rows]
    random.shuffle(renamed)
    after = Table.of(renamed)
    assert all_counts(after) == all_counts(before)
    assert cluster_scores(after) == cluster_scores(before)


@pytest.mark.parametrize("seed", range(40))
def test_ties_change_no_bit(seed: int) -> None:
    """Hundreds of small clusters, whose best alignments are many and have terms as different as 1/3 + 2/3 and 1."""
    random = np.random.default_rng(seed)
    gold, predicted = random.integers(-1, 60, 240), random.integers(-1, 70, 240)
    before = all_counts(Table.of_labels(gold, predicted))
    for _ in range(4):
        order, rows, columns = random.permutation(240), random.permutation(60), random.permutation(70)
        renamed = [np.where(side < 0, -1, to[side]) for side, to in ((gold, rows), (predicted, columns))]
        assert all_counts(Table.of_labels(renamed[0][order], renamed[1][order])) == before


@given(memberships)
def test_swapping_the_sides_swaps_precision_and_recall(rows: list[Membership]) -> None:
    one, other = Table.of(rows), Table.of((p, g) for g, p in rows)
    for measure in MEASURES:
        a, b = score(measure(one)), score(measure(other))
        assert a.precision == b.recall
        assert a.recall == b.precision
        assert a.f1 == b.f1
    a, b = blanc(one, "luo2014"), blanc(other, "luo2014")
    assert (a.precision, a.recall, a.f1) == (b.recall, b.precision, b.f1)
    assert cluster_scores(one)["conll"].f1 == cluster_scores(other)["conll"].f1


@given(many_memberships)
def test_bounds(rows: list[Membership]) -> None:
    for t in (Table.of(rows), without_singletons(Table.of(rows))):
        for each in cluster_scores(t).values():
            for value in (each.precision, each.recall, each.f1):
                assert value is None or 0 <= value <= 1
            assert each.f1 is not None or each.reason


@given(memberships, memberships)
def test_tables_add(one: list[Membership], other: list[Membership]) -> None:
    assert Table.of(one) + Table.of(other) == Table.of(one + other)


@given(many_memberships, st.randoms(use_true_random=False))
def test_shards_add_in_any_order_to_the_same_bits(rows: list[Membership], random: Any) -> None:
    whole = Table.of(rows)
    shards = [Table.of(rows[n::5]) for n in range(5)]
    labels = [[-1 if id is None else int(str(id)) for id in side] for side in zip(*rows, strict=True)] or [[], []]
    shards_of_labels = [Table.of_labels(labels[0][n::5], labels[1][n::5]) for n in range(5)]
    random.shuffle(shards)
    mixed = [*shards_of_labels[:2], *(Table.of(rows[n::5]) for n in (2, 3, 4))]
    for parts in (shards, shards_of_labels, mixed):
        assert Table.total(parts) == whole
        assert all_counts(Table.total(parts)) == all_counts(whole)
    assert Table.total([]) == Table.of([])


@given(many_memberships)
def test_every_constructor_makes_the_same_table(rows: list[Membership]) -> None:
    sides = [list(side) for side in zip(*rows, strict=True)] or [[], []]
    names = [list(dict.fromkeys(id for id in side if id is not None)) for side in sides]
    clusters = [[[m for m, id in enumerate(s) if id == name] for name in n] for s, n in zip(sides, names, strict=True)]
    positions = [[None if id is None else n.index(id) for id in s] for s, n in zip(sides, names, strict=True)]
    made = Table.of_clusters(clusters[0], clusters[1])
    assert made == Table.of(zip(*positions, strict=True))
    for scale in (1, 10**12):
        arrays = [np.array([-9 if p is None else p * scale for p in side], dtype=np.int64) for side in positions]
        named = [[None if p is None else p * scale for p in side] for side in positions]
        assert Table.of_labels(*arrays) == Table.of(zip(*named, strict=True))


def test_labels_must_be_two_arrays_of_integers_of_one_length() -> None:
    with pytest.raises(ValueError, match="one length"):
        Table.of_labels([1, 2], [1])
    with pytest.raises(ValueError, match="integers"):
        Table.of_labels([0.5], [1.0])


@given(memberships)
def test_the_additive_state_of_blanc_is_that_of_every_pair_of_mentions(rows: list[Membership]) -> None:
    """By enumeration of the pairs, as Recasens and Hovy define it."""
    gold, predicted = (
        {
            (one, other): side[one] == side[other]
            for one, other in itertools.combinations(range(len(rows)), 2)
            if side[one] is not None and side[other] is not None
        }
        for side in ([g for g, _ in rows], [p for _, p in rows])
    )
    parts = links(Table.of(rows))
    for together, counts in ((True, parts.coreference), (False, parts.noncoreference)):
        mine = {pair for pair, same in gold.items() if same == together}
        its = {pair for pair, same in predicted.items() if same == together}
        assert counts == Counts.matched(len(mine & its), len(mine), len(its))


@given(st.lists(memberships, max_size=3))
def test_within_documents_counts_add(documents: list[list[Membership]]) -> None:
    tables = [Table.of(rows) for rows in documents]
    within = cluster_scores_within(tables)
    apart = Table.of((g and (n, g), p and (n, p)) for n, rows in enumerate(documents) for g, p in rows)
    across = cluster_scores(apart)
    for name in ("lea", "conll", "muc", "b3", "ceafm", "ceafe", "pairwise"):
        assert within[name] == across[name]
    summed = sum((links(t) for t in tables), Links(Counts(), Counts()))
    assert within["blanc[luo2014]"] == blanc_score(summed, "luo2014")


def brute_force(
    gold: Iterable[set[int]], predicted: Iterable[set[int]], phi: Callable[[set[int], set[int]], Any]
) -> Any:
    """The largest sum of a similarity over one-to-one alignments, all of them tried."""
    short, long = sorted((list(gold), list(predicted)), key=len)
    alignments = itertools.permutations(long, len(short))
    return max(sum(phi(one, other) for one, other in zip(short, chosen, strict=True)) for chosen in alignments)


def dice(one: set[int], other: set[int]) -> Fraction:
    return Fraction(2 * len(one & other), len(one) + len(other))


@given(st.lists(st.tuples(st.sampled_from([None, *range(5)]), st.sampled_from([None, *range(5)])), max_size=25))
def test_ceaf_is_the_best_of_all_alignments(rows: list[tuple[int | None, int | None]]) -> None:
    sides = [
        [members for id in range(5) if (members := {m for m, row in enumerate(rows) if row[side] == id})]
        for side in (0, 1)
    ]
    t = Table.of(rows)
    assert ceafm(t).gold_matched == brute_force(sides[0], sides[1], lambda one, other: len(one & other))
    assert ceafe(t).gold_matched == float(brute_force(sides[0], sides[1], dice))


@given(many_memberships)
def test_the_best_alignment_is_one_to_one_and_of_cells(rows: list[Membership]) -> None:
    t = Table.of(rows)
    aligned = best_alignment(t)
    assert len({g for g, _, _ in aligned}) == len({p for _, p, _ in aligned}) == len(aligned)
    cells = list(t.cells)
    places = [cells.index((g, p)) for g, p, _ in aligned]
    assert places == sorted(places)
    for g, p, similarity in aligned:
        assert similarity == 2 * t.cells[g, p] / (t.gold[g] + t.predicted[p])
    assert math.fsum(similarity for _, _, similarity in aligned) == pytest.approx(ceafe(t).gold_matched)


def test_of_equally_good_alignments_the_first_seen_is_taken() -> None:
    assert best_alignment(Table.of([("a", "y"), ("a", "x")])) == [("a", "y", 2 / 3)]
    assert best_alignment(Table.of([("a", "x"), ("a", "y")])) == [("a", "x", 2 / 3)]
    assert best_alignment(Table.of_labels([4, 4, -1], [9, 7, 7])) == [(4, 9, 2 / 3)]


def test_a_wrong_merge_is_never_perfect() -> None:
    merged = table([[0], [1]], [[0, 1]])
    assert all(each.f1 == 0 or each.f1 is None or each.f1 < 1 for each in cluster_scores(merged).values())


def test_without_links_muc_and_so_conll_are_undefined() -> None:
    scores = cluster_scores(table([[0], [1]], [[0], [1]]))
    assert scores["muc"].f1 is None
    assert scores["conll"].f1 is None
    assert "muc" in str(scores["conll"].reason)
    assert scores["lea"].f1 == scores["b3"].f1 == scores["ceafe"].f1 == 1
    assert scores["ceafm"].f1 == scores["blanc[luo2014]"].f1 == scores["blanc[recasens2011]"].f1 == 1
    assert scores["pairwise"].f1 is None


def test_an_empty_side_has_no_share_and_two_have_no_score() -> None:
    clusters = [[0, 1], [2]]
    for each in cluster_scores(table([], [])).values():
        assert (each.precision, each.recall, each.f1) == (None, None, None)
        assert each.reason
    for name, each in cluster_scores(table([], clusters)).items():
        assert (each.recall, each.f1) == (None, 0), name
        assert name == "conll" or (each.precision == 0 and each.reason)
    for name, each in cluster_scores(table(clusters, [])).items():
        assert (each.precision, each.f1) == (None, 0), name
        assert name == "conll" or (each.recall == 0 and each.reason)


RULES: tuple[Rule, ...] = ("luo2014", "recasens2011")
BLANC_EDGES: list[tuple[str, Clusters, Clusters, float | None, float | None]] = [
    ("gold has no pair in two clusters", [[2, 3]], [[0], [2, 3]], 0.5, 1.0),
    ("gold has no pair in one cluster", [[0], [1], [2]], [[0, 1], [2]], 0.4, 0.8),
    ("predictions have no pair in two clusters", [[0, 1], [2]], [[0, 1, 2]], 0.25, 0.25),
    ("predictions have no pair in one cluster", [[0, 1], [2]], [[0], [1], [2]], 0.4, 0.4),
    ("one cluster on both sides", [[0, 1]], [[0, 1]], 1.0, 1.0),
    ("one mention on both sides", [[0]], [[0]], None, None),
    ("a wrong merge of one mention", [[0]], [[0, 1]], 0.0, 0.0),
]


@pytest.mark.parametrize(
    ("gold", "predicted", "luo", "recasens"), [row[1:] for row in BLANC_EDGES], ids=[row[0] for row in BLANC_EDGES]
)
def test_edges_of_blanc(gold: Clusters, predicted: Clusters, luo: float | None, recasens: float | None) -> None:
    for rule, expected in zip(RULES, (luo, recasens), strict=True):
        found = blanc(table(gold, predicted), rule)
        assert found.f1 == (expected if expected is None else pytest.approx(expected))
        assert found.f1 is not None or found.reason


def test_coval_s_ceafm_of_two() -> None:
    """Its denominators are numbers of clusters: a perfect pair of mentions scored 2.0."""
    assert cluster_scores(table([[0, 1]], [[0, 1]]))["ceafm"] == Score(1.0, 1.0, 1.0, None, Counts.matched(2, 2, 2))


def test_scorch_s_blanc_of_one_for_a_wrong_merge_and_its_crash_where_nothing_is_shared() -> None:
    for rule in RULES:
        assert blanc(table([[0]], [[0, 1]]), rule).f1 == 0
        assert blanc(table([], []), rule).f1 is None
    nothing_shared = cluster_scores(table([[0, 1], [2]], [[3, 4]]))
    assert [nothing_shared[name].f1 for name in ("ceafm", "ceafe", "lea", "conll")] == [0, 0, 0, 0]


def test_e2e_coref_s_one_sided_singletons() -> None:
    """There, a perfect answer with singletons lost CEAFe, as only the predicted ones were dropped."""
    same = table([[0], [1], [2, 3]], [[0], [1], [2, 3]])
    for t in (same, without_singletons(same)):
        assert all(each.f1 == 1 for each in cluster_scores(t).values() if each.f1 is not None)
        assert cluster_scores(t)["conll"].f1 == 1


def test_without_singletons_by_hand() -> None:
    """{1} and {4} are left out on the gold side and {5} on the other; 1 stays a predicted mention, and spurious."""
    t = table([[1], [2, 3], [4], [5, 6]], [[1, 2, 3], [5], [4, 7]])
    view = without_singletons(t)
    assert view.gold == {1: 2, 3: 2}
    assert view.predicted == {0: 3, 2: 2}
    assert view.cells == {(1, 0): 2}
    labels = Table.of_labels([0, 1, 1, 2, 3, 3, -1], [0, 0, 0, 2, 1, -1, 2])
    assert without_singletons(labels) == view


def test_without_singletons_a_wrong_link_to_a_singleton_still_costs() -> None:
    """Where mentions of gold singletons were deleted from both sides, linking each of them wrongly scored 100."""
    view = without_singletons(table([[0], [1], [2, 3]], [[2, 3], [0, 1]]))
    for name in ("lea", "muc", "b3", "ceafm", "ceafe", "pairwise"):
        each = cluster_scores(view)[name]
        assert each.recall == 1
        assert each.precision == 0.5


@given(many_memberships)
def test_the_view_without_singletons_is_that_of_each_side_s_own_clusters(rows: list[Membership]) -> None:
    t, view = Table.of(rows), without_singletons(Table.of(rows))
    assert view.gold == {id: size for id, size in t.gold.items() if size > 1}
    assert view.predicted == {id: size for id, size in t.predicted.items() if size > 1}
    assert view.cells == {(g, p): n for (g, p), n in t.cells.items() if g in view.gold and p in view.predicted}
    assert muc(view).gold == muc(t).gold
    assert without_singletons(view) == view


def test_repeated_mentions_are_refused_by_name() -> None:
    with pytest.raises(RepeatedMentionsError, match="predicted 2 in clusters") as refused:
        Table.of_clusters([[0, 1], [2, 3]], [[0, 1, 2], [2, 3], [7, 7]])
    assert refused.value.repeats == (Repeat("predicted", 2, (0, 1)), Repeat("predicted", 7, (2, 2)))
    with pytest.raises(RepeatedMentionsError, match="and 3 more") as refused:
        Table.of_clusters([range(8), range(8)], [])
    assert [repeat.side for repeat in refused.value.repeats] == ["gold"] * 8


def test_overlapping_clusters_have_ceaf_alone() -> None:
    """coval#5: a mention in two predicted clusters. CEAFe is .9 for coval; B3 recall would be 4.5 / 4."""
    t = Table.of_clusters([[0, 1], [2, 3]], [[0, 1, 2], [2, 3]], duplicates="intersection")
    assert t.cells == {(0, 0): 2, (1, 0): 1, (1, 1): 2}
    assert t.predicted == {0: 3, 1: 2}
    scores = cluster_scores(t)
    assert scores["ceafe"].f1 == pytest.approx(0.9)
    assert scores["ceafm"].counts == Counts.matched(4, 4, 5)
    for name in ("lea", "conll", "muc", "b3", *(f"blanc[{rule}]" for rule in RULES), "pairwise"):
        assert scores[name].f1 is None, name
        assert scores[name].reason
    assert (t + t.apart("other")).overlapping


@given(*(st.lists(st.sets(st.integers(0, 6), min_size=1), max_size=4) for _ in range(2)))
def test_overlapping_clusters_are_intersected(gold: list[set[int]], predicted: list[set[int]]) -> None:
    t = Table.of_clusters(gold, predicted, duplicates="intersection")
    cells = {(i, j): len(g & p) for i, g in enumerate(gold) for j, p in enumerate(predicted) if g & p}
    assert t.cells == cells
    assert ceafe(t).gold_matched == float(brute_force(gold, predicted, dice))
    for each in cluster_scores(t).values():
        assert each.f1 is None or 0 <= each.f1 <= 1


SHARED = Path(__file__).parents[4] / "shared" / "vectors" / "clusters.json"
NAMES: dict[str, tuple[Callable[[Table], Counts], tuple[str, ...]]] = {
    "muc": (muc, ("muc", "coval_muc")),
    "bcub": (b_cubed, ("bcub", "coval_b_cubed")),
    "ceafm": (ceafm, ("ceafm", "corefud_ceafm")),
    "ceafe": (ceafe, ("ceafe", "coval_ceafe")),
    "lea": (lea, ("coval_lea",)),
}
"""Our measure by what the reference scorer calls it, and what the cases call it."""
BLANC_NAMES: dict[str, Rule] = {"blanc": "recasens2011", "corefud_blanc": "luo2014"}


def vectors() -> list[dict[str, Any]]:
    return json.loads(SHARED.read_text())["cases"] if SHARED.is_file() else []


def clusterings(case: dict[str, Any]) -> list[tuple[list[list[str]], list[list[str]]]]:
    """Gold and predicted clusters of each document, without the repeats that the reference scorer drops."""
    documents = case.get("documents") or {"": {"key": case["key"], "response": predicted(case)}}
    return [
        (
            [[f"{name} {mention}" for mention in cluster] for cluster in document["key"]],
            [[f"{name} {mention}" for mention in cluster] for cluster in document["response"]],
        )
        for name, document in documents.items()
    ]


def predicted(case: dict[str, Any]) -> list[list[list[int]]]:
    response: list[list[list[int]]] = case.get("response_after_8_01_dedup") or case["response"]
    return response


beside = pytest.mark.skipif(not SHARED.is_file(), reason="the published cases are not beside this checkout")


@pytest.mark.conformance
@beside
@pytest.mark.parametrize("case", vectors(), ids=lambda case: str(case["id"]))
def test_published_cases(case: dict[str, Any]) -> None:
    """Recall, precision and F1 of the reference scorer 8.01, coval and corefud-scorer.

    Those tools print 0 where we say undefined. Where the predictions hold a mention twice, the answer is that for the
    predictions without the repeat.
    """
    tables = [Table.of_clusters(gold, predicted) for gold, predicted in clusterings(case)]
    t = Table.total(each.apart(n) for n, each in enumerate(tables))
    parts = sum((links(each) for each in tables), Links(Counts(), Counts()))
    sources = [
        case.get("official_expected_rpf") or {},
        {name: each["rpf"] for name, each in (case.get("perl_8_01_measured") or {}).items() if "rpf" in each},
        case.get("other_scorers_measured_rpf") or case.get("other_scorers_measured_rpf_after_dedup") or {},
    ]
    mine = {name: score(measure(t)) for measure, names in NAMES.values() for name in names}
    mine |= {name: blanc_score(parts, rule) for name, rule in BLANC_NAMES.items()}
    checked = set()
    for source in sources:
        for name, expected in source.items():
            if None not in expected:
                each = mine[name]
                assert [each.recall or 0, each.precision or 0, each.f1 or 0] == pytest.approx(expected, abs=2e-4), name
                checked.add(name)
    assert checked == set(mine), "a case without a number to compare proves nothing"
    f1s = [score(measure(t)).f1 for measure in (muc, b_cubed, ceafe)]
    if None not in f1s:
        assert cluster_scores(t)["conll"].f1 == pytest.approx(sum(f1 or 0 for f1 in f1s) / 3)


@pytest.mark.conformance
@beside
@pytest.mark.parametrize("case", vectors(), ids=lambda case: str(case["id"]))
def test_published_counts(case: dict[str, Any]) -> None:
    """Numerators and denominators of the reference scorer 8.01, summed over documents."""
    tables = [Table.of_clusters(gold, predicted) for gold, predicted in clusterings(case)]
    t = Table.total(each.apart(n) for n, each in enumerate(tables))
    parts = sum((links(each) for each in tables), Links(Counts(), Counts()))
    measured = case["perl_8_01_measured"]
    mine = {name: measure(t) for name, (measure, _) in NAMES.items() if name in measured}
    mine |= {"coref": parts.coreference, "noncoref": parts.noncoreference}
    its = {name: each["counts"] for name, each in measured.items() if "counts" in each}
    its |= {part: measured["blanc"][f"{part}_counts"] for part in ("coref", "noncoref")}
    assert len(its) == 6
    for name, expected in its.items():
        each = mine[name]
        found = [each.gold_matched, each.gold, each.predicted_matched, each.predicted]
        assert found == pytest.approx(expected, abs=1e-9), name


@pytest.mark.conformance
@beside
@pytest.mark.parametrize(
    "case", [case for case in vectors() if case.get("response_after_8_01_dedup")], ids=lambda c: c["id"]
)
def test_published_cases_with_a_mention_twice(case: dict[str, Any]) -> None:
    """Refused by name; as intersections, CEAF is that of the definition, which the reference scorer departs from.

    A repeat within one cluster changes nothing there; a mention in two clusters stays in both.
    """
    gold, response = ([[str(mention) for mention in cluster] for cluster in case[side]] for side in ("key", "response"))
    with pytest.raises(RepeatedMentionsError) as refused:
        Table.of_clusters(gold, response)
    places = [n for n, cluster in enumerate(response) for mention in cluster if mention == "[3, 6]"]
    assert refused.value.repeats == (Repeat("predicted", "[3, 6]", tuple(places)),)
    t = Table.of_clusters(gold, response, duplicates="intersection")
    sides: list[list[Any]] = [[set(cluster) for cluster in side] for side in (gold, response)]
    assert ceafe(t).gold_matched == float(brute_force(sides[0], sides[1], dice))
    if len(set(places)) == 1:
        assert not t.overlapping
        expected = case["other_scorers_measured_rpf_after_dedup"]["coval_ceafe"]
        each = score(ceafe(t))
        assert [each.recall, each.precision, each.f1] == pytest.approx(expected)
    else:
        assert t.overlapping

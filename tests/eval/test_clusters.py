"""Cluster measures: by hand, by property, and on the cases of the reference scorers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.clusters import Membership, Table, b_cubed, ceafe, cluster_scores, conll, lea, muc
from onrecord.eval.counts import Counts, score

memberships = st.lists(
    st.tuples(st.sampled_from([None, "a", "b", "c"]), st.sampled_from([None, "x", "y", "z"])), max_size=12
).map(lambda rows: [row for row in rows if row != (None, None)])
MEASURES: list[Callable[[Table], Counts]] = [muc, b_cubed, ceafe, lea]


def table(gold: list[list[int]], predicted: list[list[int]]) -> Table:
    """A table of two clusterings given as lists of mention numbers."""
    side = [{m: n for n, members in enumerate(clusters) for m in members} for clusters in (gold, predicted)]
    return Table.of((side[0].get(m), side[1].get(m)) for m in sorted({*side[0], *side[1]}))


def test_by_hand() -> None:
    """Gold {1 2 3}{4 5 6 7}, predicted {1 2}{3 4 5}{6 7 8}: the example of the LEA paper's kind, worked on paper."""
    t = table([[1, 2, 3], [4, 5, 6, 7]], [[1, 2], [3, 4, 5], [6, 7, 8]])
    assert muc(t) == Counts(3, 5, 3, 5)
    assert b_cubed(t) == Counts(4 / 3 + 1 / 3 + 1 + 1, 7, 2 + 1 / 3 + 4 / 3 + 4 / 3, 8)
    assert ceafe(t).gold_matched == pytest.approx(4 / 5 + 4 / 7)
    assert lea(t) == Counts(3 * (1 / 3) + 4 * (2 / 6), 7, 2 * 1 + 3 * (1 / 3) + 3 * (1 / 3), 8)


@given(memberships)
def test_gold_against_itself_is_perfect(rows: list[Membership]) -> None:
    same = Table.of((g, g) for g, _ in rows if g is not None)
    for name, each in cluster_scores(same).items():
        assert each.f1 is None or each.f1 == pytest.approx(1), name
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


@given(memberships)
def test_swapping_the_sides_swaps_precision_and_recall(rows: list[Membership]) -> None:
    one, other = Table.of(rows), Table.of((p, g) for g, p in rows)
    for measure in MEASURES:
        a, b = score(measure(one)), score(measure(other))
        assert a.precision == pytest.approx(b.recall)
        assert a.recall == pytest.approx(b.precision)


@given(memberships)
def test_bounds(rows: list[Membership]) -> None:
    for each in cluster_scores(Table.of(rows)).values():
        for value in (each.precision, each.recall, each.f1):
            assert value is None or -1e-12 <= value <= 1 + 1e-12


@given(memberships, memberships)
def test_tables_add(one: list[Membership], other: list[Membership]) -> None:
    assert Table.of(one) + Table.of(other) == Table.of(one + other)


def test_a_wrong_merge_is_never_perfect() -> None:
    merged = table([[0], [1]], [[0, 1]])
    assert all(each.f1 == 0 or each.f1 is None or each.f1 < 1 for each in cluster_scores(merged).values())


def test_without_links_muc_and_so_conll_are_undefined() -> None:
    scores = cluster_scores(table([[0], [1]], [[0], [1]]))
    assert scores["muc"].f1 is None
    assert scores["conll"].f1 is None
    assert "muc" in str(scores["conll"].reason)
    assert scores["lea"].f1 == scores["b3"].f1 == scores["ceafe"].f1 == 1


SHARED = Path(__file__).parents[3] / "shared" / "vectors" / "clusters.json"
NAMES: dict[str, tuple[Callable[[Table], Counts], tuple[str, ...]]] = {
    "muc": (muc, ("muc", "coval_muc")),
    "bcub": (b_cubed, ("bcub", "coval_b_cubed")),
    "ceafe": (ceafe, ("ceafe", "coval_ceafe")),
    "lea": (lea, ("coval_lea",)),
}


def vectors() -> list[dict[str, Any]]:
    return json.loads(SHARED.read_text())["cases"] if SHARED.is_file() else []


@pytest.mark.conformance
@pytest.mark.skipif(not SHARED.is_file(), reason="the published cases are not beside this checkout")
@pytest.mark.parametrize("case", vectors(), ids=lambda case: str(case["id"]))
def test_published_cases(case: dict[str, Any]) -> None:
    """Recall, precision and F1 of Perl 8.01 and coval, where the prediction holds no mention twice.

    Those tools print 0 where we say undefined.
    """
    if case.get("has_duplicate_response_mentions"):
        pytest.skip("a mention twice: tools disagree, and our alignment is one to one")
    documents = case.get("documents") or {"": {"key": case["key"], "response": case["response"]}}
    key, response = (
        {
            f"{name} {mention}": (name, n)
            for name, document in documents.items()
            for n, cluster in enumerate(document[side])
            for mention in cluster
        }
        for side in ("key", "response")
    )
    t = Table.of((key.get(m), response.get(m)) for m in dict.fromkeys([*key, *response]))
    sources = [
        case.get("official_expected_rpf") or {},
        {name: each["rpf"] for name, each in (case.get("perl_8_01_measured") or {}).items() if "rpf" in each},
        case.get("other_scorers_measured_rpf") or {},
    ]
    checked = 0
    for measure, names in NAMES.values():
        mine = score(measure(t))
        for source in sources:
            for name in names:
                if source.get(name) and None not in source[name]:
                    expected = source[name]
                    assert [mine.recall or 0, mine.precision or 0, mine.f1 or 0] == pytest.approx(expected, abs=2e-4)
                    checked += 1
    assert checked, "a case without a number to compare proves nothing"
    f1s = [score(measure(t)).f1 for measure in (muc, b_cubed, ceafe)]
    if None not in f1s:
        assert conll(t).f1 == pytest.approx(sum(f1 or 0 for f1 in f1s) / 3)

"""The coreference scorers: by hand, the published cases, repeated mentions, our own measures, and scorch as a peer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.examples import examples

from onrecord.eval.clusters import measures as clusters
from onrecord.eval.compat import COMPAT, CompatRow, corefud, coval, perl
from onrecord.eval.compat.coreference import Clusters, Documents
from onrecord.eval.statistics.counts import Counts, Score
from onrecord.eval.statistics.counts import score as of_counts

SHARED = Path(__file__).parents[4] / "shared" / "vectors" / "clusters.json"
SCORERS = {name: mode for name, mode in COMPAT.items() if mode.takes == "clusters"}


def one(gold: Clusters, predicted: Clusters) -> Documents:
    return {"": (gold, predicted)}


def numbers(row: CompatRow) -> tuple[Any, Any, Any]:
    """In the order that the scorers print them in."""
    return row.recall, row.precision, row.f1


def test_smallest_example() -> None:
    documents = one([["a", "b", "c"]], [["a", "b"], ["c"]])
    for name in ("perl-8.01", "coval", "corefud-exact-match-keep-singletons"):
        result = SCORERS[name].score(documents)
        assert numbers(result.row("muc")) == (0.5, 1.0, pytest.approx(2 / 3))
        assert numbers(result.row("bcub")) == (pytest.approx(5 / 9), 1.0, pytest.approx(5 / 7))
        assert numbers(result.row("ceafe")) == (0.8, 0.4, pytest.approx(8 / 15))
    assert numbers(coval.score(documents).row("lea")) == (
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
        pytest.approx(4 / 9),
    )
    assert numbers(coval.score(documents).row("mentions")) == (1, 1, 1)


def test_singletons() -> None:
    """coval keeps them and corefud drops them, each side by itself."""
    documents = one([["a"], ["b"]], [["a"], ["b"]])
    assert coval.score(documents).row("conll").f1 == pytest.approx(2 / 3)
    assert coval.score_without_singletons(documents).row("conll").f1 == 0
    assert corefud.score(documents).row("conll").f1 == 0
    assert corefud.score(documents, singletons=True).row("conll").f1 == pytest.approx(2 / 3)
    wrong_link = one([["a", "b"], ["c"]], [["a", "b", "c"]])
    assert coval.score_without_singletons(wrong_link).row("muc").precision == 0.5


def test_documents_are_summed() -> None:
    both = {"1": ([["a", "b"]], [["a", "b"]]), "2": ([["a", "b", "c"]], [["a"], ["b", "c"]])}
    for mode in SCORERS.values():
        assert numbers(mode.score(both).row("muc")) == (pytest.approx(2 / 3), 1, pytest.approx(0.8))


def test_nothing_is_zero() -> None:
    for mode in SCORERS.values():
        for documents in ({}, one([], []), one([["a", "b"]], []), one([], [["a", "b"]]), one([[]], [[]])):
            result = mode.score(documents)
            assert {row.f1 for row in result.rows} == {0}
            assert result.refused is None


def test_ceafm_of_coval_is_wrong_and_only_given_by_name() -> None:
    perfect = one([["a", "b"]], [["a", "b"]])
    assert numbers(coval.score(perfect, ["ceafm"]).row("ceafm")) == (2, 2, 2)
    assert numbers(corefud.score(perfect).row("ceafm")) == (1, 1, 1)
    with pytest.raises(KeyError):
        coval.score(perfect).row("ceafm")


def test_a_mention_in_two_clusters() -> None:
    """ns-moosavi/coval#5: one answer, three scores."""
    documents = one([[0, 1], [2, 3]], [[0, 1, 2], [2, 3]])
    found = {
        name: [
            pytest.approx(value, abs=1e-3)
            for value in (result.row("muc").f1, result.row("bcub").recall, result.row("ceafe").f1)
        ]
        for name, result in ((name, mode.score(documents)) for name, mode in SCORERS.items())
    }
    assert found["perl-8.01"] == [0.5, 0.75, 0.733]
    assert found["coval"] == [0.8, 1.0, 0.9]
    assert found["corefud-exact-match"] == [0.8, 1.0, 0.9]


def test_a_mention_twice_in_one_cluster() -> None:
    documents = one([[0, 1], [2, 3]], [[0, 0, 1], [2, 3]])
    assert coval.score(documents).row("ceafe").f1 == pytest.approx(0.9)
    assert corefud.score(documents).row("ceafe").f1 == 1
    assert perl.score(documents).row("ceafe").f1 == 1


def test_perl_keeps_repeated_mentions_that_gold_lacks() -> None:
    result = perl.score(one([[0, 1]], [[0, 1], [9, 9]]))
    assert result.row("bcub").counts["predicted"] == 4
    assert result.row("mentions").counts["predicted"] == 3
    # the repeated mention is linked with itself
    assert result.row("blanc").counts["coreference_predicted"] == 2


def test_perl_refuses_more_than_ten_repeats() -> None:
    def repeated(times: int) -> Documents:
        return {"1": ([[0, 1]], [[0, 1, *[1] * times]]), "2": ([[0, 1]], [[0, 1]])}

    assert perl.score(repeated(10)).refused is None
    assert (perl.score(repeated(11)).rows, perl.score(repeated(11)).refused) == ((), perl.REFUSAL)
    three = perl.score_all(repeated(3))
    assert [row.measure for row in three.rows] == ["mentions", "muc", "bcub", "ceafm"]
    assert three.refused == perl.REFUSAL
    assert perl.text(three).endswith(f"{perl.REFUSAL}\n")
    assert perl.score_all(repeated(2)).refused is None


def test_how_they_print() -> None:
    documents = one([["a", "b", "c"]], [["a", "b"], ["c"]])
    assert coval.text(coval.score(documents, ["muc", "bcub", "ceafe"])) == (
        "muc        Recall: 50.00  Precision: 100.00  F1: 66.67\n"
        "bcub       Recall: 55.56  Precision: 100.00  F1: 71.43\n"
        "ceafe      Recall: 80.00  Precision: 40.00  F1: 53.33\n"
        "CoNLL score: 63.81\n"
    )
    assert corefud.text(corefud.score(documents, singletons=True)).startswith("lea\nRecall: 33.33  Precision: 66.67")
    assert perl.text(perl.score(documents, ["muc"])) == (
        "\nMETRIC muc:\n\n====== TOTALS =======\n"
        f"Identification of Mentions: Recall: (3 / 3) 100%\tPrecision: (3 / 3) 100%\tF1: 100%\n{'-' * 74}\n"
        f"Coreference: Recall: (1 / 2) 50%\tPrecision: (1 / 1) 100%\tF1: 66.66%\n{'-' * 74}\n"
    )


mentions = st.integers(0, 8)


@st.composite
def partitions(draw: st.DrawFn) -> list[list[int]]:
    labels = draw(st.dictionaries(mentions, st.integers(0, 4)))
    return [[m for m, label in labels.items() if label == each] for each in sorted(set(labels.values()))]


def zeros(theirs: Score) -> tuple[Any, Any, Any]:
    """Our score with 0 where it is undefined."""
    return tuple(pytest.approx(value or 0.0) for value in (theirs.recall, theirs.precision, theirs.f1))  # type: ignore[return-value]


@given(st.lists(st.tuples(partitions(), partitions()), min_size=1, max_size=3))
def test_without_repeats_all_are_our_measures(pairs: list[tuple[Clusters, Clusters]]) -> None:
    """Each against the measures of the table, with and without singletons, summed over documents."""
    documents = {str(number): pair for number, pair in enumerate(pairs)}
    names = {"muc": "muc", "bcub": "b_cubed", "ceafe": "ceafe", "ceafm": "ceafm", "lea": "lea"}
    for name, mode in SCORERS.items():
        tables = [clusters.Table.of_clusters(*pair) for pair in pairs]
        if name in ("coval-remove-singletons", "corefud-exact-match"):
            tables = [clusters.without_singletons(table) for table in tables]
        links = sum((clusters.links(table) for table in tables), clusters.Links(Counts(), Counts()))
        for row in mode.score(documents).rows:
            if row.measure in names:
                measure = getattr(clusters, names[row.measure])
                assert numbers(row) == zeros(of_counts(sum((measure(table) for table in tables), Counts())))
            elif row.measure == "blanc" and name.startswith("perl"):
                # without links in gold both give 0 throughout
                assert numbers(row) == zeros(clusters.blanc_score(links, "recasens2011"))
            elif row.measure == "blanc":
                assert numbers(row) == zeros(clusters.blanc_score(links, "luo2014"))


@settings(max_examples=examples(200))
@given(partitions(), partitions())
def test_equal_to_scorch(gold: list[list[int]], predicted: list[list[int]]) -> None:
    """MUC, B3 and both CEAF of scorch 0.2.0, which fails where nothing is shared."""
    scores = pytest.importorskip("scorch.scores")
    assume({m for cluster in gold for m in cluster} & {m for cluster in predicted for m in cluster})
    sides = [set(cluster) for cluster in gold], [set(cluster) for cluster in predicted]
    result = perl.score(one(gold, predicted))
    for name, measure in (("muc", "muc"), ("bcub", "b_cubed"), ("ceafe", "ceaf_e"), ("ceafm", "ceaf_m")):
        assert numbers(result.row(name)) == pytest.approx(getattr(scores, measure)(*sides))


repeating = st.lists(st.lists(mentions, min_size=1, max_size=4), max_size=4)


@given(repeating, repeating)
def test_repeats_break_nothing(gold: Clusters, predicted: Clusters) -> None:
    """Whatever the scores are, mentions are conserved and corefud, which compares sets in clusters, stays in range."""
    result = corefud.score(one(gold, predicted), singletons=True)
    for name in ("bcub", "ceafm", "ceafe", "lea"):
        assert all(0 <= value <= 1 + 1e-9 for value in numbers(result.row(name)))
    kept = perl.score(one(gold, predicted))
    if kept.refused is None:
        in_both = {m for c in gold for m in c} & {m for c in predicted for m in c}
        twinless = sum(m not in in_both for cluster in predicted for m in cluster)
        assert kept.row("bcub").counts["predicted"] == len(in_both) + twinless
        assert kept.row("mentions").counts["gold_matched"] == len(in_both)


def vectors() -> list[dict[str, Any]]:
    return json.loads(SHARED.read_text())["cases"] if SHARED.is_file() else []


def read(key: Any, response: Any) -> tuple[Clusters, Clusters]:
    gold, predicted = ([[tuple(mention) for mention in cluster] for cluster in side] for side in (key, response))
    return gold, predicted


COUNTS = ("gold_matched", "gold", "predicted_matched", "predicted")


@pytest.mark.conformance
@pytest.mark.skipif(not SHARED.is_file(), reason="the published cases are not beside this checkout")
@pytest.mark.parametrize("case", vectors(), ids=lambda case: str(case["id"]))
def test_published_cases(case: dict[str, Any]) -> None:
    """Counts and scores of the reference scorer, also with repeated mentions; scores of coval and corefud-scorer."""
    files = case.get("documents") or {"": case}
    documents = {name: read(each["key"], each["response"]) for name, each in files.items()}
    of_perl = perl.score(documents)
    for name, measured in case["perl_8_01_measured"].items():
        row = of_perl.row(name)
        if name == "blanc":
            counts = [row.counts[f"{part}_{count}"] for part in ("coreference", "noncoreference") for count in COUNTS]
            assert counts == measured["coref_counts"] + measured["noncoref_counts"]
        else:
            assert [row.counts[count] for count in COUNTS] == pytest.approx(measured["counts"])
        # F1 of BLANC was read off the printed line, which is cut to four decimals of a share
        assert numbers(row) == pytest.approx(measured["rpf"], abs=1e-4)
    for name, expected in (case.get("official_expected_rpf") or {}).items():
        if expected and None not in expected:
            assert numbers(of_perl.row(name)) == pytest.approx(expected, abs=1e-4)
    _check_others(documents, case.get("other_scorers_measured_rpf"))
    if "response_after_8_01_dedup" in case:
        deduplicated = one(*read(case["key"], case["response_after_8_01_dedup"]))
        _check_others(deduplicated, case["other_scorers_measured_rpf_after_dedup"])


def _check_others(documents: Documents, measured: dict[str, list[float]] | None) -> None:
    results = {"coval": coval.score(documents), "corefud": corefud.score(documents, singletons=True)}
    for name, expected in (measured or {}).items():
        scorer, measure = name.split("_", 1)
        row = results[scorer].row("bcub" if measure == "b_cubed" else measure)
        assert numbers(row) == pytest.approx(expected)

"""Annotators as systems."""

from __future__ import annotations

import json

import pytest
from tests.annotation.agreement.test_measures import by

from onrecord.annotation.agreement.ceiling import ceiling, ceiling_json
from onrecord.annotation.agreement.measures import agreement_by_split
from onrecord.annotation.agreement.tables import agreement_sections
from onrecord.dataset import Gold, Labels
from onrecord.eval.statistics.uncertainty import attainable_p, detectable_difference, jackknife_error


def test_an_annotator_who_made_the_gold_scores_1_on_it(gold: Gold) -> None:
    same = {article.document.id: article.labels for article in gold.articles}
    nothing = {id: Labels() for id in same}
    rows = ceiling(gold.articles, by("ann", same) + by("bob", nothing), gold.registries)
    assert [(row.name, row.against) for row in rows] == [("bob", "ann"), ("ann", "gold"), ("bob", "gold")]
    # a measure of what gold has none of, such as a contradiction, is undefined
    defined = {name for name, f1 in rows[1].f1.items() if f1 is not None}
    assert {rows[1].f1[name] for name in defined} == {1.0}
    assert {rows[2].f1[name] for name in defined} == {0.0}
    assert {"quotes:joint", "stances:tuple[actor]", "events:mention+modality"} <= defined


def test_each_split_says_which_gold_it_is_of(gold: Gold) -> None:
    same = {article.document.id: article.labels for article in gold.articles}
    value = json.loads(ceiling_json(gold.articles, by("ann", same), gold.registries))
    assert set(value) == {"validation", "test", "fresh", "all"}
    assert len({split["gold_sha256"] for split in value.values()}) == 4


def test_a_split_has_rows_of_those_alone_who_annotated_all_of_it(gold: Gold) -> None:
    same = {article.document.id: article.labels for article in gold.articles}
    splits = {article.document.id: article.document.split for article in gold.articles}
    web = {id: labels for id, labels in same.items() if splits[id] != "fresh"}
    fresh = {id: labels for id, labels in same.items() if splits[id] == "fresh"}
    most = dict(list(fresh.items())[1:])
    passes = by("ann", web) + by("bob", web) + by("eve", fresh) + by("kim", most)
    value = json.loads(ceiling_json(gold.articles, passes, gold.registries))
    rows = {split: [(row["name"], row["against"]) for row in each["rows"]] for split, each in value.items()}
    of_web = [("bob", "ann"), ("ann", "gold"), ("bob", "gold")]
    assert rows == {"validation": of_web, "test": of_web, "fresh": [("eve", "gold")], "all": []}


def test_the_card_has_the_agreement_of_each_split_by_itself_the_last_one_first(gold: Gold) -> None:
    documents = [article.document for article in gold.articles]
    same = {article.document.id: article.labels for article in gold.articles}
    web = {d.id: same[d.id] for d in documents if d.split != "fresh"}
    fresh = {d.id: same[d.id] for d in documents if d.split == "fresh"}
    passes = by("ann", web) + by("bob", web) + by("eve", fresh) + by("kim", dict([*fresh.items()][:1]))
    splits = ("validation", "test", "fresh")
    said = agreement_sections(agreement_by_split(passes, documents, splits))
    assert [line for line in said.splitlines() if line.startswith("###")] == [
        "### Agreement before adjudication on `fresh`: eve and kim on 1 article",
        "### Agreement before adjudication on `test`: ann and bob on 3 articles",
        "### Agreement before adjudication on `validation`: ann and bob on 2 articles",
    ]
    one = agreement_sections(agreement_by_split(passes, documents, ("test",)))
    assert "### Agreement before adjudication: ann and bob on 3 articles" in one
    assert agreement_sections(agreement_by_split(by("ann", same), documents, splits)) == ""


def test_leave_one_out_by_hand() -> None:
    assert jackknife_error([0.4, 0.6, 0.8]) == pytest.approx((2 / 3 * 0.08) ** 0.5)
    assert jackknife_error([0.4]) is None
    assert attainable_p(3) == 0.25
    # Student's t with 4 degrees of freedom: 2.776 at .975 and 0.941 at .8
    assert detectable_difference(0.01, 5) == pytest.approx((2.7764 + 0.9410) * 0.01 * 2**0.5, rel=1e-3)

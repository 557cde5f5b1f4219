"""Signatures: there and back, everything that is wrong with one, and every field and value said in words."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.eval.conftest import Lines, Scorer

from onrecord.eval import SpanDocument, TypedSpan, score_clusters, score_spans
from onrecord.eval.rendering.signature import FIELDS, Signature, SignatureError, parse
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.statistics.sampling import Sampling

HOW = Sampling(unit="topic", level=0.9, draws=500, seed=7)


@pytest.fixture(params=["articles", "spans", "clusters"])
def signature(request: pytest.FixtureRequest, scored: Scorer, perfect: Lines) -> Signature:
    """Of every kind of report."""
    if request.param == "articles":
        return Report.of(scored(perfect), HOW).signature
    if request.param == "spans":
        return score_spans([[(0, 5, "PER")]], [[]], how=Sampling()).signature
    return score_clusters({"d": [["a"]]}, {}, how=None).signature


def test_there_and_back(signature: Signature) -> None:
    assert parse(str(signature)) == signature
    assert str(parse(str(signature))) == str(signature)
    assert parse(f"  `{signature}`\n") == signature
    assert "\n" not in str(signature)


def test_every_field_and_every_decision_is_said_in_words(signature: Signature) -> None:
    rows = signature.explain()
    assert [name for name, _, _ in rows] == list(signature.fields)
    for name, value, meaning in rows:
        assert meaning.startswith(FIELDS[name].meaning)
        if FIELDS[name].values and name not in ("labels", "interval"):
            assert meaning.endswith(FIELDS[name].values[value])


def test_fields_come_in_their_order(signature: Signature) -> None:
    order = list(FIELDS)
    assert list(signature.fields) == sorted(signature.fields, key=order.index)


def test_no_field_and_no_value_is_dead(scored: Scorer, perfect: Lines) -> None:
    signatures = [
        Report.of(scored(perfect), HOW).signature,
        Report.of(dataclasses.replace(scored(perfect), probe="names,seed0")).signature,
        score_spans([[]], [[]], how=None).signature,
        score_clusters({"d": []}, {}, how=None).signature,
    ]
    used = {(name, value) for each in signatures for name, value in each.fields.items()}
    assert {name for name, _ in used} == set(FIELDS)
    known = {(name, value) for name, field in FIELDS.items() for value in field.values}
    assert known <= used


def test_different_decisions_have_different_signatures(scored: Scorer, perfect: Lines) -> None:
    result = scored(perfect)
    others = [None, HOW, Sampling(), Sampling(seed=1), Sampling(draws=1), Sampling(level=0.5), Sampling(unit="topic")]
    assert len({str(Report.of(result, how).signature) for how in others}) == len(others)
    assert str(Report.of(result).signature) != str(Report.of(scored(perfect[1:])).signature)
    gold = [SpanDocument("d", (TypedSpan(0, 5, "PER"),))]
    one, other = (score_spans(gold, gold, how=None, labels=labels).signature for labels in (None, "conll2003"))
    assert one.fields["labels"] == "as-is"
    assert other.fields["labels"] == "conll2003"


@given(st.floats(0.5, 0.999), st.integers(0, 10**6), st.integers(0, 2**63), st.sampled_from(["document", "topic"]))
def test_every_way_of_sampling_can_be_read_back(level: float, draws: int, seed: int, unit: Any) -> None:
    report = score_spans([[]], [[]], how=Sampling(unit, level, draws, seed))
    assert parse(str(report.signature)) == report.signature


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(SignatureError) as error:
        parse("sacrebleu|docs:five|docs:5|docs:6|colour:red|nonsense|gold:xyz|split:")
    said = str(error.value).split("; ")
    assert said == [
        "begins with 'sacrebleu', not with 'onrecord'",
        "'docs' cannot be 'five'",
        "'docs' comes twice",
        "'colour' is not a field of this version",
        "'nonsense' is not of the form name:value",
        "'gold' cannot be 'xyz'",
        "'split' cannot be ''",
    ]


@pytest.mark.parametrize("text", ["", "onrecord", "|", "onrecord|", "docs:3"])
def test_what_is_no_signature(text: str) -> None:
    with pytest.raises(SignatureError):
        parse(text)


def test_a_value_that_would_break_the_line_is_refused() -> None:
    with pytest.raises(SignatureError):
        Signature.of(split="a|docs:3")
    with pytest.raises(SignatureError):
        Signature.of(colour="red")


def test_the_signature_stands_in_the_record() -> None:
    report = score_spans([[]], [[]], how=None)
    assert json.loads(report.as_json())["signature"] == str(report.signature)

"""Schemas say what the checks say, and the examples are valid and complete."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.eval.conftest import Lines
from tests.examples import examples

from onrecord.dataset import Gold
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.json_schema import field_docs
from onrecord.dataset.reading.typed import Decoder
from onrecord.eval import PredictionLine, Report, read_submission, record_bytes, record_of
from onrecord.eval.schemas import SCHEMAS, schema
from onrecord.eval.submission.examples import EMPTY, GOLD_ONLY, example

LINE = Draft202012Validator(schema("predictions"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_gold_as_predictions_and_its_record_fit_their_schemas(perfect: Lines, scored: Any) -> None:
    for line in perfect:
        LINE.validate(line)
    Draft202012Validator(schema("record")).validate(json.loads(record_bytes(record_of(Report.of(scored(perfect))))))


@pytest.mark.parametrize("layer", LAYERS)
def test_an_example_is_valid_complete_and_fits_the_schema(gold: Gold, root: Path, layer: str) -> None:
    raw = (root / f"eval/examples/{layer}.jsonl").read_bytes()
    lines = [json.loads(line) for line in raw.splitlines()]
    assert lines == json.loads(json.dumps(example(gold, layer)))
    documents = [article.document for article in gold.articles]
    required = [article.document.id for article in gold.articles if article.document.split == "test"]
    submission = read_submission(layer, raw, documents, gold.registries, required)
    assert layer in submission.layers
    for line in lines:
        LINE.validate(line)
    items = [item for line in lines for item in line[layer]]
    every = [item for article in gold.articles if article.document.split == "test" for item in article.labels.of(layer)]
    shown = {
        name for item in every for name, value in msgspec.to_builtins(item).items() if value not in EMPTY
    } - GOLD_ONLY
    assert len(shown) >= len(msgspec.structs.fields(LAYERS[layer])) - len(GOLD_ONLY) - 2
    assert {name for item in items for name in item} - {"x_comment"} == shown
    commented = {name for item in items for name in item.get("x_comment", {})}
    assert commented >= {name for name in field_docs(PredictionLine) if name in shown}
    assert commented


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2**33)
    | st.sampled_from(["", "a", "../x", "PER", "favor", "Q1", "Q1\n"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["start", "id", "x_a", "type"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=examples(300))
@given(st.data())
def test_what_the_schema_refuses_is_refused_and_what_it_takes_has_the_right_shape(
    gold: Gold, data: st.DataObject
) -> None:
    line = example(gold, data.draw(st.sampled_from(list(LAYERS))))[0]
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = line
        while True:
            key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
                place[key] = data.draw(values)
                break
            place = place[key]
    raw = json.dumps(line).encode()
    assert LINE.is_valid(json.loads(raw)) == (Decoder(PredictionLine, extensions=True).decode(raw).record is not None)

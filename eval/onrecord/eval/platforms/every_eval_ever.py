"""Records as logs of Every Eval Ever, the shared format of results that others convert for the Hub and for databases.

A log has an entry for every measure that the score table shows and that is defined, with its interval; slices stay in
the record. There is no file of single instances beside it: the format asks of each for the text that was read and for
an answer that is right or wrong, and a document here has neither a text that may go along nor a single answer.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from onrecord.dataset.reading.faults import Fault, nearest, show
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.platforms.hub import is_words, option_fault
from onrecord.eval.platforms.keys import plain_key
from onrecord.eval.scoring.record import Record, RecordInterval, RecordScore, policy_fields
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.statistics.uncertainty import BOOTSTRAP_MULTINOMIAL, BOOTSTRAP_POISSON

SCHEMA_VERSION = "0.3.0"
"""Of the schema that the logs are of."""

Relationship = Literal["first_party", "third_party", "collaborative", "other"]
Deployment = Literal["self_deployed", "externally_managed", "unknown"]
Availability = Literal["open_weights", "closed_weights", "unknown"]

_PART = r"(?!(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$))(?!(?:data|unknown)(?:/|$))[a-z0-9][\w.:-]{0,95}(?<!\.)"
_MODEL = re.compile(rf"{_PART}(?:/{_PART})+", re.ASCII | re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Told:
    """What no record says, and a log must."""

    date: str
    """When the results are written down, ``YYYY-MM-DD``."""
    organisation: str
    """Who says so."""
    relationship: Relationship = "other"
    """Whose the model is, seen from who evaluated it."""
    deployment: Deployment = "unknown"
    availability: Availability = "unknown"
    """Of the model's weights."""
    dataset_id: str | None = None
    """The dataset on the Hub, ``ORG/NAME``."""
    revision: str | None = None
    """The commit of it."""


@dataclasses.dataclass(frozen=True)
class Model:
    """What was evaluated."""

    id: str
    """``DEVELOPER/MODEL``, as on the Hub where it is there."""
    name: str
    """What people call it."""


@dataclasses.dataclass(frozen=True)
class ScoredOn:
    """The dataset that the records are of."""

    name: str
    version: str
    """Of the labels."""


class _Log(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Base of the parts of a log; what is None is left out."""


class _Interval(_Log, frozen=True, kw_only=True):
    lower: float
    upper: float
    confidence_level: float
    method: str


class _Uncertainty(_Log, frozen=True, kw_only=True):
    confidence_interval: _Interval
    num_samples: int
    num_bootstrap_samples: int | None = None


class _Score(_Log, frozen=True, kw_only=True):
    score: float
    details: Mapping[str, str] = {}
    uncertainty: _Uncertainty | None = None


class _Metric(_Log, frozen=True, kw_only=True):
    evaluation_description: str
    metric_id: str
    metric_name: str
    metric_kind: str
    metric_unit: str
    lower_is_better: bool
    score_type: str
    min_score: float
    max_score: float
    additional_details: Mapping[str, str] = {}


class _Source(_Log, frozen=True, kw_only=True):
    dataset_name: str
    source_type: str
    hf_repo: str | None = None
    hf_split: str | None = None
    samples_number: int | None = None
    sample_ids: tuple[str, ...] | None = None
    additional_details: Mapping[str, str] = {}


class _Result(_Log, frozen=True, kw_only=True):
    evaluation_result_id: str
    evaluation_name: str
    source_data: _Source
    metric_config: _Metric
    score_details: _Score


class _Origin(_Log, frozen=True, kw_only=True):
    source_name: str
    source_type: str
    source_organization_name: str
    evaluator_relationship: Relationship


class _Library(_Log, frozen=True, kw_only=True):
    name: str
    version: str
    additional_details: Mapping[str, str]


class _Model(_Log, frozen=True, kw_only=True):
    name: str
    id: str
    developer: str
    additional_details: Mapping[str, str]


class _Whole(_Log, frozen=True, kw_only=True):
    schema_version: str
    evaluation_id: str
    retrieved_timestamp: str
    source_metadata: _Origin
    eval_library: _Library
    model_info: _Model
    evaluation_results: tuple[_Result, ...]


def told_faults(told: Told) -> list[Fault]:
    """What is wrong with what no record says, beside date and dataset."""
    if is_words(told.organisation):
        return []
    return [option_fault("--organization", told.organisation, "a name in printable characters")]


def model_faults(model: str, option: str = "--model-id") -> list[Fault]:
    """What is wrong with the id of a model, which is also where its logs lie."""
    if _MODEL.fullmatch(model):
        return []
    hint = "developer and model; a system that is nobody's model takes its team's name"
    return [option_fault(option, model, "DEVELOPER/MODEL of letters, digits and . _ : -", hint)]


def record_faults(file: str, record: Record, split_hashes: Mapping[str, str]) -> list[Fault]:
    """Why a record cannot be a log.

    Args:
        file: Where it lies.
        record: The record.
        split_hashes: The hash of the gold of each split, and of ``all``.
    """
    if record.status != "complete":
        expected = "a complete record: a partial one would count articles that nobody predicted"
        return [Fault("status", file, None, "/status", record.status, expected)]
    assert record.coverage is not None  # a complete record has one
    split = record.coverage.split
    if split not in split_hashes:
        expected = f"one of {', '.join(split_hashes)}"
        return [Fault("split", file, None, "/coverage/split", show(split), expected, nearest(split, split_hashes))]
    if split_hashes[split] != record.key.gold:
        hint = "onrecord rescore scores an entry anew; --gold names another dataset folder"
        return [Fault("gold", file, None, "/key/gold", record.key.gold, split_hashes[split], hint)]
    if not list(_shown(record)):
        return [Fault("empty", file, None, "/layers", "no measure with a number", "at least one")]
    return []


def log_file(record: Record, model: Model, on: ScoredOn, told: Told) -> tuple[str, bytes]:
    """A log and its place in a datastore, ``data/DATASET/DEVELOPER/MODEL/UUID.json``.

    The file's name follows from what it says: the same log has the same name, and another one another.

    Args:
        record: A complete record; see :func:`record_faults`.
        model: What was evaluated; see :func:`model_faults`.
        on: The dataset.
        told: What the record does not say.
    """
    log = _log(record, model, on, told)
    raw = msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n"
    developer, *rest = model.id.replace(":", "_").split("/")
    name = uuid.UUID(bytes=hashlib.sha256(raw).digest()[:16], version=4)
    return f"data/{on.name}/{developer}/{'_'.join(rest)}/{name}.json", raw


def _log(record: Record, model: Model, on: ScoredOn, told: Told) -> _Whole:
    day = datetime.date.fromisoformat(told.date)
    stamp = str(int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp()))
    source = _source(record, on, told)
    return _Whole(
        schema_version=SCHEMA_VERSION,
        evaluation_id=f"{on.name}_{source.additional_details['split']}/{model.id}/{stamp}",
        retrieved_timestamp=stamp,
        source_metadata=_Origin(
            source_name=on.name,
            source_type="evaluation_run",
            source_organization_name=told.organisation,
            evaluator_relationship=told.relationship,
        ),
        eval_library=_Library(
            name="onrecord",
            version=record.key.scorer,
            additional_details={"signature": record.signature, "record": record.id, **record.environment},
        ),
        model_info=_Model(
            name=model.name,
            id=model.id,
            developer=model.id.partition("/")[0],
            additional_details={"deployment_type": told.deployment, "model_availability": told.availability},
        ),
        evaluation_results=tuple(_result(record, each, score, source) for each, score in _shown(record)),
    )


def _shown(record: Record) -> Iterator[tuple[Measure, RecordScore]]:
    """The measures of the score table that the record has a number of, in the order of the table."""
    for layer in scored_layers():
        scores = record.layers[layer.name].measures if layer.name in record.layers else {}
        for measure in layer.measures:
            score = scores.get(measure.name)
            if not measure.detail and score is not None and score.value is not None:
                yield measure, score


def _source(record: Record, on: ScoredOn, told: Told) -> _Source:
    assert record.coverage is not None
    split = record.coverage.split
    details = {"version": on.version, "split": split, "gold_sha256": record.key.gold}
    if told.revision is not None:
        details["revision"] = told.revision
    hub = told.dataset_id is not None
    return _Source(
        dataset_name=on.name,
        source_type="hf_dataset" if hub else "other",
        hf_repo=told.dataset_id,
        hf_split=split if hub and split != "all" else None,
        samples_number=len(record.coverage.scored) if hub else None,
        sample_ids=record.coverage.scored if hub else None,
        additional_details=details,
    )


def _result(record: Record, measure: Measure, score: RecordScore, source: _Source) -> _Result:
    assert score.value is not None
    headline = record.layers[measure.layer].headline == measure.name
    parts = {"precision": score.precision, "recall": score.recall}
    details = {name: repr(value) for name, value in parts.items() if value is not None}
    if score.interval is not None and score.interval.reason is not None:
        details["no_interval"] = score.interval.reason
    return _Result(
        evaluation_result_id=measure.full,
        evaluation_name=f"{source.dataset_name} {measure.layer}",
        source_data=source,
        metric_config=_Metric(
            evaluation_description=measure.definition,
            metric_id=f"onrecord.{plain_key(measure.full)}",
            metric_name=measure.full,
            metric_kind="share" if measure.share else "f1",
            metric_unit="proportion",
            lower_is_better=False,
            score_type="continuous",
            min_score=0.0,
            max_score=1.0,
            additional_details={
                "headline": "true" if headline else "false",
                **({"share_of": measure.share} if measure.share else {}),
            },
        ),
        score_details=_Score(score=score.value, details=details, uncertainty=_uncertainty(record, score.interval)),
    )


def _uncertainty(record: Record, interval: RecordInterval | None) -> _Uncertainty | None:
    if interval is None or interval.low is None or interval.high is None:
        return None
    drawn = interval.method in (BOOTSTRAP_MULTINOMIAL, BOOTSTRAP_POISSON)
    draws = re.search(r"(\d+)draws", policy_fields(record).get("interval", "")) if drawn else None
    return _Uncertainty(
        confidence_interval=_Interval(
            lower=interval.low, upper=interval.high, confidence_level=interval.level, method=interval.method
        ),
        num_samples=interval.contributing,
        num_bootstrap_samples=None if draws is None else int(draws[1]),
    )

"""The result record: everything a score consists of, as canonical JSON that anyone can make again.

A record's id is the SHA-256 of what went in: the content of the submission, the gold, the version of the scorer and the
policy. The same four give the same record. It holds the scores and what they are computed from: counts that add over
documents, and the cells of contingency tables. What a reader may rely on is in the types below; a record that comes
from elsewhere is read by them, so that a score is a number in [0, 1] or null, whoever wrote it.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Annotated, Final, Literal

import msgspec

from onrecord.dataset.reading.faults import Fault, FaultsError, refuse
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import Strict
from onrecord.eval.rendering.signature import Signature, parse
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.record_rows import are_counts, counts_of_each, plain, tables_of_each
from onrecord.eval.scoring.result import LayerResult, Result
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.statistics.counts import Counts, Score
from onrecord.eval.statistics.sampling import Sampling
from onrecord.eval.statistics.uncertainty import Interval
from onrecord.eval.submission.label_maps import BUILT_IN, OURS_AS

FORMAT: Final = "onrecord-record/1"

Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
"""A SHA-256 in hexadecimal."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

CountValue = Annotated[float, msgspec.Meta(ge=0, le=1e12)]

Many = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
"""A number of something: none has more digits than can be added up and written."""

Status = Literal["complete", "partial", "failed"]

CountRow = tuple[CountValue, CountValue, CountValue, CountValue]
"""Gold matched, gold, predicted matched, predicted; see :class:`onrecord.eval.statistics.counts.Counts`."""

_OUTSIDE = ("gold", "predictions", "version")
"""Fields of a signature that are in the key by themselves."""


class Key(Strict, frozen=True, kw_only=True):
    """What a record is of."""

    submission: Digest
    """Of the submission's content, unpacked."""
    gold: Digest
    """Of the documents and labels scored against."""
    scorer: str
    """Version of the scorer."""
    policy: str
    """How it was scored: the signature without what is in the other fields."""

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON of these four."""
        return sha256(canonical(self))


class RecordInterval(Strict, frozen=True, kw_only=True):
    """Where a score would lie on other documents like these; see
    :class:`onrecord.eval.statistics.uncertainty.Interval`.
    """

    low: Share | None
    high: Share | None
    level: Share
    method: str
    reason: str | None
    units: Many
    contributing: Many


class RecordScore(Strict, frozen=True, kw_only=True):
    """One measure; what is undefined is null, and ``reason`` says why."""

    value: Share | None
    """What the measure is quoted by: its F1, or its share."""
    precision: Share | None
    recall: Share | None
    f1: Share | None
    reason: str | None
    counts: CountRow | None
    interval: RecordInterval | None


class RecordTable(Strict, frozen=True, kw_only=True):
    """A document's contingency table of gold and predicted clusters."""

    cells: tuple[tuple[str, str, Many], ...]
    """Gold cluster, predicted cluster, mentions that they share."""
    gold: dict[str, Many]
    """Mentions of each gold cluster."""
    predicted: dict[str, Many]


class RecordDocument(Strict, frozen=True, kw_only=True):
    """What one document adds to the scores of a layer."""

    counts: dict[str, CountRow]
    """By measure, or by the part of one; a row of zeros is left out."""
    clusters: RecordTable | None = None


class RecordLayer(Strict, frozen=True, kw_only=True):
    """One layer."""

    headline: str
    """Name of the measure that the layer is quoted by."""
    measures: dict[str, RecordScore]
    documents: dict[str, RecordDocument]
    """By document id; empty where the submission has no such layer."""


class Coverage(Strict, frozen=True, kw_only=True):
    """What of the gold the submission speaks of."""

    split: str
    scored: tuple[str, ...]
    """Documents scored."""
    missing: tuple[str, ...]
    """Those of them that the submission has no line for; they count as empty."""
    layers: tuple[str, ...]
    """Layers of the score that the submission has predictions for."""


class RecordFault(Strict, frozen=True, kw_only=True):
    """A fault of a submission that was refused; see :class:`onrecord.dataset.reading.faults.Fault`."""

    code: str
    line: int | None
    pointer: str
    found: str
    expected: str
    hint: str


class Record(Strict, frozen=True, kw_only=True):
    """A submission's result."""

    format: Literal["onrecord-record/1"]
    id: Digest
    key: Key
    status: Status
    """``partial`` where documents are missing, ``failed`` where there is no score; neither is ever ranked."""
    signature: str
    coverage: Coverage | None
    """None where the status is ``failed``."""
    layers: dict[str, RecordLayer]
    faults: tuple[RecordFault, ...] = ()
    """Why there is no score: of each kind the first few."""
    errors: dict[str, Many] = msgspec.field(default_factory=dict)
    """How many faults of each kind there are."""
    environment: dict[str, str]
    """Versions of what computed it; not part of the id."""


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no white space, in UTF-8: equal values are equal bytes."""
    return msgspec.json.encode(value, order="sorted")


def record_bytes(record: Record) -> bytes:
    """The record as a file: canonical JSON and a line end."""
    return canonical(record) + b"\n"


def record_of(report: Report) -> Record:
    """The record of a result.

    A result with a score that is no number in [0, 1] is a defect of the scorer: its record is ``failed``.
    """
    result = report.result
    key = key_of(report.signature, result.submission_sha256, result.gold_hash)
    layers = {each.layer.name: _layer(each, report.intervals) for each in result.layers}
    record = Record(
        format=FORMAT,
        id=key.id,
        key=key,
        status="partial" if result.missing else "complete",
        signature=str(report.signature),
        coverage=Coverage(
            split=result.split,
            scored=result.documents,
            missing=result.missing,
            layers=tuple(each.layer.name for each in result.layers if each.state is not None),
        ),
        layers=layers,
        environment=environment(),
    )
    try:
        msgspec.convert(msgspec.to_builtins(_in_question(record, result)), Record)
    except msgspec.ValidationError as error:
        fault = RecordFault(code="score", line=None, pointer="", found=str(error), expected="a score", hint="")
        return _failed(key, record.signature, [fault], {"score": 1})
    return record


def _in_question(record: Record, result: Result) -> Record:
    """The part of a record that may be no record: all counts are looked at faster where they are columns."""
    if not all(each.state is None or are_counts(each.state.columns) for each in result.layers):
        return record
    layers = {name: msgspec.structs.replace(layer, documents={}) for name, layer in record.layers.items()}
    return msgspec.structs.replace(record, layers=layers)


def refused_record(asked: Report, error: FaultsError) -> Record:
    """The record of a submission that was refused.

    Args:
        asked: The report of a submission without predictions, asked for in the same way.
        error: Why it was refused.
    """
    key = key_of(asked.signature, asked.result.submission_sha256, asked.result.gold_hash)
    faults = [
        RecordFault(code=f.code, line=f.line, pointer=f.pointer, found=f.found, expected=f.expected, hint=f.hint)
        for f in error.faults
    ]
    return _failed(key, str(asked.signature), faults, error.counts)


def _failed(key: Key, signature: str, faults: Iterable[RecordFault], errors: dict[str, int]) -> Record:
    return Record(
        format=FORMAT,
        id=key.id,
        key=key,
        status="failed",
        signature=signature,
        coverage=None,
        layers={},
        faults=tuple(faults),
        errors=errors,
        environment=environment(),
    )


def key_of(signature: Signature, submission: str, gold: str) -> Key:
    """The key of a record, from its signature and the whole hashes."""
    fields = signature.fields
    policy = "|".join(f"{name}:{value}" for name, value in fields.items() if name not in _OUTSIDE)
    return Key(submission=submission, gold=gold, scorer=fields["version"], policy=policy)


def policy_fields(record: Record) -> Mapping[str, str]:
    """How a record was scored, field by field."""
    return parse(f"onrecord|{record.key.policy}").fields


def environment() -> dict[str, str]:
    """Versions of what a score is computed with."""
    libraries = {name: metadata.version(name) for name in ("msgspec", "numpy", "scipy")}
    return {"python": platform.python_version(), **libraries}


def _layer(each: LayerResult, intervals: Mapping[str, Interval]) -> RecordLayer:
    documents: dict[str, RecordDocument] = {}
    if each.state is not None:
        columns = each.state.columns
        rows = zip(each.state.ids, counts_of_each(columns), tables_of_each(columns), strict=True)
        for document, counts, table in rows:
            clusters = None if table is None else RecordTable(cells=table[0], gold=table[1], predicted=table[2])
            documents[document] = RecordDocument(counts=counts, clusters=clusters)
    measures = {m.name: _score(each.scores[m.name], intervals.get(m.full)) for m in each.layer.measures}
    return RecordLayer(headline=each.layer.headline.name, measures=measures, documents=documents)


def _score(score: Score, interval: Interval | None) -> RecordScore:
    return RecordScore(
        value=score.value,
        precision=score.precision,
        recall=score.recall,
        f1=score.f1,
        reason=score.reason,
        counts=None if score.counts is None else _row(score.counts),
        interval=None if interval is None else msgspec.convert(interval, RecordInterval, from_attributes=True),
    )


def _row(counts: Counts) -> CountRow:
    return plain(counts.gold_matched), plain(counts.gold), plain(counts.predicted_matched), plain(counts.predicted)


def read_record(file: str, raw: bytes) -> Record:
    """A record from its file.

    Raises:
        FaultsError: It is none, or its id is not that of its key.
    """
    record, faults = read_value(file, raw, Record)
    refuse(faults)
    assert record is not None  # there would be a fault
    if record.key.id != record.id:
        raise FaultsError([Fault("id", file, None, "/id", record.id, record.key.id, "the id is the hash of the key")])
    return record


def asked_of(record: Record) -> Asked:
    """How a record was asked for, as its policy says.

    Raises:
        ValueError: It was made with a label map of one's own, or intervals that this version does not know.
    """
    fields = policy_fields(record)
    if lacking := {"split", "labels", "interval"} - fields.keys():
        raise ValueError(f"its policy does not say {', '.join(sorted(lacking))}")
    if not re.fullmatch(r"[A-Za-z0-9_]{1,64}", fields["split"]):
        raise ValueError(f"{fields['split']!r} cannot be the name of a split")
    labels = None if fields["labels"] == "as-is" else fields["labels"]
    if labels is not None and labels.removeprefix(OURS_AS) not in BUILT_IN:
        raise ValueError(f"it was scored with a label map of its own ({labels})")
    return Asked(fields["split"], labels, _sampling(fields["interval"]), record.status == "partial")


def _sampling(policy: str) -> Sampling | None:
    if policy == "none":
        return None
    parts = re.fullmatch(r"(document|topic),(\d+(?:\.\d+)?)%,(\d{1,7})draws,seed(\d{1,18})", policy)
    unknown = ValueError(f"its intervals ({policy}) are not known to this version")
    if parts is None:
        raise unknown
    unit: Literal["document", "topic"] = "topic" if parts[1] == "topic" else "document"
    how = Sampling(unit, float(parts[2]) / 100, int(parts[3]), int(parts[4]))
    if not (0.5 <= how.level <= 0.999 and 1 <= how.draws <= 1_000_000):
        raise unknown
    return how

"""The record of a gap: canonical JSON, named by the hash of what it is of."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from onrecord.dataset.reading.faults import Fault, FaultsError, refuse
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import Strict
from onrecord.eval.scoring.gap import Gap
from onrecord.eval.scoring.record import Digest, Key, Share, canonical, key_of
from onrecord.eval.scoring.score_report import Report

FORMAT: Final = "onrecord-gap/1"

Difference = Annotated[float, msgspec.Meta(ge=-1, le=1)]


class GapScore(Strict, frozen=True, kw_only=True):
    """One measure; what is undefined is null."""

    original: Share | None
    perturbed: Share | None
    """Of several variants the mean."""
    gap: Difference | None
    low: Difference | None
    high: Difference | None
    level: Share
    reason: str | None
    """Why there is no interval."""
    p: Share | None
    detectable: Annotated[float, msgspec.Meta(ge=0)] | None
    """The smallest true difference that is likely to be found with so many units."""
    units: int
    """Original articles, or topics: variants of one are one."""


class GapItem(Strict, frozen=True, kw_only=True):
    """A gold item that is right on one side only; see :class:`onrecord.eval.scoring.gap_items.ItemGap`."""

    document: str
    layer: str
    change: Literal["lost", "gained"]
    text: str
    perturbed: str
    place: tuple[int, int] | None
    perturbed_place: tuple[int, int] | None
    before: str
    after: str
    probe: str


class GapRecord(Strict, frozen=True, kw_only=True):
    """What a system loses when articles are changed under their labels."""

    format: Literal["onrecord-gap/1"]
    id: Digest
    """SHA-256 of the keys of original and variants."""
    original: Key
    """Of the score on the original articles; the key of its record."""
    perturbed: tuple[Key, ...]
    probes: tuple[str, ...]
    """What was done to each variant."""
    measures: dict[str, GapScore]
    """By ``layer:measure``."""
    items: tuple[GapItem, ...]


def gap_record(found: Gap) -> GapRecord:
    """The record of a gap."""
    keys = tuple(_key(Report(each.result, found.how, {})) for each in found.variants)
    original = _key(found.original)
    measures = {}
    for name, paired in found.differences.items():
        before, after = found.values(name)
        measures[name] = GapScore(
            original=before,
            perturbed=after,
            gap=paired.difference,
            low=paired.interval.low,
            high=paired.interval.high,
            level=paired.interval.level,
            reason=paired.interval.reason,
            p=paired.p,
            detectable=paired.detectable,
            units=paired.units,
        )
    return GapRecord(
        format=FORMAT,
        id=_id(original, keys),
        original=original,
        perturbed=keys,
        probes=tuple(each.probe for each in found.variants),
        measures=measures,
        items=tuple(GapItem(**each.told()) for each in found.items()),
    )


def _key(report: Report) -> Key:
    return key_of(report.signature, report.result.submission_sha256, report.result.gold_hash)


def _id(original: Key, perturbed: tuple[Key, ...]) -> str:
    return sha256(canonical([original, *perturbed]))


def gap_bytes(record: GapRecord) -> bytes:
    """The record as a file: canonical JSON and a line end."""
    return canonical(record) + b"\n"


def read_gap(file: str, raw: bytes) -> GapRecord:
    """A record from its file.

    Raises:
        FaultsError: It is none, or its id is not that of its keys.
    """
    record, faults = read_value(file, raw, GapRecord)
    refuse(faults)
    assert record is not None  # there would be a fault
    wanted = _id(record.original, record.perturbed)
    if record.id != wanted:
        raise FaultsError([Fault("id", file, None, "/id", record.id, wanted, "the id is the hash of the keys")])
    return record

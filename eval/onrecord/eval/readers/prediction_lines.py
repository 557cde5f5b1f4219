"""The mentions of onrecord's own prediction lines, as spans and as clusters.

What a submission is checked for against the texts and the registries (surfaces, hashes, ids) is not looked at here:
nothing but the offsets is. A mention without an entity is a cluster of its own. Fields of anyone's own are passed over
and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from onrecord.dataset import Fault, Mention
from onrecord.dataset.layers import in_scheme
from onrecord.dataset.reading.faults import Findings
from onrecord.eval.readers.json_line import place_faults, read_line, readable, repeated
from onrecord.eval.readers.labelled import PassedOver
from onrecord.eval.readers.lines import at_least_one, numbered, whole
from onrecord.eval.spans.documents import ClusterDocument, ClusteredMention, SpanDocument, TypedSpan
from onrecord.eval.submission.prediction_line import PredictionLine


def read_our_spans(path: Path | str, raw: bytes | None = None, passed: PassedOver | None = None) -> list[SpanDocument]:
    """The mentions of every line, by their type and kind.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        passed: Where the fields that are passed over are counted.

    Raises:
        FaultsError: With every fault of the file.
    """
    return [_spans(*each) for each in _all(path, raw, passed)]


def read_our_clusters(
    path: Path | str, raw: bytes | None = None, passed: PassedOver | None = None
) -> list[ClusterDocument]:
    """The mentions of every line, by their entity; see :func:`read_our_spans`."""
    return [_clusters(*each) for each in _all(path, raw, passed)]


Mentions = tuple[str, tuple[Mention, ...]]
"""A document's id and mentions."""


def _all(path: Path | str, raw: bytes | None, passed: PassedOver | None) -> list[Mentions]:
    return at_least_one(_iter(whole(path, raw), str(path), PassedOver() if passed is None else passed), path)


def _iter(stream: BinaryIO, name: str, passed: PassedOver) -> Iterator[Mentions]:
    findings = Findings(name)
    seen: dict[str, int] = {}
    for number, raw in numbered(stream):
        if not raw.strip():
            continue
        line, faults = read_line(name, number, raw, in_scheme(PredictionLine), passed)
        for index, each in enumerate(line.mentions or ()) if line else readable(raw, "mentions", Mention):
            faults += place_faults(name, number, f"/mentions/{index}", each.start, each.end, ())
        if line is not None:
            faults += repeated(name, number, line.doc_id, seen)
            if line.mentions is None:
                expected = "the field 'mentions', which may be empty"
                faults.append(Fault("missing-field", name, number, "/mentions", "nothing", expected))
            if not faults:
                yield line.doc_id, line.mentions or ()
        findings.adopt(faults)
    findings.refuse()


def _spans(doc_id: str, mentions: tuple[Mention, ...]) -> SpanDocument:
    return SpanDocument(
        doc_id, tuple(TypedSpan(each.start, each.end, each.type, each.kind, each.optional) for each in mentions)
    )


def _clusters(doc_id: str, mentions: tuple[Mention, ...]) -> ClusterDocument:
    return ClusterDocument(
        doc_id,
        tuple(
            ClusteredMention(each.start, each.end, each.entity or f"{doc_id}#{index}")
            for index, each in enumerate(mentions)
        ),
    )

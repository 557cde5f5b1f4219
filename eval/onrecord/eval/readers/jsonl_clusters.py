"""Clusters of mentions as JSON Lines, a document a line, in one of two forms.

- ``{"doc_id": "d", "mentions": [{"start": 0, "end": 5, "cluster": "c"}]}``: equal ids are one cluster, over documents
  too. A mention may have ``fragments``; an id may be a number, and 7 is the same id as "7".
- ``{"doc_id": "d", "clusters": [[[0, 5], [9, 11]], [[3, 4]]]}``: clusters of the document alone; they are given the
  ids ``d#0``, ``d#1``, ...

The first line that has either decides for the file. Ends are exclusive. Fields of anyone's own are passed over and
counted, unless they look like one of these, misspelt.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, get_args

import msgspec

from onrecord.dataset import Fault
from onrecord.dataset.reading.faults import Findings
from onrecord.dataset.reading.untrusted import may_repeat_keys
from onrecord.dataset.records import Offset
from onrecord.eval.readers.json_line import DocId, normal_fragments, place_faults, read_line, readable, repeated
from onrecord.eval.readers.labelled import PassedOver
from onrecord.eval.readers.lines import at_least_one, numbered, whole
from onrecord.eval.spans.documents import ClusterDocument, ClusteredMention

ClusterId = Annotated[str, msgspec.Meta(min_length=1)] | int

Cluster = tuple[tuple[Offset, Offset], ...]

ClusterForm = Literal["mentions", "clusters"]
FORMS: tuple[ClusterForm, ...] = get_args(ClusterForm)


class MentionInCluster(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A mention as a line has it."""

    start: Offset
    end: Offset
    cluster: ClusterId
    fragments: tuple[tuple[Offset, Offset], ...] = ()


class MentionsLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a file whose mentions name their cluster."""

    doc_id: DocId
    mentions: tuple[MentionInCluster, ...]


class ClustersLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a file of clusters without names."""

    doc_id: DocId
    clusters: tuple[Cluster, ...]


def read_jsonl_clusters(
    path: Path | str, raw: bytes | None = None, passed: PassedOver | None = None
) -> list[ClusterDocument]:
    """The documents of a file of clusters.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        passed: Where the fields that are passed over are counted.

    Raises:
        FaultsError: With every fault of the file.
    """
    return at_least_one(iter_jsonl_clusters(whole(path, raw), str(path), passed), path)


def iter_jsonl_clusters(stream: BinaryIO, name: str, passed: PassedOver | None = None) -> Iterator[ClusterDocument]:
    """The documents of a file of clusters one by one; of those given only the names are kept.

    Raises:
        FaultsError: At the end, with the faults of the lines that were not given.
    """
    findings = Findings(name)
    seen: dict[str, int] = {}
    form: ClusterForm | None = None
    passed = PassedOver() if passed is None else passed
    for number, raw in numbered(stream):
        if not raw.strip():
            continue
        form = form or _form(raw)
        document = _plain(raw) if form == "mentions" else None
        if document is not None and document.doc_id not in seen:
            seen[document.doc_id] = number
            yield document
            continue
        doc_id, mentions, faults = (_unnamed if form == "clusters" else _named)(name, number, raw, passed)
        faults = [_mixed(fault, form) for fault in faults]
        if doc_id is not None:
            faults += repeated(name, number, doc_id, seen)
            if not faults:
                yield ClusterDocument(doc_id, tuple(mentions))
        findings.adopt(faults)
    findings.refuse()


def has_clusters(raw: bytes) -> bool:
    """Whether the first line of a file has clusters, in either form, and no spans."""
    first = next((line for line in raw.split(b"\n") if line.strip()), b"")
    return _form(first) is not None and "spans" not in json.loads(first)


DecodedLine = tuple[str | None, list[ClusteredMention], list[Fault]]
"""A document's id, None where the line cannot be read, its mentions, and every fault of its line."""


def _form(raw: bytes) -> ClusterForm | None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and ("mentions" in value or "clusters" in value):
        return "mentions" if "mentions" in value else "clusters"
    return None


def _mixed(fault: Fault, form: ClusterForm | None) -> Fault:
    other = "/mentions" if form == "clusters" else "/clusters"
    if fault.code != "unknown-field" or fault.pointer != other:
        return fault
    hint = f"a file says either 'mentions' or 'clusters'; this one began with {form!r}"
    return dataclasses.replace(fault, code="mixed", expected=repr(form), hint=hint)


_DOCUMENT = msgspec.json.Decoder(ClusterDocument)
_MOST_OFFSET = 2**31 - 1


def _plain(raw: bytes) -> ClusterDocument | None:
    """The document of a line whose mentions have a place and a cluster's name and nothing else, if all is right.

    Of any other line nothing is said; it is walked.
    """
    try:
        document = _DOCUMENT.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    mentions = document.mentions
    texts = chain([document.doc_id], (mention.cluster for mention in mentions))
    if not document.doc_id or may_repeat_keys(raw, raw.count(b":"), 2 + 3 * len(mentions), texts):
        return None  # there may also be a key that was passed over
    sound = all(0 <= each.start < each.end <= _MOST_OFFSET and each.cluster for each in mentions)
    return document if sound else None


def _named(file: str, number: int, raw: bytes, passed: PassedOver) -> DecodedLine:
    line, faults = read_line(file, number, raw, MentionsLine, passed, FORMS)
    mentions = list(enumerate(line.mentions) if line else readable(raw, "mentions", MentionInCluster))
    for index, each in mentions:
        faults += place_faults(file, number, f"/mentions/{index}", each.start, each.end, each.fragments)
    clustered = [
        ClusteredMention(each.start, each.end, str(each.cluster), normal_fragments(each.fragments))
        for _, each in mentions
    ]
    return (line.doc_id if line else None), clustered, faults


def _unnamed(file: str, number: int, raw: bytes, passed: PassedOver) -> DecodedLine:
    line, faults = read_line(file, number, raw, ClustersLine, passed, FORMS)
    doc_id = line.doc_id if line else None
    clustered: list[ClusteredMention] = []
    for index, cluster in enumerate(line.clusters) if line else readable(raw, "clusters", Cluster):
        pointer = f"/clusters/{index}"
        if not cluster:
            faults.append(Fault("empty-cluster", file, number, pointer, "[]", "at least one mention"))
        for which, (start, end) in enumerate(cluster):
            faults += place_faults(file, number, f"{pointer}/{which}", start, end, ())
            clustered.append(ClusteredMention(start, end, f"{doc_id}#{index}"))
    return doc_id, clustered, faults

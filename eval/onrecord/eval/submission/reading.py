"""Prediction files: JSON Lines, one document a line, any subset of the layers; read and checked whole.

The labels of a line are those of the record model; ids are the file's own. What an id means is said by the mentions
that bear it, by a description in ``entities``, ``claims`` or ``event_descriptions``, or, for an id that the file does
not declare, by the dataset's registries. One line may describe an id and others merely name it; two descriptions that
differ are a fault, so that the order of lines never decides.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from onrecord.dataset import Document, Labels, Registries
from onrecord.dataset.reading.files import sha256
from onrecord.eval.submission.limits import DEFAULT_LIMITS, Limits
from onrecord.eval.submission.line_checks import says_something
from onrecord.eval.submission.lines import lines_of
from onrecord.eval.submission.mention_types import OUR_TYPES, MentionTypes
from onrecord.eval.submission.prediction_line import ClaimDescription, EntityDescription, EventDescription
from onrecord.eval.submission.validation import Checker, Expected

D = TypeVar("D", EntityDescription, ClaimDescription, EventDescription)


@dataclasses.dataclass(frozen=True)
class Submission:
    """A prediction file that has been checked."""

    name: str
    sha256: str
    """Of the file's content."""
    documents: Mapping[str, Labels]
    """Labels by document id."""
    layers: frozenset[str]
    """Layers that the file makes predictions for, be they none in some documents."""
    entities: Mapping[str, EntityDescription]
    claims: Mapping[str, ClaimDescription]
    event_descriptions: Mapping[str, EventDescription] = dataclasses.field(default_factory=dict)
    left_out: Mapping[str, Mapping[str, int]] = dataclasses.field(default_factory=dict)
    """By document id, how many mentions are left out of ``documents``, by their type."""


def read_submission(
    path: Path | str,
    raw: bytes,
    documents: Sequence[Document],
    registries: Registries,
    required: Collection[str] = (),
    limits: Limits = DEFAULT_LIMITS,
    types: MentionTypes = OUR_TYPES,
) -> Submission:
    """Read and check a prediction file.

    Args:
        path: The name that faults give the file.
        raw: Its content, see :func:`onrecord.eval.submission.unpacking.content`.
        documents: Every document of the dataset, of all splits.
        registries: The published ids.
        required: Ids of the documents that must have a line.
        limits: What it may be at most.
        types: The types of its mentions; those of a label map are exchanged for ours.

    Raises:
        FaultsError: With every fault of every line.
    """
    checker = Checker(path, Expected.of(documents, registries, required), limits, types)
    lines = [line for each in lines_of(iter([raw]), limits) if (line := checker.take(each)) is not None]
    checker.finish()
    checker.findings.refuse()
    return Submission(
        name=Path(path).name,
        sha256=sha256(raw),
        documents={line.doc_id: types.labels(line) for line in lines},
        layers=frozenset(checker.layers),
        entities=_by_id(each for line in lines for each in line.entities),
        claims=_by_id(each for line in lines for each in line.claims),
        event_descriptions=_by_id(each for line in lines for each in line.event_descriptions),
        left_out={line.doc_id: types.left_out(line) for line in lines},
    )


def _by_id(rows: Iterable[D]) -> dict[str, D]:
    """Descriptions by id; of several that do not differ in what they say, one that says something."""
    by_id: dict[str, D] = {}
    for row in rows:
        if row.id not in by_id or says_something(row):
            by_id[row.id] = row
    return by_id

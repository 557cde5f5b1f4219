"""Prediction files: JSON Lines, one document a line, any subset of the layers; read and checked whole.

The labels of a line are those of the record model; ids are the file's own. What an id means is said by the mentions
that bear it, by a description in ``entities``, ``claims`` or ``event_descriptions``, or, for an id that the file does
not declare, by the dataset's registries. One line may describe an id and others merely name it; two descriptions that
differ are a fault, so that the order of lines never decides.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from onrecord.dataset import Document, Labels, Registries
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.limits import DEFAULT_LIMITS, Limits
from onrecord.eval.submission.line_block import LineBlock
from onrecord.eval.submission.line_reader import mark
from onrecord.eval.submission.lines import lines_of
from onrecord.eval.submission.mention_types import MentionTypes, our_types
from onrecord.eval.submission.open_ends import OpenEnds
from onrecord.eval.submission.prediction_line import (
    ClaimDescription,
    EntityDescription,
    EventDescription,
    NotInText,
    PredictionLine,
    says_something,
)
from onrecord.eval.submission.validation import Checker


class Digest(Protocol):
    """A hash that grows."""

    def update(self, data: bytes, /) -> None:
        """Add some bytes."""

    def hexdigest(self) -> str:
        """Of all so far."""


D = TypeVar("D", EntityDescription, ClaimDescription, EventDescription)


@dataclasses.dataclass(frozen=True)
class SubmissionHead:
    """What a prediction file that has been checked says beside the labels of its documents."""

    name: str
    sha256: str
    """Of the file's content."""
    layers: frozenset[str]
    """Layers that the file makes predictions for, be they none in some documents."""
    entities: Mapping[str, EntityDescription]
    claims: Mapping[str, ClaimDescription]
    event_descriptions: Mapping[str, EventDescription]
    left_out: Mapping[str, Mapping[str, int]]
    """By document id, how many mentions are left out of the labels, by their type."""
    warnings: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """By kind, what is odd and does not keep the file from being scored."""


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
    warnings: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """See :attr:`SubmissionHead.warnings`."""
    unplaced: Mapping[str, Sequence[NotInText]] = dataclasses.field(default_factory=dict)
    """What is not in the text, by document id."""


def read_submission(
    path: Path | str,
    raw: bytes,
    documents: Sequence[Document],
    registries: Registries,
    required: Collection[str] = (),
    limits: Limits = DEFAULT_LIMITS,
    types: MentionTypes | None = None,
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
    expected = Expected.of(documents, registries, required)
    types = types or our_types()
    stream = SubmissionStream(path, iter([raw]), expected, limits, types)
    labels, unplaced = {}, {}
    for line in stream:
        labels[line.doc_id], unplaced[line.doc_id] = types.labels(line), line.unplaced
    head = stream.finish()
    said = {each.name: getattr(head, each.name) for each in dataclasses.fields(head)}
    return Submission(documents=labels, unplaced=unplaced, **said)


class SubmissionStream:
    """A prediction file that is checked while its lines are taken, one line in memory.

    Iterating over it gives the record of each line in turn, but only while nothing is found to be wrong: a record that
    is given is right by itself, of a document of the dataset, and the only one of that document. What only the whole
    file tells (an id that no line declares, a layer that is not on every line, an article without a line) comes last:
    so the lines have been given in vain where the end raises, and whatever was made of them is to be thrown away.

    Args:
        path: The name that faults give the file.
        pieces: Its content, see :func:`onrecord.eval.submission.unpacking.opened`. All of it is taken.
        expected: What it is checked against.
        limits: What it may be at most.
        types: The types of its mentions. Records still have those of a label map: :meth:`MentionTypes.labels`
            exchanges them.
        part: Whether it is a part of a submission: what only the whole tells is left open, see :attr:`open_ends`.
        digest: A SHA-256 of nothing yet, to be made that of the content, for who wants it where the file is refused.
    """

    def __init__(
        self,
        path: Path | str,
        pieces: Iterable[bytes],
        expected: Expected,
        limits: Limits = DEFAULT_LIMITS,
        types: MentionTypes | None = None,
        part: bool = False,
        digest: Digest | None = None,
    ) -> None:
        self._part = part
        self.digests: dict[str, bytes] = {}
        """Of a part, the SHA-256 of the line of each document, without what ends it."""
        self._name = Path(path).name
        self._checker = Checker(path, expected, limits, types, part)
        self._limits = limits
        self._types = types or our_types()
        self._digest = digest or hashlib.sha256()
        self._pieces = self._hashed(pieces)
        self._ended = False
        self._entities: dict[str, EntityDescription] = {}
        self._claims: dict[str, ClaimDescription] = {}
        self._events: dict[str, EventDescription] = {}
        self._left_out: dict[str, Mapping[str, int]] = {}

    def __iter__(self) -> Iterator[PredictionLine]:
        """The lines; can be gone through once.

        Raises:
            FaultsError: After the last line, with every fault of every line; or what the file is packed in is broken.
        """
        for each in self.blocks(together=False):
            assert not isinstance(each, LineBlock)
            yield each[1]

    def _end(self) -> None:
        for _ in self._pieces:
            pass  # whatever is not looked at is hashed, and may be packed badly
        if not self._part:
            self._checker.finish()
        self._ended = True
        self._checker.findings.refuse()

    def blocks(self, together: bool = True) -> Iterator[LineBlock | tuple[bytes, PredictionLine]]:
        """The lines, of which many come together where nothing is wrong or odd with them; see :meth:`__iter__`.

        One that comes by itself is as it is written, and its record.
        """
        checker = self._checker
        for each in checker.take_all(lines_of(self._pieces, self._limits), together):
            if checker.findings.errors:
                continue
            if isinstance(each, LineBlock):
                self._note_block(each)
                yield each
            else:
                line, record = each
                self._note(record)
                self._digest_lines([record.doc_id], [line.raw])
                yield line.raw[mark(line) :], record
            del each  # which is not held while others are read
        self._end()

    @property
    def open_ends(self) -> OpenEnds:
        """What a part leaves open, once its lines have been gone through."""
        return self._checker.open_ends

    @property
    def sha256(self) -> str:
        """Of the content, once the lines have been gone through, with or without faults."""
        return self._digest.hexdigest()

    def finish(self) -> SubmissionHead:
        """What is known at the end; the lines that are left are gone through.

        Raises:
            FaultsError: See :meth:`__iter__`.
        """
        if not self._ended:
            for _ in self:
                pass
        self._checker.findings.refuse()
        return SubmissionHead(
            name=self._name,
            sha256=self.sha256,
            layers=frozenset(self._checker.layers),
            entities=self._entities,
            claims=self._claims,
            event_descriptions=self._events,
            left_out=self._left_out,
            warnings=self._checker.findings.warnings,
        )

    def _hashed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._digest.update(piece)
            yield piece

    def _note(self, line: PredictionLine) -> None:
        _add_by_id(self._entities, line.entities)
        _add_by_id(self._claims, line.claims)
        _add_by_id(self._events, line.event_descriptions)
        self._left_out[line.doc_id] = self._types.left_out(line)

    def _digest_lines(self, documents: Sequence[str], lines: Sequence[bytes]) -> None:
        if self._part:
            self.digests.update((id, hashlib.sha256(raw).digest()) for id, raw in zip(documents, lines, strict=True))

    def _note_block(self, block: LineBlock) -> None:
        self._digest_lines(block.documents, block.raw)
        _add_by_id(self._entities, block.rows_of("entities"))
        _add_by_id(self._claims, block.rows_of("claims"))
        _add_by_id(self._events, block.rows_of("event_descriptions"))


def _add_by_id(by_id: dict[str, D], rows: Iterable[D]) -> None:
    """Descriptions by id; of several that do not differ in what they say, one that says something."""
    for row in rows:
        if row.id not in by_id or says_something(row):
            by_id[row.id] = row

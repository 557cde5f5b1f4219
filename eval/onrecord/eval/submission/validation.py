"""Checking a prediction file line by line, in memory that does not grow with the file.

Every fault of every line is found at once: a line that has the wrong shape somewhere is still searched for wrong
offsets and dangling references. What can only be known at the end (an id that no line declares, a layer that is on some
lines alone, a document without a line) is settled there. Kept are, of all lines, the ids they declare and the
references that wait for one; of faults the first few of each kind, and their number.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from onrecord.dataset import Document, Registries
from onrecord.dataset.check import check_items, check_spans
from onrecord.dataset.layers import with_every_layer
from onrecord.dataset.reading.faults import Findings, Wrong, nearest
from onrecord.dataset.reading.typed import BOM, Decoded, Decoder
from onrecord.dataset.records import LAYERS
from onrecord.dataset.walk import Reference
from onrecord.eval.submission.limits import Limits
from onrecord.eval.submission.line_checks import (
    Description,
    check_ids,
    check_names,
    check_numbers,
    declared,
    degenerate,
    descriptions,
    references,
    repeated_items,
)
from onrecord.eval.submission.lines import Line, lines_of
from onrecord.eval.submission.mention_types import OUR_TYPES, MentionTypes
from onrecord.eval.submission.prediction_line import PredictionLine
from onrecord.eval.submission.salvage import salvage

MOST_IDS = 200_000
"""Ids that a file may declare, and references that may wait for one."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclasses.dataclass(frozen=True)
class Expected:
    """What a prediction file is checked against."""

    documents: Mapping[str, Document]
    """Every document of the dataset, of all splits, by id."""
    registries: Registries
    """The published ids."""
    required: Collection[str] = ()
    """Ids of the documents that must have a line."""

    @classmethod
    def of(cls, documents: Sequence[Document], registries: Registries, required: Collection[str] = ()) -> Expected:
        """From documents in any order."""
        return cls({document.id: document for document in documents}, registries, tuple(required))


class Checker:
    """Takes lines one after the other; what is wrong with them is in :attr:`findings`."""

    def __init__(self, file: Path | str, expected: Expected, limits: Limits, types: MentionTypes = OUR_TYPES) -> None:
        self.findings = Findings(str(file))
        self.first: dict[str, int] = {}
        """The line of each document."""
        self.layers: dict[str, int] = {}
        """Layers that the file has, with the first line that has one."""
        self.lines = 0
        self.stopped = False
        """Whether reading on would be of no use."""
        self._expected = expected
        self._limits = limits
        self._types = types
        self._kind = with_every_layer(types.line)
        self._decoder = Decoder(self._kind, extensions=True)
        self._without: dict[str, list[tuple[int, str]]] = {layer: [] for layer in LAYERS}
        self._known: dict[str, set[str]] = {
            "entity": {row.id for row in expected.registries.entities},
            "event": {row.id for row in expected.registries.events},
            "claim": {row.id for row in expected.registries.claims},
        }
        self._waiting: list[tuple[int, str, Reference]] = []
        self._said: dict[tuple[str, str], tuple[int, Description]] = {}
        self._unread = 0
        self._nothing = True
        self._declared = 0

    def take(self, line: Line) -> PredictionLine | None:
        """Check a line; the record if it could be read, for what it says of other lines may still be wrong."""
        self.lines = line.number
        raw = self._without_mark(line)
        if self.stopped:
            return None
        if wrong := self._unreadable(line, raw):
            self._add(wrong, line)
            self._unread += 1
            self._nothing = False
            return None
        if not raw.strip():
            return None
        decoded = self._decoder.decode(raw)
        if self._nothing and (odd := _whole_file(raw, decoded)):
            self._add(odd, line)
            self.stopped = True
            return None
        self._nothing = False
        document = None
        checked = decoded.record
        for wrong in self._types.unknown(decoded):
            self.findings.add(wrong, line.number)
        if decoded.wrong:
            checked = salvage(decoded.value, self._kind, self._expected.documents, self._expected.registries)
            document = checked.doc_id if checked else None
            for wrong in decoded.wrong:
                self._add(wrong, line, document, decoded.at)
        if checked is None:
            self._unread += 1
        else:
            self._check(checked, line)
        most = self._limits.max_faults
        if not self.stopped and self.findings.errors.total() > most:
            hint = "the rest of the file was not read"
            self._add(("too-many-faults", "", f"more than {most}", "fewer (--max-faults)", hint), line)
            self.stopped = True
        return decoded.record

    def finish(self) -> None:
        """Check what is of the file as a whole; of no use where it was not read to its end."""
        if self.stopped:
            return
        if self._nothing:
            hint = "a file of predictions has a line for every document, with [] where there is nothing"
            self.findings.add(("empty", "", "no line", "JSON Lines", hint), 1, 0)
            return
        for number, document, reference in self._waiting:
            if reference.id not in self._known[reference.kind]:
                self.findings.add(self._undeclared(reference), number, None, document)
        if self.first and not self.layers:
            hint = 'a file says what it predicts: write "mentions": [] for none at all'
            self.findings.add(
                ("missing-layer", "", "no layer", f"one of {', '.join(LAYERS)}", hint), min(self.first.values())
            )
        for layer, first in self.layers.items():
            for number, document in self._without[layer]:
                hint = f'where there are none, write "{layer}": []'
                wrong = ("missing-layer", f"/{layer}", "nothing", f"{layer}, as on line {first}", hint)
                self.findings.add(wrong, number, None, document)
        missing = [id for id in self._expected.required if id not in self.first]
        if len(missing) > self._unread:  # a line that could not be read may be that of a document
            for id in missing:
                hint = "add its line, with [] where there is nothing; or score it as empty with --allow-missing"
                wrong = ("missing-document", "", f"no line for {id}", f"{len(self._expected.required)} documents", hint)
                self.findings.add(wrong, self.lines, None, id)

    def _without_mark(self, line: Line) -> bytes:
        if line.number > 1 or not line.raw.startswith(BOM):
            return line.raw
        wrong = ("byte-order-mark", "", "a byte order mark", "UTF-8 without one", "it is passed over")
        self.findings.add(wrong, 1, 0, severity="warning")
        return line.raw.removeprefix(BOM)

    def _unreadable(self, line: Line, raw: bytes) -> Wrong | None:
        limits = self._limits
        if line.number > limits.max_lines:
            self.stopped = True
            return "too-many-lines", "", f"more than {limits.max_lines} lines", "fewer (--max-lines)", ""
        if line.length > limits.max_line_bytes:
            expected = f"at most {limits.max_line_bytes} bytes (--max-line-bytes)"
            return "line-too-long", "", f"{line.length} bytes", expected, "one document a line"
        if line.number == 1 and (raw.startswith(_UTF16) or b"\x00" in raw[:4]):
            self.stopped = True
            return "encoding", "", "UTF-16 or UTF-32", "UTF-8", "save the file as UTF-8"
        if limits.too_many_values(raw):
            return "too-many", "", "a line of too many values", f"at most {limits.max_values} commas and brackets", ""
        return None

    def _add(self, wrong: Wrong, line: Line, document: str | None = None, at: int | None = None) -> None:
        mark = len(BOM) if line.number == 1 and line.raw.startswith(BOM) else 0
        self.findings.add(wrong, line.number, line.start + mark + (at or 0), document)

    def _check(self, line: PredictionLine, at: Line) -> None:
        document = self._expected.documents.get(line.doc_id)
        most = self._limits.items_of(len(document.text) if document else 0)
        too_many = list(check_numbers(line, most))
        for wrong in too_many:
            self._add(wrong, at, line.doc_id)
        if too_many:
            self._unread += 1
            return
        if line.doc_id in self.first:
            hint = f"see line {self.first[line.doc_id]}"
            wrong = ("repeated-document", "/doc_id", f"{line.doc_id} again", "a document on one line", hint)
            self._add(wrong, at, line.doc_id)
        elif document is None:
            self._unread += 1
            close = partial(nearest, line.doc_id, self._expected.documents)
            self._add(("document", "/doc_id", line.doc_id, "a document of the dataset", close), at)
        else:
            self.first[line.doc_id] = at.number
            for wrong in self._of_text(line, document):
                self._add(wrong, at, line.doc_id)
        labels = line.labels
        for wrong in (*check_items(labels), *check_ids(labels), *check_names(line)):
            self._add(wrong, at, line.doc_id)
        for wrong in (*repeated_items(labels), *degenerate(line)):
            self.findings.add(wrong, at.number, at.start, line.doc_id, "warning")
        self._remember(line, at)

    def _of_text(self, line: PredictionLine, document: Document) -> Iterator[Wrong]:
        if line.text_sha256 == document.text_sha256:
            yield from check_spans(line.labels, document.text)
            return
        hint = "the predictions were made on another version of the text; load the dataset again"
        yield "hash", "/text_sha256", line.text_sha256, document.text_sha256, hint

    def _remember(self, line: PredictionLine, at: Line) -> None:
        for layer in LAYERS:
            if getattr(line, layer) is None:
                self._without[layer].append((at.number, line.doc_id))
            else:
                self.layers.setdefault(layer, at.number)
        for kind, id in declared(line):
            self._declared += id not in self._known[kind]
            self._known[kind].add(id)
        self._waiting += [
            (at.number, line.doc_id, each) for each in references(line) if each.id not in self._known[each.kind]
        ]
        for field, index, row in descriptions(line):
            before, other = self._said.setdefault((field, row.id), (at.number, row))
            if other != row:
                expected = f"the same description as on line {before}"
                self._add(("contradiction", f"/{field}/{index}", row.id, expected, ""), at, line.doc_id)
        if max(self._declared, len(self._waiting)) > MOST_IDS:
            self._add(("too-many", "", f"more than {MOST_IDS} ids", "fewer", ""), at)
            self.stopped = True

    def _undeclared(self, reference: Reference) -> Wrong:
        kind = reference.kind
        where = {"entity": "mentions or entities", "event": "events or event_descriptions"}.get(kind, f"{kind}s")
        expected = f"an id that {where} of this file declare, or one of the {kind} registry"
        return "reference", reference.pointer, reference.id, expected, partial(nearest, reference.id, self._known[kind])


def _whole_file(raw: bytes, decoded: Decoded[PredictionLine]) -> Wrong | None:
    """The fault of a file that is one JSON value, on its first line or on all of them."""
    first = raw.strip()
    broken = any(code == "json" for code, *_ in decoded.wrong)
    if (broken and first.startswith(b"[")) or (isinstance(decoded.value, list) and decoded.value):
        command, found = "jq -c '.[]'", "an array"
    elif broken and first.startswith(b"{") and first[-1:] in b"{,[":
        command, found = "jq -c .", "a value over several lines"
    else:
        return None
    return "format", "", found, "JSON Lines: one object a line", f"make it with: {command} FILE > predictions.jsonl"


@dataclasses.dataclass(frozen=True)
class Validation:
    """What was found out about a prediction file."""

    findings: Findings
    sha256: str
    """Of its content, unpacked."""
    bytes: int
    lines: int
    documents: tuple[str, ...]
    """Of the dataset, in the order of the file."""
    layers: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether it can be scored."""
        return not self.findings.errors


def validate(file: Path | str, pieces: Iterator[bytes], expected: Expected, limits: Limits) -> Validation:
    """Check a file without keeping it.

    Args:
        file: What faults call it.
        pieces: Its content, see :func:`onrecord.eval.submission.unpacking.opened`.
        expected: What it is checked against.
        limits: What it may be at most.

    Raises:
        FaultsError: What it is packed in cannot be used.
    """
    checker = Checker(file, expected, limits)
    digest = hashlib.sha256()
    size = 0

    def hashed() -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            size += len(piece)
            digest.update(piece)
            yield piece

    for line in lines_of(hashed(), limits):
        checker.take(line)
        if checker.stopped:
            break
    checker.finish()
    return Validation(
        findings=checker.findings,
        sha256=digest.hexdigest(),
        bytes=size,
        lines=checker.lines,
        documents=tuple(checker.first),
        layers=tuple(layer for layer in LAYERS if layer in checker.layers),
    )

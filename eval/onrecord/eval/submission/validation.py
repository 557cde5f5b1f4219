"""Checking a prediction file line by line, in memory that does not grow with the file.

Lines are read (:mod:`~onrecord.eval.submission.line_reader`), each is checked by itself
(:mod:`~onrecord.eval.submission.line_checks`), and then together with all others
(:mod:`~onrecord.eval.submission.file_rules`).

Every fault of every line is found at once: a line that has the wrong shape somewhere is still searched for wrong
offsets and dangling references. What can only be known at the end (an id that no line declares, a layer that is on some
lines alone, a document without a line) is settled there. Kept are, of all lines, the ids they declare and the
references that wait for one; of faults the first few of each kind, and their number.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from onrecord.dataset import Labels
from onrecord.dataset.check import (
    check_each_span,
    check_finished,
    check_own_references,
    check_quotes,
    check_stance_labels,
)
from onrecord.dataset.layers import LAYERS, in_scheme, scheme
from onrecord.dataset.reading.faults import Findings, Wrong
from onrecord.dataset.reading.typed import Decoded
from onrecord.dataset.records import ITEM_TYPES
from onrecord.eval.submission.advice import advised
from onrecord.eval.submission.block_ids import BlockIds
from onrecord.eval.submission.block_looks import is_all_right
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.file_rules import MOST_IDS, Descriptions, DocumentLines, Edges, Ids, LayerLines
from onrecord.eval.submission.limits import Limits
from onrecord.eval.submission.line_block import LineBlock
from onrecord.eval.submission.line_checks import (
    check_all_placed,
    check_ids,
    check_names,
    check_numbers,
    check_tells_text,
    check_text,
    check_unplaced,
    degenerate,
    is_of,
    other_text,
    repeated_items,
)
from onrecord.eval.submission.line_reader import LineReader, Refused, mark
from onrecord.eval.submission.lines import Line, in_blocks, lines_of
from onrecord.eval.submission.mention_types import MentionTypes, our_types
from onrecord.eval.submission.open_ends import OpenEnds
from onrecord.eval.submission.prediction_line import PredictionLine
from onrecord.eval.submission.quick_looks import (
    LineItems,
    clusters_are_several,
    ids_are_right,
    line_ids,
    names_are_right,
    nothing_is_repeated,
    numbers_are_right,
    own_references_are_right,
    spans_are_right,
)
from onrecord.eval.submission.salvage import Salvaged, check_salvaged_references, salvage

LEAST_BYTES, LEAST_MORE = 2**20, 2**16
"""Of lines that are worth being looked at together, for which Arrow has to be imported; of others after these."""

MOST_MISSES = 2
"""Times in a row that lines cannot be taken together, after which it is tried no more: the others will be like them."""


class Checker:
    """Takes lines one after the other; what is wrong with them is in :attr:`findings`.

    Args:
        part: Whether they are of a part of a submission, see :attr:`open_ends`. For the others see :func:`validate`.
    """

    def __init__(
        self,
        file: Path | str,
        expected: Expected,
        limits: Limits,
        types: MentionTypes | None = None,
        part: bool = False,
    ) -> None:
        self.findings = Findings(str(file))
        self.lines = 0
        """How many were taken."""
        self.stopped = False
        """Whether reading on would be of no use."""
        self._expected = expected
        self._limits = limits
        self._types = types or our_types()
        self._kind = in_scheme(self._types.line)
        self._reader = LineReader(self._kind, limits)
        self._documents = DocumentLines(expected.documents)
        self._layers = LayerLines()
        self._ids = Ids(expected.ids, part)
        self._descriptions = Descriptions()
        self._edges = Edges()
        self._misses = 0
        """How often in a row lines could not be taken at once."""
        self._least = LEAST_BYTES
        self._unread = 0
        """Lines of which it is not known which document of the dataset they are about, or what they say of it."""

    @property
    def documents(self) -> tuple[str, ...]:
        """Of the dataset, in the order of the file."""
        return tuple(self._documents.first)

    @property
    def layers(self) -> tuple[str, ...]:
        """Those that the file has."""
        return tuple(layer for layer in LAYERS if layer in self._layers.first)

    @property
    def open_ends(self) -> OpenEnds:
        """What the lines leave open where they are a part of a file: :meth:`finish` is not called then."""
        return OpenEnds(self.layers, self._layers.lacking, self._ids.declared, self._ids.waiting)

    def take(self, line: Line) -> PredictionLine | None:
        """Check a line; the record if it could be read, for what it says of other lines may still be wrong."""
        self.lines = line.number
        if self.stopped:
            return None
        if mark(line):
            wrong = ("byte-order-mark", "", "a byte order mark", "UTF-8 without one", "it is passed over")
            self.findings.add(wrong, 1, 0, severity="warning")
        read = self._reader.read(line)
        if read is None:
            return None
        if isinstance(read, Refused):
            self._add(read.wrong, line)
            if not read.beside:
                self._lose_line()
            self.stopped = read.ends
            return None
        self._take_decoded(read, line)
        most = self._limits.max_faults
        if not self.stopped and self.findings.errors.total() > most:
            hint = "the rest of the file was not read"
            self._add(("too-many-faults", "", f"more than {most}", "fewer (--max-faults)", hint), line)
            self.stopped = True
        return read.record

    def take_all(
        self, lines: Iterable[Line], together: bool = True
    ) -> Iterator[LineBlock | tuple[Line, PredictionLine]]:
        """Check lines as long as it is of use: many at once where nothing is wrong or odd with them, else one by one.

        Args:
            lines: The lines.
            together: Whether any may be taken at once.

        Yields:
            What could be read: several lines as columns, or a line and its record.
        """
        for several in in_blocks(lines) if together else ([line] for line in lines):
            block = self._look(several) if together else None
            if block is not None:
                several.clear()  # nothing of them is held while others are read
                yield block
            del block
            for line in several:
                record = self.take(line)
                if record is not None:
                    yield line, record
                if self.stopped:
                    return

    def _look(self, lines: Sequence[Line]) -> LineBlock | None:
        """Take several lines at once; where anything is wrong or odd with them none is taken."""
        if self._misses == MOST_MISSES or self.findings.errors or sum(len(line.raw) for line in lines) < self._least:
            return None
        if not self._has_columns():
            return None
        block = self._reader.read_several(lines)
        fits = block is not None and is_all_right(block, self._expected.documents, self._limits) and self._fits(block)
        self._misses, self._least = 0 if fits else self._misses + 1, LEAST_MORE
        self.lines = lines[-1].number if fits else self.lines
        return block if fits else None

    def _has_columns(self) -> bool:
        """Whether lines can be looked at as columns at all, which have ids and the layers of the published scheme."""
        return (
            scheme().ids
            and self._types.are_ours
            and self._expected.finished is None
            and LAYERS.keys() == ITEM_TYPES.keys()
        )

    def _fits(self, block: LineBlock) -> bool:
        """Take lines that are right by themselves, unless they are not right beside all others."""
        ids = BlockIds.of(block)
        said = self._descriptions.fitting(block)
        if said is None or not (self._documents.fit(block.documents) and self._ids.fit(ids)):
            return False
        self._documents.take_several(block.documents, block.numbers)
        self._ids.take_several(block, ids)
        self._descriptions.take_several(said)
        self._layers.take_several(block)
        self._edges.take_several(block)
        return True

    def finish(self) -> None:
        """Check what is of the file as a whole; of no use where it was not read to its end."""
        if self.stopped:
            return
        if not self._reader.begun:
            hint = "a file of predictions has a line for every document, with [] where there is nothing"
            self.findings.add(("empty", "", "no line", "JSON Lines", hint), 1, 0)
            return
        for each in itertools.chain(  # there may be a great many
            self._ids.undeclared(),
            self._layers.missing(self._documents.first),
            self._documents.missing(self._expected.required, self._unread, self.lines),
        ):
            self.findings.add(each.wrong, each.line, None, each.document)
        for each in self._edges.odd():
            self.findings.add(each.wrong, each.line, None, each.document, "warning")

    def _add(self, wrong: Wrong, line: Line, document: str | None = None, at: int | None = None) -> None:
        self.findings.add(wrong, line.number, line.start + mark(line) + (at or 0), document)

    def _take_decoded(self, decoded: Decoded[PredictionLine], at: Line) -> None:
        for wrong in self._types.unknown(decoded):
            self.findings.add(advised(wrong, decoded.value, self._types.foreign), at.number)
        if decoded.record is not None:
            self._check(decoded.record, at)
            return
        salvaged = salvage(decoded.value, self._kind, self._expected.documents)
        document = (salvaged.line.doc_id or None) if salvaged else None
        for wrong in decoded.wrong:
            self._add(advised(wrong, decoded.value, self._types.foreign), at, document, decoded.at)
        if salvaged is None:
            self._lose_line()
        else:
            self._check_salvaged(salvaged, at)

    def _lose_line(self) -> None:
        """Take note of a line of which nothing is known."""
        self._unread += 1
        self._ids.lost.everything = True

    def _check(self, line: PredictionLine, at: Line) -> None:
        document = self._expected.documents.get(line.doc_id)
        text = document.text if document else ""
        most = self._limits.items_of(len(text))
        if not numbers_are_right(line, most):
            for wrong in check_numbers(line, most):
                self._add(wrong, at, line.doc_id)
            self._lose_line()
            return
        labels, ids = line.labels, line_ids(line)
        items = LineItems(labels)
        misplaced = self._documents.take(line.doc_id, at.number)
        self._unread += document is None
        if misplaced:
            self._add(misplaced, at, line.doc_id if document else None)
        elif document and not (is_of(line, document) and spans_are_right(items, text)):
            for wrong in check_text(line, document):
                self._add(wrong, at, line.doc_id)
        inside = [] if own_references_are_right(labels, ids) else list(check_own_references(labels))
        inside += check_unplaced(line)
        odd = [] if misplaced else list(check_tells_text(line))
        if not clusters_are_several(items):
            odd += degenerate(line)
        more_wrong, more_odd = _label_faults(line, labels, items)
        finished = self._expected.finished
        if finished is None:
            self._ids.take(line, at.number, ids)
        else:
            inside += [*check_finished(labels, finished), *check_all_placed(line)]
        self._add_all(inside + more_wrong, odd + more_odd, line, at)
        self._layers.take(line, at.number)
        self._edges.take(line, at.number)
        self._remember(line, at, self._descriptions.take(line, at.number))

    def _check_salvaged(self, salvaged: Salvaged, at: Line) -> None:
        """The same for what is right of a misshapen line, by the places of the line as it was written."""
        line = salvaged.line
        document = self._expected.documents.get(line.doc_id)
        wrong = list(check_numbers(line, self._limits.items_of(len(document.text) if document else 0)))
        misplaced = self._documents.take(line.doc_id, at.number) if line.doc_id else None
        self._unread += document is None
        if misplaced:
            wrong.append(misplaced)
        elif document and not is_of(line, document):
            wrong.append(other_text(line, document))
        elif document:
            wrong += check_each_span(salvaged.spans, document.text)
        wrong += check_salvaged_references(salvaged)
        wrong += [salvaged.placed(each) for each in check_unplaced(line)]
        labels = line.labels
        more, odd = _label_faults(line, labels, LineItems(labels))
        odd += [each for each in degenerate(line) if each[1].removeprefix("/") not in salvaged.broken]
        self._add_all(wrong + [salvaged.placed(each) for each in more], map(salvaged.placed, odd), line, at)
        self._ids.take_salvaged(salvaged, at.number)
        self._layers.take(line, at.number, known=not salvaged.lost.everything)
        self._edges.take(line, at.number, salvaged.place)
        self._remember(line, at, map(salvaged.placed, self._descriptions.take(line, at.number)))

    def _add_all(self, wrong: Iterable[Wrong], odd: Iterable[Wrong], line: PredictionLine, at: Line) -> None:
        for each in wrong:
            self._add(each, at, line.doc_id or None)
        for each in odd:
            self.findings.add(each, at.number, at.start, line.doc_id or None, "warning")

    def _remember(self, line: PredictionLine, at: Line, contradictions: Iterable[Wrong]) -> None:
        for wrong in contradictions:
            self._add(wrong, at, line.doc_id or None)
        if self._ids.too_many:
            self._add(("too-many", "", f"more than {MOST_IDS} ids", "fewer", ""), at)
            self.stopped = True


def _label_faults(line: PredictionLine, labels: Labels, items: LineItems) -> tuple[list[Wrong], list[Wrong]]:
    """What is wrong, and what is odd, with the items of a line among themselves.

    Each check is run only where a quick look does not show that it would find nothing.
    """
    wrong = [*check_quotes(labels.quotes), *check_stance_labels(labels.stances)]
    if not ids_are_right(items):
        wrong += check_ids(labels)
    if not names_are_right(line):
        wrong += check_names(line)
    odd: list[Wrong] = []
    if not nothing_is_repeated(items):
        odd += repeated_items(labels)
    return wrong, odd


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


def validate(
    file: Path | str,
    pieces: Iterator[bytes],
    expected: Expected,
    limits: Limits,
    types: MentionTypes | None = None,
) -> Validation:
    """Check a file without keeping it.

    Args:
        file: What faults call it.
        pieces: Its content, see :func:`onrecord.eval.submission.unpacking.opened`.
        expected: What it is checked against.
        limits: What it may be at most.
        types: The types of its mentions.

    Raises:
        FaultsError: What it is packed in cannot be used.
    """
    checker = Checker(file, expected, limits, types)
    digest = hashlib.sha256()
    size = 0

    def hashed() -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            size += len(piece)
            digest.update(piece)
            yield piece

    deque(checker.take_all(lines_of(hashed(), limits)), maxlen=0)
    checker.finish()
    return Validation(
        findings=checker.findings,
        sha256=digest.hexdigest(),
        bytes=size,
        lines=checker.lines,
        documents=checker.documents,
        layers=checker.layers,
    )

"""What a process does of a comparison of span files: from some lines of either file to counts.

Nearly every line is plain: contiguous spans that have a start, an end, a type and nothing else. These are read by their
bytes, all together, where they are written as most programs do; else they are decoded, some documents at a time. All
others, and whatever may be wrong, are read by :mod:`onrecord.eval.readers.jsonl_spans`, which knows every fault.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import msgspec
import numpy as np

from onrecord.dataset import Fault
from onrecord.dataset.reading.budget import BUDGET
from onrecord.dataset.reading.faults import Hints, fault_of
from onrecord.dataset.reading.untrusted import may_repeat_keys
from onrecord.eval.corpora.allocation import keep_memory
from onrecord.eval.corpora.lines import Lines
from onrecord.eval.corpora.plain_bytes import read_spans
from onrecord.eval.corpora.plain_lines import decode_lines
from onrecord.eval.corpora.text_codes import TextCodes
from onrecord.eval.corpora.waiting import GOLD, PREDICTED, NamedLine
from onrecord.eval.readers import PassedOver
from onrecord.eval.readers.jsonl_spans import TypeKey, read_span_line
from onrecord.eval.spans.columns import ColumnBuilder, SpanColumns, Vocabulary, span_columns
from onrecord.eval.spans.counting import SpanColumnPair, SpanCounts, score_columns
from onrecord.eval.spans.relabel import relabel_gold, relabel_predicted, unmapped_types
from onrecord.eval.submission.label_maps import LabelMap, unknown_type

FAULTS_TO_GIVE_UP = 1000
"""How many faults are collected before the reading is given up."""


@dataclasses.dataclass(frozen=True)
class Block:
    """Lines of both files that are scored together."""

    files: tuple[str, str]
    """What faults call them."""
    lines: tuple[Lines, Lines]
    numbers: tuple[Sequence[int], Sequence[int]]
    """Of the lines, 1-based."""
    keys: tuple[TypeKey | None, TypeKey | None] = (None, None)
    """What each file calls the type; None where no span so far had one."""
    labels: LabelMap | None = None
    single: bool = False
    """Whether gold documents without predictions are scored as empty, and not left for later."""

    def named(self, side: int, doc_id: str, place: int) -> NamedLine:
        """A line by its place in the block."""
        return NamedLine(side, doc_id, self.numbers[side][place], self.lines[side][place])


@dataclasses.dataclass(frozen=True)
class ScoredBlock:
    """What became of a block."""

    counts: SpanCounts
    """Of the documents that both sides have; of none where there are faults."""
    ids: tuple[tuple[str, ...], tuple[str, ...]]
    """The documents of either side, also those that have faults."""
    places: tuple[tuple[int, ...], tuple[int, ...]]
    """The places of their lines in the block."""
    left: tuple[tuple[int, ...], tuple[int, ...]]
    """Which of those documents were not scored, as the block does not have their counterpart."""
    left_out: Mapping[str, int]
    """Predictions of the documents scored whose type the label map leaves out, by type."""
    passed_over: Mapping[str, int]
    """What was not read of the lines of these documents, by what it is."""
    faults: tuple[Fault, ...]
    nameless: tuple[int, int]
    """How many lines of either side have faults and no document."""


def score_block(block: Block) -> ScoredBlock:
    """Score the documents that both sides of a block have."""
    keep_memory()
    types = Vocabulary()
    codes = TextCodes(types)
    gold, predicted = (_Read.of(block, side, codes) for side in (GOLD, PREDICTED))
    both = SpanColumnPair.built(types, gold.builder, predicted.builder)
    columns, others, ids = both.gold, both.predicted, gold.ids
    faults = [*gold.faults(block, columns), *predicted.faults(block, others)]
    if block.labels is not None:
        faults += gold.unmapped(block, columns, block.labels.gold, types)
        faults += predicted.unmapped(block, others, block.labels.predicted, types)
    left: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    if not block.single and gold.ids != predicted.ids:
        known, wanted = set(predicted.ids), set(gold.ids)
        left = (
            tuple([n for n, id in enumerate(gold.ids) if id not in known]),
            tuple([n for n, id in enumerate(predicted.ids) if id not in wanted]),
        )
        ids = [id for id in dict.fromkeys(gold.ids) if id in known]
        columns, others = _in_common(columns, gold.ids, ids), _in_common(others, predicted.ids, ids)
    left_out: Mapping[str, int] = {}
    if faults:
        ids, columns, others = [], *(span_columns([], types) for _ in range(2))
    elif block.labels is not None:
        columns = relabel_gold(columns, block.labels.gold, types)
        others, left_out = relabel_predicted(others, block.labels.predicted, types)
    counts = score_columns(ids, types, columns, others)
    return ScoredBlock(
        counts=counts,
        ids=(tuple(gold.ids), tuple(predicted.ids)),
        places=(tuple(gold.places), tuple(predicted.places)),
        left=left,
        left_out=left_out,
        passed_over=gold.passed_over(left[GOLD]) + predicted.passed_over(left[PREDICTED]),
        faults=tuple(faults),
        nameless=(len(gold.nameless), len(predicted.nameless)),
    )


def _in_common(columns: SpanColumns, ids: Sequence[str], wanted: Sequence[str]) -> SpanColumns:
    """The spans of some documents, in their order; of a document that is there twice the first."""
    place = {id: number for number, id in enumerate(wanted)}
    order = np.array([place.pop(id, -1) for id in ids], np.int64)
    document = order[columns.document]
    rows = np.flatnonzero(document >= 0)
    rows = rows[np.argsort(document[rows], kind="stable")]
    return dataclasses.replace(columns.take(rows), document=document[rows])


_KEYS: dict[TypeKey | None, int] = {"type": 3, "label": 3, None: 2}
"""How many keys a plain span has."""

PIECE = 2**17
"""Bytes of lines that are looked at by themselves, where something among many lines is odd."""

_AT_ONCE = 32
"""Lines that are decoded together."""

_MOST_OFFSET = 2**31 - 1


@dataclasses.dataclass(frozen=True)
class _Read:
    """One side of a block as it was read."""

    side: int
    key: TypeKey | None
    builder: ColumnBuilder
    ids: list[str] = dataclasses.field(default_factory=list)
    """The documents; those of lines that have faults are there without spans."""
    places: list[int] = dataclasses.field(default_factory=list)
    """Of their lines in the block."""
    line_faults: list[Fault] = dataclasses.field(default_factory=list)
    passed: dict[int, PassedOver] = dataclasses.field(default_factory=dict)
    """What was not read, by the place of its line."""
    nameless: list[int] = dataclasses.field(default_factory=list)
    """Places of the lines that have faults and no document."""

    @classmethod
    def of(cls, block: Block, side: int, codes: TextCodes) -> _Read:
        read = cls(side, block.keys[side], ColumnBuilder(codes.vocabulary))
        lines = block.lines[side]
        if read._add_written(0, lines, codes):
            return read
        first = 0
        for piece in lines.pieces(PIECE):
            many = len(piece)
            if many == len(lines) or not read._add_written(first, piece, codes):
                read._add_lines(block, first, list(piece))
            first += many
        return read

    def _add_written(self, first: int, lines: Lines, codes: TextCodes) -> bool:
        """Add some lines, if they can be read by their bytes; whether they can."""
        found = read_spans(lines.raw, self.key, codes)
        if found is None:
            return False
        self.builder.add_arrays(found.sizes, found.start, found.end, found.type)
        self.ids.extend(found.ids)
        self.places.extend(range(first, first + len(found.ids)))
        return True

    def _add_lines(self, block: Block, first: int, lines: Sequence[bytes]) -> None:
        for at in range(0, len(lines), _AT_ONCE):
            if not self._add_plain(first + at, lines[at : at + _AT_ONCE]):
                for place, raw in enumerate(lines[at : at + _AT_ONCE], first + at):
                    if len(self.line_faults) < FAULTS_TO_GIVE_UP:
                        self._add_any(block, place, raw)

    def _add_plain(self, first: int, lines: Sequence[bytes]) -> bool:
        """Add some lines, if all of them are plain and sound; whether they are."""
        try:
            documents = decode_lines(lines, self.key, self.builder.types)
            ids, spans = [document.doc_id for document in documents], [document.spans for document in documents]
            keys = 2 * len(ids) + _KEYS[self.key] * sum(map(len, spans))
            texts = chain(ids, (span.type for each in spans for span in each))
            raw = b"".join(lines)
            colons = int(np.count_nonzero(np.frombuffer(raw, np.uint8) == ord(":")))
            if not all(ids) or may_repeat_keys(raw, colons, keys, texts):
                return False
            self.builder.add_plain(spans)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
            return False
        self.ids.extend(ids)
        self.places.extend(range(first, first + len(lines)))
        return True

    def _add_any(self, block: Block, place: int, raw: bytes) -> None:
        if not raw.strip() or self._add_plain(place, [raw]):
            return
        number = block.numbers[self.side][place]
        passed = PassedOver()
        document, wrong = read_span_line(block.files[self.side], number, raw.rstrip(b"\r\n"), self.key, passed)
        if passed:
            self.passed[place] = passed
        self.line_faults.extend(wrong)
        id = _name(raw) if document is None else document.doc_id
        if id:
            self.builder.add([document.spans if document is not None else ()])
            self.ids.append(id)
            self.places.append(place)
        else:
            self.nameless.append(place)

    def passed_over(self, left: Sequence[int]) -> PassedOver:
        """What was not read, but for the documents that are left for later, whose lines are read again."""
        later = {self.places[document] for document in left}
        return sum((passed for place, passed in self.passed.items() if place not in later), PassedOver())

    def faults(self, block: Block, columns: SpanColumns) -> list[Fault]:
        """The faults of the lines, those included whose offsets cannot be."""
        impossible = (columns.start < 0) | (columns.end <= columns.start) | (columns.end > _MOST_OFFSET)
        faults = list(self.line_faults)
        for document in np.unique(columns.document[impossible]).tolist():
            place = self.places[document]
            raw, number = block.lines[self.side][place], block.numbers[self.side][place]
            faults += read_span_line(block.files[self.side], number, raw.rstrip(b"\r\n"), self.key)[1]
            if len(faults) >= FAULTS_TO_GIVE_UP:
                break
        return faults

    def unmapped(
        self, block: Block, columns: SpanColumns, names: Mapping[str, str | None], types: Vocabulary
    ) -> Iterator[Fault]:
        """A fault for each type that a label map does not know, at the first span that has it."""
        first = np.searchsorted(columns.document, np.arange(len(self.ids)))
        hints = Hints()
        rows = sorted(unmapped_types(columns, names, types).items(), key=lambda item: item[1])
        for type, row in rows[: BUDGET.max_kept]:
            document = int(columns.document[row])
            line = block.numbers[self.side][self.places[document]]
            pointer = f"/spans/{row - int(first[document])}"
            yield fault_of(block.files[self.side], line, hints.of(unknown_type(pointer, type, names)))


class _Named(msgspec.Struct, frozen=True):
    doc_id: str


_NAME = msgspec.json.Decoder(_Named)


def _name(raw: bytes) -> str:
    """The document of a line that has faults; the empty string where it cannot be read."""
    try:
        return _NAME.decode(raw).doc_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""

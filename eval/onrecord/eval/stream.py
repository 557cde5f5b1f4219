"""Span files of any size: read in blocks, scored block by block, in as many processes as there are cores.

Gold and predictions are JSON Lines, a document a line. Blocks of both are read side by side; documents that stand in
both blocks are scored as they come, the others wait in a temporary database until their counterpart is read. What is
kept of a document is its name and its counts, so memory does not grow with the spans. The counts are whole numbers and
the documents are put in order at the end: the result is the same to the last bit whatever the size of the blocks, the
number of processes and the order of the lines.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import BinaryIO, NamedTuple, Protocol

import msgspec
import numpy as np

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.faults import nearest, refuse, show
from onrecord.dataset.reading import BOM
from onrecord.eval.alignment import align_columns
from onrecord.eval.columns import ColumnBuilder, SpanColumns, Vocabulary, span_columns
from onrecord.eval.corpus import PlainDocument, PlainSpan, SpanDocument, TypedSpan
from onrecord.eval.labels import LabelMap, relabel_gold, relabel_predicted
from onrecord.eval.readers.jsonl import read_span_line
from onrecord.eval.readers.lines import no_documents
from onrecord.eval.spans import SpanCounts, count_spans, total_counts

BLOCK = 2**21
"""About how many bytes of gold are read at once."""

MOST_FAULTS = 1000
"""How many faults are collected before the reading is given up."""

GOLD, PREDICTED = 0, 1


class Digest(Protocol):
    """A running hash, such as ``hashlib.sha256()``."""

    def update(self, data: bytes, /) -> object:
        """Take some bytes in."""


@dataclasses.dataclass(frozen=True)
class SpanFile:
    """A file of span documents, open for reading."""

    name: str
    """What faults call it."""
    lines: BinaryIO
    digest: Digest | None = None
    """Told every byte that is read, where somebody wants to know a hash of the file."""


@dataclasses.dataclass(frozen=True)
class StreamedSpans:
    """What was counted in two files."""

    counts: SpanCounts
    """Of every gold document, in order of their ids."""
    missing: tuple[str, ...]
    """Gold documents without a line of predictions: scored as empty."""


class Line(NamedTuple):
    """A line of a file."""

    number: int
    raw: bytes


class Named(NamedTuple):
    """A line whose document is known."""

    side: int
    doc_id: str
    line: Line


@dataclasses.dataclass(frozen=True)
class Block:
    """Lines of both files that are scored together."""

    names: tuple[str, str]
    lines: tuple[Sequence[bytes], Sequence[bytes]]
    numbers: tuple[Sequence[int], Sequence[int]]
    labels: LabelMap | None
    single: bool = False
    """Whether gold documents without predictions are scored as empty, and not left for later."""


@dataclasses.dataclass(frozen=True)
class Scored:
    """What became of a block."""

    counts: SpanCounts
    left: tuple[Named, ...]
    """Lines whose counterpart is not in the block."""
    ids: tuple[tuple[str, ...], tuple[str, ...]]
    """Documents of the lines of either side; empty for a line without one."""
    numbers: tuple[Sequence[int], Sequence[int]]
    """Numbers of those lines."""
    faults: tuple[Fault, ...]


def score_span_files(
    gold: SpanFile,
    predicted: SpanFile,
    labels: LabelMap | None = None,
    jobs: int = 1,
    block: int = BLOCK,
    progress: Callable[[int], object] = lambda _: None,
) -> StreamedSpans:
    """Count the spans of two files of JSON Lines.

    Args:
        gold: The gold documents.
        predicted: Predictions for them; a gold document without a line counts as one without predictions.
        labels: What types are compared by; None for the types as they are.
        jobs: Processes to use.
        block: About how many bytes of gold to read at once.
        progress: Told how many documents have been read so far.

    Raises:
        FaultsError: With the faults of both files; nothing is scored then.
    """
    names = (gold.name, predicted.name)
    seen: tuple[dict[str, int], dict[str, int]] = ({}, {})
    parts: list[SpanCounts] = []
    faults: list[Fault] = []
    waiting = _Waiting()
    try:
        for done in _in_turn(_blocks(gold, predicted, labels, block, waiting), jobs):
            found = [done]
            for met in waiting.meet(done.left):
                lines = tuple([each[side].raw for each in met] for side in (GOLD, PREDICTED))
                numbers = tuple([each[side].number for each in met] for side in (GOLD, PREDICTED))
                found.append(score_block(Block(names, (lines[0], lines[1]), (numbers[0], numbers[1]), labels)))
            parts += [each.counts for each in found]
            faults += [fault for each in found for fault in each.faults]
            faults += _repeated(done, seen, names)
            progress(len(seen[GOLD]))
            if len(faults) >= MOST_FAULTS:
                break
        refuse(sorted(faults, key=_place))
        refuse([_unknown(line, names, seen[GOLD]) for line in islice(waiting.rest(PREDICTED), MOST_FAULTS)])
        missing: list[str] = []
        for chunk in _chunks(waiting.rest(GOLD)):
            missing += [each.doc_id for each in chunk]
            raw, at = [each.line.raw for each in chunk], [each.line.number for each in chunk]
            alone = score_block(Block(names, (raw, ()), (at, ()), labels, single=True))
            parts.append(alone.counts)
            faults += alone.faults
        refuse(sorted(faults, key=_place))
    finally:
        waiting.close()
    if not seen[GOLD]:
        raise no_documents(names[GOLD])
    return StreamedSpans(_in_order(total_counts(parts)), tuple(sorted(missing)))


def _place(fault: Fault) -> tuple[str, int, str]:
    return fault.file, fault.line or 0, fault.pointer


def _blocks(
    gold: SpanFile, predicted: SpanFile, labels: LabelMap | None, block: int, waiting: _Waiting
) -> Iterator[Block]:
    names = (gold.name, predicted.name)
    first = other_first = 1
    other_lines = iter(predicted.lines)
    while True:
        lines = gold.lines.readlines(block)
        # where predictions leave documents out, they run ahead of gold: read fewer of them then
        wanted = len(lines) - waiting.many[PREDICTED] if lines else 1000
        others = list(islice(other_lines, max(0, wanted)))
        if not lines and not others:
            return
        for side, some, number in ((gold, lines, first), (predicted, others, other_first)):
            if side.digest is not None:
                deque(map(side.digest.update, some), maxlen=0)
            if number == 1 and some:
                some[0] = some[0].removeprefix(BOM)
        numbers = range(first, first + len(lines)), range(other_first, other_first + len(others))
        first, other_first = first + len(lines), other_first + len(others)
        yield Block(names, (lines, others), numbers, labels)


def _in_turn(blocks: Iterator[Block], jobs: int) -> Iterator[Scored]:
    """Every block's result, in order."""
    if jobs == 1:
        yield from map(score_block, blocks)
        return
    with ProcessPoolExecutor(jobs, get_context("forkserver")) as pool:
        running: deque[Future[Scored]] = deque()
        try:
            for block in blocks:
                running.append(pool.submit(score_block, block))
                if len(running) > 2 * jobs:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def score_block(block: Block) -> Scored:
    """Score the documents that both sides of a block have."""
    types = Vocabulary()
    gold, predicted = (_Side.read(block, side, types) for side in (GOLD, PREDICTED))
    faults = [*gold.faults, *predicted.faults]
    columns, others, ids = gold.columns, predicted.columns, gold.ids
    left: list[Named] = []
    if not faults and block.labels is not None:
        try:
            columns = relabel_gold(columns, block.labels, types)
            others = relabel_predicted(others, block.labels, types)
        except FaultsError as error:
            faults += error.faults
    if not block.single and gold.ids != predicted.ids:
        known, wanted = set(predicted.ids), set(gold.ids)
        left += [gold.named(GOLD, place, block) for place, id in enumerate(gold.ids) if id and id not in known]
        left += [predicted.named(PREDICTED, p, block) for p, id in enumerate(predicted.ids) if id and id not in wanted]
        ids = [id for id in dict.fromkeys(gold.ids) if id and id in known]
        columns, others = _in_common(columns, gold.ids, ids), _in_common(others, predicted.ids, ids)
    if faults:
        ids, columns, others = [], *(span_columns([], types) for _ in range(2))
    alignment = align_columns(columns, others, types.ranks())
    counts = count_spans(ids, types.words, columns, others, alignment)
    return Scored(counts, tuple(left), (tuple(gold.ids), tuple(predicted.ids)), block.numbers, tuple(faults))


_PLAIN = msgspec.json.Decoder(PlainDocument)

_AT_ONCE = 32
"""Documents whose spans are turned into numbers together."""


def _plain(raw: bytes) -> PlainDocument | None:
    """The document of a line of plain spans; None where anything else is in it, or wrong with it."""
    try:
        document = _PLAIN.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    # a key that is there twice would be read in silence: all keys are there, and one more has one more colon
    return document if raw.count(b":") == 2 + 3 * len(document.spans) and document.doc_id else None


@dataclasses.dataclass(frozen=True)
class _Side:
    """One side of a block."""

    ids: list[str]
    """The document of each line; empty where there is none."""
    columns: SpanColumns
    """A document a line."""
    faults: list[Fault]

    @classmethod
    def read(cls, block: Block, side: int, types: Vocabulary) -> _Side:
        name = block.names[side]
        ids: list[str] = []
        faults: list[Fault] = []
        builder = ColumnBuilder(types)
        spans: list[Sequence[TypedSpan | PlainSpan]] = []
        for place, raw in enumerate(block.lines[side]):
            document: PlainDocument | SpanDocument | None = _plain(raw)
            if document is None and raw.strip():
                document, wrong = read_span_line(name, block.numbers[side][place], raw.rstrip(b"\r\n"))
                faults += wrong
            ids.append(document.doc_id if document else "")
            spans.append(document.spans if document else ())
            if len(spans) == _AT_ONCE:
                builder.add(spans)
                spans.clear()
        builder.add(spans)
        columns = builder.columns()
        if not faults and _impossible(columns):
            for number, raw in zip(block.numbers[side], block.lines[side], strict=True):
                faults += read_span_line(name, number, raw.rstrip(b"\r\n"))[1] if raw.strip() else []
        return cls(ids, columns, faults)

    def named(self, side: int, place: int, block: Block) -> Named:
        return Named(side, self.ids[place], Line(block.numbers[side][place], block.lines[side][place]))


def _in_common(columns: SpanColumns, ids: Sequence[str], wanted: Sequence[str]) -> SpanColumns:
    """The spans of some documents, in their order; of a document that is there twice the first."""
    place = {id: number for number, id in enumerate(wanted)}
    order = np.array([place.pop(id, -1) for id in ids], np.int64)
    document = order[columns.document]
    rows = np.flatnonzero(document >= 0)
    rows = rows[np.argsort(document[rows], kind="stable")]
    return dataclasses.replace(columns.take(rows), document=document[rows])


MOST_OFFSET = 2**31 - 1


def _impossible(side: SpanColumns) -> bool:
    return bool(((side.start < 0) | (side.end <= side.start) | (side.end > MOST_OFFSET)).any())


def _repeated(done: Scored, seen: tuple[dict[str, int], dict[str, int]], names: tuple[str, str]) -> Iterator[Fault]:
    for side, (ids, numbers) in enumerate(zip(done.ids, done.numbers, strict=True)):
        known = seen[side]
        for doc_id, number in zip(ids, numbers, strict=True):
            first = known.setdefault(doc_id, number) if doc_id else number
            if first != number:
                yield Fault(
                    "repeated-document",
                    names[side],
                    number,
                    "/doc_id",
                    f"{show(doc_id)} again",
                    "a document on one line",
                    f"see line {first}",
                )


def _unknown(line: Named, names: tuple[str, str], gold: dict[str, int]) -> Fault:
    hint = nearest(line.doc_id, list(islice(gold, 1000)))
    return Fault(
        "document", names[PREDICTED], line.line.number, "/doc_id", show(line.doc_id), "a document of the gold", hint
    )


def _chunks(lines: Iterable[Named], size: int = 1000) -> Iterator[list[Named]]:
    lines = iter(lines)
    while chunk := list(islice(lines, size)):
        yield chunk


def _in_order(counts: SpanCounts) -> SpanCounts:
    order = sorted(range(len(counts.documents)), key=counts.documents.__getitem__)
    documents = tuple(counts.documents[place] for place in order)
    return dataclasses.replace(counts, documents=documents, values=counts.values[np.array(order, np.int64)])


class _Waiting:
    """Lines whose counterpart has not been read yet, in a temporary database that spills to disk."""

    def __init__(self) -> None:
        self.many = [0, 0]
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE line (side, doc_id, number, raw, PRIMARY KEY (side, doc_id))")

    def meet(self, lines: Iterable[Named]) -> Iterator[list[tuple[Line, Line]]]:
        """Lines whose counterparts were waiting, gold first; the others wait from now on."""
        for some in _chunks(lines):
            met: list[tuple[Line, Line]] = []
            for side, doc_id, line in some:
                other = self._take(1 - side, doc_id)
                if other is None:
                    row = (side, doc_id, line.number, line.raw)
                    added = self._database.execute("INSERT OR IGNORE INTO line VALUES (?, ?, ?, ?)", row)
                    self.many[side] += added.rowcount
                else:
                    met.append((line, other) if side == GOLD else (other, line))
            if met:
                yield met

    def _take(self, side: int, doc_id: str) -> Line | None:
        query = "DELETE FROM line WHERE side = ? AND doc_id = ? RETURNING number, raw"
        row = next(iter(self._database.execute(query, (side, doc_id)).fetchall()), None)
        if row is None:
            return None
        self.many[side] -= 1
        return Line(*row)

    def rest(self, side: int) -> Iterator[Named]:
        """The lines of a side that are still waiting, in order."""
        query = "SELECT doc_id, number, raw FROM line WHERE side = ? ORDER BY number"
        for doc_id, number, raw in self._database.execute(query, (side,)):
            yield Named(side, doc_id, Line(number, raw))

    def close(self) -> None:
        """Drop everything."""
        self._database.close()

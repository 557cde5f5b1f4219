"""Span files of any size: read in blocks, scored block by block, in as many processes as there are cores.

Gold and predictions are JSON Lines, a document a line. Blocks of both are read side by side; documents that stand in
both blocks are scored as they come, the others wait in a temporary file until their counterpart is read. What is kept
of a document is its name and its counts, so memory does not grow with the spans. The counts are whole numbers and the
documents are put in order at the end: the result is the same to the last bit whatever the size of the blocks, the
number of processes and the order of the lines.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Protocol

import numpy as np

from onrecord.dataset import Fault
from onrecord.dataset.reading.faults import OnrecordError, in_order, nearest, refuse, show
from onrecord.dataset.reading.platform import end_with_parent
from onrecord.dataset.reading.typed import BOM
from onrecord.eval.corpora.block import FAULTS_TO_GIVE_UP, Block, ScoredBlock, score_block
from onrecord.eval.corpora.lines import LineReader, Lines
from onrecord.eval.corpora.waiting import GOLD, PREDICTED, NamedLine, Waiting
from onrecord.eval.readers.jsonl_spans import TypeKey, type_key
from onrecord.eval.readers.lines import no_documents
from onrecord.eval.spans.counting import SpanCounts, total_counts
from onrecord.eval.submission.label_maps import LabelMap

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

BLOCK_BYTES = 2**20
"""About how many bytes of gold are read at once, with the predictions that go with them."""


class RunningHash(Protocol):
    """A running hash, such as ``hashlib.sha256()``."""

    def update(self, data: bytes, /) -> object:
        """Take some bytes in."""


@dataclasses.dataclass(frozen=True)
class SpanFile:
    """A file of span documents, open for reading."""

    name: str
    """What faults call it."""
    lines: BinaryIO
    digest: RunningHash | None = None
    """Told every byte that is read, where somebody wants to know a hash of the file."""


@dataclasses.dataclass(frozen=True)
class StreamedSpans:
    """What was counted in two files."""

    counts: SpanCounts
    """Of every gold document, in order of their ids."""
    missing: tuple[str, ...]
    """Gold documents without a line of predictions: scored as empty."""
    left_out: Mapping[str, int]
    """How many predictions the label map leaves out, by their type."""
    passed_over: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """What was not read of the lines, by what it is."""


class WorkerError(OnrecordError, RuntimeError):
    """A process that scored a part of the files came to a sudden end."""


def score_span_files(
    gold: SpanFile,
    predicted: SpanFile,
    labels: LabelMap | None = None,
    jobs: int = 1,
    block: int = BLOCK_BYTES,
    progress: Callable[[int], object] = lambda _: None,
) -> StreamedSpans:
    """Count the spans of two files of JSON Lines.

    Args:
        gold: The gold documents.
        predicted: Predictions for them; a gold document without a line counts as one without predictions.
        labels: What types are compared by; None for the types as they are.
        jobs: Processes to use, this one among them. With more than one, a script calls this under
            ``if __name__ == "__main__":``, as all that starts processes.
        block: About how many bytes of gold to read at once.
        progress: Told how many gold documents have been read so far.

    Raises:
        FaultsError: With the faults of both files; nothing is scored then.
        WorkerError: A process died.
        ValueError: ``jobs`` or ``block`` is less than 1.
    """
    if jobs < 1 or block < 1:
        raise ValueError(f"at least one process and one byte at once are needed, not {jobs} and {block}")
    reading = _Reading((gold, predicted), labels, block)
    try:
        with _scorer(jobs) as score:
            for each in score(reading.blocks()):
                reading.take(*each)
                progress(len(reading.seen[GOLD]))
                if len(reading.faults) >= FAULTS_TO_GIVE_UP:
                    break
            else:
                for each in score(reading.met_blocks(least=1)):
                    reading.take(*each)
            reading.refuse()
            missing = [doc_id for doc_id, _ in reading.waiting.names(GOLD)]
            for each in score(reading.single_blocks()):
                reading.take(*each)
    finally:
        reading.waiting.close()
    return StreamedSpans(
        _in_order(total_counts(reading.parts)), tuple(sorted(missing)), reading.left_out, reading.passed_over
    )


class _Reading:
    """What has been read of both files and what is known so far."""

    def __init__(self, files: tuple[SpanFile, SpanFile], labels: LabelMap | None, block: int) -> None:
        self.files, self.labels, self.size = files, labels, block
        self.streams = LineReader(files[GOLD].lines), LineReader(files[PREDICTED].lines)
        self.names = (files[GOLD].name, files[PREDICTED].name)
        self.keys: list[TypeKey | None] = [None, None]
        self.read = [0, 0]  # lines of each file
        self.seen: tuple[dict[str, int], dict[str, int]] = ({}, {})
        """The line of each document."""
        self.waiting = Waiting()
        self.met: list[tuple[NamedLine, NamedLine]] = []
        self.parts: list[SpanCounts] = []
        self.left_out: Counter[str] = Counter()
        self.passed_over: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self.nameless = 0
        """How many lines of gold have faults and no document."""
        self.unmapped: set[tuple[str, str]] = set()
        """File and type of the faults of types that the label map does not know: each is told once."""

    def blocks(self) -> Iterator[Block]:
        """Blocks of both files side by side, and between them blocks of lines that have met."""
        while True:
            yield from self.met_blocks(self.size)
            gold, stream = self.streams[GOLD].some(self.size), self.streams[PREDICTED]
            predicted = stream.many(self._wanted(len(gold)), self.size) if gold.raw else stream.some(self.size)
            if not gold.raw and not predicted.raw:
                return
            lines = self._looked_at(GOLD, gold), self._looked_at(PREDICTED, predicted)
            numbers = [range(0), range(0)]
            for side in (GOLD, PREDICTED):
                numbers[side] = range(self.read[side] + 1, self.read[side] + len(lines[side]) + 1)
                self.read[side] += len(lines[side])
            keys = self.keys[GOLD], self.keys[PREDICTED]
            yield Block(self.names, lines, (numbers[GOLD], numbers[PREDICTED]), keys, self.labels)

    def _wanted(self, lines: int) -> int:
        """How many lines of predictions are likely to go with some more lines of gold.

        Where predictions leave documents out, as many lines as gold has would run ahead of it, and wait.
        """
        gold, predicted = (len(documents) for documents in self.seen)
        share = (predicted - self.waiting.many(PREDICTED)) / gold if gold else 1.0
        return round(share * (self.read[GOLD] + lines)) - self.read[PREDICTED]

    def _looked_at(self, side: int, lines: Lines) -> Lines:
        digest = self.files[side].digest
        if digest is not None:
            digest.update(lines.raw)
        if not self.read[side]:
            lines = Lines(lines.raw.removeprefix(BOM))
        if self.keys[side] is None:
            self.keys[side] = _type_key(lines)
        return lines

    def met_blocks(self, least: int) -> Iterator[Block]:
        """Blocks of lines that have met, as long as there are so many bytes of them."""
        while self.met and sum(len(each.raw) for pair in self.met for each in pair) >= least:
            pairs, self.met = self.met, []
            yield self._block([gold for gold, _ in pairs], [predicted for _, predicted in pairs])

    def single_blocks(self) -> Iterator[Block]:
        """Blocks of the gold documents that have no predictions."""
        lines: list[NamedLine] = []
        size = 0
        for line in self.waiting.rest(GOLD):
            lines.append(line)
            size += len(line.raw)
            if size >= self.size:
                yield dataclasses.replace(self._block(lines, []), single=True)
                lines, size = [], 0
        if lines:
            yield dataclasses.replace(self._block(lines, []), single=True)

    def _block(self, gold: list[NamedLine], predicted: list[NamedLine]) -> Block:
        return Block(
            self.names,
            (Lines.of(each.raw for each in gold), Lines.of(each.raw for each in predicted)),
            ([each.number for each in gold], [each.number for each in predicted]),
            (self.keys[GOLD], self.keys[PREDICTED]),
            self.labels,
        )

    def take(self, block: Block, scored: ScoredBlock) -> None:
        """Note what became of a block."""
        self.parts.append(scored.counts)
        self.left_out.update(scored.left_out)
        self.passed_over.update(scored.passed_over)
        self.nameless += scored.nameless[GOLD]
        for fault in scored.faults:
            if fault.code != "label" or (fault.file, fault.found) not in self.unmapped:
                self.faults.append(fault)
                self.unmapped |= {(fault.file, fault.found)} if fault.code == "label" else set()
        for side in (GOLD, PREDICTED):
            ids, places, seen = scored.ids[side], scored.places[side], self.seen[side]
            numbers = [block.numbers[side][place] for place in places]
            new = dict(zip(ids, numbers, strict=True))
            if len(new) == len(ids) and seen.keys().isdisjoint(new):
                seen.update(new)
            else:
                for id, number in zip(ids, numbers, strict=True):
                    first = seen.setdefault(id, number)
                    if first != number:
                        self.faults.append(_repeated(self.names[side], number, id, first))
            self.met += self.waiting.meet(block.named(side, ids[n], places[n]) for n in scored.left[side])

    def refuse(self) -> None:
        """Raise an error with every fault that has been found."""
        # whether a document is unknown can only be said where the names of all in gold could be read
        if not self.nameless and len(self.faults) < FAULTS_TO_GIVE_UP:
            self.faults += self._unknown() if self.seen[GOLD] else no_documents(self.names[GOLD]).faults
        # lines that waited have been read twice
        faults = sorted(dict.fromkeys(self.faults), key=lambda fault: (fault.file, in_order(fault)))
        if len(faults) >= FAULTS_TO_GIVE_UP:
            found, hint = f"{FAULTS_TO_GIVE_UP} faults, and there may be more", "mend those above first"
            faults[FAULTS_TO_GIVE_UP:] = [Fault("more", self.names[PREDICTED], None, "", found, "none", hint)]
        refuse(faults)

    def _unknown(self) -> Iterator[Fault]:
        known = self.seen[GOLD]
        vocabulary = list(islice(known, MOST_HINTS))
        rest = (each for each in self.waiting.names(PREDICTED) if each[0] not in known)
        for n, (id, number) in enumerate(islice(rest, FAULTS_TO_GIVE_UP)):
            hint = nearest(id, vocabulary) if n < MOST_HINTS else ""
            expected = "a document of the gold"
            yield Fault("document", self.names[PREDICTED], number, "/doc_id", show(id), expected, hint)


MOST_HINTS = 100
"""Of how many unknown documents the nearest one is looked for, among as many."""


def _repeated(file: str, number: int, id: str, first: int) -> Fault:
    found, expected = f"{show(id)} again", "a document on one line"
    return Fault("repeated-document", file, number, "/doc_id", found, expected, f"see line {first}")


def _type_key(lines: Lines) -> TypeKey | None:
    """What a file calls the type of its spans, by the first line that has one."""
    for raw in lines:
        if b"type" in raw or b"label" in raw or b"\\u" in raw:
            key = type_key(raw)
            if key is not None:
                return key
    return None


Scorer = Callable[[Iterator[Block]], Iterator[tuple[Block, ScoredBlock]]]
"""From blocks to their results, in order."""


@contextmanager
def _scorer(jobs: int) -> Iterator[Scorer]:
    if jobs == 1:
        yield lambda blocks: ((block, score_block(block)) for block in blocks)
        return
    from concurrent.futures import ProcessPoolExecutor  # some milliseconds, where they are not needed
    from multiprocessing import get_context

    # a fork of a process that has threads can hang, and a server that forks would be waited for
    pool = ProcessPoolExecutor(jobs - 1, get_context("spawn"), end_with_parent)
    try:
        yield lambda blocks: _in_turn(pool, blocks, 2 * (jobs - 1))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


_MOST_HELD = 2**24
"""Bytes of lines that are read ahead of the first block that is not scored yet."""
_MOST_AHEAD = 256
"""Blocks likewise."""


def _in_turn(pool: ProcessPoolExecutor, blocks: Iterator[Block], most: int) -> Iterator[tuple[Block, ScoredBlock]]:
    """Blocks and their results; this process scores what the others have no time for, with so many before them.

    So it does not wait while they start, which takes as long as to score some ten megabytes.
    """
    from concurrent.futures.process import BrokenProcessPool

    running: deque[tuple[Block, Future[ScoredBlock]]] = deque()
    try:
        for block in blocks:
            if sum(not future.done() for _, future in running) < most:
                running.append((block, pool.submit(score_block, block)))
            else:
                running.append(_scored_here(block))
            while running and (running[0][1].done() or _is_too_far(running)):
                first, future = running.popleft()
                yield first, future.result()
        for place in reversed(range(len(running))):  # the others are at the first ones, if they are at any
            if not running[place][1].done():
                running[place] = _scored_here(running[place][0])
        for block, future in running:
            yield block, future.result()
    except BrokenProcessPool as error:
        raise WorkerError("a process that scored a part of the files died; was there enough memory?") from error
    finally:
        for _, future in running:
            future.cancel()


def _scored_here(block: Block) -> tuple[Block, Future[ScoredBlock]]:
    """A block, without its lines where none of them is left for later, and its result or error."""
    from concurrent.futures import Future

    found: Future[ScoredBlock] = Future()
    try:
        scored = score_block(block)
    except Exception as error:  # as of another process: it is raised when it is its turn
        found.set_exception(error)
        return block, found
    found.set_result(scored)
    return block if any(scored.left) else dataclasses.replace(block, lines=(Lines(b""), Lines(b""))), found


def _is_too_far(running: Sequence[tuple[Block, object]]) -> bool:
    held = sum(len(lines.raw) for block, _ in running for lines in block.lines)
    return held > _MOST_HELD or len(running) > _MOST_AHEAD


def _in_order(counts: SpanCounts) -> SpanCounts:
    order = sorted(range(len(counts.documents)), key=counts.documents.__getitem__)
    documents = tuple(counts.documents[place] for place in order)
    return dataclasses.replace(counts, documents=documents, values=counts.values[np.array(order, np.int64)])

"""CoNLL column files: one token a line, its tag in a column.

A blank line ends a sentence, a line that begins with ``-DOCSTART-`` a document; without such a line the file is one
document. Documents are named "1", "2", ... in order, so that those of gold and predictions meet; their offsets are
token numbers. Columns are separated by tabs if the first token line has one, else by spaces; every token line has as
many as the first. Source: the shared tasks of CoNLL-2000 to 2003. Where gold and predicted tags are columns of one
file, as conlleval reads it, :func:`read_columns_pair` gives both.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

from onrecord.dataset.reading.faults import Findings
from onrecord.eval.readers.labelled import LabelledDocument
from onrecord.eval.readers.lines import at_least_one, encoding_problem, excerpt, numbered, of_line, whole
from onrecord.eval.readers.tags import Affix, Scheme, Tag, chunks, explain_tag, parse_tag
from onrecord.eval.spans.documents import SpanDocument, TypedSpan

DocumentUnit = Literal["document", "sentence"]
"""What becomes a document: what the file says, or every sentence. Of the latter only one is held in memory."""


@dataclasses.dataclass(frozen=True)
class ColumnFormat:
    """How a column file is to be read; columns count from 0, or from -1 backwards."""

    scheme: Scheme = "lenient"
    affix: Affix = "prefix"
    token: int = 0
    tag: int = -1
    unit: DocumentUnit = "document"
    script: bool = False
    """As in the script conlleval, a line ``-DOCSTART-`` is a token, and one whose token is ``-X-`` ends a sentence."""
    comment: str = ""
    """Lines that begin so are passed over; the empty string stands for none, since ``#`` may be a token."""


CONLL = ColumnFormat()
"""As conlleval reads: the token first, the tag last, every run of tags a span."""


@dataclasses.dataclass(frozen=True)
class ColumnDocument:
    """A document with the tokens that its offsets count."""

    document: SpanDocument
    tokens: tuple[str, ...]
    lines: Sequence[int]
    """The line of each token, from 1."""

    @property
    def labelled(self) -> LabelledDocument:
        """The same as what every format gives."""
        return LabelledDocument(self.document.doc_id, self.document.spans, tokens=self.tokens, token_lines=self.lines)


def read_columns(path: Path | str, raw: bytes | None = None, columns: ColumnFormat = CONLL) -> list[ColumnDocument]:
    """The documents of a column file.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        columns: How it is to be read.

    Raises:
        FaultsError: With every fault of the file.
    """
    return at_least_one(iter_columns(whole(path, raw), str(path), columns), path)


def read_columns_pair(
    path: Path | str, raw: bytes | None = None, columns: ColumnFormat = CONLL, gold: int = -2
) -> list[tuple[ColumnDocument, ColumnDocument]]:
    """Gold and predicted documents of one file that has both tags, gold in the column ``gold``.

    Raises:
        FaultsError: With every fault of the file.
    """
    findings = Findings(str(path))
    decoders = (_Decoder(columns, findings), _Decoder(columns, findings))
    pairs = []
    for block in _blocks(whole(path, raw), columns, (gold, columns.tag), findings):
        left, right = (each.decode(block, which) for which, each in enumerate(decoders))
        if left is not None and right is not None:
            pairs.append((left, right))
    findings.refuse()
    return at_least_one(pairs, path)


def read_tags(
    path: Path | str, raw: bytes | None, columns: ColumnFormat, wanted: tuple[int, ...]
) -> tuple[list[list[str]], ...]:
    """The tags of some columns, sentence by sentence, as they stand there: what tools that read tags are given.

    Raises:
        FaultsError: With every fault of the columns; the tags are not looked at.
    """
    findings = Findings(str(path))
    found: tuple[list[list[str]], ...] = tuple([] for _ in wanted)
    for block in _blocks(whole(path, raw), columns, wanted, findings):
        first = 0
        for end in block.ends:
            for sentences, tags in zip(found, block.tags, strict=True):
                sentences.append(tags[first:end])
            first = end
    findings.refuse()
    return found


def iter_columns(stream: BinaryIO, name: str, columns: ColumnFormat = CONLL) -> Iterator[ColumnDocument]:
    """The documents of a column file one by one; no more than one is held in memory.

    Raises:
        FaultsError: At the end, with the faults of the documents that were not given.
    """
    findings = Findings(name)
    decoder = _Decoder(columns, findings)
    for block in _blocks(stream, columns, (columns.tag,), findings):
        document = decoder.decode(block, 0)
        if document is not None:
            yield document
    findings.refuse()


@dataclasses.dataclass(slots=True)
class _Block:
    """The rows of one document."""

    doc_id: str
    tokens: list[str]
    tags: tuple[list[str], ...]
    """By wanted column."""
    lines: array[int]
    ends: list[int]
    """Where sentences end, in tokens."""
    sound: bool = True

    @classmethod
    def empty(cls, number: int, wanted: Sequence[int]) -> _Block:
        """A document of which nothing is read."""
        return cls(str(number), [], tuple([] for _ in wanted), array("q"), [])

    @property
    def touched(self) -> bool:
        """Whether a row was read, right or wrong."""
        return bool(self.tokens) or not self.sound

    def end_sentence(self) -> None:
        """The next token begins a sentence."""
        if self.tokens and (not self.ends or self.ends[-1] != len(self.tokens)):
            self.ends.append(len(self.tokens))


def _blocks(stream: BinaryIO, columns: ColumnFormat, wanted: tuple[int, ...], findings: Findings) -> Iterator[_Block]:
    rows = _Rows(columns, wanted, findings)
    comment = columns.comment.encode("utf-8")
    number = 1
    block = _Block.empty(number, wanted)
    named = False  # whether a -DOCSTART- began this document: then it is one even without tokens
    for line, raw in numbered(stream):
        begins = raw.startswith(b"-DOCSTART-") and not columns.script
        if begins or not raw.strip() or (columns.script and raw.split(None, 1)[0] == b"-X-"):
            block.end_sentence()
            if (block.touched and (begins or columns.unit == "sentence")) or (begins and named):
                yield block
                number += 1
                block = _Block.empty(number, wanted)
            named = named or (begins and columns.unit == "document")
        elif not (comment and raw.startswith(comment)):
            cells = rows.cells(line, raw)
            if cells is None:
                block.sound = False
                if rows.unfit:
                    return
            else:
                block.tokens.append(cells[columns.token].decode("utf-8"))
                block.lines.append(line)
                for tags, column in zip(block.tags, wanted, strict=True):
                    tags.append(cells[column].decode("utf-8"))
    block.end_sentence()
    if block.touched or named:
        yield block


class _Rows:
    """Cuts lines into cells as the first of them is cut."""

    def __init__(self, columns: ColumnFormat, wanted: tuple[int, ...], findings: Findings) -> None:
        self._columns = columns
        self._wanted = wanted
        self._findings = findings
        self._width = 0
        self._separator: bytes | None = None
        self.unfit = False
        """Whether the first line lacks a column, and so will all."""

    def cells(self, line: int, raw: bytes) -> list[bytes] | None:
        """The cells of a line; None where it has a fault, which is noted."""
        if problem := encoding_problem(raw):
            self._findings.add(of_line("encoding", *problem), line)
            return None
        if not self._width:
            self._separator = b"\t" if b"\t" in raw else None
        cells = raw.split(self._separator)
        if len(cells) == self._width:
            return cells
        if not self._width:
            return self._first(line, raw, cells)
        hint = "the first token line is separated by " + ("tabs" if self._separator else "spaces")
        self._findings.add(of_line("columns", f"{len(cells)} in {excerpt(raw)}", f"{self._width} columns", hint), line)
        return None

    def _first(self, line: int, raw: bytes, cells: list[bytes]) -> list[bytes] | None:
        self._width = width = len(cells)
        used = (self._columns.token, *self._wanted)
        if all(-width <= each < width for each in used) and len({each % width for each in used}) == len(used):
            return cells
        self.unfit = True
        expected = f"a token in column {used[0]} and tags in column {' and '.join(map(str, self._wanted))}"
        hint = "columns count from 0, or from -1 backwards, and are separated by a tab or by spaces"
        self._findings.add(of_line("columns", f"{width} in {excerpt(raw)}", expected, hint), line)
        return None


class _Decoder:
    """Decodes blocks; remembers the tags it has seen, of which a file has few."""

    def __init__(self, columns: ColumnFormat, findings: Findings) -> None:
        self._columns = columns
        self._findings = findings
        self._seen: dict[str, Tag | None] = {}
        self._explained: dict[str, tuple[str, str, str]] = {}

    def decode(self, block: _Block, which: int) -> ColumnDocument | None:
        """The document of a block with the tags of its column ``which``; None where it has a fault."""
        scheme, affix = self._columns.scheme, self._columns.affix
        seen, tags = self._seen, block.tags[which]
        for tag in set(tags).difference(seen):
            seen[tag] = parse_tag(tag.strip(), scheme, affix)
        parsed = [known for tag in tags if (known := seen[tag]) is not None]
        if len(parsed) < len(tags):
            self._explain(block.lines, tags)
            return None
        if not block.sound:
            return None
        spans: list[TypedSpan] = []
        begin = 0
        for end in block.ends:
            sentence = chunks(parsed[begin:end], scheme)
            spans += [TypedSpan(s.start + begin, s.end + begin, s.type) for s in sentence] if begin else sentence
            begin = end
        return ColumnDocument(SpanDocument(block.doc_id, tuple(spans)), tuple(block.tokens), block.lines)

    def _explain(self, lines: Iterable[int], tags: list[str]) -> None:
        for line, tag in zip(lines, tags, strict=True):
            if self._seen[tag] is None:
                if tag not in self._explained:
                    expected, hint = explain_tag(tag.strip(), self._columns.scheme, self._columns.affix)
                    self._explained[tag] = (excerpt(tag), expected, hint)
                self._findings.add(of_line("tag", *self._explained[tag]), line)

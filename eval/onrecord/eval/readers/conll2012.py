"""The coreference column of CoNLL-2011 and CoNLL-2012 files, key or response.

``#begin document (name); part 000`` and ``#end document`` enclose a document, which is called ``name; part 0``, or
``name`` where no part is told; ``# begin document`` is the same. Of a token's columns the last one opens and closes
mentions: ``(3`` opens one of cluster 3, ``3)`` closes the one of cluster 3 opened last, ``(3)`` is one of a single
token, ``|`` or nothing stands between several, ``-`` or ``_`` for none. An id may be a word, with a type in it
(``(1-person``). Mentions may nest and cross. Offsets are token numbers over the document; blank lines between
sentences count for nothing. The word is in column 3 of five columns or more, in the one before the last of three or
four, in the first of two. Source: Pradhan et al., CoNLL-2012 shared task.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from onrecord.dataset.reading.faults import Findings
from onrecord.eval.readers.labelled import LabelledDocument
from onrecord.eval.readers.lines import at_least_one, encoding_problem, excerpt, numbered, of_line, whole
from onrecord.eval.spans.documents import ClusteredMention

Identity = Literal["document", "corpus"]
"""Whether equal ids are one cluster within a document, as the shared tasks have it, or over all documents, as in
files of cross-document coreference."""


def read_conll_clusters(
    path: Path | str, raw: bytes | None = None, identity: Identity = "document"
) -> list[LabelledDocument]:
    """The documents of a file with a coreference column.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        identity: With ``document``, ids are made unique: cluster 3 of document ``d`` is ``d#3``.

    Raises:
        FaultsError: With every fault of the file.
    """
    return at_least_one(iter_conll_clusters(whole(path, raw), str(path), identity), path)


def iter_conll_clusters(stream: BinaryIO, name: str, identity: Identity = "document") -> Iterator[LabelledDocument]:
    """The documents one by one; no more than one is held in memory.

    Raises:
        FaultsError: At the end, with the faults of the documents that were not given.
    """
    findings = Findings(name)
    seen: dict[str, int] = {}
    opened: _Document | None = None
    outside = False  # of lines between documents only the first is told
    for line, raw in numbered(stream):
        text = raw.strip()
        if not text:
            continue
        if problem := encoding_problem(raw):
            findings.add(of_line("encoding", *problem), line)
            if opened:
                opened.sound = False
            continue
        if mark := _MARK.match(text):
            text = b"#" + text[mark.end() :]
        if text.startswith(b"#begin document"):
            if opened:
                findings.add(of_line("document", excerpt(text), "#end document first", _began(opened)), line)
            opened = _Document(_doc_id(text.decode("utf-8")), line, {}, [])
            first = seen.setdefault(opened.doc_id, line)
            if first != line:
                found = f"document {excerpt(opened.doc_id)} again"
                findings.add(
                    of_line("repeated-document", found, "every document once", f"it began first in line {first}"), line
                )
                opened.sound = False
            outside = False
        elif text.startswith(b"#end document"):
            if opened is None:
                findings.add(of_line("document", excerpt(text), "#begin document first"), line)
            elif _closed(opened, findings):
                yield _finished(opened, identity)
            opened = None
        elif opened is not None:
            _add_token(opened, text, line, findings)
        elif not outside:
            hint = "every document lies between #begin document (name); part 000 and #end document"
            findings.add(of_line("document", excerpt(text), "#begin document first", hint), line)
            outside = True
    if opened:
        findings.add(of_line("document", "the end of the file", "#end document first", _began(opened)), None)
        _closed(opened, findings)
    findings.refuse()


_MARK = re.compile(rb"#\s*(?=(?:begin|end) document)")
_BRACKET = re.compile(r"(\()([^()|]+)(\))?|()([^()|]+)(\))")
_HEADER = re.compile(r"#begin document\s*\((.*)\)\s*;?\s*(?:part\s*([0-9]{1,9}))?\s*")


@dataclasses.dataclass(slots=True)
class _Document:
    """A document that has begun."""

    doc_id: str
    line: int
    opened: dict[str, list[tuple[int, int]]]
    """Token and line of the mentions not yet closed, by cluster; the last opened is the last."""
    mentions: list[tuple[int, int, str]]
    words: list[str] = dataclasses.field(default_factory=list)
    lines: list[int] = dataclasses.field(default_factory=list)
    sound: bool = True


def _doc_id(header: str) -> str:
    match = _HEADER.fullmatch(header)
    if match is None:
        return header.removeprefix("#begin document").strip()
    name, part = match.groups()
    return name if part is None else f"{name}; part {int(part)}"


def _add_token(document: _Document, text: bytes, line: int, findings: Findings) -> None:
    cells = [cell.decode("utf-8") for cell in text.split()]  # at no other white space than that of ASCII
    token = len(document.words)
    document.words.append(_word(cells))
    document.lines.append(line)
    if len(cells) < 2:
        document.sound = False
        findings.add(
            of_line("columns", f"one column: {excerpt(text)}", "a token and, in the last column, its mentions"), line
        )
        return
    cell = cells[-1]
    if cell in ("-", "_"):
        return
    for part in _brackets(cell):
        match = _BRACKET.fullmatch(part)
        opens, cluster, closes = (match[1], match[2] or match[5], match[3] or match[6]) if match else ("", "", "")
        if match is None:
            document.sound = False
            expected = "mentions such as (3 or 3) or (3), separated by | or nothing; or - for none"
            findings.add(of_line("mention", f"{excerpt(part)} in the last column", expected), line)
        elif opens and closes:
            document.mentions.append((token, token + 1, cluster))
        elif opens:
            document.opened.setdefault(cluster, []).append((token, line))
        elif stack := document.opened.get(cluster):
            document.mentions.append((stack.pop()[0], token + 1, cluster))
        else:
            document.sound = False
            found = f"{excerpt(part)}, which closes a mention"
            findings.add(of_line("bracket", found, f"({excerpt(cluster)} in this line or before it"), line)


def _word(cells: list[str]) -> str:
    match len(cells):
        case 0 | 1 | 2:
            return cells[0]
        case 3 | 4:
            return cells[-2]
        case _:
            return cells[3]


def _brackets(cell: str) -> list[str]:
    """The brackets of a cell, one after the other; what is none is one of its own."""
    parts: list[str] = []
    for between in cell.split("|"):
        at, found = 0, []
        while match := _BRACKET.match(between, at):  # and not searched for: what is none ends it
            found.append(match[0])
            at = match.end()
        parts += found if found and at == len(between) else [between]
    return parts


def _closed(document: _Document, findings: Findings) -> bool:
    """Whether the document is right; notes the mentions that nothing closed."""
    for cluster, stack in document.opened.items():
        shown = excerpt(cluster) if stack else ""
        for _, line in stack:
            document.sound = False
            findings.add(
                of_line("bracket", f"({shown}, which opens a mention", f"{shown}) before the document ends"), line
            )
    return document.sound


def _finished(document: _Document, identity: Identity) -> LabelledDocument:
    doc_id = document.doc_id
    mentions = [
        ClusteredMention(start, end, f"{doc_id}#{cluster}" if identity == "document" else cluster)
        for start, end, cluster in document.mentions
    ]
    return LabelledDocument(
        doc_id, mentions=tuple(mentions), tokens=tuple(document.words), line=document.line, token_lines=document.lines
    )


def _began(document: _Document) -> str:
    return f"document {excerpt(document.doc_id)} began in line {document.line}"

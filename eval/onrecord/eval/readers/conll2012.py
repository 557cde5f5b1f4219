"""The coreference column of CoNLL-2011 and CoNLL-2012 files, key or response.

``#begin document (name); part 000`` and ``#end document`` enclose a document, which is called ``name; part 0``, or
``name`` where no part is told. Of a token's columns the last one opens and closes mentions: ``(3`` opens one of
cluster 3, ``3)`` closes the one of cluster 3 opened last, ``(3)`` is one of a single token, ``|`` stands between
several, ``-`` or ``_`` for none. Mentions may nest and cross. Offsets are token numbers over the document; blank lines
between sentences count for nothing. Source: Pradhan et al., CoNLL-2012 shared task.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from onrecord.dataset.reading.faults import Findings
from onrecord.eval.readers.lines import at_least_one, encoding_problem, excerpt, numbered, of_line, whole
from onrecord.eval.spans.documents import ClusterDocument, ClusteredMention

Identity = Literal["document", "corpus"]
"""Whether equal ids are one cluster within a document, as the shared tasks have it, or over all documents, as in
files of cross-document coreference."""


def read_conll_clusters(
    path: Path | str, raw: bytes | None = None, identity: Identity = "document"
) -> list[ClusterDocument]:
    """The documents of a file with a coreference column.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        identity: With ``document``, ids are made unique: cluster 3 of document ``d`` is ``d#3``.

    Raises:
        FaultsError: With every fault of the file.
    """
    return at_least_one(iter_conll_clusters(whole(path, raw), str(path), identity), path)


def iter_conll_clusters(stream: BinaryIO, name: str, identity: Identity = "document") -> Iterator[ClusterDocument]:
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


_CELL = re.compile(r"(\()?([^()|]+)(\))?")
_HEADER = re.compile(r"#begin document\s*\((.*)\)\s*;?\s*(?:part\s*([0-9]{1,9}))?\s*")


@dataclasses.dataclass(slots=True)
class _Document:
    """A document that has begun."""

    doc_id: str
    line: int
    opened: dict[str, list[tuple[int, int]]]
    """Token and line of the mentions not yet closed, by cluster; the last opened is the last."""
    mentions: list[tuple[int, int, str]]
    tokens: int = 0
    sound: bool = True


def _doc_id(header: str) -> str:
    match = _HEADER.fullmatch(header)
    if match is None:
        return header.removeprefix("#begin document").strip()
    name, part = match.groups()
    return name if part is None else f"{name}; part {int(part)}"


def _add_token(document: _Document, text: bytes, line: int, findings: Findings) -> None:
    cells = text.rsplit(None, 1)
    token = document.tokens
    document.tokens += 1
    if len(cells) < 2:
        document.sound = False
        findings.add(
            of_line("columns", f"one column: {excerpt(text)}", "a token and, in the last column, its mentions"), line
        )
        return
    cell = cells[1]
    if cell in (b"-", b"_"):
        return
    for part in cell.decode("utf-8").split("|"):
        match = _CELL.fullmatch(part)
        if match is None or not (match[1] or match[3]):
            document.sound = False
            expected = "mentions such as (3 or 3) or (3), separated by |; or - for none"
            findings.add(of_line("mention", f"{excerpt(part)} in the last column", expected), line)
        elif match[1] and match[3]:
            document.mentions.append((token, token + 1, match[2]))
        elif match[1]:
            document.opened.setdefault(match[2], []).append((token, line))
        elif stack := document.opened.get(match[2]):
            document.mentions.append((stack.pop()[0], token + 1, match[2]))
        else:
            document.sound = False
            found = f"{excerpt(part)}, which closes a mention"
            findings.add(of_line("bracket", found, f"({excerpt(match[2])} in this line or before it"), line)


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


def _finished(document: _Document, identity: Identity) -> ClusterDocument:
    doc_id = document.doc_id
    mentions = [
        ClusteredMention(start, end, f"{doc_id}#{cluster}" if identity == "document" else cluster)
        for start, end, cluster in document.mentions
    ]
    return ClusterDocument(doc_id, tuple(mentions))


def _began(document: _Document) -> str:
    return f"document {excerpt(document.doc_id)} began in line {document.line}"

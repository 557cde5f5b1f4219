"""Entities and coreference of CoNLL-U files, as CorefUD and GUM have them: ``Entity=`` in the last column.

``# newdoc id = d`` begins a document, ``# global.Entity = eid-etype-head-other`` says what stands between the hyphens
of an opening bracket. ``Entity=(e1-person-1-`` opens a mention of the cluster e1, ``e1)`` closes the one of e1 opened
last, ``(e1-person-1-)`` is one of a single token; several stand in a row without anything between. Parts of a
discontinuous mention are numbered: ``(e1[1/2]-person-1-`` ... ``e1[1/2])``. Offsets are token numbers over the
document; lines of multiword tokens and of empty nodes are not counted, and of a mention the empty nodes are left out.
The form of a multiword token is what its tokens are in the text; ``SpaceAfter=No`` is of no account, as white space is
not compared. Source: universaldependencies.org/format.html; Nedoluzhko et al., CorefUD 1.0 (2022).
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from onrecord.dataset.reading.faults import Findings
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.readers.lines import encoding_problem, excerpt, numbered, of_line, whole
from onrecord.eval.spans.documents import ClusteredMention, Fragment, TypedSpan

COLUMNS = 10

FIELDS = ("eid", "etype", "head", "other")
"""What stands between the hyphens where no line says so."""

_BRACKET = re.compile(r"\(([^()]+)\)|\(([^()]+)|([^()]+)\)")
_PART = re.compile(r"(.*)\[([0-9]+)/([0-9]+)\]")
_TOKEN = re.compile(r"[1-9][0-9]*")


@dataclasses.dataclass(slots=True)
class _Mention:
    cluster: str
    type: str
    parts: list[Fragment]
    wanted: int
    line: int


@dataclasses.dataclass(slots=True)
class _Document:
    doc_id: str
    line: int | None
    tokens: list[str] = dataclasses.field(default_factory=list)
    lines: list[int] = dataclasses.field(default_factory=list)
    words: dict[int, tuple[int, str]] = dataclasses.field(default_factory=dict)
    """By their first token the forms of multiword tokens, and how many tokens they have."""
    opened: dict[str, list[tuple[int, str, int]]] = dataclasses.field(default_factory=dict)
    """Token, type and line of what is open, by cluster or by its part."""
    whole: list[_Mention] = dataclasses.field(default_factory=list)
    parts: dict[str, list[_Mention]] = dataclasses.field(default_factory=dict)
    """Of each cluster the discontinuous mentions that lack a part."""


def read_conllu(path: Path | str, raw: bytes | None = None, by_corpus: bool = False) -> Reading:
    """The documents of a file; without ``# newdoc`` it is one.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        by_corpus: Whether equal ids are one cluster over all documents.

    Raises:
        FaultsError: With every fault of the file.
    """
    reader = _Reader(Findings(str(path)), by_corpus)
    for number, line in numbered(whole(path, raw)):
        reader.take(number, line)
    reader.end_document()
    reader.findings.refuse()
    return Reading(tuple(reader.documents), reader.passed)


class _Reader:
    """Takes a file line by line."""

    def __init__(self, findings: Findings, by_corpus: bool) -> None:
        self.findings = findings
        self.passed = PassedOver()
        self.documents: list[LabelledDocument] = []
        self._by_corpus = by_corpus
        self._fields: tuple[str, ...] = FIELDS
        self._open: _Document | None = None

    def take(self, number: int, raw: bytes) -> None:
        if problem := encoding_problem(raw):
            self.findings.add(of_line("encoding", *problem), number)
            return
        line = raw.decode("utf-8")
        if line.startswith("#"):
            self._comment(line, number)
        elif line.strip():
            self._row(line, number)

    def _comment(self, line: str, number: int) -> None:
        key, equals, value = (part.strip() for part in line[1:].partition("="))
        if key in ("newdoc id", "newdoc"):
            self.end_document()
            self._open = _Document(value if equals else "", number)
        elif key == "global.Entity" and equals:
            self._fields = tuple(value.split("-"))

    def _row(self, line: str, number: int) -> None:
        cells = line.split("\t")
        if len(cells) != COLUMNS:
            found = f"{len(cells)} columns in {excerpt(line)}"
            self.findings.add(of_line("columns", found, f"{COLUMNS} columns, separated by tabs"), number)
            return
        document = self._open = self._open or _Document("", None)
        misc = dict(part.split("=", 1) for part in cells[9].split("|") if "=" in part)
        first, hyphen, last = cells[0].partition("-")
        if hyphen and _TOKEN.fullmatch(first) and _TOKEN.fullmatch(last) and int(first) <= int(last):
            many = int(last) - int(first) + 1
            document.words[len(document.tokens)] = many, cells[1]
            return
        if not _TOKEN.fullmatch(cells[0]):
            if "." not in cells[0]:
                found = f"{excerpt(cells[0])} in the first column"
                self.findings.add(of_line("token", found, "the number of a token, such as 1, 1-2 or 1.1"), number)
            elif "Entity" in misc:
                self._brackets(document, misc["Entity"], number, (len(document.tokens), len(document.tokens)))
            return
        document.tokens.append(cells[1])
        document.lines.append(number)
        if "Entity" in misc:
            self._brackets(document, misc["Entity"], number, (len(document.tokens) - 1, len(document.tokens)))

    def _brackets(self, document: _Document, cell: str, line: int, place: Fragment) -> None:
        """What a cell opens and closes; its place is empty before the token that follows an empty node."""
        at = 0
        while match := _BRACKET.match(cell, at):  # and not searched for: what is none ends it
            at = match.end()
            single, opening, closing = match.groups()
            if opening or single:
                key, type = self._about(opening or single)
                document.opened.setdefault(key, []).append((place[0], type, line))
            if closing or single:
                key = self._about(single)[0] if single else closing
                if stack := document.opened.get(key):
                    start, type, begun = stack.pop()
                    self._close(document, key, (start, place[1]), type, begun)
                else:
                    found = f"{excerpt(closing)}), which closes a mention"
                    self.findings.add(of_line("bracket", found, "one that was opened before it"), line)
        if at != len(cell):
            expected = "brackets such as (e1-person-1- or e1) or (e1-person-1-)"
            self.findings.add(of_line("mention", f"{excerpt(cell[at:])} in Entity=", expected), line)

    def _about(self, opening: str) -> tuple[str, str]:
        """The key by which a mention is closed, and its type."""
        values = opening.split("-")
        by_name = dict(zip(self._fields, values, strict=False))
        id_field = next((name for name in self._fields if name in ("eid", "GRP")), self._fields[0])
        return by_name.get(id_field, values[0]), by_name.get("etype", by_name.get("entity", ""))

    def _close(self, document: _Document, key: str, place: Fragment, type: str, line: int) -> None:
        match = _PART.fullmatch(key)
        if match is None:
            document.whole.append(_Mention(key, type, [place], 1, line))
            return
        cluster, number, wanted = match[1], int(match[2]), int(match[3])
        waiting = document.parts.setdefault(cluster, [])
        mention = next((each for each in waiting if len(each.parts) == number - 1 and each.wanted == wanted), None)
        if mention is None:
            mention = _Mention(cluster, type, [], wanted, line)
            waiting.append(mention)
        mention.parts.append(place)
        if len(mention.parts) == wanted:
            waiting.remove(mention)
            document.whole.append(mention)

    def end_document(self) -> None:
        """Close what is open."""
        document, self._open = self._open, None
        if document is None:
            return
        for key, stack in document.opened.items():
            for _, _, line in stack:
                found = f"({excerpt(key)}, which opens a mention"
                self.findings.add(of_line("bracket", found, f"{excerpt(key)}) before the document ends"), line)
        for waiting in document.parts.values():
            for each in waiting:
                found = f"{len(each.parts)} parts of {excerpt(each.cluster)}"
                self.findings.add(of_line("fragments", found, f"{each.wanted}, in order"), each.line)
        spans, mentions = [], []
        for each in document.whole:
            parts = _merged(sorted(part for part in each.parts if part[0] < part[1]))
            if not parts:
                self.passed["mentions of empty nodes alone"] += 1
                continue
            start, end, fragments = parts[0][0], parts[-1][1], tuple(parts) if len(parts) > 1 else ()
            cluster = each.cluster if self._by_corpus else f"{document.doc_id}#{each.cluster}"
            spans.append(TypedSpan(start, end, each.type, fragments=fragments))
            mentions.append(ClusteredMention(start, end, cluster, fragments))
        tokens = tuple(document.tokens)
        self.documents.append(
            LabelledDocument(
                document.doc_id,
                tuple(spans),
                tuple(mentions),
                tokens=tokens,
                forms=_forms(document),
                line=document.line,
                token_lines=document.lines,
            )
        )


def _forms(document: _Document) -> tuple[str, ...]:
    """What each token is in the text: of a multiword token the first is all of it, unless its tokens make it up."""
    forms = list(document.tokens)
    for first, (many, form) in document.words.items():
        if "".join(forms[first : first + many]) != form:
            forms[first : first + many] = [form, *[""] * (many - 1)]
    return tuple(forms)


def _merged(parts: list[Fragment]) -> list[Fragment]:
    merged = parts[:1]
    for start, end in parts[1:]:
        if start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

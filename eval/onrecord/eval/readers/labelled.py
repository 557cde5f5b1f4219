"""What a file of any format gives: documents with spans, clusters, or both, and what was passed over.

Offsets count the code points of :attr:`LabelledDocument.text` or the tokens of :attr:`LabelledDocument.tokens`. Where a
format has neither (what a model says of a text, without the text), the surfaces tell which text is meant.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence

from onrecord.dataset import Fault
from onrecord.eval.readers.lines import excerpt
from onrecord.eval.spans.documents import ClusterDocument, ClusteredMention, SpanDocument, TypedSpan

PassedOver = Counter[str]
"""How often each thing was passed over, by what it is: ``field 'score'``, ``relations``."""


@dataclasses.dataclass(frozen=True)
class LabelledDocument:
    """A document of a file, as far as the file tells."""

    doc_id: str
    """What the file calls it; empty where it does not."""
    spans: tuple[TypedSpan, ...] = ()
    mentions: tuple[ClusteredMention, ...] = ()
    text: str | None = None
    tokens: tuple[str, ...] | None = None
    """What offsets count where it is not characters."""
    forms: tuple[str, ...] = ()
    """What each token is in the text, where that is not the token; empty where it is part of the one before it."""
    surfaces: tuple[str, ...] = ()
    """Of each span, where the file has no text."""
    line: int | None = None
    """Where it stands in the file."""
    token_lines: Sequence[int] = ()
    """The line of each token, where tokens stand on lines."""
    pointer: str = ""
    """Its JSON pointer in the line or the file."""


@dataclasses.dataclass(frozen=True)
class Reading:
    """What was read of a file."""

    documents: tuple[LabelledDocument, ...]
    passed_over: PassedOver = dataclasses.field(default_factory=Counter)


def named(documents: Iterable[LabelledDocument]) -> list[LabelledDocument]:
    """The documents; those without a name are called "1", "2", ... by their place, so that two files meet."""
    return [
        each if each.doc_id else dataclasses.replace(each, doc_id=str(number))
        for number, each in enumerate(documents, start=1)
    ]


def span_document(document: LabelledDocument) -> SpanDocument:
    """Its spans."""
    return SpanDocument(document.doc_id, document.spans)


def cluster_document(document: LabelledDocument) -> ClusterDocument:
    """Its clustered mentions."""
    return ClusterDocument(document.doc_id, document.mentions)


def repeated_faults(documents: Iterable[LabelledDocument], file: str) -> list[Fault]:
    """A fault for every document whose name an earlier one has."""
    first: dict[str, LabelledDocument] = {}
    faults = []
    for each in documents:
        before = first.setdefault(each.doc_id, each)
        if before is not each:
            found = f"document {excerpt(each.doc_id)} again"
            hint = f"it is in line {before.line} too" if before.line is not None else ""
            faults.append(Fault("repeated-document", file, each.line, each.pointer, found, "every document once", hint))
    return faults


def content_faults(gold: Iterable[LabelledDocument], predicted: Iterable[LabelledDocument], file: str) -> list[Fault]:
    """Where the documents of ``file`` have other tokens, or another text, than the gold documents of the same name.

    Offsets count them, so nothing can be compared unless they are equal. Of each document the first difference is told.
    """
    known = {each.doc_id: each for each in gold}
    faults = []
    for each in predicted:
        other = known.get(each.doc_id)
        if other is None:
            continue
        if each.tokens is not None and other.tokens is not None and each.tokens != other.tokens:
            faults.append(_token_fault(other.tokens, each.tokens, each, file))
        elif each.tokens is None and each.text is not None and other.text is not None and each.text != other.text:
            faults.append(_text_fault(other.text, each.text, each, file))
    return faults


def _token_fault(gold: tuple[str, ...], tokens: tuple[str, ...], document: LabelledDocument, file: str) -> Fault:
    at = next((i for i, (a, b) in enumerate(zip(gold, tokens, strict=False)) if a != b), None)
    if at is None:
        at = min(len(gold), len(tokens))
    lines = document.token_lines
    line = lines[min(at, len(lines) - 1)] if lines else document.line
    found = excerpt(tokens[at]) if at < len(tokens) else "the end of the document"
    expected = excerpt(gold[at]) if at < len(gold) else "the end of the document"
    place = f"token {at} of document {excerpt(document.doc_id)}: "
    hint = "gold and predictions must have the same tokens in the same order"
    return Fault("token", file, line, document.pointer, place + found, expected, hint)


def _text_fault(gold: str, text: str, document: LabelledDocument, file: str) -> Fault:
    at = next((i for i, (a, b) in enumerate(zip(gold, text, strict=False)) if a != b), min(len(gold), len(text)))
    found = excerpt(text[at : at + 30]) if at < len(text) else "the end of the text"
    expected = excerpt(gold[at : at + 30]) if at < len(gold) else "the end of the text"
    place = f"character {at} of document {excerpt(document.doc_id)}: "
    hint = "gold and predictions must be of the same text; documents without a name are called by their place"
    return Fault("text", file, document.line, document.pointer, place + found, expected, hint)

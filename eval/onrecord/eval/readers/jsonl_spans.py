"""Spans as JSON Lines: ``{"doc_id": "d", "spans": [{"start": 0, "end": 5, "type": "PER"}]}``, a document a line.

The fields that are read are ``doc_id`` and ``spans`` of a line; ``start``, ``end``, ``type`` of a span, and
``fragments``, ``alternatives``, ``kind`` and ``optional``, as :class:`onrecord.eval.spans.documents.TypedSpan` says.
Any other, such as ``text``, ``score`` or ``x_...``, is passed over and counted, unless it looks like one of these,
misspelt. ``type`` may be left out where spans have none, or be called ``label``; the first span that has one decides
for the file. What spaCy, Prodigy and doccano write are formats of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from onrecord.dataset import Fault
from onrecord.dataset.reading.faults import Findings
from onrecord.dataset.reading.untrusted import may_repeat_keys
from onrecord.dataset.records import Offset
from onrecord.eval.readers.json_line import DocId, normal_fragments, place_faults, read_line, readable, repeated
from onrecord.eval.readers.labelled import PassedOver
from onrecord.eval.readers.lines import at_least_one, numbered, whole
from onrecord.eval.spans.documents import SpanDocument, TypedSpan

TypeKey = Literal["type", "label"]
"""What a file calls the type of its spans."""


class ReadSpan(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A span as a line has it, its type under either name."""

    start: Offset
    end: Offset
    type: str | msgspec.UnsetType = msgspec.UNSET
    label: str | msgspec.UnsetType = msgspec.UNSET
    kind: str = ""
    optional: bool = False
    fragments: tuple[tuple[Offset, Offset], ...] = ()
    alternatives: tuple[ReadSpan, ...] = ()

    @property
    def key(self) -> TypeKey | None:
        """What the span calls its type; None where it has none."""
        if self.type is not msgspec.UNSET:
            return "type"
        return "label" if self.label is not msgspec.UNSET else None


class SpanLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document as a line has it."""

    doc_id: DocId
    spans: tuple[ReadSpan, ...]

    @property
    def key(self) -> TypeKey | None:
        """What the first span that has a type calls it; None where none has one."""
        return next((key for span in self.spans if (key := span.key)), None)


def read_jsonl_spans(
    path: Path | str, raw: bytes | None = None, passed: PassedOver | None = None
) -> list[SpanDocument]:
    """The documents of a file of spans.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        passed: Where the fields that are passed over are counted.

    Raises:
        FaultsError: With every fault of the file.
    """
    return at_least_one(iter_jsonl_spans(whole(path, raw), str(path), passed), path)


def iter_jsonl_spans(stream: BinaryIO, name: str, passed: PassedOver | None = None) -> Iterator[SpanDocument]:
    """The documents of a file of spans one by one; of those given only the names are kept.

    Raises:
        FaultsError: At the end, with the faults of the lines that were not given.
    """
    findings = Findings(name)
    seen: dict[str, int] = {}
    key: TypeKey | None = None
    for number, raw in numbered(stream):
        if raw.strip():
            line, faults = _read(name, number, raw, key, passed)
            if line is not None:
                key = key or line.key
                faults += repeated(name, number, line.doc_id, seen)
                if not faults:
                    yield _document(line)
            findings.adopt(faults)
    findings.refuse()


def read_span_line(
    file: str, number: int, raw: bytes, key: TypeKey | None = None, passed: PassedOver | None = None
) -> tuple[SpanDocument | None, list[Fault]]:
    """The document of one line by itself, or None and every fault of the line; see :func:`explain_span_line`."""
    line, faults = _read(file, number, raw, key, passed)
    return (None, faults) if line is None or faults else (_document(line), [])


def explain_span_line(file: str, number: int, raw: bytes, key: TypeKey | None = None) -> list[Fault]:
    """Every fault of one line of a file of spans; none where it is right.

    That its document is there twice cannot be seen from one line: :func:`repeated`.

    Args:
        file: The name that faults give the file.
        number: The line's number.
        raw: The line.
        key: What the file calls the type; None if no span before this line said so.
    """
    return _explained(file, number, raw, key, None)[1]


def _explained(
    file: str, number: int, raw: bytes, key: TypeKey | None, passed: PassedOver | None
) -> tuple[SpanLine | None, list[Fault]]:
    raw = raw.replace(b"\n", b" ")
    line, faults = read_line(file, number, raw, SpanLine, PassedOver() if passed is None else passed)
    spans = dict(enumerate(line.spans) if line else readable(raw, "spans", _LooseSpan))
    key = key or next((known for span in spans.values() if (known := span.key)), None)
    for index, span in spans.items():
        faults += _span_faults(file, number, f"/spans/{index}", span, key)
    return line, faults


_LINE = msgspec.json.Decoder(SpanLine)


class _LooseSpan(ReadSpan, frozen=True, gc=False, forbid_unknown_fields=False):
    """A span with fields of anyone's own."""


class _LooseLine(msgspec.Struct, frozen=True):
    spans: tuple[_LooseSpan, ...]


_LOOSE = msgspec.json.Decoder(_LooseLine)


def type_key(raw: bytes) -> TypeKey | None:
    """What the first span of a line that has a type calls it, whatever else the line has; None where none has one."""
    try:
        spans = _LOOSE.decode(raw).spans
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return next((key for span in spans if (key := span.key)), None)


def _read(
    file: str, number: int, raw: bytes, key: TypeKey | None, passed: PassedOver | None
) -> tuple[SpanLine | None, list[Fault]]:
    try:
        line = _LINE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _explained(file, number, raw, key, passed)
    key = key or line.key
    return line, [] if _plainly_sound(line, raw, key) else explain_span_line(file, number, raw, key)


def _span_faults(file: str, number: int, pointer: str, span: ReadSpan, key: TypeKey | None) -> list[Fault]:
    faults = place_faults(file, number, pointer, span.start, span.end, span.fragments)
    other: TypeKey = "label" if key == "type" else "type"
    if getattr(span, other) is not msgspec.UNSET:
        hint = f"a file says either 'type' or 'label'; its first span says {key!r}"
        faults.append(Fault("mixed", file, number, f"{pointer}/{other}", other, str(key), hint))
    for index, each in enumerate(span.alternatives):
        place = f"{pointer}/alternatives/{index}"
        faults += _span_faults(file, number, place, each, key or each.key)
        if each.alternatives:
            found, expected = f"{len(each.alternatives)} alternatives", "an alternative without alternatives"
            hint = "list all of them beside each other"
            faults.append(Fault("alternatives", file, number, f"{place}/alternatives", found, expected, hint))
    return faults


def _plainly_sound(line: SpanLine, raw: bytes, key: TypeKey | None) -> bool:
    """Whether every span has a start, an end and a type and nothing else, and no key is there twice.

    Of any other line nothing is said; it is walked.
    """
    if may_repeat_keys(raw, raw.count(b":"), 2 + 3 * len(line.spans), (line.doc_id,)):
        return False
    if key == "label":
        return all(span.start < span.end and span.label is not msgspec.UNSET for span in line.spans)
    return all(span.start < span.end and span.type is not msgspec.UNSET for span in line.spans)


def _document(line: SpanLine) -> SpanDocument:
    return SpanDocument(line.doc_id, tuple([_typed(span) for span in line.spans]))


def _typed(span: ReadSpan) -> TypedSpan:
    return TypedSpan(
        span.start,
        span.end,
        span.type or span.label or "",
        span.kind,
        span.optional,
        normal_fragments(span.fragments),
        tuple(_typed(each) for each in span.alternatives) if span.alternatives else (),
    )

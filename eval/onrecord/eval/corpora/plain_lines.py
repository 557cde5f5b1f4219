"""Lines of plain spans decoded: contiguous spans that have a start, an end, a type and nothing else."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, Protocol

import msgspec

from onrecord.eval.readers.jsonl_spans import TypeKey
from onrecord.eval.spans.columns import Plain, Vocabulary
from onrecord.eval.spans.documents import PlainDocument


class PlainLine(Protocol):
    """A document of spans that are plain, whatever they call their type."""

    @property
    def doc_id(self) -> str:
        """Its name."""

    @property
    def spans(self) -> Sequence[Plain]:
        """Its spans."""


Decode = Callable[[bytes], PlainLine]

FEW_TYPES = 64
"""Up to so many types a decoder is made that knows them: their names are then looked up and not made anew."""


def decode_lines(lines: Sequence[bytes], key: TypeKey | None, known: Vocabulary) -> list[PlainLine]:
    """The documents of some lines.

    Args:
        lines: JSON, a document each.
        key: What the spans call their type; None for spans without.
        known: Types that there were so far: others are decoded too, but not as fast.

    Raises:
        DecodeError: A line is none, or none of plain spans.
        UnicodeDecodeError: A line is not UTF-8.
        RecursionError: A line is nested too deeply.
    """
    if key is not None and 0 < len(known) <= FEW_TYPES:
        decode = _of_types(key, known.words)
        try:
            return [decode(raw) for raw in lines]
        except msgspec.ValidationError:
            pass  # another type, or none that is plain
    decode = _ANY[key]
    return [decode(raw) for raw in lines]


@functools.lru_cache(maxsize=16)
def _of_types(key: TypeKey, types: tuple[str, ...]) -> Decode:
    how: dict[str, Any] = {"frozen": True, "gc": False, "forbid_unknown_fields": True}
    fields: list[Any] = [("start", int), ("end", int), ("type", Literal[types], msgspec.field(name=key))]
    span: Any = msgspec.defstruct("Span", fields, **how)
    document: Any = msgspec.defstruct("Document", [("doc_id", str), ("spans", tuple[span, ...])], **how)
    decoder: msgspec.json.Decoder[PlainLine] = msgspec.json.Decoder(document)
    return decoder.decode


class _LabelledSpan(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    start: int
    end: int
    type: str = msgspec.field(name="label")


class _LabelledDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    doc_id: str
    spans: tuple[_LabelledSpan, ...]


class _BareSpan(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    start: int
    end: int
    type: ClassVar[str] = ""


class _BareDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    doc_id: str
    spans: tuple[_BareSpan, ...]


_ANY: dict[TypeKey | None, Decode] = {
    "type": msgspec.json.Decoder(PlainDocument).decode,
    "label": msgspec.json.Decoder(_LabelledDocument).decode,
    None: msgspec.json.Decoder(_BareDocument).decode,
}

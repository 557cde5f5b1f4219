"""Labelled documents of any corpus: plain spans and clustered mentions, whatever file they came from.

These are what the measures take, what the readers of foreign formats give, and what a line of JSON Lines holds.
Offsets are 0-based and half-open, in any unit (code points, tokens), as long as gold and predictions use the same.
"""

from __future__ import annotations

import msgspec

Fragment = tuple[int, int]
"""Start and end of one contiguous part of a span."""


class TypedSpan(msgspec.Struct, frozen=True, gc=False):
    """A span with a type.

    Attributes:
        start: First position.
        end: One past the last position; more than ``start``.
        type: Its label; the empty string where spans have none.
        kind: Breaks ties alone: spans of the same kind are paired first.
        optional: Gold that is neither missed nor found: what is paired with it is left out.
        fragments: The parts of a discontinuous span, ascending, apart from each other, from ``start`` to ``end``;
            empty for a contiguous one.
        alternatives: Other answers that are as right as this one (MUC, 1995); a gold span and its alternatives can be
            found once. Theirs are not looked at.
    """

    start: int
    end: int
    type: str = ""
    kind: str = ""
    optional: bool = False
    fragments: tuple[Fragment, ...] = ()
    alternatives: tuple[TypedSpan, ...] = ()


class PlainSpan(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A contiguous span with a type and nothing else: what nearly every span is, and faster to read."""

    start: int
    end: int
    type: str


class PlainDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document of plain spans."""

    doc_id: str
    spans: tuple[PlainSpan, ...]


class SpanDocument(msgspec.Struct, frozen=True):
    """A document's spans, in any order; spans may nest, overlap and repeat."""

    doc_id: str
    spans: tuple[TypedSpan, ...]


class ClusteredMention(msgspec.Struct, frozen=True, gc=False):
    """A mention in a cluster.

    Attributes:
        start: First position.
        end: One past the last position.
        cluster: Its cluster; the same over documents means the same cluster.
        fragments: As in :class:`TypedSpan`.
    """

    start: int
    end: int
    cluster: str
    fragments: tuple[Fragment, ...] = ()


class ClusterDocument(msgspec.Struct, frozen=True):
    """A document's clustered mentions, in any order."""

    doc_id: str
    mentions: tuple[ClusteredMention, ...]

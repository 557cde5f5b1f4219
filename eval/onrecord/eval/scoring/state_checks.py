"""Whether what a state says of a part can be: beside its columns, see :mod:`onrecord.eval.layers.sound_columns`."""

from __future__ import annotations

from collections.abc import Collection

from onrecord.dataset.layers import LAYERS, scheme
from onrecord.eval.layers.columns import KINDS, Vocabularies
from onrecord.eval.scoring.parts import PartHead
from onrecord.eval.scoring.target import Target
from onrecord.eval.submission.prediction_line import PLACED

_DIGEST_BYTES = 32


def check_head(head: PartHead, target: Target) -> None:
    """Refuse a head that no file of predictions has.

    Raises:
        ValueError: It speaks of documents, layers, kinds of ids or rows of the registry that there are not, or a number
            or a digest of it is none.
    """
    _known("documents", head.digests, target.gold.documents)
    if any(len(digest) != _DIGEST_BYTES for digest in head.digests.values()):
        raise ValueError("a digest is no SHA-256")
    if any(many < 0 for many in head.left_out.values()):
        raise ValueError("a negative number of mentions is left out")
    _known("documents with items that are not in the text", head.unplaced, head.digests.keys() & target.places.keys())
    items = [each for several in head.unplaced.values() for each in several]
    _known("layers of items that are not in the text", {each.layer for each in items}, {*PLACED} & {*LAYERS})
    _known("kinds of mentions", {each.kind for each in items if each.kind is not None}, scheme().mention_kinds)
    said = head.described
    if any(id != row.id for rows in (said.entities, said.claims, said.events) for id, row in rows.items()):
        raise ValueError("a description is of another id")
    _known("rows of the registry", {row for _, row in said.sources}, target.published["entity"])
    _known("layers", {*head.ends.layers, *head.ends.lacking}, LAYERS)
    if any({*of} != {*KINDS} for of in (head.ends.declared, head.ends.waiting)):
        raise ValueError("the kinds of ids are others")


def check_words(codes: Vocabularies, target: Target) -> None:
    """Refuse types and kinds of mentions that a file cannot have.

    Raises:
        ValueError: There are some.
    """
    ours, named = target.columns.codes, filter(None, target.types.names.values())
    _known("types of mentions", codes.type.words, {*ours.type.words, *named})
    _known("kinds of mentions", codes.kind.words, {*ours.kind.words, *scheme().mention_kinds})


def _known(what: str, found: Collection[str], known: Collection[str]) -> None:
    if strange := sorted({*found} - {*known}):
        raise ValueError(f"{what} that there are not: {strange[0]}")

"""What one part of a submission leaves open, because only all parts together tell whether it is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.faults import Wrong, nearest
from onrecord.eval.submission.file_rules import MOST_IDS
from onrecord.eval.submission.line_checks import DESCRIPTIONS, KINDS
from onrecord.eval.submission.prediction_line import Description, says_something


@dataclasses.dataclass(frozen=True)
class OpenEnds:
    """What a part has and lacks."""

    layers: tuple[str, ...]
    """Layers that some line has."""
    lacking: Mapping[str, str]
    """Layers that some line lacks, and the document of the first of these."""
    declared: Mapping[str, frozenset[str]]
    """By kind, the ids that it declares and that are in no registry."""
    waiting: Mapping[str, frozenset[str]]
    """By kind, the ids that it refers to and that neither it nor a registry declares."""


def declare_too_much(parts: Sequence[OpenEnds]) -> bool:
    """Whether parts of a file together declare more ids than a file may."""
    return sum(len(frozenset().union(*(part.declared[kind] for part in parts))) for kind in KINDS) > MOST_IDS


Described = Sequence[Mapping[str, Description]]
"""Descriptions by id: of entities, claims and events."""


def faults_together(
    parts: Sequence[OpenEnds],
    documents: Sequence[Collection[str]],
    described: Sequence[Described],
    names: Sequence[str],
    known: Mapping[str, Collection[str]],
) -> Iterator[tuple[int, Wrong]]:
    """What is wrong with parts that are right by themselves, each with the number of the part where it shows.

    Args:
        parts: What each leaves open.
        documents: The documents of each.
        described: What each says of its ids.
        names: What the parts are called.
        known: The published ids of each kind.
    """
    first: dict[str, int] = {}
    for number, ids in enumerate(documents):
        for id in ids:
            if id in first:
                hint = f"it is in {names[first[id]]} already"
                yield number, ("repeated-document", "/doc_id", f"{id} again", "a document on one line", hint)
            first.setdefault(id, number)
    yield from _layers(parts)
    declared = {kind: frozenset().union(known[kind], *(part.declared[kind] for part in parts)) for kind in KINDS}
    for number, part in enumerate(parts):
        for kind in KINDS:
            for id in sorted(part.waiting[kind] - declared[kind]):
                expected = f"an id that some part declares, or one of the {kind} registry"
                yield number, ("reference", "", id, expected, partial(nearest, id, declared[kind]))
    yield from _contradictions(described, names)


def _layers(parts: Sequence[OpenEnds]) -> Iterator[tuple[int, Wrong]]:
    there = {layer for part in parts for layer in part.layers}
    if not there:
        hint = 'a file says what it predicts: write "mentions": [] for none at all'
        yield 0, ("missing-layer", "", "no layer", f"one of {', '.join(LAYERS)}", hint)
    for number, part in enumerate(parts):
        for layer in LAYERS:
            if layer in there and layer in part.lacking:
                hint = f'where there are none, write "{layer}": []'
                found = f"nothing for {part.lacking[layer]}"
                yield number, ("missing-layer", f"/{layer}", found, f"{layer}, as on other lines", hint)


def _contradictions(described: Iterable[Described], names: Sequence[str]) -> Iterator[tuple[int, Wrong]]:
    said: dict[tuple[str, str], tuple[int, Description]] = {}
    for number, several in enumerate(described):
        for field, rows in zip(DESCRIPTIONS, several, strict=True):
            for id, row in rows.items():
                if says_something(row):
                    before, other = said.setdefault((field, id), (number, row))
                    if other != row:
                        expected = f"the same description as in {names[before]}"
                        yield number, ("contradiction", f"/{field}", id, expected, "")

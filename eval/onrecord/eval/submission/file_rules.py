"""What must hold of the lines of a prediction file together: each rule remembers what it must, and no more.

A rule takes the lines one after the other and says at the end what is wrong, where that cannot be known before.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import NamedTuple

import msgspec
import numpy as np

from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.faults import Wrong, nearest
from onrecord.dataset.records import SpanItem
from onrecord.dataset.walk import IdReference
from onrecord.eval.submission.block_ids import BlockIds, PlacedReference, references_to
from onrecord.eval.submission.expected import KnownDocument
from onrecord.eval.submission.line_block import LineBlock
from onrecord.eval.submission.line_checks import DESCRIPTIONS, KINDS, blank_edges, descriptions, references
from onrecord.eval.submission.prediction_line import PredictionLine, says
from onrecord.eval.submission.quick_looks import LineIds, edges_are_right
from onrecord.eval.submission.salvage import Lost, Salvaged, across

MOST_IDS = 200_000
"""Ids that a file may declare, and references that may wait for one; of a part, ids that may wait."""


class PlacedFault(NamedTuple):
    """What is wrong, and where."""

    wrong: Wrong
    line: int
    document: str | None


Said = dict[str, tuple[int, tuple[str | None, ...]]]
"""By id, the first line that describes it, and the values of the description."""


class DocumentLines:
    """Every document is on one line, and those that are asked for are there."""

    def __init__(self, documents: Mapping[str, KnownDocument]) -> None:
        self.first: dict[str, int] = {}
        """The line of each document of the dataset."""
        self._documents = documents

    def take(self, id: str, number: int) -> Wrong | None:
        """Note the document of a line; what is wrong if it was there before, or is none of the dataset."""
        if id in self.first:
            hint = f"see line {self.first[id]}"
            return "repeated-document", "/doc_id", f"{id} again", "a document on one line", hint
        if id not in self._documents:
            close = partial(nearest, id, self._documents)
            return "document", "/doc_id", id, "a document of the dataset", close
        self.first[id] = number
        return None

    def fit(self, ids: Sequence[str]) -> bool:
        """Whether the documents of several lines are of the dataset, and none was there before."""
        return len({*ids}) == len(ids) and self.first.keys().isdisjoint(ids) and self._documents.keys() >= {*ids}

    def take_several(self, ids: Sequence[str], numbers: Sequence[int]) -> None:
        """Note the documents of lines that :meth:`fit`."""
        self.first.update(zip(ids, numbers, strict=True))

    def missing(self, required: Collection[str], unread: int, last: int) -> Iterator[PlacedFault]:
        """Documents without a line.

        Args:
            required: Those that must have one.
            unread: How many lines could not be read: each may be that of a document.
            last: The last line.
        """
        missing = [id for id in required if id not in self.first]
        if len(missing) <= unread:
            return
        others = sorted({self._documents[id].split for id in self.first})
        if others and len(missing) == len(required):
            wanted = " and ".join(sorted({self._documents[id].split for id in required}))
            found = f"{len(self.first)} articles of split {' and '.join(others)}, and none of split {wanted}"
            option = others[0] if len(others) == 1 else "all"
            hint = f"--split {option} takes the file as what it is: predictions for these articles"
            wrong: Wrong = ("missing-document", "", found, f"the {len(required)} articles of split {wanted}", hint)
            yield PlacedFault(wrong, last, None)
        else:
            for id in missing:
                hint = "add its line, with [] where there is nothing; or score it as empty with --allow-missing"
                wrong = ("missing-document", "", f"no line for {id}", f"a line for each of {len(required)}", hint)
                yield PlacedFault(wrong, last, id)


class LayerLines:
    """A layer is on every line or on none, and there is one."""

    def __init__(self) -> None:
        self.first: dict[str, int] = {}
        """Layers that the file has, with the first line that has one."""
        self._unknown = False
        self._without: dict[str, list[tuple[int, str]]] = {layer: [] for layer in LAYERS}

    def take(self, line: PredictionLine, number: int, known: bool = True) -> None:
        """Note the layers of a line; where not all are known, those that are there."""
        self._unknown = self._unknown or not known
        for layer in LAYERS:
            if getattr(line, layer) is None:
                if known:
                    self._without[layer].append((number, line.doc_id))
            else:
                self.first.setdefault(layer, number)

    def take_several(self, block: LineBlock) -> None:
        """The same for several lines; see :meth:`take`."""
        for layer in LAYERS:
            there = block.is_there(layer)
            for place in np.flatnonzero(~there).tolist():
                self._without[layer].append((block.numbers[place], block.documents[place]))
            if there.any():
                self.first.setdefault(layer, block.numbers[int(there.argmax())])

    @property
    def lacking(self) -> dict[str, str]:
        """Layers that some line lacks, and the document of the first of these."""
        return {layer: lines[0][1] for layer, lines in self._without.items() if lines}

    def missing(self, documents: Mapping[str, int]) -> Iterator[PlacedFault]:
        """Lines that lack a layer; all layers, where a file with some documents has none."""
        if documents and not self.first and not self._unknown:
            hint = 'a file says what it predicts: write "mentions": [] for none at all'
            wrong: Wrong = ("missing-layer", "", "no layer", f"one of {', '.join(LAYERS)}", hint)
            yield PlacedFault(wrong, min(documents.values()), None)
        for layer, first in self.first.items():
            for number, document in self._without[layer]:
                hint = f'where there are none, write "{layer}": []'
                wrong = ("missing-layer", f"/{layer}", "nothing", f"{layer}, as on line {first}", hint)
                yield PlacedFault(wrong, number, document)


class Edges:
    """Spans begin and end in characters: those that do not are counted over the file."""

    def __init__(self) -> None:
        self._many: Counter[str] = Counter()
        self._odd: Counter[str] = Counter()
        self._first: dict[str, tuple[str, SpanItem, int, str]] = {}

    def take(self, line: PredictionLine, number: int, place: Callable[[str], str] = lambda pointer: pointer) -> None:
        """Count the spans of a line, whose pointers ``place`` gives as it was written."""
        for layer in LAYERS:
            self._many[layer] += len(getattr(line, layer) or ())
        if not edges_are_right(line):
            for pointer, item in blank_edges(line):
                layer = pointer.split("/")[1]
                self._odd[layer] += 1
                self._first.setdefault(layer, (place(pointer), item, number, line.doc_id))

    def take_several(self, block: LineBlock) -> None:
        """Count the spans of several lines, none of which is odd."""
        for layer, items in block.layers.items():
            self._many[layer] += len(items)

    def odd(self) -> Iterator[PlacedFault]:
        """How many there are in each layer, at the place of the first."""
        for layer, (pointer, item, number, document) in self._first.items():
            found = (
                f"{self._odd[layer]} of {self._many[layer]} {layer} begin or end in white space, "
                f"the first {item.text!r} [{item.start}, {item.end})"
            )
            hint = "no gold span does, so these are never exactly right and count as wrong in every strict measure"
            wrong: Wrong = ("white-space", pointer, found, "spans from a character to a character", hint)
            yield PlacedFault(wrong, number, document)


class Ids:
    """Every id that is referred to is declared on some line, or is in a registry.

    Args:
        published: The ids of the registries, by kind.
        part: Whether the lines are a part of a file: an id that none of them declares waits for other parts then, and
            nobody will ask where it was referred to.
    """

    def __init__(self, published: Mapping[str, Collection[str]], part: bool = False) -> None:
        self._published = {kind: frozenset(published[kind]) for kind in KINDS}  # without a copy, if they are that
        self._part = part
        self._known = {kind: set[str]() for kind in KINDS}
        """By kind, the ids that lines declare and that are in no registry."""
        self._declared = 0
        self.lost = Lost()
        """What lines declare that cannot be read."""
        self._waiting: dict[str, dict[str, list[tuple[int, PlacedReference]]]] = {kind: {} for kind in KINDS}
        """By kind and id, the references to what no line has declared so far, numbered in their order; of a part, none
        but their ids."""
        self._waits = 0
        """How many these are."""
        self._order = itertools.count()

    @property
    def too_many(self) -> bool:
        """Whether there are more than are kept."""
        return max(self._declared, self._waits) > MOST_IDS

    def take(self, line: PredictionLine, number: int, ids: LineIds) -> None:
        """Note what a line declares, and what it refers to that no line has declared so far.

        Args:
            line: The line.
            number: Its number.
            ids: What it refers to.
        """
        for (kind, use), here in ids.items():
            if use in ("declares", "clusters") and kind in KINDS:
                self._declare(kind, here)
        if any(use == "uses" and kind in KINDS and self._new(kind, here) for (kind, use), here in ids.items()):
            for each in references(line):
                self._wait((number, line.doc_id, each))

    def fit(self, ids: BlockIds) -> bool:
        """Whether all ids of several lines may be kept, even if every reference had to wait."""
        new = sum(len(self._new(kind, declared)) for kind, declared in ids.declared.items())
        return self._declared + new <= MOST_IDS and self._waits + ids.references <= MOST_IDS

    def take_several(self, block: LineBlock, ids: BlockIds) -> None:
        """Note the ids of several lines that :meth:`fit`."""
        for kind, declared in ids.declared.items():
            self._declare(kind, declared)
        waiting = {kind: self._new(kind, used) for kind, used in ids.used.items()}
        if self._part:
            for kind, used in waiting.items():
                self._waits += len(used.difference(self._waiting[kind]))
                self._waiting[kind].update((id, []) for id in used)
        elif any(waiting.values()):
            for each in references_to(block, waiting):
                self._wait(each)

    def take_salvaged(self, salvaged: Salvaged, number: int) -> None:
        """Note what can be read of a misshapen line; see :meth:`take`."""
        self.lost.add(salvaged.lost)
        here = across(salvaged)
        for each in here:
            if each.use in ("declares", "clusters"):
                self._declare(each.kind, {each.id})
        for each in here:
            if each.use == "uses":
                self._wait((number, salvaged.line.doc_id, each))

    def _new(self, kind: str, ids: set[str]) -> set[str]:
        """Those of some ids that no line has declared, and no registry."""
        return ids - self._known[kind] - self._published[kind]

    def _declare(self, kind: str, ids: set[str]) -> None:
        new = self._new(kind, ids)
        self._declared += len(new)
        self._known[kind] |= new
        waiting = self._waiting[kind]
        for id in waiting.keys() & new if waiting else ():
            self._waits -= len(waiting.pop(id)) or 1

    def _wait(self, placed: PlacedReference) -> None:
        """Keep a reference, unless its id is known."""
        _, _, reference = placed
        if not self._new(reference.kind, {reference.id}):
            return
        waiting = self._waiting[reference.kind]
        self._waits += not self._part or reference.id not in waiting
        several = waiting.setdefault(reference.id, [])
        if not self._part:
            several.append((next(self._order), placed))

    @property
    def declared(self) -> dict[str, frozenset[str]]:
        """By kind, the ids that the lines declare and that are in no registry."""
        return {kind: frozenset(ids) for kind, ids in self._known.items()}

    @property
    def waiting(self) -> dict[str, frozenset[str]]:
        """By kind, the ids that the lines refer to and that none of them, and no registry, declares."""
        return {kind: frozenset(ids) for kind, ids in self._waiting.items()}

    def undeclared(self) -> Iterator[PlacedFault]:
        """References that still wait, but for those that may be to what cannot be read."""
        kinds = [kind for kind, ids in self._waiting.items() if not self.lost.excuses(kind, {*ids})]
        waiting = itertools.chain.from_iterable(each for kind in kinds for each in self._waiting[kind].values())
        for _, (number, document, reference) in sorted(waiting, key=itemgetter(0)):
            yield PlacedFault(self._dangling(reference), number, document)

    def _dangling(self, reference: IdReference) -> Wrong:
        kind = reference.kind
        where = {"entity": "mentions or entities", "event": "events or event_descriptions"}.get(kind, f"{kind}s")
        expected = f"an id that {where} of this file declare, or one of the {kind} registry"
        return "reference", reference.pointer, reference.id, expected, partial(self._like, reference)

    def _like(self, reference: IdReference) -> str:
        """A hint that names an id that there is."""
        known = itertools.chain(self._known[reference.kind], self._published[reference.kind])
        return nearest(reference.id, known)


class Descriptions:
    """What is said of an id is the same on every line."""

    def __init__(self) -> None:
        self._said: dict[str, Said] = {field: {} for field in DESCRIPTIONS}

    def take(self, line: PredictionLine, number: int) -> Iterator[Wrong]:
        """Note what a line says of ids; what contradicts a line before it."""
        for field, index, row in descriptions(line):
            values = msgspec.structs.astuple(row)
            before, other = self._said[field].setdefault(row.id, (number, values))
            if other != values:
                expected = f"the same description as on line {before}"
                yield "contradiction", f"/{field}/{index}", row.id, expected, ""

    def fitting(self, block: LineBlock) -> dict[str, Said] | None:
        """What several lines are the first to say, by field; None where they contradict themselves or what was said."""
        found: dict[str, Said] = {}
        for field, said in self._said.items():
            new = found[field] = {}
            kind = block.several(field).kind
            for number, values in block.values_of(field):
                if says(kind, values):
                    before = said.get(values[0]) or new.setdefault(values[0], (number, values))
                    if before[1] != values:
                        return None
        return found

    def take_several(self, said: Mapping[str, Said]) -> None:
        """Note what is said on lines that are :meth:`fitting`."""
        for field, new in said.items():
            self._said[field].update(new)

"""What must hold of the lines of a prediction file together: each rule remembers what it must, and no more.

A rule takes the lines one after the other and says at the end what is wrong, where that cannot be known before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.faults import Wrong, nearest
from onrecord.dataset.records import SpanItem
from onrecord.dataset.walk import IdReference
from onrecord.eval.submission.expected import KnownDocument
from onrecord.eval.submission.line_block import LineBlock
from onrecord.eval.submission.line_checks import KINDS, blank_edges, descriptions, references
from onrecord.eval.submission.prediction_line import Description, PredictionLine
from onrecord.eval.submission.quick_looks import LineIds, edges_are_right
from onrecord.eval.submission.salvage import Lost, Salvaged, across

MOST_IDS = 200_000
"""Ids that a file may declare, and references that may wait for one."""


class PlacedFault(NamedTuple):
    """What is wrong, and where."""

    wrong: Wrong
    line: int
    document: str | None


SaidOf = tuple[str, int, Description]
"""The field of a description that says something, the first line that has it, and the description."""


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
    """Every id that is referred to is declared on some line, or is in a registry."""

    def __init__(self, published: Mapping[str, Collection[str]]) -> None:
        self._published = published
        self._known = {kind: set(published[kind]) for kind in KINDS}
        self._declared = 0
        self.lost = Lost()
        """What lines declare that cannot be read."""
        self._waiting: list[tuple[int, str, IdReference]] = []

    @property
    def too_many(self) -> bool:
        """Whether there are more than are kept."""
        return max(self._declared, len(self._waiting)) > MOST_IDS

    def take(self, line: PredictionLine, number: int, ids: LineIds) -> None:
        """Note what a line declares, and what it refers to that no line has declared so far.

        Args:
            line: The line.
            number: Its number.
            ids: What it refers to.
        """
        for (kind, use), here in ids.items():
            if use in ("declares", "clusters") and kind in KINDS:
                new = here - self._known[kind]
                self._declared += len(new)
                self._known[kind] |= new
        if any(use == "uses" and kind in KINDS and not here <= self._known[kind] for (kind, use), here in ids.items()):
            self._waiting += [
                (number, line.doc_id, each) for each in references(line) if each.id not in self._known[each.kind]
            ]

    def fit(self, declared: Mapping[str, set[str]], used: Mapping[str, set[str]]) -> bool:
        """Whether several lines use no id that neither they nor lines before them declare, and all may be kept."""
        new = sum(len(ids - self._known[kind]) for kind, ids in declared.items())
        known = all(ids - declared[kind] <= self._known[kind] for kind, ids in used.items())
        return known and self._declared + new <= MOST_IDS

    def take_several(self, declared: Mapping[str, set[str]]) -> None:
        """Note what lines that :meth:`fit` declare."""
        for kind, ids in declared.items():
            self._declared += len(ids - self._known[kind])
            self._known[kind] |= ids

    def take_salvaged(self, salvaged: Salvaged, number: int) -> None:
        """Note what can be read of a misshapen line; see :meth:`take`."""
        self.lost.add(salvaged.lost)
        here = across(salvaged)
        for each in here:
            if each.use in ("declares", "clusters") and each.id not in self._known[each.kind]:
                self._declared += 1
                self._known[each.kind].add(each.id)
        document = salvaged.line.doc_id
        self._waiting += [
            (number, document, each) for each in here if each.use == "uses" and each.id not in self._known[each.kind]
        ]

    @property
    def declared(self) -> dict[str, frozenset[str]]:
        """By kind, the ids that the lines declare and that are in no registry."""
        return {kind: frozenset(ids.difference(self._published[kind])) for kind, ids in self._known.items()}

    @property
    def waiting(self) -> dict[str, frozenset[str]]:
        """By kind, the ids that the lines refer to and that none of them, and no registry, declares."""
        return {
            kind: frozenset(each.id for _, _, each in self._waiting if each.kind == kind) - ids
            for kind, ids in self._known.items()
        }

    def undeclared(self) -> Iterator[PlacedFault]:
        """References that still wait, but for those that may be to what cannot be read."""
        waiting = self.waiting
        excused = {kind for kind, ids in waiting.items() if self.lost.excuses(kind, set(ids))}
        for number, document, reference in self._waiting:
            if reference.id in waiting[reference.kind] and reference.kind not in excused:
                yield PlacedFault(self._dangling(reference), number, document)

    def _dangling(self, reference: IdReference) -> Wrong:
        kind = reference.kind
        where = {"entity": "mentions or entities", "event": "events or event_descriptions"}.get(kind, f"{kind}s")
        expected = f"an id that {where} of this file declare, or one of the {kind} registry"
        return "reference", reference.pointer, reference.id, expected, partial(nearest, reference.id, self._known[kind])


class Descriptions:
    """What is said of an id is the same on every line."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[int, Description]] = {}

    def take(self, line: PredictionLine, number: int) -> Iterator[Wrong]:
        """Note what a line says of ids; what contradicts a line before it."""
        for field, index, row in descriptions(line):
            before, other = self._said.setdefault((field, row.id), (number, row))
            if other != row:
                expected = f"the same description as on line {before}"
                yield "contradiction", f"/{field}/{index}", row.id, expected, ""

    def fit(self, said: Sequence[SaidOf]) -> bool:
        """Whether what several lines say contradicts neither what was said before nor itself."""
        new: dict[tuple[str, str], Description] = {}
        for field, _, row in said:
            before = self._said.get((field, row.id))
            if (new.setdefault((field, row.id), row) if before is None else before[1]) != row:
                return False
        return True

    def take_several(self, said: Sequence[SaidOf]) -> None:
        """Note what is said on lines that :meth:`fit`, in their order."""
        for field, number, row in said:
            self._said.setdefault((field, row.id), (number, row))

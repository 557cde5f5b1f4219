"""The documents of one file, brought together with gold some at a time: neither side is ever held whole.

Between the round of evidence and the round of counting a block waits in a temporary file. The two rounds are those of
:mod:`onrecord.eval.scoring.rounds`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from onrecord.dataset.records import Labels
from onrecord.eval.layers.added_states import PartState
from onrecord.eval.layers.columns import Ints, SideColumns
from onrecord.eval.layers.corpus import Corpus, Pairing
from onrecord.eval.layers.id_columns import NOTHING_DESCRIBED, Described, IdEvidence
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.state_columns import StateColumns
from onrecord.eval.layers.unplaced import Unplaced
from onrecord.eval.layers.verdict_columns import VerdictColumns
from onrecord.eval.scoring.spool import Spool
from onrecord.eval.scoring.target import Target
from onrecord.eval.spans.overlaps import CrowdedError
from onrecord.eval.submission.line_block import LineBlock
from onrecord.eval.submission.prediction_line import NotInText

ITEMS = 2**16
"""About how many predicted items are a block."""

ROOM = 2**24
"""Bytes; more than the arrays of a block have, and less than the most that glibc learns from."""

Block = tuple[Ints, Pairing]
"""The places of some documents in the split, ascending, and the documents."""

Told = Callable[[Ints, SideColumns], object]
"""What is told the places of some documents in the split, ascending, and what is predicted of them, documents numbered
in their order."""


class Blocks:
    """Documents that are taken one after the other, and brought together with gold.

    Args:
        target: Gold.
        whole: Whether they are to be one block, which can be judged.
        told: Told of every document once, be there predictions or none.
    """

    def __init__(self, target: Target, whole: bool = False, told: Told | None = None) -> None:
        self._target = target
        self._whole = whole
        self._told = told
        self._evidence: list[IdEvidence] = []
        self._waiting: Spool[Block] = Spool(target.codes)
        self._crowded: CrowdedError | None = None
        # glibc gives back every large array at once until it has seen a larger one go: then it keeps room for them
        np.empty(ROOM, np.uint8)
        self._begin()

    def _begin(self) -> None:
        self._made = self._target.flattener()
        self._places: list[int] = []
        self._unplaced: dict[int, Sequence[NotInText]] = {}
        self._items = 0

    def add(self, place: int, labels: Labels, text: str, unplaced: Sequence[NotInText] = ()) -> None:
        """Take a document of the split, by its place there, and what is not in its text; none is taken twice."""
        if self._items >= ITEMS and not self._whole:
            self._close()
        self._made.add(place, labels, text)
        self._places.append(place)
        if unplaced:
            self._unplaced[place] = unplaced
        self._items += len(labels.mentions) + len(labels.quotes) + len(labels.stances) + len(labels.events)

    def add_several(self, places: Sequence[int], lines: LineBlock, texts: Sequence[str]) -> None:
        """Take several documents with the line and the text of each; see :meth:`add`."""
        if self._items >= ITEMS and not self._whole:
            self._close()
        self._made.add_several(places, lines.layers, texts)
        there = {id: place for id, place in zip(lines.documents, places, strict=True) if id in lines.unplaced}
        self._unplaced |= {place: lines.unplaced[id] for id, place in there.items()}
        self._places += places
        self._items += lines.items

    def finish(self, missing: Sequence[int], described: Described) -> IdEvidence:
        """All evidence of what ids mean, once there are no more documents.

        Args:
            missing: The places of the documents that are scored as empty.
            described: What the file says of its ids.

        Raises:
            CrowdedError: Too many mentions of one document lie over each other.
        """
        self._places += missing
        self._close()
        if self._crowded is not None:
            raise self._crowded
        found, self._evidence = self._evidence, []
        return dataclasses.replace(found[0] if len(found) == 1 else IdEvidence.total(found), described=described)

    def _close(self) -> None:
        places = sorted(self._places)
        at, predicted = np.array(places, np.int64), self._made.columns(places)
        if self._told is not None:
            self._told(at, predicted)
        unplaced = Unplaced.of((n, self._unplaced.get(place, ())) for n, place in enumerate(places))
        try:
            pairing = self._target.brought(places, predicted, unplaced)
        except CrowdedError as error:
            self._crowded = self._crowded or error  # whether the file is right is not known before its end
        else:
            self._evidence.append(pairing.evidence(NOTHING_DESCRIBED, at))
            self._waiting.add((at, pairing))
        self._begin()

    def count(self, ids: IdMap, layers: Sequence[Layer[Any]]) -> PartState:
        """What all documents add to some layers that are counted on columns."""
        blocks = self._waiting.read()
        found = [PartState.of(Corpus.with_ids(pairing, ids), places, layers) for places, pairing in blocks]
        return found[0] if len(found) == 1 else PartState.total(found)

    def judge(
        self, ids: IdMap, layers: Sequence[Layer[Any]]
    ) -> tuple[dict[str, StateColumns], dict[str, VerdictColumns]]:
        """What the documents, all in one block, add to some layers, and the verdicts on their items, by layer."""
        ((_, pairing),) = self._waiting.read()
        corpus = Corpus.with_ids(pairing, ids)
        counted, verdicts = dict[str, StateColumns](), dict[str, VerdictColumns]()
        for layer in layers:
            assert layer.columns is not None
            if layer.judged_columns is None:
                counted[layer.name] = layer.columns(corpus)
            else:
                counted[layer.name], verdicts[layer.name] = layer.judged_columns(corpus)
        return counted, verdicts

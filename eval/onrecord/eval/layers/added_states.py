"""States of parts of a corpus, added: what all documents add, whoever counted which of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np

from onrecord.dataset.reading.faults import OnrecordError
from onrecord.eval.layers.columns import Ints
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.event_columns import Reported
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.layers.state_columns import StateColumns, Whole

_NO_IDS = IdMap({}, {}, {})


@runtime_checkable
class Joinable(Protocol):
    """What adds beside counts."""

    @classmethod
    def joined(cls, parts: Sequence[Self], index: Sequence[Ints], documents: Sequence[str]) -> Self:
        """The sum.

        Args:
            parts: What is added.
            index: Of each part, the place in the sum of each of its documents.
            documents: The names of the documents of the sum.
        """


def layers_in_parts(items: Collection[str]) -> list[Layer[Any]]:
    """The layers of a submission that has these fields in its lines.

    Raises:
        OnrecordError: One is counted document by document alone.
    """
    layers = [layer for layer in scored_layers() if layer.item in items]
    for layer in layers:
        if layer.columns is None:
            raise OnrecordError(f"the layer {layer.name} is not scored in parts: it has no columns")
    return layers


@dataclasses.dataclass(frozen=True, eq=False)
class PartState:
    """What D documents add to every layer that a submission has; adds over parts without a document in common.

    Sums are the same to the last bit in whatever order and by whatever steps parts are added: every document stays by
    itself, in order of its place.
    """

    places: Ints
    """Shape (D,), ascending: the place of each document in the whole corpus."""
    documents: tuple[str, ...]
    layers: Mapping[str, StateColumns]
    """By name of the layer."""

    @classmethod
    def of(cls, corpus: Corpus, places: Ints, layers: Sequence[Layer[Any]]) -> PartState:
        """That of some documents.

        Args:
            corpus: The documents.
            places: Shape (D,): their places in the whole corpus, ascending.
            layers: Those that the submission has; they are counted on columns.
        """
        found = {}
        for layer in layers:
            assert layer.columns is not None
            found[layer.name] = _with_ids(layer.columns(corpus), _NO_IDS)  # the same in every part
        return cls(places, corpus.documents, found)

    @classmethod
    def total(cls, parts: Sequence[PartState]) -> PartState:
        """The sum."""
        every = np.concatenate([part.places for part in parts])
        order = np.argsort(every, kind="stable")
        names = [name for part in parts for name in part.documents]
        documents = tuple(names[n] for n in order.tolist())
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        index = np.split(place, np.cumsum([len(part.places) for part in parts])[:-1])
        layers = {name: _joined([part.layers[name] for part in parts], index, documents) for name in parts[0].layers}
        return cls(every[order], documents, layers)

    def finished(self, ids: IdMap) -> Mapping[str, StateColumns]:
        """The state of each layer, with what ids mean."""
        return {name: _with_ids(columns, ids) for name, columns in self.layers.items()}


def _with_ids(columns: StateColumns, ids: IdMap) -> StateColumns:
    wholes = (dataclasses.replace(each, ids=ids) if isinstance(each, Reported) else each for each in columns.wholes)
    return dataclasses.replace(columns, wholes=tuple(wholes))


def _joined(parts: Sequence[StateColumns], index: Sequence[Ints], documents: tuple[str, ...]) -> StateColumns:
    wholes = []
    for several in zip(*(part.wholes for part in parts), strict=True):
        first: Whole = several[0]
        assert isinstance(first, Joinable)
        wholes.append(type(first).joined(several, index, documents))
    return StateColumns.joined(parts, index, wholes)

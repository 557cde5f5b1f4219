"""Documents of gold beside what a submission says of them, as columns: aligned once, ids mapped once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from onrecord.dataset import Registries
from onrecord.eval.layers.columns import NONE, Codes, Ints, SideColumns
from onrecord.eval.layers.id_columns import Described, id_map
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.mention_states import pair_entities
from onrecord.eval.layers.span_pairing import SpanPairing, in_reading_order, pair_spans


@dataclasses.dataclass(frozen=True, eq=False)
class Corpus:
    """D documents with their gold and predicted labels, and what has been found out about them."""

    documents: tuple[str, ...]
    """Their names, ascending: an index of a column is a place here."""
    gold: SideColumns
    predicted: SideColumns
    mentions: SpanPairing
    names: Ints
    """Counts of the names alone, shape (D, 15)."""
    events: SpanPairing
    ids: IdMap

    @classmethod
    def of(
        cls,
        documents: Sequence[str],
        gold: SideColumns,
        predicted: SideColumns,
        described: Described,
        registries: Registries,
    ) -> Corpus:
        """Align the mentions and events of every document, and find out what the ids of the file mean.

        Args:
            documents: Their names, ascending.
            gold: The gold labels.
            predicted: The file's, with the types and kinds of ``gold``.
            described: What the file says of its ids.
            registries: The gold ids.
        """
        types, kinds = gold.codes.type, gold.codes.kind
        ranks = types.ranks(), kinds.ranks()
        ordered = [in_reading_order(side.mentions, *ranks) for side in (gold, predicted)]
        mentions, names = pair_entities(documents, ordered[0], ordered[1], gold.codes)
        none = np.zeros(1, np.int64)
        of_events = [in_reading_order(side.events, none, none) for side in (gold, predicted)]
        events, _ = pair_spans(documents, of_events[0], of_events[1], Codes([""]))
        gold = dataclasses.replace(gold, mentions=ordered[0], events=of_events[0])
        predicted = dataclasses.replace(predicted, mentions=ordered[1], events=of_events[1])
        ids = id_map(gold, predicted, mentions, events, described, registries)
        return cls(tuple(documents), gold, predicted, mentions, names, events, ids)

    @property
    def entity(self) -> Ints:
        """The gold code of each of the file's entities; -1 for one that means nothing in gold."""
        return _codes(self.ids.entity, self.predicted.codes.entity, self.gold.codes.entity)

    @property
    def maps(self) -> tuple[Ints, Ints, Ints]:
        """The same of entities, events and claims."""
        return (
            self.entity,
            _codes(self.ids.event, self.predicted.codes.event, self.gold.codes.event),
            _codes(self.ids.claim, self.predicted.codes.claim, self.gold.codes.claim),
        )


def _codes(mapping: Mapping[str, str], file: Codes, gold: Codes) -> Ints:
    found = [NONE if (id := mapping.get(word)) is None else gold[id] for word in file.words]
    return np.array(found, np.int64)

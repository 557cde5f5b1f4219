"""Documents of gold beside what a submission says of them, as columns: aligned once, ids mapped once."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import numpy as np

from onrecord.dataset import Registries
from onrecord.eval.layers.columns import MODALITIES, NONE, Codes, Ints, SideColumns
from onrecord.eval.layers.id_columns import Described, IdEvidence
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.mention_states import pair_entities
from onrecord.eval.layers.span_pairing import SpanPairing, in_reading_order, pair_spans
from onrecord.eval.layers.unplaced import NOTHING, Unplaced


@dataclasses.dataclass(frozen=True, eq=False)
class Pairing:
    """D documents with their gold and predicted labels, brought together: what no other document has a say in."""

    documents: tuple[str, ...]
    """Their names, ascending: an index of a column is a place here."""
    gold: SideColumns
    predicted: SideColumns
    mentions: SpanPairing
    names: Ints
    """Counts of the names alone, shape (D, 15)."""
    events: SpanPairing
    unplaced: Unplaced = dataclasses.field(default=NOTHING, kw_only=True)
    """What is predicted and not in the text."""

    @classmethod
    def align(
        cls, documents: Sequence[str], gold: SideColumns, predicted: SideColumns, unplaced: Unplaced = NOTHING
    ) -> Pairing:
        """Align the mentions and events of every document.

        Args:
            documents: Their names, ascending.
            gold: The gold labels.
            predicted: The file's, with the types and kinds of ``gold``.
            unplaced: What the file has that is not in the text.
        """
        types, kinds = gold.codes.type, gold.codes.kind
        ranks = types.ranks(), kinds.ranks()
        ordered = [in_reading_order(side.mentions, *ranks) for side in (gold, predicted)]
        mentions, names = pair_entities(documents, ordered[0], ordered[1], gold.codes)
        none, modalities = np.zeros(1, np.int64), Codes(MODALITIES).ranks()
        of_events = [in_reading_order(side.events, none, modalities) for side in (gold, predicted)]
        events, _ = pair_spans(documents, of_events[0], of_events[1], Codes([""]), modalities)
        gold = dataclasses.replace(gold, mentions=ordered[0], events=of_events[0])
        predicted = dataclasses.replace(predicted, mentions=ordered[1], events=of_events[1])
        return cls(tuple(documents), gold, predicted, mentions, names, events, unplaced=unplaced)

    def evidence(self, described: Described, places: Ints | None = None) -> IdEvidence:
        """What these documents say of what ids mean.

        Args:
            described: What the file says of its ids.
            places: Shape (D,): the place of each document in the whole corpus; these are all where left out.
        """
        places = np.arange(len(self.documents)) if places is None else places
        return IdEvidence.of((self.gold, self.predicted), self.mentions, self.events, described, places)


@dataclasses.dataclass(frozen=True, eq=False)
class Corpus(Pairing):
    """The same with what the file's ids mean: all that layers are counted from."""

    ids: IdMap

    @classmethod
    def of(
        cls,
        documents: Sequence[str],
        gold: SideColumns,
        predicted: SideColumns,
        described: Described,
        registries: Registries,
        unplaced: Unplaced = NOTHING,
    ) -> Corpus:
        """All documents of a corpus, by which alone it is decided what ids mean; see :meth:`Pairing.align`."""
        pairing = Pairing.align(documents, gold, predicted, unplaced)
        return cls.with_ids(pairing, pairing.evidence(described).id_map(registries))

    @classmethod
    def with_ids(cls, pairing: Pairing, ids: IdMap) -> Corpus:
        """Documents that have been brought together, when it is known what the ids mean."""
        return cls(**{field.name: getattr(pairing, field.name) for field in dataclasses.fields(Pairing)}, ids=ids)

    @property
    def entity(self) -> Ints:
        """The gold code of each of the file's entities; -1 for one that means nothing in gold."""
        return self.maps[0]

    @functools.cached_property
    def maps(self) -> tuple[Ints, Ints, Ints]:
        """The same of entities, events and claims."""
        return (
            _codes(self.ids.entity, self.predicted.codes.entity, self.gold.codes.entity),
            _codes(self.ids.event, self.predicted.codes.event, self.gold.codes.event),
            _codes(self.ids.claim, self.predicted.codes.claim, self.gold.codes.claim),
        )

    @functools.cached_property
    def actor(self) -> Ints:
        """The gold code of the actor of each of gold's entities, of those too that :attr:`maps` adds."""
        codes, actors = self.gold.codes.entity, self.ids.actors
        assert len(self.maps) == 3
        actor = np.arange(len(codes) - 1)
        for code, to in sorted((codes[word], to) for word, to in actors.items() if word in codes):
            actor[code] = codes[to]
        return actor


def _codes(mapping: Mapping[str, str], file: Codes, gold: Codes) -> Ints:
    found = [NONE if (id := mapping.get(word)) is None else gold[id] for word in file.words]
    return np.array(found, np.int64)

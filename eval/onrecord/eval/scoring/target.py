"""What a submission is scored against: the documents of a split, with their gold labels by the types of a label map."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import numpy as np

from onrecord.dataset.reading.faults import Fault, in_order
from onrecord.eval.layers.columns import Codes, Ints, Letters, SideColumns, Vocabularies
from onrecord.eval.layers.corpus import Pairing
from onrecord.eval.layers.flatten import Flattener, of_documents
from onrecord.eval.layers.ids import IdMap, Names
from onrecord.eval.layers.state_columns import StateColumns
from onrecord.eval.layers.unplaced import NOTHING, Unplaced
from onrecord.eval.layers.verdict_columns import VerdictColumns
from onrecord.eval.scoring.result import Pairs, Result, result_of
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.submission.label_maps import LabelMap, map_faults
from onrecord.eval.submission.mention_types import MentionTypes, our_types
from onrecord.eval.submission.reading import SubmissionHead


@dataclasses.dataclass(frozen=True, eq=False)
class Target:
    """Gold, the split and the label map."""

    gold: StoredGold
    split: str
    ids: tuple[str, ...]
    """The documents of the split, ascending: a document's place is its place here."""
    rows: Ints
    """Shape (D,): the place of each of them in ``columns``."""
    columns: SideColumns
    """The gold labels of all documents, by the types of the label map."""
    mapping: tuple[str, LabelMap] | None
    """The label map and what it is called."""

    @classmethod
    def of(cls, gold: StoredGold, split: str, mapping: tuple[str, LabelMap] | None) -> Target:
        """Of a split; the map may be one that does not fit, see :meth:`unfit`."""
        ids = tuple(gold.in_split(split))
        rows = np.array([gold.places[id] for id in ids], np.int64)
        columns = gold.columns if mapping is None else relabelled_columns(gold.columns, mapping[1])
        return cls(gold, split, ids, rows, columns, mapping)

    def unfit(self) -> list[Fault]:
        """Why the label map does not fit the split; nothing where it does."""
        if self.mapping is None:
            return []
        mentions, words = self.gold.columns.mentions, self.gold.columns.codes.type.words
        inside = np.zeros(len(self.gold.documents), bool)
        inside[self.rows] = True
        used = {words[code] for code in np.unique(mentions.type[inside[mentions.document]]).tolist()}
        return sorted(map_faults(used, self.mapping[1]), key=in_order)

    @property
    def labels(self) -> str:
        """What the label map is called; ``as-is`` for none."""
        return "as-is" if self.mapping is None else self.mapping[0]

    @functools.cached_property
    def types(self) -> MentionTypes:
        """How the types of a file are read."""
        return our_types() if self.mapping is None else MentionTypes.of(self.mapping[1])

    @functools.cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each document."""
        return {id: place for place, id in enumerate(self.ids)}

    @functools.cached_property
    def codes(self) -> Vocabularies:
        """Those of gold; counting adds the ids of registries, which are not to be kept with gold."""
        own = self.columns.codes
        return dataclasses.replace(
            own, **{kind: Codes(getattr(own, kind).words) for kind in ("entity", "event", "claim")}
        )

    @functools.cached_property
    def published(self) -> Mapping[str, frozenset[str]]:
        """The ids of the registries, by kind."""
        return {kind: frozenset(ids) for kind, ids in self.gold.ids.items()}

    @functools.cached_property
    def names(self) -> Names:
        """What the rows of the entity registry go by."""
        return Names.of(self.gold.registries)

    def prepare(self) -> None:
        """Make what is made when somebody first asks for it."""
        for name in ("types", "places", "codes", "names", "published"):
            getattr(self, name)

    def empty(self) -> SideColumns:
        """The columns of no predictions."""
        return self.flattener().columns()

    def flattener(self) -> Flattener:
        """What makes columns of predictions."""
        return Flattener(Vocabularies(self.columns.codes.type, self.columns.codes.kind), self._letters)

    @functools.cached_property
    def _letters(self) -> Letters:
        return Letters()

    def brought(self, places: Sequence[int], predicted: SideColumns, unplaced: Unplaced = NOTHING) -> Pairing:
        """Some documents, by their places, with what is predicted of them, documents numbered in their order."""
        gold = of_documents(self.columns, self.rows[list(places)].tolist())
        pairing = Pairing.align(
            [self.ids[place] for place in places], dataclasses.replace(gold, codes=self.codes), predicted, unplaced
        )
        self.gold.let_go()
        return pairing


def result_against(
    target: Target,
    counted: Mapping[str, StateColumns],
    head: SubmissionHead,
    pairs: Pairs | None,
    missing: tuple[str, ...],
    ids: IdMap,
    verdicts: Mapping[str, VerdictColumns] | None = None,
) -> Result:
    """Every measure of the documents of the split; see :func:`onrecord.eval.scoring.result.result_of`."""
    found = result_of(
        target.ids,
        counted,
        head,
        pairs,
        split=target.split,
        gold_hash=target.gold.hashes[target.split],
        labels=target.labels,
        topics={id: target.gold.documents[id].about.topic for id in target.ids},
        missing=missing,
        ids=ids,
        verdicts=verdicts,
        text=None if verdicts is None else lambda id: target.gold.documents[id].text,
    )
    return dataclasses.replace(found, probe=target.gold.probe)


def relabelled_columns(columns: SideColumns, labels: LabelMap) -> SideColumns:
    """The columns with the map's types; mentions of a type that is left out are optional."""
    codes, mentions = columns.codes.type, columns.mentions
    names = [labels.gold.get(word) for word in codes.words]
    to = np.array([code if name is None else codes[name] for code, name in enumerate(names)], np.int32)
    left_out = np.array([name is None for name in names], bool)
    if not len(mentions):
        return columns
    changed = dataclasses.replace(
        mentions, type=to[mentions.type], optional=mentions.optional | left_out[mentions.type]
    )
    return dataclasses.replace(columns, mentions=changed)

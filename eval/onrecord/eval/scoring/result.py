"""From a submission and gold to a result: align once, count each document once, read every measure off the sums."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np

from onrecord.dataset import Article, Registries, gold_hash
from onrecord.dataset.layers import labels as empty
from onrecord.dataset.layers import scheme
from onrecord.dataset.records import Labels
from onrecord.dataset.scheme import Scheme
from onrecord.dataset.seeds.documents import Document
from onrecord.eval.layers.document_pairs import corpus_of, pair_document, pair_each
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.layer import DocumentPair, Layer, State
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.layers.state_columns import StateColumns, f1_of
from onrecord.eval.layers.states import columns_of_states
from onrecord.eval.spans.overlaps import CrowdedError
from onrecord.eval.statistics.counts import Score, not_submitted
from onrecord.eval.submission.label_maps import LabelMap, relabelled
from onrecord.eval.submission.prediction_line import NotInText
from onrecord.eval.submission.reading import Submission, SubmissionHead

if TYPE_CHECKING:
    from onrecord.eval.layers.verdict_columns import VerdictColumns


@dataclasses.dataclass(frozen=True, eq=False)
class LayerState:
    """What one layer's scores are computed from."""

    ids: tuple[str, ...]
    """Of the documents."""
    columns: StateColumns
    """What they add."""
    readings: Mapping[str, Any]
    """How each document's items are brought together, made when it is asked for; empty where only counts are known."""
    verdicts: VerdictColumns | None = None
    """What became of every item; None where nobody asked for it when it was scored."""

    @classmethod
    def of_states(cls, layer: Layer[Any], states: Mapping[str, State], readings: Mapping[str, Any]) -> LayerState:
        """From what each document adds."""
        return cls(tuple(states), columns_of_states(layer, list(states.values())), readings)

    @functools.cached_property
    def documents(self) -> Mapping[str, State]:
        """What each document adds, made when it is asked for."""
        return Lazily(self.ids, lambda id: self._document(self._places[id]))

    def counted(self, document: str) -> State:
        """The counts that a document adds, without what else it does."""
        return State(self.columns.document(self._places[document]))

    @functools.cached_property
    def _places(self) -> dict[str, int]:
        return {id: place for place, id in enumerate(self.ids)}

    def _document(self, place: int) -> State:
        parts = [whole.parts(place) for whole in self.columns.wholes]
        said = tuple(each for _, several in parts for each in several)
        tables = tuple(table for several, _ in parts for table in several)
        return State(self.columns.document(place), tables, said)

    def total(self, documents: Collection[str] | None = None) -> State:
        """What some of the documents add, or all of them."""
        return State.total(each for id, each in self.documents.items() if documents is None or id in documents)


@dataclasses.dataclass(frozen=True)
class LayerResult:
    """One layer's scores."""

    layer: Layer[Any]
    scores: Mapping[str, Score]
    """By name of the measure, the headline first."""
    state: LayerState | None
    """None where the file has no predictions for the layer."""

    def headline_on(self, document: str) -> Score | None:
        """The headline on one document alone; None where the file has no such layer."""
        if self.state is None:
            return None
        adds = self.layer.headline.adds
        return self.layer.headline_of(self.state.counted(document) if adds else self.state.documents[document])

    def headline_values(self) -> list[float | None]:
        """The number of the headline on each document alone, in their order; None where it is undefined."""
        state, headline = self.state, self.layer.headline
        if state is None:
            raise ValueError(f"the file has no predictions for {self.layer.name}")
        if headline.adds and headline.has_parts:
            values = f1_of(*np.moveaxis(state.columns.counts([headline.name])[:, 0], 1, 0))
        elif not headline.adds and self.layer.alone_each is not None:
            values = self.layer.alone_each(state.columns)
        else:
            scores = (self.headline_on(id) for id in state.ids)
            return [None if score is None else score.value for score in scores]
        return [None if value != value else value for value in values.tolist()]


@dataclasses.dataclass(frozen=True)
class Result:
    """Everything that was measured of one submission."""

    submission: str
    submission_sha256: str
    split: str
    gold_hash: str
    labels: str
    """The label map that the types were compared by; ``as-is`` for none."""
    documents: tuple[str, ...]
    """Ids of the documents scored."""
    topics: Mapping[str, str]
    """The topic of each of them."""
    missing: tuple[str, ...]
    """Those of them that the file has no line for: scored as empty."""
    layers: tuple[LayerResult, ...]
    scheme: Scheme
    """What is labelled."""
    pairs: Sequence[DocumentPair]
    """The documents with their labels, in the order of ``documents``; each is brought together when it is asked for."""
    text: Callable[[str], str] | None = None
    """The text of a document by its id; there where verdicts are."""
    probe: str = ""
    """What was done to the articles before they were labelled; empty for articles as they were found."""

    @property
    def values(self) -> dict[str, float | None]:
        """The number of every measure by its full name, ``layer:measure``: F1, or a share."""
        return {
            measure.full: each.scores[measure.name].value for each in self.layers for measure in each.layer.measures
        }

    @property
    def headlines(self) -> list[str]:
        """The full name of every layer's headline."""
        return [each.layer.headline.full for each in self.layers]


def score_submission(
    articles: Sequence[Article],
    registries: Registries,
    submission: Submission,
    split: str,
    labels: tuple[str, LabelMap] | None = None,
) -> Result:
    """Score a checked submission.

    Args:
        articles: The gold articles to score on; what the file says of other documents is left out.
        registries: The gold ids.
        submission: What :func:`onrecord.eval.submission.reading.read_submission` gave.
        split: What the articles are called in the result.
        labels: The map that the submission was read with, if any, and what it is called.

    Returns:
        Scores of every layer. A document that the file lacks counts as one without predictions; a layer that it lacks
        altogether is undefined.
    """
    articles = sorted(articles, key=lambda article: article.document.id)
    compared = articles if labels is None else relabelled(articles, labels[1])
    by_id = {article.document.id: article for article in compared}
    corpus = corpus_of(compared, registries, submission)
    counted = {
        layer.name: layer.columns(corpus)
        for layer in scored_layers()
        if layer.item in submission.layers and layer.columns is not None
    }
    return result_of(
        corpus.documents,
        counted,
        submission,
        Pairs(
            corpus.documents,
            by_id.__getitem__,
            lambda id: submission.documents.get(id, empty()),
            corpus.ids,
            submission.unplaced,
        ),
        split=split,
        gold_hash=gold_hash(articles),
        labels="as-is" if labels is None else labels[0],
        topics={article.document.id: article.document.topic for article in articles},
        missing=tuple(id for id in corpus.documents if id not in submission.documents),
        ids=corpus.ids,
    )


def result_of(
    documents: tuple[str, ...],
    counted: Mapping[str, StateColumns],
    head: SubmissionHead | Submission,
    pairs: Pairs | None,
    *,
    split: str,
    gold_hash: str,
    labels: str,
    topics: Mapping[str, str],
    missing: tuple[str, ...],
    ids: IdMap,
    verdicts: Mapping[str, VerdictColumns] | None = None,
    text: Callable[[str], str] | None = None,
) -> Result:
    """Every measure of documents that have been counted.

    Args:
        documents: Their ids, ascending.
        counted: What they add, by name of the layer, where it is counted on columns.
        head: What the submission says beside items.
        pairs: The documents, for whoever looks at one; None where nobody can.
        split: See :class:`Result`, also for the rest.
        gold_hash: See there.
        labels: See there.
        topics: See there.
        missing: See there.
        ids: What the file's ids mean.
        verdicts: On the items of some layers, where systems are to be compared.
        text: See there.
    """
    return Result(
        submission=head.name,
        submission_sha256=head.sha256,
        split=split,
        gold_hash=gold_hash,
        labels=labels,
        documents=documents,
        topics=topics,
        missing=missing,
        layers=tuple(
            LayerResult(layer, {measure.name: not_submitted(reason) for measure in layer.measures}, None)
            if (reason := _why_not_submitted(layer, head.layers, ids))
            else _layer_result(layer, documents, counted, pairs, verdicts or {})
            for layer in scored_layers()
        ),
        scheme=scheme(),
        pairs=() if pairs is None else pairs,
        text=text,
    )


def _why_not_submitted(layer: Layer[Any], items: Collection[str], ids: IdMap) -> str | None:
    """Why a file does not take part in a layer; None where it does."""
    if layer.item not in items:
        return "the file has no predictions for this layer"
    if layer.by_entity_ids and not ids.has_entities:
        return "not submitted: no mention of the file has an entity id"
    return None


def _layer_result(
    layer: Layer[Any],
    documents: tuple[str, ...],
    counted: Mapping[str, StateColumns],
    pairs: Pairs | None,
    verdicts: Mapping[str, VerdictColumns],
) -> LayerResult:
    readings: Mapping[str, Any] = {}
    if pairs is not None:
        readings = Lazily(documents, lambda id: layer.pair(pairs.of(id)))
    if layer.name in counted:
        state = LayerState(documents, counted[layer.name], readings, verdicts.get(layer.name))
    else:
        state = LayerState.of_states(layer, {id: layer.state(readings[id]) for id in documents}, readings)
    return LayerResult(layer, layer.scores_of(state.columns), state)


class Pairs(Sequence[DocumentPair]):
    """Documents of gold with what is predicted of them, each brought together when it is asked for."""

    def __init__(
        self,
        documents: Sequence[str],
        article: Callable[[str], Article],
        predicted: Callable[[str], Labels],
        ids: IdMap,
        unplaced: Mapping[str, Sequence[NotInText]] | None = None,
    ) -> None:
        self._documents = documents
        self._article = article
        self._predicted = predicted
        self._ids = ids
        self._unplaced = unplaced or {}
        self._last: DocumentPair | None = None

    def __len__(self) -> int:
        return len(self._documents)

    @overload
    def __getitem__(self, place: int) -> DocumentPair: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[DocumentPair]: ...
    def __getitem__(self, place: int | slice) -> DocumentPair | Sequence[DocumentPair]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return self.of(self._documents[place])

    def __iter__(self) -> Iterator[DocumentPair]:
        for first in range(0, len(self), _TOGETHER):
            some = [self._sides(document) for document in self._documents[first : first + _TOGETHER]]
            try:
                pairs: Iterable[DocumentPair] = pair_each(some, self._ids)
            except CrowdedError:
                pairs = (pair_document(each[0], each[1], each[2], self._ids, each[3]) for each in some)
            for self._last in pairs:
                yield self._last

    def of(self, document: str) -> DocumentPair:
        """The document of an id."""
        last = self._last
        if last is None or last.document.id != document:  # layers ask for the same document one after the other
            (last,) = pair_each([self._sides(document)], self._ids)
            self._last = last
        return last

    def _sides(self, document: str) -> tuple[Document, Labels, Labels, Sequence[NotInText]]:
        article = self._article(document)
        return article.document, article.labels, self._predicted(document), self._unplaced.get(document, ())


_TOGETHER = 32
"""So many documents are brought together at a time by whoever goes through all of them."""


V = TypeVar("V")


class Lazily(Mapping[str, V]):
    """Values by name, each made when it is asked for."""

    def __init__(self, names: Sequence[str], make: Callable[[str], V]) -> None:
        self._names = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> V:
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

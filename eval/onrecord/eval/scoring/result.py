"""From a submission and gold to a result: align once, count each document once, read every measure off the sums."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from onrecord.dataset import Article, Registries, gold_hash
from onrecord.eval.layers.document_pairs import pair_documents
from onrecord.eval.layers.layer import DocumentPair, Layer, State
from onrecord.eval.layers.scored import SCORED
from onrecord.eval.statistics.counts import Score, not_submitted
from onrecord.eval.submission.label_maps import LabelMap, relabelled
from onrecord.eval.submission.reading import Submission


@dataclasses.dataclass(frozen=True)
class LayerState:
    """What one layer's scores are computed from, by document id."""

    documents: Mapping[str, State]
    """What each document adds."""
    readings: Mapping[str, Any]
    """How each document's items were brought together; empty where only their counts are known."""

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
        headline = self.layer.headline
        return self.layer.scores(self.state.documents[document], [headline])[headline.name]


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
    pairs: tuple[DocumentPair, ...]
    """The documents as they were brought together, in the order of ``documents``."""

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
    pairs = pair_documents(compared, registries, submission)
    return Result(
        submission=submission.name,
        submission_sha256=submission.sha256,
        split=split,
        gold_hash=gold_hash(articles),
        labels="as-is" if labels is None else labels[0],
        documents=tuple(article.document.id for article in articles),
        topics={article.document.id: article.document.topic for article in articles},
        missing=tuple(a.document.id for a in articles if a.document.id not in submission.documents),
        layers=tuple(_layer_result(layer, pairs, submission) for layer in SCORED),
        pairs=tuple(pairs),
    )


def _layer_result(layer: Layer[Any], pairs: Sequence[DocumentPair], submission: Submission) -> LayerResult:
    if layer.item not in submission.layers:
        return LayerResult(layer, {measure.name: not_submitted() for measure in layer.measures}, None)
    readings = {pair.document.id: layer.pair(pair) for pair in pairs}
    state = LayerState({id: layer.state(reading) for id, reading in readings.items()}, readings)
    return LayerResult(layer, layer.scores(state.total()), state)

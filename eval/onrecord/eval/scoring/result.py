"""From a submission and gold to a result: align once, count each document once, read every measure off the sums."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from onrecord.dataset import Article, Registries, gold_hash
from onrecord.eval.clusters.measures import Table
from onrecord.eval.clusters.views import cluster_views
from onrecord.eval.layers.document_pairs import pair_documents
from onrecord.eval.layers.layer import DocumentPair, Layer
from onrecord.eval.layers.scored import SCORED
from onrecord.eval.statistics.counts import Counts, Score, mean_f1, not_submitted, score, share, total_counts
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.submission.label_maps import LabelMap, relabelled
from onrecord.eval.submission.reading import Submission


@dataclasses.dataclass(frozen=True)
class LayerState:
    """What one layer's scores are computed from."""

    counts: Mapping[str, Mapping[str, Counts]]
    """By document id, then by measure; they add over documents."""
    tables: Mapping[str, Table]
    """By document id; they add over documents too."""
    pairs: Mapping[str, DocumentPair]
    """By document id, for the measures that are of a set of documents as a whole."""

    def of(self, documents: Collection[str]) -> LayerState:
        """The state of some of the documents."""
        return LayerState(
            counts={id: each for id, each in self.counts.items() if id in documents},
            tables={id: each for id, each in self.tables.items() if id in documents},
            pairs={id: each for id, each in self.pairs.items() if id in documents},
        )


@dataclasses.dataclass(frozen=True)
class LayerResult:
    """One layer's scores."""

    layer: Layer
    scores: Mapping[str, Score]
    """By name of the measure, the headline first."""
    state: LayerState | None
    """None where the file has no predictions for the layer."""


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

    @property
    def values(self) -> dict[str, float | None]:
        """The number of every measure by its full name, ``layer:measure``: F1, or a share."""
        return {f"{each.layer.name}:{name}": score.value for each in self.layers for name, score in each.scores.items()}


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
    return score_pairs(articles, pairs, submission, split, "as-is" if labels is None else labels[0])


def score_pairs(
    articles: Sequence[Article],
    pairs: Sequence[DocumentPair],
    submission: Submission,
    split: str,
    labels: str = "as-is",
) -> Result:
    """The result of documents that :func:`pair_documents` has aligned already, in order of document id."""
    return Result(
        submission=submission.name,
        submission_sha256=submission.sha256,
        split=split,
        gold_hash=gold_hash(articles),
        labels=labels,
        documents=tuple(article.document.id for article in articles),
        topics={article.document.id: article.document.topic for article in articles},
        missing=tuple(a.document.id for a in articles if a.document.id not in submission.documents),
        layers=tuple(_layer_result(layer, pairs, submission) for layer in SCORED),
    )


def _layer_result(layer: Layer, pairs: Sequence[DocumentPair], submission: Submission) -> LayerResult:
    names = [measure.name for measure in layer.measures]
    if layer.submitted_as not in submission.layers:
        return LayerResult(layer, dict.fromkeys(names, not_submitted()), None)
    state = LayerState(
        counts={pair.document.id: layer.counts(pair) for pair in pairs} if layer.counts else {},
        tables={pair.document.id: Table.of(layer.memberships(pair)) for pair in pairs} if layer.memberships else {},
        pairs={pair.document.id: pair for pair in pairs},
    )
    return LayerResult(layer, layer_scores(layer, state), state)


def layer_scores(layer: Layer, state: LayerState) -> dict[str, Score]:
    """The scores that a layer's state gives, by name of the measure."""
    counts = total_counts(state.counts.values())
    if layer.corpus:
        counts |= layer.corpus(list(state.pairs.values()))
    found = {name: score(each) for name, each in counts.items()}
    if layer.memberships:
        found |= cluster_views(list(state.tables.values()))
    return {measure.name: _score(measure, counts, found) for measure in layer.measures}


def _score(measure: Measure, counts: Mapping[str, Counts], found: Mapping[str, Score]) -> Score:
    if measure.mean_of:
        return mean_f1({name: found[name] for name in measure.mean_of})
    if measure.share:
        return share(counts[measure.name], measure.share)
    return found[measure.name]

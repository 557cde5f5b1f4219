"""Measures for a training loop: documents are added as they come, and a flat dictionary of numbers comes out.

The calls are those of Hugging Face ``evaluate``: ``add``, ``add_batch``, ``compute``. What is counted is what
:func:`onrecord.eval.corpora.span_report.score_spans` and :func:`onrecord.eval.corpora.cluster_report.score_clusters`
count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from onrecord.eval.clusters.measures import Table
from onrecord.eval.clusters.views import cluster_views
from onrecord.eval.corpora.cluster_report import PlainClusters
from onrecord.eval.corpora.plain_spans import PlainSide, PlainSpans
from onrecord.eval.corpora.span_report import count_documents
from onrecord.eval.spans.counting import SpanCounts, total_counts
from onrecord.eval.spans.measures import mode_counts, type_counts
from onrecord.eval.statistics.counts import Score, score

Numbers = dict[str, float | None]
"""``{measure}_{precision|recall|f1}``, each in [0, 1], or None where it is undefined."""


class SpanMetric:
    """Precision, recall and F1 of plain spans.

    :meth:`compute` names ``strict_f1``, ``exact_precision`` and so on, for each measure of
    :data:`onrecord.eval.spans.measures.MODES`, and ``strict_f1[PER]`` and so on for each type that there is.

    >>> metric = SpanMetric()
    >>> metric.add(prediction=[(0, 5, "PER")], reference=[(0, 5, "PER"), (9, 12, "ORG")])
    >>> found = metric.compute()
    >>> found["strict_precision"], found["strict_recall"], found["strict_f1[PER]"], found["strict_precision[ORG]"]
    (1.0, 0.5, 1.0, None)
    """

    def __init__(self, labels: str | None = None) -> None:
        self.labels = labels
        """A label map; see :mod:`onrecord.eval.submission.label_maps`."""
        self._parts: list[SpanCounts] = []
        self._many = 0

    def add(self, *, prediction: PlainSpans, reference: PlainSpans) -> None:
        """Take in one document: spans as :func:`~onrecord.eval.corpora.span_report.score_spans` takes them."""
        self.add_batch(predictions=[prediction], references=[reference])

    def add_batch(self, *, predictions: Sequence[PlainSpans], references: Sequence[PlainSpans]) -> None:
        """Take in some documents, the n-th prediction with the n-th reference.

        Raises:
            ValueError: There are more of one than of the other, or a span is none; nothing is taken in then.
            FaultsError: The label map does not know a type.
        """
        _same_number(predictions, references)
        names = [str(self._many + n) for n in range(len(references))]
        gold = PlainSide(references, lambda n: f"reference {names[n]}")
        predicted = PlainSide(predictions, lambda n: f"prediction {names[n]}")
        self._parts.append(count_documents(names, gold, predicted, self.labels).counts)
        self._many += len(names)

    def compute(
        self, *, predictions: Sequence[PlainSpans] | None = None, references: Sequence[PlainSpans] | None = None
    ) -> Numbers:
        """The numbers of all documents since the last time, and of these; what was added is forgotten then."""
        if predictions is not None or references is not None:
            self.add_batch(predictions=predictions or [], references=references or [])
        counts = total_counts(self._parts)
        self._parts, self._many = [], 0
        numbers = _numbers({name: score(each) for name, each in mode_counts(counts.total).items()})
        for type, each in type_counts(counts).items():
            numbers |= {f"{name}[{type}]": value for name, value in _numbers({"strict": score(each["strict"])}).items()}
        return numbers


class ClusterMetric:
    """Precision, recall and F1 of clustered mentions; clusters are those of one document each.

    :meth:`compute` names ``lea_f1``, ``muc_precision`` and so on, for each measure of
    :data:`onrecord.eval.clusters.measures.NAMES` and for ``lea[no-singletons]`` and ``conll[no-singletons]``; CoNLL F1,
    which is a mean, has no precision and no recall.

    >>> metric = ClusterMetric()
    >>> found = metric.compute(predictions=[[["a", "b", "c"]]], references=[[["a", "b"], ["c"]]])
    >>> round(found["b3_f1"], 3), found["muc_recall"]
    (0.714, 1.0)
    """

    def __init__(self) -> None:
        self._tables: list[Table] = []

    def add(self, *, prediction: PlainClusters, reference: PlainClusters) -> None:
        """Take in one document: its clusters, each of mentions, which can be anything that can be a key."""
        self.add_batch(predictions=[prediction], references=[reference])

    def add_batch(self, *, predictions: Sequence[PlainClusters], references: Sequence[PlainClusters]) -> None:
        """Take in some documents, the n-th prediction with the n-th reference.

        Raises:
            ValueError: There are more of one than of the other; nothing is taken in then.
            RepeatedMentionsError: A mention is twice in a document, on either side.
        """
        _same_number(predictions, references)
        pairs = zip(references, predictions, strict=True)
        self._tables += [Table.of_clusters(reference, prediction) for reference, prediction in pairs]

    def compute(
        self, *, predictions: Sequence[PlainClusters] | None = None, references: Sequence[PlainClusters] | None = None
    ) -> Numbers:
        """The numbers of all documents since the last time, and of these; what was added is forgotten then."""
        if predictions is not None or references is not None:
            self.add_batch(predictions=predictions or [], references=references or [])
        scores = cluster_views([table.apart(n) for n, table in enumerate(self._tables)])
        self._tables = []
        # no cluster runs over documents here, and neither do the pairs that BLANC counts
        within = {name.removesuffix("[within]"): each for name, each in scores.items() if name.endswith("[within]")}
        return _numbers(within | {name: each for name, each in scores.items() if name.endswith("[no-singletons]")})


def _same_number(predictions: Sequence[Iterable[object]], references: Sequence[Iterable[object]]) -> None:
    if len(predictions) != len(references):
        raise ValueError(f"{len(predictions)} predictions and {len(references)} references")


def _numbers(scores: Mapping[str, Score]) -> Numbers:
    numbers: Numbers = {}
    for name, each in scores.items():
        if not name.startswith("conll"):
            numbers |= {f"{name}_precision": each.precision, f"{name}_recall": each.recall}
        numbers[f"{name}_f1"] = each.f1
    return numbers

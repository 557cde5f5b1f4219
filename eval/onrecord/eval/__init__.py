"""The scorer: submissions in, results out; and its measures for any other corpus.

Each of its wings takes only from those above it, and of them only what their ``__all__`` names:

| wing | its job |
|---|---|
| ``matching`` | the best one-to-one pairing |
| ``statistics`` | from counts to scores, intervals, p-values and ranks |
| ``submission`` | what a stranger sends, checked |
| ``rendering`` | how anything is written so that nothing foreign acts in it |
| ``grounding`` | quoted words placed in a text |
| ``prompting`` | requests for language models, and their replies as predictions |
| ``spans`` | typed spans: aligned, counted, measured |
| ``clusters`` | two clusterings as a table, and every measure on it |
| ``baselines`` | the systems that come along |
| ``readers`` | labelled documents in the formats of others |
| ``compat`` | the numbers of other scorers |
| ``layers`` | what the task is, a file a layer |
| ``scoring`` | a file against the gold: result, record, comparison |
| ``corpora`` | the measures on files of any other corpus |
| ``report`` | a result as a page, or as a text |
| ``platforms`` | exports to where people submit and compare |
| ``board`` | who stands where |
| ``schemas`` | JSON Schema of all that is read and written |

>>> from onrecord.eval import score_spans
>>> score_spans([[(0, 5, "PER")]], [[(0, 5, "PER")]], how=None).scores["strict"].f1
1.0
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    """Of the package as it is installed."""

    from onrecord.eval.corpora.cluster_report import ClusterReport, score_clusters
    from onrecord.eval.corpora.span_report import SpanReport, score_spans
    from onrecord.eval.corpora.training_metric import ClusterMetric, SpanMetric
    from onrecord.eval.layers.scored import scored_layers
    from onrecord.eval.readers import tagged_spans
    from onrecord.eval.rendering.signature import Signature
    from onrecord.eval.scoring.compare import Comparison, compare
    from onrecord.eval.scoring.record import Record, read_record, record_bytes, record_of
    from onrecord.eval.scoring.result import LayerResult, Result, score_submission
    from onrecord.eval.scoring.score_file import score
    from onrecord.eval.scoring.score_report import Report, markdown
    from onrecord.eval.spans.documents import ClusterDocument, ClusteredMention, SpanDocument, TypedSpan
    from onrecord.eval.statistics.counts import Counts, Score
    from onrecord.eval.statistics.sampling import Sampling
    from onrecord.eval.submission.prediction_line import PredictionLine
    from onrecord.eval.submission.reading import Submission, read_submission

__all__ = [
    "ClusterDocument",
    "ClusterMetric",
    "ClusterReport",
    "ClusteredMention",
    "Comparison",
    "Counts",
    "LayerResult",
    "PredictionLine",
    "Record",
    "Report",
    "Result",
    "Sampling",
    "Score",
    "Signature",
    "SpanDocument",
    "SpanMetric",
    "SpanReport",
    "Submission",
    "TypedSpan",
    "compare",
    "markdown",
    "read_record",
    "read_submission",
    "record_bytes",
    "record_of",
    "score",
    "score_clusters",
    "score_spans",
    "score_submission",
    "scored_layers",
    "tagged_spans",
]

_PLACES = {
    "ClusterDocument": "onrecord.eval.spans.documents",
    "ClusterMetric": "onrecord.eval.corpora.training_metric",
    "ClusterReport": "onrecord.eval.corpora.cluster_report",
    "ClusteredMention": "onrecord.eval.spans.documents",
    "Comparison": "onrecord.eval.scoring.compare",
    "Counts": "onrecord.eval.statistics.counts",
    "LayerResult": "onrecord.eval.scoring.result",
    "PredictionLine": "onrecord.eval.submission.prediction_line",
    "Record": "onrecord.eval.scoring.record",
    "Report": "onrecord.eval.scoring.score_report",
    "Result": "onrecord.eval.scoring.result",
    "scored_layers": "onrecord.eval.layers.scored",
    "Sampling": "onrecord.eval.statistics.sampling",
    "Score": "onrecord.eval.statistics.counts",
    "Signature": "onrecord.eval.rendering.signature",
    "SpanDocument": "onrecord.eval.spans.documents",
    "SpanMetric": "onrecord.eval.corpora.training_metric",
    "SpanReport": "onrecord.eval.corpora.span_report",
    "Submission": "onrecord.eval.submission.reading",
    "TypedSpan": "onrecord.eval.spans.documents",
    "compare": "onrecord.eval.scoring.compare",
    "markdown": "onrecord.eval.scoring.score_report",
    "read_record": "onrecord.eval.scoring.record",
    "read_submission": "onrecord.eval.submission.reading",
    "record_bytes": "onrecord.eval.scoring.record",
    "record_of": "onrecord.eval.scoring.record",
    "score": "onrecord.eval.scoring.score_file",
    "score_clusters": "onrecord.eval.corpora.cluster_report",
    "score_spans": "onrecord.eval.corpora.span_report",
    "score_submission": "onrecord.eval.scoring.result",
    "tagged_spans": "onrecord.eval.readers",
}
"""The module of each name: it is imported when it is first asked for, so that a command pays for what it uses."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("onrecord")
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""The scorer: submissions in, results out; and its measures for any other corpus.

>>> from onrecord.eval import score_spans
>>> score_spans([[(0, 5, "PER")]], [[(0, 5, "PER")]], how=None).scores["strict"].f1
1.0
"""

from onrecord.eval.api import score
from onrecord.eval.cluster_report import ClusterReport, score_clusters
from onrecord.eval.compare import Comparison, compare
from onrecord.eval.corpus import ClusterDocument, ClusteredMention, SpanDocument, TypedSpan
from onrecord.eval.counts import Counts, Score
from onrecord.eval.metric import ClusterMetric, SpanMetric
from onrecord.eval.predictions import PredictionLine
from onrecord.eval.record import Record, read_record, record_bytes, record_of
from onrecord.eval.result import Report, markdown
from onrecord.eval.sampling import Sampling
from onrecord.eval.scoring import SCORED, LayerResult, Result, score_submission
from onrecord.eval.signature import Signature
from onrecord.eval.span_report import SpanReport, score_spans
from onrecord.eval.submission import Submission, read_submission

__all__ = [
    "SCORED",
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
]

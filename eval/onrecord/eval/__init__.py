"""The scorer: submissions in, results out; and its measures for any other corpus.

Each of its wings takes only from those above it, and of them only what their ``__all__`` names:

| wing | its job |
|---|---|
| ``matching`` | the best one-to-one pairing |
| ``statistics`` | from counts to scores, intervals, p-values and ranks |
| ``submission`` | what a stranger sends, checked |
| ``rendering`` | how anything is written so that nothing foreign acts in it |
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

from onrecord.eval.corpora.cluster_report import ClusterReport, score_clusters
from onrecord.eval.corpora.span_report import SpanReport, score_spans
from onrecord.eval.corpora.training_metric import ClusterMetric, SpanMetric
from onrecord.eval.layers.scored import SCORED
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

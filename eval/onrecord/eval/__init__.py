"""The scorer: submissions in, results out."""

from onrecord.eval.counts import Counts, Score, score
from onrecord.eval.predictions import PredictionLine
from onrecord.eval.result import as_json, markdown, signature
from onrecord.eval.scoring import SCORED, LayerResult, Result, score_submission
from onrecord.eval.submission import Submission, read_submission

__all__ = [
    "SCORED",
    "Counts",
    "LayerResult",
    "PredictionLine",
    "Result",
    "Score",
    "Submission",
    "as_json",
    "markdown",
    "read_submission",
    "score",
    "score_submission",
    "signature",
]

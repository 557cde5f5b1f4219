"""Scoring a prediction file in one call."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from onrecord.dataset import FaultsError, Gold
from onrecord.dataset.gold import in_split, split_faults
from onrecord.dataset.layers import using
from onrecord.dataset.reading.faults import in_order, refuse
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.given import AnyGold, Predictions, given_gold, given_predictions
from onrecord.eval.scoring.result import Result, score_submission
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.scoring.score_stream import StreamScoring, score_stream
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING, Sampling
from onrecord.eval.submission.label_maps import map_faults, read_label_map
from onrecord.eval.submission.limits import DEFAULT_LIMITS, Limits
from onrecord.eval.submission.mention_types import MentionTypes, our_types
from onrecord.eval.submission.reading import Submission, read_submission
from onrecord.eval.submission.unpacking import opened


def score(
    predictions: Predictions,
    gold: AnyGold | None = None,
    split: str = "test",
    labels: str | None = None,
    how: Sampling | None = DEFAULT_SAMPLING,
    allow_missing: bool = False,
) -> Report:
    """Score predictions against the gold labels.

    Args:
        predictions: A prediction file: JSON Lines, plain, gzipped or zipped. Or its rows: dictionaries, records, a
            ``datasets.Dataset``, a table of pandas, polars or pyarrow; see :mod:`onrecord.eval.scoring.given`.
        gold: A dataset folder, or gold in memory. Where left out, ``dataset`` here, if it is one, and else the
            published dataset, which comes along.
        split: One of the dataset's, such as ``test``, or ``all``.
        labels: A label map: ``conll2003``, ``ontonotes`` or a file; see :mod:`onrecord.eval.submission.label_maps`.
        how: How intervals are made; None for none.
        allow_missing: Whether articles of the split without a line are scored as empty; the result is partial then.

    Raises:
        FaultsError: With every fault of the file, or of the rows, of which the n-th is line n.

    >>> report = score("eval/baselines/rules.jsonl", how=None)
    >>> report.to_frame().loc[("entities", "strict"), "gold"]
    np.float64(181.0)
    """
    asked = Asked(split, labels, how, allow_missing)
    with given_predictions(predictions) as (name, pieces):
        return score_stream(name, pieces, given_gold(gold), asked).report


@dataclasses.dataclass(frozen=True)
class Scoring:
    """A prediction file that was scored, and what was left out of it."""

    report: Report
    left_out: Mapping[str, int]
    """How many predicted mentions of the articles scored the label map leaves out, by their type."""
    submission: Submission
    """What was scored."""

    @property
    def result(self) -> Result:
        """The scores without their intervals."""
        return self.report.result


def score_bytes(name: Path, raw: bytes, gold: Gold, asked: Asked, limits: Limits = DEFAULT_LIMITS) -> Scoring:
    """The score of a prediction file that has been read already; see :func:`score`."""
    with using(gold.scheme):
        return _score_bytes(name, raw, gold, asked, limits)


def _score_bytes(name: Path, raw: bytes, gold: Gold, asked: Asked, limits: Limits) -> Scoring:
    refuse(split_faults(asked.split, [article.document.split for article in gold.articles]))
    documents = [article.document for article in gold.articles]
    articles = in_split(gold, asked.split)
    required = [] if asked.allow_missing else [article.document.id for article in articles]
    mapping = None if asked.labels is None else read_label_map(asked.labels)
    types = our_types() if mapping is None else MentionTypes.of(mapping[1])
    used = {mention.type for article in articles for mention in article.labels.mentions}
    unfit = [] if mapping is None else sorted(map_faults(used, mapping[1]), key=in_order)
    try:
        submission = read_submission(name, raw, documents, gold.registries, required, limits, types)
    except FaultsError as error:
        raise error.after(unfit) from None
    refuse(unfit)
    left_out = Counter[str]()
    for article in articles:
        left_out.update(submission.left_out.get(article.document.id, {}))
    result = score_submission(articles, gold.registries, submission, asked.split, mapping)
    result = dataclasses.replace(result, probe=gold.probe)
    return Scoring(Report.of(result, asked.how), left_out, submission)


def score_path(
    predictions: Path, gold: StoredGold, asked: Asked, follow_links: bool = False, keep: bool = False
) -> StreamScoring:
    """The score of a file of predictions on this gold, by this version; see :func:`score_stream`.

    Raises:
        FaultsError: They cannot be scored.
        OSError: They cannot be read.
    """
    with opened(predictions, DEFAULT_LIMITS, follow_links) as pieces:
        return score_stream(predictions, pieces, gold, asked, keep=keep)

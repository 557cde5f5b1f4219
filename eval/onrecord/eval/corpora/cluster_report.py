"""The score of clustered mentions of any corpus: every cluster measure across and within documents."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from onrecord.eval.clusters.left_out import without_each
from onrecord.eval.clusters.measures import Repeat, RepeatedMentionsError, Table
from onrecord.eval.clusters.rows import MembershipRows, total
from onrecord.eval.clusters.table import Membership
from onrecord.eval.corpora.allocation import keep_memory
from onrecord.eval.readers.json_line import normal_fragments
from onrecord.eval.rendering.frames import frame
from onrecord.eval.rendering.scores import ScoreRow, json_bytes, score_json, score_numbers, score_row
from onrecord.eval.rendering.signature import HASH, Signature
from onrecord.eval.spans.documents import ClusterDocument
from onrecord.eval.statistics.counts import Score
from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING, MOST_GROUPS, Sampling, sampling_policy
from onrecord.eval.statistics.uncertainty import Interval, jackknife_interval, optional

if TYPE_CHECKING:
    import pandas as pd

PlainClusters = Iterable[Iterable[Hashable]]
"""Clusters of one document, each of mentions: anything that can be a key, such as (start, end)."""

ClusterCorpus = Iterable[ClusterDocument] | Mapping[str, PlainClusters]
"""Documents whose mentions name their cluster, the same over documents; or, by document, clusters of that document."""

POLICY = {
    "unit": "given",
    "mentions": "exact",
    "singletons": "kept",
    "duplicates": "refused",
    "missing": "empty",
    "average": "micro",
}
"""The decisions that are in every score of clusters."""


@dataclasses.dataclass(frozen=True)
class ClusterReport:
    """A score of clusters."""

    tables: Mapping[str, Table]
    """By document."""
    missing: tuple[str, ...] = ()
    """Gold documents that the predictions leave out; scored as empty."""
    how: Sampling | None = None
    """How intervals are made; None for none."""
    gold_sha256: str = ""
    """Of the file, where gold came from one."""
    predictions_sha256: str = ""

    @cached_property
    def scores(self) -> dict[str, Score]:
        """By measure: across documents; with each document's clusters apart (``[within]``); without singletons."""
        return total(self._rows)

    @cached_property
    def _rows(self) -> MembershipRows:
        keep_memory()
        return MembershipRows.of_tables(self.tables.values())

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """By measure; nothing where none were asked for. Documents are left out one at a time, or in groups."""
        if self.how is None:
            return {}
        groups = min(len(self.tables), MOST_GROUPS)
        place = {name: number for number, name in enumerate(sorted(self.tables))}
        group = np.array([place[name] % groups for name in self.tables], dtype=np.int64)
        without = without_each(self._rows, group, groups)
        return {
            name: jackknife_interval(score.value, [optional(value) for value in without[name].tolist()], self.how.level)
            for name, score in self.scores.items()
        }

    @property
    def signature(self) -> Signature:
        """What was scored and how."""
        return Signature.of(
            task="clusters",
            docs=str(len(self.tables)),
            interval=sampling_policy(self.how),
            gold=self.gold_sha256[:HASH],
            predictions=self.predictions_sha256[:HASH],
            **POLICY,
        )

    def rows(self) -> list[ScoreRow]:
        """The score table; see :func:`onrecord.eval.rendering.scores.headings`."""
        return [score_row(name, each, self.intervals.get(name)) for name, each in self.scores.items()]

    def to_frame(self) -> pd.DataFrame:
        """The scores as a data frame, a row a measure; needs pandas."""
        rows = [{"measure": n, **score_numbers(s, self.intervals.get(n))} for n, s in self.scores.items()]
        return frame(rows, ["measure"])

    def as_json(self) -> bytes:
        """The scores as JSON; the same gives the same bytes."""
        value: dict[str, Any] = {
            "format": "onrecord-clusters/1",
            "signature": str(self.signature),
            "status": "partial" if self.missing else "complete",
            "documents": len(self.tables),
            "missing": list(self.missing),
            "measures": {name: score_json(each, self.intervals.get(name)) for name, each in self.scores.items()},
        }
        return json_bytes(value)


def score_clusters(
    gold: ClusterCorpus, predicted: ClusterCorpus, how: Sampling | None = DEFAULT_SAMPLING
) -> ClusterReport:
    """Score clustered mentions of any corpus.

    Args:
        gold: Gold clusters: documents whose mentions name clusters that may run over documents, or a mapping from
            document id to the clusters of that document alone.
        predicted: Predictions in either form.
        how: How intervals are made; None for none.

    Raises:
        ValueError: A document is predicted that gold does not have, or is there twice.
        RepeatedMentionsError: A mention is twice in a document, on either side; it is named (document, mention) then.

    >>> report = score_clusters({"d": [["a", "b"], ["c"]]}, {"d": [["a", "b", "c"]]}, how=None)
    >>> round(report.scores["b3"].f1, 3), report.scores["muc"].recall
    (0.714, 1.0)
    """
    one, other = _by_id(gold, "gold"), _by_id(predicted, "predicted")
    if unknown := sorted(other.keys() - one.keys()):
        raise ValueError(f"predictions for documents that gold does not have: {', '.join(unknown[:5])}")
    repeats = [*_repeats(one, "gold"), *_repeats(other, "predicted")]
    if repeats:
        raise RepeatedMentionsError(repeats)
    tables = {id: Table.of(_memberships(dict(members), dict(other.get(id, ())))) for id, members in one.items()}
    return ClusterReport(tables, tuple(id for id in one if id not in other), how)


Members = list[tuple[Hashable, Hashable]]
"""Mention and cluster of each mention of one document."""


def _by_id(corpus: ClusterCorpus, side: str) -> dict[str, Members]:
    found: dict[str, Members] = {}
    if isinstance(corpus, Mapping):
        for id, clusters in sorted(corpus.items()):
            found[id] = [(mention, (id, n)) for n, cluster in enumerate(clusters) for mention in cluster]
        return found
    for document in corpus:
        if document.doc_id in found:
            raise ValueError(f"the {side} document {document.doc_id!r} is there twice")
        found[document.doc_id] = [
            ((m.start, m.end, normal_fragments(m.fragments) if m.fragments else ()), m.cluster)
            for m in document.mentions
        ]
    return dict(sorted(found.items()))


def _memberships(gold: dict[Hashable, Hashable], predicted: dict[Hashable, Hashable]) -> list[Membership]:
    """The gold and the predicted cluster of each mention, in the order in which the sides have them."""
    rest = predicted.keys() - gold.keys()
    return [
        *zip(gold.values(), map(predicted.get, gold), strict=True),
        *((None, cluster) for mention, cluster in predicted.items() if mention in rest),
    ]


def _repeats(corpus: Mapping[str, Members], side: str) -> Iterable[Repeat]:
    for id, members in corpus.items():
        if len(dict(members)) == len(members):
            continue
        places: dict[Hashable, list[int]] = {}
        numbers: dict[Hashable, int] = {}
        for mention, cluster in members:
            places.setdefault(mention, []).append(numbers.setdefault(cluster, len(numbers)))
        for mention, clusters in places.items():
            if len(clusters) > 1:
                yield Repeat("gold" if side == "gold" else "predicted", (id, mention), tuple(clusters))

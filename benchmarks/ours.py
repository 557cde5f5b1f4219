"""Our side: the only place that knows the functions of onrecord that are measured.

As :mod:`benchmarks.peers`: every function takes the folder of a corpus and returns the scoring alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from benchmarks.corpora import Ints, Side, Spans, read_labels, read_made, read_spans
from benchmarks.peers import Figures, Scoring

if TYPE_CHECKING:
    from onrecord.eval.spans.columns import SpanColumns
    from onrecord.eval.spans.counting import SpanCounts

DRAWS = 10_000
"""Resamples of the bootstrap."""


def spans_of_arrays(folder: Path) -> Scoring:
    """Aligned and counted from arrays: seven measures and the error classes, overall, by type and by document."""
    from onrecord.eval.spans.columns import Vocabulary
    from onrecord.eval.spans.counting import score_columns

    gold, predicted, documents, types = _span_columns(folder)
    vocabulary = Vocabulary(types)
    return lambda: span_figures(score_columns(documents, vocabulary, gold, predicted))


def spans_of_files(jobs: int) -> Callable[[Path], Scoring]:
    """The same from two files of JSON Lines, read, checked and scored in a number of processes."""

    def prepared(folder: Path) -> Scoring:
        from onrecord.eval.corpora.stream import SpanFile, score_span_files

        def scoring() -> Figures:
            with open(folder / "gold.jsonl", "rb") as gold, open(folder / "predicted.jsonl", "rb") as predicted:
                result = score_span_files(SpanFile("gold", gold), SpanFile("predicted", predicted), jobs=jobs)
            return {**span_figures(result.counts), "digest": digest(result.counts)}

        return scoring

    return prepared


def span_figures(counts: SpanCounts) -> Figures:
    """All that is reported: the strict F1, and the error classes by the names of the generator."""
    from onrecord.eval.spans.measures import error_classes, mode_counts, type_counts
    from onrecord.eval.statistics.counts import score

    scores = {name: score(each) for name, each in mode_counts(counts.total).items()}
    type_counts(counts)
    classes = error_classes(counts.total)
    found: Figures = {name: classes[name] for name in ("correct", "type", "boundary", "both", "missed", "spurious")}
    strict = scores["strict"].f1
    return found if strict is None else {"strict F1": strict, **found}


def digest(counts: SpanCounts) -> int:
    """A number of 48 bits that is the same where every byte of the counts is."""
    hashed = hashlib.blake2b(digest_size=6)
    for part in (counts.values, counts.cells, counts.missed, counts.spurious, counts.iou):
        hashed.update(part.tobytes())
    hashed.update("\0".join((*counts.documents, *counts.types)).encode())
    return int.from_bytes(hashed.digest(), "big")


class FloorSpan(msgspec.Struct, frozen=True, gc=False):
    """A span as the floor reads it."""

    start: int
    end: int
    type: str


class FloorDocument(msgspec.Struct, frozen=True, gc=False):
    """A line as the floor reads it."""

    doc_id: str
    spans: tuple[FloorSpan, ...]


def msgspec_decode(folder: Path) -> Scoring:
    """The floor: every line of both files decoded into typed records and dropped."""
    decoder = msgspec.json.Decoder(FloorDocument)

    def scoring() -> Figures:
        for side in ("gold", "predicted"):
            with open(folder / f"{side}.jsonl", "rb") as file:
                for line in file:
                    decoder.decode(line)
        return {}

    return scoring


def all_cluster_measures(folder: Path) -> Scoring:
    """The table from cluster numbers, and every measure read off it."""
    from onrecord.eval.clusters.measures import Table, cluster_scores

    gold, predicted = _labels(folder)
    names = {
        "conll": "CoNLL",
        "lea": "LEA",
        "muc": "MUC",
        "b3": "B3",
        "ceafm": "CEAFm",
        "ceafe": "CEAFe",
        "blanc[recasens2011]": "BLANC",
        "pairwise": "pairwise",
    }

    def scoring() -> Figures:
        scores = cluster_scores(Table.of_labels(gold, predicted))
        return {f"{shown} F1": f1 for name, shown in names.items() if (f1 := scores[name].f1) is not None}

    return scoring


def one_cluster_measure(measure: str, name: str) -> Callable[[Path], Scoring]:
    """The table from cluster numbers, and one function of :mod:`onrecord.eval.clusters.measures`."""

    def prepared(folder: Path) -> Scoring:
        from onrecord.eval.clusters import measures as clusters
        from onrecord.eval.statistics.counts import score

        gold, predicted = _labels(folder)
        function = getattr(clusters, measure)

        def scoring() -> Figures:
            f1 = score(function(clusters.Table.of_labels(gold, predicted))).f1
            return {} if f1 is None else {f"{name} F1": f1}

        return scoring

    return prepared


def bootstrap(folder: Path) -> Scoring:
    """Intervals of every span measure from ten thousand resamples of the documents."""
    from onrecord.eval.spans.columns import Vocabulary
    from onrecord.eval.spans.counting import score_columns
    from onrecord.eval.spans.measures import MODES, mode_array
    from onrecord.eval.statistics.resampling import each_f1
    from onrecord.eval.statistics.uncertainty import bootstrap_intervals

    gold, predicted, documents, types = _span_columns(folder)
    counts = mode_array(score_columns(documents, Vocabulary(types), gold, predicted).values)

    def scoring() -> Figures:
        found = bootstrap_intervals(counts, each_f1(len(MODES)), DRAWS, seed=0)
        strict = found[MODES.index("strict")]
        ends = {"low": strict.low, "high": strict.high}
        return {f"strict F1, {name} end": end for name, end in ends.items() if end is not None}

    return scoring


def _span_columns(folder: Path) -> tuple[SpanColumns, SpanColumns, list[str], tuple[str, ...]]:
    from onrecord.eval.spans.columns import SpanColumns

    gold, predicted = (read_spans(folder, side) for side in _SIDES)
    documents = [f"doc-{n:06d}" for n in range(int(gold.document[-1]) + 1)]

    def columns(spans: Spans) -> SpanColumns:
        return SpanColumns(spans.document, spans.start, spans.end, spans.type)

    return columns(gold), columns(predicted), documents, read_made(folder).types


def _labels(folder: Path) -> tuple[Ints, Ints]:
    gold, predicted = (read_labels(folder, side) for side in _SIDES)
    return gold, predicted


_SIDES: tuple[Side, Side] = ("gold", "predicted")

DISTRIBUTIONS: tuple[str, ...] = ("onrecord", "numpy", "scipy", "msgspec")
"""Whose versions are told."""

CONTENDERS: dict[str, Callable[[Path], Scoring]] = {
    "onrecord-arrays": spans_of_arrays,
    "onrecord-files": spans_of_files(1),
    "onrecord-files-2": spans_of_files(2),
    "msgspec": msgspec_decode,
    "onrecord-clusters": all_cluster_measures,
    "onrecord-ceafe": one_cluster_measure("ceafe", "CEAFe"),
    "onrecord-bootstrap": bootstrap,
}

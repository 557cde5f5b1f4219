"""Public functions and what else is no command, measured in a process of its own as :mod:`benchmarks.ours`.

Every function takes a folder and returns what is measured alone: what stands before the ``return`` is not timed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from benchmarks.corpora import TYPES, ClusterCorpus, Ints, Side, Spans, corpus_folder, read_labels, read_spans
from benchmarks.peers import Figures, Scoring

MENTIONS_EACH = 1_000
"""Mentions of a document, where mentions are scored in documents."""
_SIDES: tuple[Side, Side] = ("gold", "predicted")


def gold_again(folder: Path) -> Scoring:
    """Gold of a dataset folder, ready to be scored against, when it has been read before; kept by ``stored_gold``."""
    from onrecord.eval.scoring.stored_gold import stored_gold

    stored_gold(folder / "dataset")
    return lambda: {"documents": float(len(stored_gold(folder / "dataset").documents))}


def leave_one_out(folder: Path) -> Scoring:
    """Every measure that is no function of sums, without each document: of every layer of a file scored already."""
    from onrecord.eval import score
    from onrecord.eval.scoring.intervals import leave_out, units_of

    result = score(folder / "predictions.jsonl", folder / "dataset", how=None).result
    units = units_of(result, "document")

    def scoring() -> Figures:
        made = 0
        for each in result.layers:
            if each.state is not None:
                rest = [measure for measure in each.layer.measures if not measure.adds]
                made += len(leave_out(each, each.state.columns, rest, each.state.ids, units))
        return {"measures": float(made)}

    return scoring


def spans_of_lists(folder: Path) -> Scoring:
    """``score_spans`` of lists of tuples, a list a document, without intervals as the peer has none."""
    from onrecord.eval import score_spans

    gold, predicted = (read_spans(folder, side) for side in _SIDES)
    documents = int(gold.document[-1]) + 1
    sides = [_tuples(each, documents) for each in (gold, predicted)]

    def scoring() -> Figures:
        strict = score_spans(sides[0], sides[1], how=None).scores["strict"].f1
        return {} if strict is None else {"strict F1": strict}

    return scoring


def _tuples(spans: Spans, documents: int) -> list[list[tuple[int, int, str]]]:
    found: list[list[tuple[int, int, str]]] = [[] for _ in range(documents)]
    columns = (each.tolist() for each in (spans.document, spans.start, spans.end, spans.type))
    for document, start, end, type in zip(*columns, strict=True):
        found[document].append((start, end, TYPES[type]))
    return found


def clusters_of_lists(folder: Path) -> Scoring:
    """``score_clusters`` of documents of a thousand mentions, whose clusters run over documents, with intervals."""
    from onrecord.eval import ClusterDocument, ClusteredMention, score_clusters

    gold, predicted = (
        [
            ClusterDocument(id, tuple(ClusteredMention(2 * n, 2 * n + 1, f"c{label}") for n, label in mentions))
            for id, mentions in by_document(read_labels(folder, side)).items()
        ]
        for side in _SIDES
    )

    def scoring() -> Figures:
        report = score_clusters(gold, predicted)
        return {f"{name} F1": f1 for name, each in report.scores.items() if (f1 := each.f1) is not None}

    return scoring


def by_document(labels: Ints) -> dict[str, list[tuple[int, int]]]:
    """The place within its document and the cluster of each mention, by document; those in no cluster are left out."""
    found: dict[str, list[tuple[int, int]]] = {}
    for at in np.flatnonzero(labels >= 0).tolist():
        document, place = divmod(at, MENTIONS_EACH)
        found.setdefault(f"doc-{document:06d}", []).append((place, int(labels[at])))
    return found


def write_cluster_files(data: Path, corpus: ClusterCorpus) -> tuple[Path, Path]:
    """The two files of JSON Lines that ``onrecord clusters`` reads, made beside the arrays of a corpus."""
    import msgspec

    folder = corpus_folder(data, corpus)
    paths = []
    for side in _SIDES:
        path = folder / f"{side}.jsonl"
        with open(path, "wb") as file:
            for id, mentions in by_document(read_labels(folder, side)).items():
                items = [{"start": 2 * n, "end": 2 * n + 1, "cluster": f"c{label}"} for n, label in mentions]
                file.write(msgspec.json.encode({"doc_id": id, "mentions": items}) + b"\n")
        paths.append(path)
    return paths[0], paths[1]


def opened(folder: Path) -> Scoring:
    """``FOLDER/report.html`` in headless chromium: seconds from navigation until it says that it can be read."""
    from benchmarks.html_report import browser_page, ready_times

    def scoring() -> Figures:
        with browser_page() as page:
            return {"ready": min(ready_times(page, folder / "report.html")) / 1_000}

    return scoring


DISTRIBUTIONS: tuple[str, ...] = ("onrecord", "numpy", "scipy", "msgspec")
"""Whose versions are told."""

CONTENDERS: dict[str, Callable[[Path], Scoring]] = {
    "gold-again": gold_again,
    "leave-one-out": leave_one_out,
    "spans": spans_of_lists,
    "clusters": clusters_of_lists,
    "opened": opened,
}

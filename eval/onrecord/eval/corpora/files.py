"""Scoring files of other corpora: from two paths and a format to a report."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from onrecord.dataset.reading.faults import Fault, FaultsError, nearest, refuse, show
from onrecord.eval.corpora.span_report import SpanReport, score_spans
from onrecord.eval.corpora.stream import MOST_HINTS, SpanFile, score_span_files
from onrecord.eval.readers import (
    DEFAULT_OPTIONS,
    ClusterFormat,
    ColumnFormat,
    Identity,
    LabelledDocument,
    Reading,
    ReadOptions,
    SpanFormat,
    annotation_files,
    cluster_document,
    content_faults,
    named,
    read_cluster_documents,
    read_columns_pair,
    read_documents,
    read_tags,
    repeated_faults,
    span_document,
)
from onrecord.eval.spans.documents import ClusterDocument, SpanDocument
from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING, Sampling
from onrecord.eval.submission.label_maps import read_label_map
from onrecord.eval.submission.unpacking import corpus_content, opened_corpus

if TYPE_CHECKING:
    from onrecord.eval.corpora.cluster_report import ClusterReport

T = TypeVar("T")


def score_span_paths(
    gold: Path,
    predicted: Path,
    labels: str | None = None,
    how: Sampling | None = DEFAULT_SAMPLING,
    jobs: int = 1,
    progress: Callable[[int], object] = lambda _: None,
) -> SpanReport:
    """Score two files of spans in JSON Lines, in blocks; one of them may be ``-``, either may be packed.

    Args:
        gold: The gold documents.
        predicted: Predictions; a document without a line counts as one without predictions.
        labels: A label map; see :mod:`onrecord.eval.submission.label_maps`.
        how: How intervals are made; None for none.
        jobs: Processes to use, this one among them.
        progress: Told how many gold documents have been read.

    Raises:
        FaultsError: With the faults of both files.
    """
    name, mapping = ("as-is", None) if labels is None else read_label_map(labels)
    digests = hashlib.sha256(), hashlib.sha256()
    with opened_corpus(gold) as one, opened_corpus(predicted) as other:
        found = score_span_files(
            SpanFile(str(gold), one, digests[0]),
            SpanFile(str(predicted), other, digests[1]),
            labels=mapping,
            jobs=jobs,
            progress=progress,
        )
    one_sum, other_sum = (digest.hexdigest() for digest in digests)
    return SpanReport(found.counts, found.missing, name, how, one_sum, other_sum, found.left_out, found.passed_over)


@dataclasses.dataclass(frozen=True)
class SpanCorpora:
    """Both sides of a corpus of spans, read whole."""

    gold: Sequence[SpanDocument]
    predicted: Sequence[SpanDocument]
    gold_sha256: str
    predictions_sha256: str
    passed_over: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """What was not read of both files, by what it is."""


@dataclasses.dataclass(frozen=True)
class _Sides:
    """Both files of a comparison, of the same documents."""

    gold: list[LabelledDocument]
    predicted: list[LabelledDocument]
    sha256: tuple[str, str]
    passed_over: Mapping[str, int]
    differences: list[Fault]
    """Where the predictions are of other tokens, or of another text."""
    contents: tuple[bytes, bytes]
    """What the files hold; nothing where they are folders."""


Read = Callable[[Path, bytes | None, bool], Reading]
"""Reads a file, of which the bytes are given unless it is a folder, and whether it has the predictions."""


def _read_sides(gold: Path, predicted: Path, read: Read) -> _Sides:
    """Both files; the faults of one do not hide those of the other.

    Raises:
        FaultsError: With every fault; also where predictions are of documents that gold does not have.
    """
    contents = [None if path.is_dir() else corpus_content(path) for path in (gold, predicted)]
    one, other = _both(lambda: read(gold, contents[0], False), lambda: read(predicted, contents[1], True))
    sides = named(one.documents), named(other.documents)
    refuse(repeated_faults(sides[0], str(gold)) + repeated_faults(sides[1], str(predicted)))
    differences = content_faults(sides[0], sides[1], str(predicted))
    unknown = _unknown([each.doc_id for each in sides[0]], [each.doc_id for each in sides[1]], str(predicted))
    if unknown:
        refuse([*differences, *unknown])
    hashes = [
        _folder_sha256(path) if raw is None else _sha256(raw)
        for path, raw in zip((gold, predicted), contents, strict=True)
    ]
    raws = contents[0] or b"", contents[1] or b""
    return _Sides(*sides, (hashes[0], hashes[1]), one.passed_over + other.passed_over, differences, raws)


def read_span_corpora(
    gold: Path, predicted: Path, format: SpanFormat, options: ReadOptions = DEFAULT_OPTIONS
) -> SpanCorpora:
    """Both sides of a corpus in one format.

    Raises:
        FaultsError: With every fault; also where predictions are of other tokens or of another text than gold, or of
            documents that gold does not have.
    """
    sides = _read_sides(
        gold,
        predicted,
        lambda path, raw, other: read_documents(path, raw, format, dataclasses.replace(options, predicted=other)),
    )
    refuse(sides.differences)
    one, other = ([span_document(each) for each in side] for side in (sides.gold, sides.predicted))
    return SpanCorpora(one, other, *sides.sha256, sides.passed_over)


def read_column_corpora(path: Path, columns: ColumnFormat, gold: int) -> SpanCorpora:
    """Both sides of a column file that has gold tags in one column and predicted ones in another, as for conlleval."""
    raw = corpus_content(path)
    pairs = read_columns_pair(path, raw, columns, gold)
    digest = _sha256(raw)
    return SpanCorpora([one.document for one, _ in pairs], [other.document for _, other in pairs], digest, digest)


def read_tag_corpora(
    gold: Path, predicted: Path | None, columns: ColumnFormat, gold_column: int
) -> tuple[list[list[str]], list[list[str]]]:
    """Gold and predicted tags of column files by sentence; of one file with both where ``predicted`` is None."""
    if predicted is None:
        one, other = read_tags(gold, corpus_content(gold), columns, (gold_column, columns.tag))
    else:
        (one,), (other,) = (
            read_tags(path, corpus_content(path), columns, (columns.tag,)) for path in (gold, predicted)
        )
        sizes = [len(sentence) for sentence in one]
        if sizes != [len(sentence) for sentence in other]:
            found, expected = f"{sum(map(len, other))} tokens in {len(other)} sentences", "the sentences of gold"
            refuse(
                [Fault("token", str(predicted), None, "", found, f"{expected}, {sum(sizes)} tokens in {len(sizes)}")]
            )
    return one, other


def span_report(corpora: SpanCorpora, labels: str | None = None, how: Sampling | None = DEFAULT_SAMPLING) -> SpanReport:
    """The score of a corpus that has been read."""
    report = score_spans(corpora.gold, corpora.predicted, how=how, labels=labels)
    hashes = corpora.gold_sha256, corpora.predictions_sha256
    return dataclasses.replace(
        report, gold_sha256=hashes[0], predictions_sha256=hashes[1], passed_over=corpora.passed_over
    )


@dataclasses.dataclass(frozen=True)
class ClusterCorpora:
    """Both sides of a corpus of clusters, read whole."""

    gold: Sequence[ClusterDocument]
    predicted: Sequence[ClusterDocument]
    gold_sha256: str
    predictions_sha256: str
    passed_over: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """What was not read of both files, by what it is."""
    differences: Sequence[Fault] = ()
    """Where the predictions are of other tokens than gold, if that was allowed."""
    contents: tuple[bytes, bytes] = (b"", b"")
    """What the files hold; nothing where they are folders."""


def read_cluster_corpora(
    gold: Path, predicted: Path, format: ClusterFormat, identity: Identity = "document", other_tokens: bool = False
) -> ClusterCorpora:
    """Both sides of a corpus of clusters in one format.

    Args:
        gold: The gold file.
        predicted: The predictions.
        format: How both are written.
        identity: Where equal ids are one cluster.
        other_tokens: Whether predictions may be of other tokens than gold, for the number of a tool that does not look.

    Raises:
        FaultsError: With every fault; also where predictions are of other tokens than gold, or of documents that gold
            does not have.
    """
    sides = _read_sides(
        gold,
        predicted,
        lambda path, raw, other: read_cluster_documents(
            path, raw, format, ReadOptions(identity=identity, predicted=other)
        ),
    )
    if not other_tokens:
        refuse(sides.differences)
    one, other = ([cluster_document(each) for each in side] for side in (sides.gold, sides.predicted))
    return ClusterCorpora(one, other, *sides.sha256, sides.passed_over, sides.differences, sides.contents)


def clusters_by_document(
    corpora: ClusterCorpora, identity: Identity
) -> dict[str, tuple[list[list[Hashable]], list[list[Hashable]]]]:
    """Gold and predicted clusters as lists of mentions, by document; of one meta-document for a whole corpus.

    In the meta-document a mention is its document and place.
    """
    sides: list[dict[str, dict[str, list[Hashable]]]] = [{}, {}]
    for side, documents in zip(sides, (corpora.gold, corpora.predicted), strict=True):
        for document in documents:
            clusters = side.setdefault("" if identity == "corpus" else document.doc_id, {})
            for each in document.mentions:
                place: Hashable = (each.start, each.end, each.fragments)
                mention = (document.doc_id, place) if identity == "corpus" else place
                clusters.setdefault(each.cluster, []).append(mention)
    return {id: (list(gold.values()), list(sides[1].get(id, {}).values())) for id, gold in sides[0].items()}


def cluster_report(corpora: ClusterCorpora, how: Sampling | None = DEFAULT_SAMPLING) -> ClusterReport:
    """The score of a corpus that has been read."""
    from onrecord.eval.corpora.cluster_report import score_clusters  # which nobody needs who scores spans

    report = score_clusters(corpora.gold, corpora.predicted, how)
    return dataclasses.replace(report, gold_sha256=corpora.gold_sha256, predictions_sha256=corpora.predictions_sha256)


def _both(gold: Callable[[], T], predicted: Callable[[], T]) -> tuple[T, T]:
    """What both sides give; the faults of one do not hide those of the other."""
    made: list[T] = []
    faults: list[Fault] = []
    for side in (gold, predicted):
        try:
            made.append(side())
        except FaultsError as error:
            faults += error.faults
    refuse(faults)
    one, other = made
    return one, other


def _unknown(gold: Sequence[str], predicted: Sequence[str], name: str) -> list[Fault]:
    known = set(gold)
    unknown = [id for id in predicted if id not in known]
    hints = [nearest(id, gold) for id in unknown[:MOST_HINTS]] + [""] * len(unknown[MOST_HINTS:])
    return [
        Fault("document", name, None, "", show(id), "a document of the gold", hint)
        for id, hint in zip(unknown, hints, strict=True)
    ]


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _folder_sha256(folder: Path) -> str:
    """Of the names and bytes of a folder's annotation files, in order of their names."""
    digest = hashlib.sha256()
    for path in annotation_files(folder):
        raw = corpus_content(path)
        digest.update(f"{path.relative_to(folder).as_posix()}\n{len(raw)}\n".encode())
        digest.update(raw)
    return digest.hexdigest()

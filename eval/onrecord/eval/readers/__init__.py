"""Readers of labelled documents in the formats of others: whoever has a corpus can score it.

Every reader is given a file and gives documents of :mod:`onrecord.eval.spans.documents`, or raises
:class:`onrecord.dataset.FaultsError` with every fault of the file. The ``iter_`` functions read a stream and hold one
document at a time: they give what is right, and raise at the end.

| format | spans | clusters | module |
|---|---|---|---|
| ``jsonl`` | a document a line | a document a line | ``jsonl_spans``, ``jsonl_clusters`` |
| ``conll`` | token and tag in columns | | ``conll`` |
| ``brat`` | ``.ann`` files | | ``brat`` |
| ``conll-coref`` | | the last column of CoNLL-2012 | ``conll2012`` |
| ``ours`` | mentions of prediction lines | their entities | ``prediction_lines`` |
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from onrecord.eval.readers.brat import read_brat
from onrecord.eval.readers.conll import (
    CONLL,
    ColumnDocument,
    Columns,
    iter_columns,
    read_columns,
    read_columns_pair,
    read_tags,
    token_faults,
)
from onrecord.eval.readers.conll2012 import Identity, iter_conll_clusters, read_conll_clusters
from onrecord.eval.readers.jsonl_clusters import iter_jsonl_clusters, read_jsonl_clusters
from onrecord.eval.readers.jsonl_spans import explain_span_line, iter_jsonl_spans, read_jsonl_spans
from onrecord.eval.readers.prediction_lines import iter_our_clusters, iter_our_spans, read_our_clusters, read_our_spans
from onrecord.eval.spans.documents import ClusterDocument, SpanDocument

SpanFormat = Literal["jsonl", "conll", "brat", "ours"]
ClusterFormat = Literal["jsonl", "conll-coref", "ours"]
StreamedSpanFormat = Literal["jsonl", "conll", "ours"]

SPAN_FORMATS: tuple[SpanFormat, ...] = get_args(SpanFormat)
CLUSTER_FORMATS: tuple[ClusterFormat, ...] = get_args(ClusterFormat)

__all__ = [
    "CLUSTER_FORMATS",
    "CONLL",
    "SPAN_FORMATS",
    "ClusterFormat",
    "ColumnDocument",
    "Columns",
    "Identity",
    "SpanFormat",
    "StreamedSpanFormat",
    "explain_span_line",
    "iter_cluster_documents",
    "iter_columns",
    "iter_span_documents",
    "read_clusters",
    "read_columns",
    "read_columns_pair",
    "read_spans",
    "read_tags",
    "token_faults",
]


def read_spans(path: Path | str, raw: bytes | None, format: SpanFormat, columns: Columns = CONLL) -> list[SpanDocument]:
    """The documents of a file of spans.

    Args:
        path: The name that faults give the file; for ``brat`` it may be a folder.
        raw: Its bytes; None to read them.
        format: How it is written.
        columns: For ``conll``: which columns, which tags.

    Raises:
        FaultsError: With every fault of the file.
    """
    match format:
        case "jsonl":
            return read_jsonl_spans(path, raw)
        case "conll":
            return [each.document for each in read_columns(path, raw, columns)]
        case "brat":
            return read_brat(path, raw)
        case "ours":
            return read_our_spans(path, raw)


def read_clusters(
    path: Path | str, raw: bytes | None, format: ClusterFormat, identity: Identity = "document"
) -> list[ClusterDocument]:
    """The documents of a file of clusters; a mention that is there twice is given twice.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        format: How it is written.
        identity: For ``conll-coref``: whether equal ids are one cluster within a document or over all of them.

    Raises:
        FaultsError: With every fault of the file.
    """
    match format:
        case "jsonl":
            return read_jsonl_clusters(path, raw)
        case "conll-coref":
            return read_conll_clusters(path, raw, identity)
        case "ours":
            return read_our_clusters(path, raw)


def iter_span_documents(
    stream: BinaryIO, name: str, format: StreamedSpanFormat, columns: Columns = CONLL
) -> Iterator[SpanDocument]:
    """The documents of a stream of spans one by one, those that are right.

    Args:
        stream: Open for reading bytes.
        name: What faults call it.
        format: How it is written.
        columns: For ``conll``: which columns, which tags.

    Raises:
        FaultsError: At the end, with the faults of all others; what was given is not to be scored then.
    """
    match format:
        case "jsonl":
            return iter_jsonl_spans(stream, name)
        case "conll":
            return (each.document for each in iter_columns(stream, name, columns))
        case "ours":
            return iter_our_spans(stream, name)


def iter_cluster_documents(
    stream: BinaryIO, name: str, format: ClusterFormat, identity: Identity = "document"
) -> Iterator[ClusterDocument]:
    """The documents of a stream of clusters one by one; see :func:`iter_span_documents` and :func:`read_clusters`."""
    match format:
        case "jsonl":
            return iter_jsonl_clusters(stream, name)
        case "conll-coref":
            return iter_conll_clusters(stream, name, identity)
        case "ours":
            return iter_our_clusters(stream, name)

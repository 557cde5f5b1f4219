"""Readers of labelled documents in the formats of others: whoever has a corpus can score it.

Every reader is given a file and gives documents of :mod:`onrecord.eval.spans.documents`, or raises
:class:`onrecord.dataset.FaultsError` with every fault of the file. The ``iter_`` functions of the modules read a
stream and hold one document at a time: they give what is right, and raise at the end.

| format | spans | clusters | module |
|---|---|---|---|
| ``jsonl`` | a document a line | a document a line | ``jsonl_spans``, ``jsonl_clusters`` |
| ``conll`` | token and tag in columns | | ``conll`` |
| ``brat`` | ``.ann`` files | | ``brat`` |
| ``conll-coref`` | | the last column of CoNLL-2012 | ``conll2012`` |
| ``ours`` | mentions of prediction lines | their entities | ``prediction_lines`` |

What they share:

- ``lines``: lines of bytes, and the faults found in them.
- ``json_line``: one line of JSON Lines, and what all formats ask of offsets and documents.
- ``tags``: tags of tokens, and the spans they stand for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from onrecord.eval.readers.brat import read_brat
from onrecord.eval.readers.conll import (
    CONLL,
    ColumnDocument,
    ColumnFormat,
    iter_columns,
    read_columns,
    read_columns_pair,
    read_tags,
    token_faults,
)
from onrecord.eval.readers.conll2012 import Identity, read_conll_clusters
from onrecord.eval.readers.jsonl_clusters import read_jsonl_clusters
from onrecord.eval.readers.jsonl_spans import explain_span_line, read_jsonl_spans
from onrecord.eval.readers.prediction_lines import read_our_clusters, read_our_spans
from onrecord.eval.readers.tags import tagged_spans
from onrecord.eval.spans.documents import ClusterDocument, SpanDocument

SpanFormat = Literal["jsonl", "conll", "brat", "ours"]
ClusterFormat = Literal["jsonl", "conll-coref", "ours"]

__all__ = [
    "CONLL",
    "ClusterFormat",
    "ColumnDocument",
    "ColumnFormat",
    "Identity",
    "SpanFormat",
    "conll",
    "explain_span_line",
    "iter_columns",
    "json_line",
    "jsonl_spans",
    "lines",
    "read_clusters",
    "read_columns",
    "read_columns_pair",
    "read_spans",
    "read_tags",
    "tagged_spans",
    "token_faults",
]


def read_spans(
    path: Path | str, raw: bytes | None, format: SpanFormat, columns: ColumnFormat = CONLL
) -> list[SpanDocument]:
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

"""Readers of labelled documents in the formats of others: whoever has a corpus can score it, or convert it.

Every reader is given a file and gives documents, or raises :class:`onrecord.dataset.FaultsError` with every fault of
the file. The ``iter_`` functions of the modules read a stream and hold one document at a time: they give what is right,
and raise at the end. What a reader passes over it counts.

| format | spans | clusters | module |
|---|---|---|---|
| ``jsonl`` | a document a line | a document a line | ``jsonl_spans``, ``jsonl_clusters`` |
| ``conll`` | token and tag in columns | | ``conll`` |
| ``brat`` | ``.ann`` files | | ``brat`` |
| ``conll-coref`` | | the last column of CoNLL-2012 | ``conll2012`` |
| ``ours`` | mentions of prediction lines | their entities | ``prediction_lines`` |
| ``spacy``, ``docbin`` | entities of spaCy's documents | | ``spacy_docs`` |
| ``prodigy``, ``doccano`` | a document a line | | ``annotators`` |
| ``label-studio``, ``label-studio-min`` | labelled regions | | ``label_studio`` |
| ``gliner``, ``hf-pipeline`` | what models return | | ``pipelines`` |
| ``hf-tokens`` | lists of tokens and tags | | ``token_records`` |
| ``e2e``, ``preco`` | ``ner`` of e2e-coref | clusters of tokens | ``token_records`` |
| ``conllu`` | ``Entity=`` of CoNLL-U | their ids | ``conllu`` |
| ``webanno`` | a layer of WebAnno TSV 3 | | ``webanno`` |

What they share:

- ``formats``: every format by its name, and the function that reads it.
- ``labelled``: what is read of a document, and whether two sides are of the same text.
- ``sniffing``: what a file seems to be that is not what it was given as.
- ``lines``: lines of bytes, and the faults found in them.
- ``json_line``: one line of JSON Lines, and what all formats ask of offsets and documents.
- ``json_records``: JSON of somebody else's, of whatever shape, record by record.
- ``tags``: tags of tokens, and the spans they stand for.
"""

from __future__ import annotations

from pathlib import Path

from onrecord.dataset.reading.faults import refuse
from onrecord.eval.readers.brat import annotation_files
from onrecord.eval.readers.conll import (
    CONLL,
    ColumnDocument,
    ColumnFormat,
    iter_columns,
    read_columns,
    read_columns_pair,
    read_tags,
)
from onrecord.eval.readers.conll2012 import Identity
from onrecord.eval.readers.formats import (
    DEFAULT_OPTIONS,
    AnyFormat,
    ClusterFormat,
    ReadOptions,
    SpanFormat,
    read_cluster_documents,
    read_documents,
    read_labelled,
)
from onrecord.eval.readers.jsonl_spans import explain_span_line
from onrecord.eval.readers.labelled import (
    LabelledDocument,
    PassedOver,
    Reading,
    cluster_document,
    content_faults,
    named,
    repeated_faults,
    span_document,
)
from onrecord.eval.readers.tags import tagged_spans
from onrecord.eval.spans.documents import ClusterDocument, SpanDocument

__all__ = [
    "CONLL",
    "DEFAULT_OPTIONS",
    "AnyFormat",
    "ClusterFormat",
    "ColumnDocument",
    "ColumnFormat",
    "Identity",
    "LabelledDocument",
    "PassedOver",
    "ReadOptions",
    "Reading",
    "SpanFormat",
    "annotation_files",
    "cluster_document",
    "conll",
    "content_faults",
    "explain_span_line",
    "iter_columns",
    "json_line",
    "jsonl_spans",
    "labelled",
    "lines",
    "named",
    "read_cluster_documents",
    "read_clusters",
    "read_columns",
    "read_columns_pair",
    "read_documents",
    "read_labelled",
    "read_spans",
    "read_tags",
    "repeated_faults",
    "span_document",
    "tagged_spans",
]


def read_spans(
    path: Path | str, raw: bytes | None, format: SpanFormat, columns: ColumnFormat = CONLL
) -> list[SpanDocument]:
    """The documents of a file of spans; those without a name are called by their place.

    Args:
        path: The name that faults give the file; for ``brat`` it may be a folder.
        raw: Its bytes; None to read them.
        format: How it is written.
        columns: For ``conll``: which columns, which tags.

    Raises:
        FaultsError: With every fault of the file.
    """
    documents = named(read_documents(path, raw, format, ReadOptions(columns)).documents)
    refuse(repeated_faults(documents, str(path)))
    return [span_document(each) for each in documents]


def read_clusters(
    path: Path | str, raw: bytes | None, format: ClusterFormat, identity: Identity = "document"
) -> list[ClusterDocument]:
    """The documents of a file of clusters; a mention that is there twice is given twice.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        format: How it is written.
        identity: For ``conll-coref`` and ``conllu``: whether equal ids are one cluster within a document or over all.

    Raises:
        FaultsError: With every fault of the file.
    """
    documents = named(read_cluster_documents(path, raw, format, ReadOptions(identity=identity)).documents)
    refuse(repeated_faults(documents, str(path)))
    return [cluster_document(each) for each in documents]

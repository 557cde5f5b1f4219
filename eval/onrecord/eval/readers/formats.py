"""Every format by its name: what it gives, and how a file of it is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from onrecord.dataset import Fault, FaultsError
from onrecord.eval.readers.annotators import read_doccano, read_prodigy
from onrecord.eval.readers.brat import read_brat
from onrecord.eval.readers.conll import CONLL, ColumnFormat, read_columns
from onrecord.eval.readers.conll2012 import Identity, read_conll_clusters
from onrecord.eval.readers.conllu import read_conllu
from onrecord.eval.readers.jsonl_clusters import has_clusters, read_jsonl_clusters
from onrecord.eval.readers.jsonl_spans import read_jsonl_spans
from onrecord.eval.readers.label_studio import read_label_studio, read_label_studio_min
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.readers.lines import at_least_one, given_or_read
from onrecord.eval.readers.pipelines import read_gliner, read_hf_pipeline
from onrecord.eval.readers.prediction_lines import read_our_clusters, read_our_spans
from onrecord.eval.readers.sniffing import seems
from onrecord.eval.readers.spacy_docs import read_docbin, read_spacy
from onrecord.eval.readers.token_records import read_e2e, read_hf_tokens, read_preco
from onrecord.eval.readers.webanno import read_webanno
from onrecord.eval.spans.documents import ClusterDocument, SpanDocument

SpanFormat = Literal[
    "jsonl",
    "conll",
    "brat",
    "ours",
    "spacy",
    "docbin",
    "prodigy",
    "doccano",
    "label-studio",
    "label-studio-min",
    "gliner",
    "hf-pipeline",
    "hf-tokens",
    "conllu",
    "e2e",
    "webanno",
]
"""The formats of files with spans."""

ClusterFormat = Literal["jsonl", "conll-coref", "ours", "conllu", "e2e", "preco"]
"""The formats of files with clusters."""

AnyFormat = Literal[SpanFormat, ClusterFormat]


@dataclasses.dataclass(frozen=True)
class ReadOptions:
    """What a file does not say of itself; each is of some formats."""

    columns: ColumnFormat = CONLL
    """``conll``; of ``hf-tokens`` its scheme and its affix."""
    tag_names: tuple[str, ...] = ()
    """``hf-tokens``: what the numbers stand for."""
    identity: Identity = "document"
    """``conll-coref``, ``conllu``: where equal ids are one cluster."""
    layer: str = ""
    """``webanno``: whose spans are read."""
    predicted: bool = False
    """``e2e``: whether what was predicted is wanted where a line has both."""


DEFAULT_OPTIONS = ReadOptions()


def read_documents(
    path: Path | str, raw: bytes | None, format: AnyFormat, options: ReadOptions = DEFAULT_OPTIONS
) -> Reading:
    """The documents of a file, as far as it tells: spans, clusters or both.

    Args:
        path: The name that faults give the file; for ``brat`` it may be a folder.
        raw: Its bytes; None to read them.
        format: How it is written; ``jsonl`` and ``ours`` are read as spans.
        options: What the file does not say of itself.

    Raises:
        FaultsError: With every fault of the file; the first says what it seems to be, where that is another format.
        ModuleNotFoundError: ``docbin`` needs spaCy.
    """
    return _read(path, raw, format, lambda: _documents(path, raw, format, options))


def read_cluster_documents(
    path: Path | str, raw: bytes | None, format: ClusterFormat, options: ReadOptions = DEFAULT_OPTIONS
) -> Reading:
    """The same of a file of clusters, ``jsonl`` and ``ours`` included."""
    passed = PassedOver()
    read: Callable[[], list[ClusterDocument]]
    match format:
        case "jsonl":
            read = partial(read_jsonl_clusters, path, raw, passed)
        case "ours":
            read = partial(read_our_clusters, path, raw, passed)
        case _:
            return read_documents(path, raw, format, options)

    def documents() -> Reading:
        return Reading(tuple(LabelledDocument(each.doc_id, mentions=each.mentions) for each in read()), passed)

    return _read(path, raw, format, documents)


def read_labelled(
    path: Path | str, raw: bytes | None, format: AnyFormat, options: ReadOptions = DEFAULT_OPTIONS
) -> Reading:
    """The same of a file of either: ``jsonl`` is read as clusters where its first line has them and no spans."""
    if format == "jsonl" and has_clusters(given_or_read(path, raw)):
        return read_cluster_documents(path, raw, format, options)
    return read_documents(path, raw, format, options)


def _read(path: Path | str, raw: bytes | None, format: AnyFormat, read: Callable[[], Reading]) -> Reading:
    try:
        reading = read()
        return dataclasses.replace(reading, documents=tuple(at_least_one(reading.documents, path)))
    except FaultsError as error:
        if raw is None and Path(path).is_dir():
            raise
        try:
            other = seems(given_or_read(path, raw))
        except FaultsError:
            raise error from None
        if other is None or format in other.names:
            raise
        hint = f"give it as {' or '.join(other.names)}" if other.names else "it has to be converted first"
        expected = f"a file of the format {format}"
        raise error.after(
            [Fault("format", str(path), None, "", f"what seems to be {other.title}", expected, hint)]
        ) from None


def _documents(path: Path | str, raw: bytes | None, format: AnyFormat, options: ReadOptions) -> Reading:
    passed = PassedOver()
    columns = options.columns
    match format:
        case "jsonl":
            return _of_spans(read_jsonl_spans(path, raw, passed), passed)
        case "ours":
            return _of_spans(read_our_spans(path, raw, passed), passed)
        case "conll":
            return Reading(tuple(each.labelled for each in read_columns(path, raw, columns)))
        case "conll-coref":
            return Reading(tuple(read_conll_clusters(path, raw, options.identity)))
        case "conllu":
            return read_conllu(path, raw, options.identity == "corpus")
        case "hf-tokens":
            return read_hf_tokens(path, raw, options.tag_names, columns.scheme, columns.affix)
        case "e2e":
            return read_e2e(path, raw, options.predicted)
        case "webanno":
            return read_webanno(path, raw, options.layer)
        case _:
            return _PLAIN[format](path, raw)


def _of_spans(documents: list[SpanDocument], passed: PassedOver) -> Reading:
    return Reading(tuple(LabelledDocument(each.doc_id, each.spans) for each in documents), passed)


_PLAIN: dict[str, Callable[[Path | str, bytes | None], Reading]] = {
    "brat": read_brat,
    "spacy": read_spacy,
    "docbin": read_docbin,
    "prodigy": read_prodigy,
    "doccano": read_doccano,
    "label-studio": read_label_studio,
    "label-studio-min": read_label_studio_min,
    "gliner": read_gliner,
    "hf-pipeline": read_hf_pipeline,
    "preco": read_preco,
}
"""Readers of what says all of itself."""

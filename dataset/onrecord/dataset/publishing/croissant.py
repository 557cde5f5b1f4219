"""Croissant metadata (MLCommons Croissant 1.1, RAI vocabulary 1.0, PROV) of the dataset folder, as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.gold import Gold
from onrecord.dataset.layers import using
from onrecord.dataset.publishing.columns import Column
from onrecord.dataset.publishing.folder import parquet_name
from onrecord.dataset.publishing.making import BUILD
from onrecord.dataset.publishing.rai import PASSES
from onrecord.dataset.publishing.tables import Config, configs
from onrecord.dataset.seeds.documents import Document

CONFORMS_TO = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
"""The versions of the two vocabularies; of RAI there is no other yet."""

_CROISSANT = (
    "annotation arrayShape citeAs column containedIn equivalentProperty excludes extract field fileObject fileProperty "
    "fileSet format includes isArray isLiveDataset jsonPath key md5 parentField path readLines recordSet references "
    "regex repeated replace samplingRate sdVersion separator source subField transform unArchive value"
)
"""What is written without its prefix ``cr:``, as in the context that the specification recommends."""

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "prov": "http://www.w3.org/ns/prov#",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _CROISSANT.split()},
}


def croissant(
    about: CorpusFile,
    splits: Mapping[str, Sequence[str]],
    gold: Gold,
    metadata: Mapping[str, Any],
    sha256: Mapping[str, str],
) -> bytes:
    """The metadata as JSON-LD.

    Args:
        about: The corpus.
        splits: Of every config that has rows.
        gold: The labels.
        metadata: What is said beside the rows, as :func:`onrecord.dataset.publishing.rai.metadata` gives it.
        sha256: Of every Parquet file, by name relative to the folder.
    """
    card = about.card
    with using(about.scheme):
        places = [(config, split) for config in configs() for split in splits.get(config.name, ())]
    files = [parquet_name(config.name, split) for config, split in places]
    names = _names(metadata.get(PASSES, ()))
    passes = [_with_files(each, files) for each in metadata.get(PASSES, ())] or None
    said = {
        "name": card.name,
        "description": card.description or " ".join(card.summary.split()) or card.title,
        "conformsTo": list(CONFORMS_TO),
        "version": card.version,
        "inLanguage": card.languages[0] if len(card.languages) == 1 else list(card.languages) or None,
        "keywords": list(card.tags) or None,
        "license": card.license_url,
        "url": "README.md",
        "datePublished": card.date,
        "creator": card.creator and {"@type": "sc:Organization", "name": card.creator},
        "citeAs": card.cite_as,
        "prov:wasDerivedFrom": [_seed(article.document, names) for article in gold.articles],
        # in the order of names: metadata that were stored and read back give the same bytes
        **msgspec.to_builtins({**metadata, PASSES: passes}, order="deterministic"),
    }
    value = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        **{name: each for name, each in said.items() if each is not None},
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": name,
                "name": name,
                "contentUrl": name,
                "encodingFormat": "application/x-parquet",
                "sha256": sha256[name],
            }
            for name in files
        ],
        "recordSet": [
            *(_words(*each) for each in _vocabularies(places)),
            *(_record_set(config, split) for config, split in places),
        ],
    }
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _with_files(activity: Mapping[str, Any], files: Sequence[str]) -> Mapping[str, Any]:
    """An activity; that which built the dataset with the files that it made."""
    return {**activity, "prov:generated": [{"@id": name} for name in files]} if activity["@id"] == BUILD else activity


def _names(passes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The names of all files of the passes, by their hash."""
    files = (file for each in passes for file in (*each.get("prov:used", ()), *each.get("prov:generated", ())))
    return {file["sha256"]: file["@id"] for file in files if "sha256" in file}


def _seed(document: Document, names: Mapping[str, str]) -> dict[str, str]:
    """The file that an article was taken from, called as the passes call it."""
    return {
        "@type": "prov:Entity",
        "@id": names.get(document.seed_sha256, f"seeds/{document.id}.txt"),
        "name": f"{document.title or document.id} ({document.publisher})",
        "sha256": document.seed_sha256,
    }


def _vocabularies(places: Sequence[tuple[Config, str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Every vocabulary of a column once, with its words in their order."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = [column for config, _ in places for column in config.columns]
    while waiting:
        column = waiting.pop(0)
        waiting += column.parts
        if column.words:
            found.setdefault(column.vocabulary, column.words)
    return sorted(found.items())


def _words(name: str, words: Sequence[str]) -> dict[str, Any]:
    """A vocabulary as an enumeration, its words in line."""
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": "the words of a vocabulary, in their order",
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{name}/word"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/word",
                "name": f"{name}/word",
                "description": "a word",
                "dataType": "sc:Text",
            }
        ],
        "data": [{f"{name}/word": word} for word in words],
    }


def _record_set(config: Config, split: str) -> dict[str, Any]:
    name = f"{config.name}_{split}"
    file = parquet_name(config.name, split)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{config.summary}; split {split}",
        "field": [_field(name, file, column) for column in config.columns],
    }


def _field(parent: str, file: str, column: Column) -> dict[str, Any]:
    """A column; of a record, or a list of records, the parts that are no lists or records themselves."""
    name = f"{parent}/{column.name}"
    source = {"fileObject": {"@id": file}, "extract": {"column": column.name}}
    value: dict[str, Any] = {"@type": "cr:Field", "@id": name, "name": name, "description": _said(column)}
    listed = pa.types.is_list(column.type)
    if listed:
        value |= {"isArray": True, "arrayShape": "-1"}
    if column.words:
        value |= {"references": {"field": {"@id": f"{column.vocabulary}/word"}}}
    if not column.parts:
        return value | {"dataType": _type(column.type.value_type if listed else column.type), "source": source}
    return value | {
        "subField": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{part.name}",
                "name": f"{name}/{part.name}",
                "description": _said(part),
                **({"references": {"field": {"@id": f"{part.vocabulary}/word"}}} if part.words else {}),
                "dataType": _type(part.type),
                "source": {**source, "transform": {"jsonPath": part.name}},
            }
            for part in column.parts
            if not pa.types.is_nested(part.type)
        ]
    }


def _said(column: Column) -> str:
    """What a column says, when it is null, and the words of its vocabulary."""
    null = f" Null where {column.null}." if column.null else ""
    words = f" One of {', '.join(column.words)} (the record set {column.vocabulary})." if column.words else ""
    return f"{column.meaning}{null}{words}".replace("`", "")


def _type(type: pa.DataType) -> str:
    if pa.types.is_boolean(type):
        return "sc:Boolean"
    if pa.types.is_integer(type):
        return "sc:Integer"
    return "sc:Text"

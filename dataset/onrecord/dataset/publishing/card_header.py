"""The header of the dataset card: what the Hub and ``load_dataset`` read of it, as YAML.

It is what ``datasets`` itself would write of the same tables, made without it: who builds or exports a dataset needs no
library that loads one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import yaml

from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.publishing.folder import Tables, parquet_name
from onrecord.dataset.publishing.tables import Config

_TASKS = {
    "mentions": ("token-classification", ("named-entity-recognition",)),
    "quotes": ("token-classification", ()),
    "stances": ("text-classification", ()),
    "events": ("token-classification", ()),
}
"""The Hub's words for what a layer is for."""

_TASKS_OF_IDS = ("coreference-resolution", "entity-linking-classification")

_WORDS = {pa.string(): "string", pa.int32(): "int32", pa.bool_(): "bool"}
"""The words for scalars."""


def header(
    about: CorpusFile,
    articles: int,
    every: Sequence[Config],
    tables: Tables,
    sizes: Mapping[str, int],
    beside: Mapping[str, Any],
) -> str:
    """The header as YAML, without the lines around it.

    Args:
        about: The corpus.
        articles: How many there are.
        every: The configs that have rows.
        tables: Their rows and hashes.
        sizes: Bytes of each Parquet file, by name relative to the folder.
        beside: What else is said.
    """
    configs, infos = [], {}
    for place, config in enumerate(every):
        names = {split: parquet_name(config.name, split) for split in tables.splits(config.name)}
        configs.append(
            {
                "config_name": config.name,
                **({} if place else {"default": True}),
                "version": about.card.version,
                "description": f"content sha256:{tables.hashes[config.name]}",
                "data_files": [{"split": split, "path": name} for split, name in names.items()],
            }
        )
        total = sum(sizes[name] for name in names.values())
        infos[config.name] = {
            "config_name": config.name,
            "features": features(config.schema),
            "splits": [
                {"name": split, "num_bytes": sizes[name], "num_examples": len(tables.rows[config.name, split])}
                for split, name in names.items()
            ],
            "download_size": total,
            "dataset_size": total,
        }
    described = [infos[name] for name in sorted(infos)]
    said = {
        **_told(about, articles),
        **beside,
        "configs": configs,
        "dataset_info": described if len(described) > 1 else described[0],
    }
    written: str = yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
    return written


def features(fields: Iterable[pa.Field]) -> list[dict[str, Any]]:
    """The fields of an Arrow schema or record as ``datasets`` has them: records, lists, strings, numbers, truths."""
    return [{"name": field.name, **_feature(field.type)} for field in fields]


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind):
        inner = _feature(kind.value_type)
        return {"list": inner.get("dtype") or inner["struct"]}
    if pa.types.is_struct(kind):
        return {"struct": features(kind)}
    return {"dtype": _WORDS[kind]}


def _told(about: CorpusFile, articles: int) -> dict[str, Any]:
    """What is said beside configs and sizes; what there is nothing to say of is left out."""
    said, layers = about.card, about.scheme.layers
    tasks = [_TASKS[layer] for layer in layers]
    told = {
        "annotations_creators": list(said.annotations_creators),
        "language_creators": list(said.language_creators),
        "language": list(said.languages),
        "license": said.license,
        "size_categories": [_size(articles)],
        "source_datasets": ["original"],
        "task_categories": list(dict.fromkeys(category for category, _ in tasks)),
        "task_ids": [*(id for _, ids in tasks for id in ids), *(_TASKS_OF_IDS if about.scheme.ids else ())],
        "pretty_name": said.title,
        "license_name": said.license_name,
        "license_link": said.license_link,
        "tags": list(said.tags),
    }
    return {name: each for name, each in told.items() if each}


def _size(articles: int) -> str:
    """The Hub's word for a number of rows."""
    edges = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    return next((name for most, name in edges if articles < most), "1M<n<10M")

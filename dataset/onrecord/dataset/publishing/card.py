"""The dataset card: README.md of the dataset folder, made from the data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.dataset.gold import Gold
from onrecord.dataset.publishing.folder import SPLITS, Tables, count_items, parquet_name
from onrecord.dataset.publishing.tables import configs
from onrecord.dataset.seeds.documents import SPLIT_OF_TOPIC

_NUMBER = re.compile(r"[-+]?[\d.]+(/[\d.]+)?|–|")

VERSION = "0.2.0"
"""Version of the labels: major for a change of schema or guidelines, minor for new or mended labels, patch for
documentation alone."""


def card(gold: Gold, tables: Tables, sizes: Mapping[str, int], provenance: str) -> str:
    """The card as Markdown with its YAML header.

    Args:
        gold: What the dataset says.
        tables: Its rows and hashes.
        sizes: Bytes of each Parquet file, by name relative to the folder.
        provenance: Who made the labels, as Markdown.
    """
    return f"---\n{_header(tables, sizes)}---\n\n{_body(gold, provenance)}"


def _header(tables: Tables, sizes: Mapping[str, int]) -> str:
    from datasets import DatasetInfo, Features
    from datasets.info import DatasetInfosDict
    from datasets.splits import SplitDict, SplitInfo
    from huggingface_hub import DatasetCardData

    described: list[dict[str, Any]] = []
    infos: dict[str, DatasetInfo] = {}
    for place, config in enumerate(configs()):
        names = [parquet_name(config.name, split) for split in config.splits]
        described.append(
            {
                "config_name": config.name,
                **({} if place else {"default": True}),
                "version": VERSION,
                "description": f"content sha256:{tables.hashes[config.name]}",
                "data_files": [
                    {"split": split, "path": name} for split, name in zip(config.splits, names, strict=True)
                ],
            }
        )
        splits = SplitDict()
        for split in config.splits:
            rows = tables.rows[config.name, split]
            size = sizes[parquet_name(config.name, split)]
            splits.add(SplitInfo(name=split, num_bytes=size, num_examples=len(rows)))
        total = sum(sizes[name] for name in names)
        infos[config.name] = DatasetInfo(
            features=Features.from_arrow_schema(config.schema),
            splits=splits,
            download_size=total,
            dataset_size=total,
        )
    header = DatasetCardData(
        pretty_name="onrecord",
        language=["en"],
        license="other",
        license_name="onrecord-mixed",
        license_link="LICENSE-DATA.md",
        annotations_creators=["machine-generated"],
        language_creators=["found"],
        source_datasets=["original"],
        size_categories=["n<1K"],
        task_categories=["token-classification", "text-classification"],
        task_ids=["named-entity-recognition", "coreference-resolution", "entity-linking-classification"],
        tags=[
            "quotation-attribution",
            "stance-detection",
            "cross-document-event-coreference",
            "cross-document-entity-coreference",
            "news",
        ],
        configs=described,
    )
    DatasetInfosDict(infos).to_dataset_card_data(header)
    return str(header.to_yaml()) + "\n"


_MADE_BY = "## Who made the labels\n\n"


def stated_provenance(text: str) -> str:
    """What a card says of who made the labels."""
    return text.partition(_MADE_BY)[2].partition("\n## ")[0]


def count_table(gold: Gold) -> str:
    """Items of each layer by split, as a Markdown table."""
    by_split = {split: count_items(a for a in gold.articles if a.document.split == split) for split in SPLITS}
    total = count_items(gold.articles)
    rows = [[name, *(str(by_split[split][name]) for split in SPLITS), str(total[name])] for name in total]
    return markdown_table(["", *SPLITS, "both"], rows)


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; columns of numbers to the right."""
    numeric = [all(_NUMBER.fullmatch(row[column]) for row in rows) for column in range(len(head))]
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join("---:" if each else "---" for each in numeric) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _shared_events(gold: Gold) -> str:
    """Which events are mentioned in both splits, in a sentence."""
    by_split = [
        {e.event for a in gold.articles if a.document.split == split for e in a.labels.events} for split in SPLITS
    ]
    shared = sorted(set.intersection(*by_split))
    return f"Events in the background of both ({len(shared)}): {', '.join(f'`{id}`' for id in shared) or 'none'}."


def _body(gold: Gold, provenance: str) -> str:
    listed = markdown_table(
        ["config", "rows are", "splits"],
        [[f"`{config.name}`", config.summary, ", ".join(config.splits)] for config in configs()],
    )
    topics = ", ".join(f"`{split}` = {topic}" for topic, split in SPLIT_OF_TOPIC.items())
    documents = markdown_table(
        ["article", "publisher", "published", "by", "split", "characters"],
        [
            [d.id, d.publisher, d.published or "", d.published_source or "", d.split, str(len(d.text))]
            for d in (article.document for article in gold.articles)
        ],
    )
    return f"""# onrecord

Who said what, about whom, on which event: five news articles on two meetings of Putin and Lukashenko, labelled with
entities, quotes, stances and events whose ids hold across articles.

```python
from datasets import load_dataset

articles = load_dataset("./dataset", split="test")            # everything, nested
quotes = load_dataset("./dataset", "quotes", split="test")    # one row a quote
```

## Configs

{listed}
Splits go by topic, so that the meeting an article is about is never in two of them: {topics}.
{_shared_events(gold)}
Offsets are 0-based, half-open and count Unicode code points of `text`; every span repeats its surface.

## Size

{count_table(gold)}
## Articles

{documents}
`published_reason` says how each date was found. The texts stand as they were found: mojibake, misspelling and
mistranslation are part of the data, and `sections` maps every character back to the file it came from.

{_MADE_BY}{provenance}
## What it can and cannot show

Five articles on two meetings, in English, from five publishers. That is enough to see whether a system does the task
and where it fails, and far too little to rank systems that are close: an exact paired test over five articles cannot
go below p = 0.0625. The articles are public and on the web since they appeared, so a language model may have read them.

## Licence

Annotations and metadata: CC BY 4.0. The text of each article belongs to its publisher and is included for research and
evaluation only. See `LICENSE-DATA.md`.
"""

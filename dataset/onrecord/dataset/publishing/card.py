"""The dataset card: README.md of the dataset folder, made from the data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.gold import Gold
from onrecord.dataset.publishing.card_header import header
from onrecord.dataset.publishing.dictionary import HEAD, dictionary
from onrecord.dataset.publishing.edition import WHOLE, WITHHELD, Edition
from onrecord.dataset.publishing.folder import Tables, count_items
from onrecord.dataset.publishing.makers import MADE_BY
from onrecord.dataset.publishing.tables import Config

_NUMBER = re.compile(r"[-+]?[\d.]+(/[\d.]+)?|–|")
_BAR = re.compile(r"(?<!\\)\|")


def card(
    gold: Gold,
    about: CorpusFile,
    tables: Tables,
    sizes: Mapping[str, int],
    provenance: str,
    edition: Edition = WHOLE,
) -> str:
    """The card as Markdown with its YAML header.

    Args:
        gold: What the dataset says.
        about: The corpus.
        tables: Its rows and hashes.
        sizes: Bytes of each Parquet file, by name relative to the folder.
        provenance: Who made the labels, as Markdown.
        edition: In what form it is published.
    """
    every = [config for config in edition.configs if config.name in tables.hashes]
    said = header(about, len(gold.articles), every, tables, sizes, edition.header)
    return f"---\n{said}---\n\n{_body(gold, about, every, tables, provenance, edition)}"


def _offsets(edition: Edition) -> str:
    said = "Offsets are 0-based, half-open and count Unicode code points of `text`; every span repeats its surface"
    return f"{said}, or has null where {WITHHELD}." if edition.withheld else f"{said}."


def _texts(edition: Edition) -> str:
    """The section on how the texts are had."""
    return f"## The texts\n\n{edition.texts.strip()}\n\n" if edition.texts else ""


def count_table(gold: Gold, splits: Sequence[str]) -> str:
    """Items of each layer by split, as a Markdown table."""
    by_split = {split: count_items(a for a in gold.articles if a.document.split == split) for split in splits}
    total = count_items(gold.articles)
    last = [] if len(splits) == 1 else ["both" if len(splits) == 2 else "all"]
    rows = [
        [name, *(str(by_split[split][name]) for split in splits), *(str(total[name]) for _ in last)] for name in total
    ]
    return markdown_table(["", *splits, *last], rows)


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; columns of numbers to the right. A bar in a cell, which would end it, is escaped."""
    rows = [[_BAR.sub(r"\\|", cell) for cell in row] for row in rows]
    numeric = [all(_NUMBER.fullmatch(row[column]) for row in rows) for column in range(len(head))]
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join("---:" if each else "---" for each in numeric) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _splits(gold: Gold, about: CorpusFile, splits: Sequence[str]) -> str:
    """How the splits were made, and which events are mentioned in all of them."""
    lines = []
    if about.splits.by == "topic" and len(splits) > 1:
        topics = {a.document.split: dict[str, None]() for split in splits for a in gold.articles}
        for article in sorted(gold.articles, key=lambda a: (splits.index(a.document.split), a.document.topic)):
            topics[article.document.split][article.document.topic] = None
        listed = ", ".join(f"`{split}` = {', '.join(each)}" for split, each in topics.items())
        lines.append(f"{about.card.about_splits or 'Splits go by topic'}: {listed}.")
    elif about.card.about_splits:
        lines.append(about.card.about_splits)
    by_split = [
        {e.event for a in gold.articles if a.document.split == name for e in a.labels.events} for name in splits
    ]
    if len(splits) > 1 and all(by_split):
        shared = sorted(set.intersection(*by_split))
        listed = ", ".join(f"`{id}`" for id in shared) or "none"
        where = "both" if len(splits) == 2 else "all splits"
        lines.append(f"Events in the background of {where} ({len(shared)}): {listed}.")
    return "".join(f"{line}\n" for line in lines)


def _example(every: Sequence[Config], tables: Tables, place: str) -> str:
    """How the dataset is loaded, in Python."""
    lines = []
    for config, comment in (
        (every[0], "everything, nested"),
        *((config, config.summary.partition(",")[0]) for config in every[2:3]),
    ):
        named = "" if config is every[0] else f', "{config.name}"'
        name = "articles" if config is every[0] else config.name
        split = tables.splits(config.name)[-1]
        lines.append((f'{name} = load_dataset("{place}"{named}, split="{split}")', comment))
    width = max(len(line) for line, _ in lines) + 4
    return "\n".join(f"{line.ljust(width)}# {comment}" for line, comment in lines)


def _columns(every: Sequence[Config]) -> str:
    """What every column says, a table a config."""
    tables = [f"### `{config.name}`\n\n{markdown_table(HEAD, dictionary(config, every))}" for config in every]
    return "\n".join([f"## Columns\n\n{_ABOUT_COLUMNS}", *tables])


_ABOUT_COLUMNS = """\
A *span* is a record of `start`, `end` and `text`. Where the last cell is empty a column is never null. Labels are
strings, so that their meaning hangs on no order; the words that a column may have stand here in their order, and in
`croissant.json`.
"""


def _body(
    gold: Gold, about: CorpusFile, every: Sequence[Config], tables: Tables, provenance: str, edition: Edition
) -> str:
    listed = markdown_table(
        ["config", "rows are", "splits"],
        [[f"`{config.name}`", config.summary, ", ".join(tables.splits(config.name))] for config in every],
    )
    splits = tables.splits(every[0].name)
    documents = markdown_table(
        ["article", "publisher", "published", "by", "split", "characters"],
        [
            [d.id, d.publisher, d.published or "", d.published_source or "", d.split, str(len(d.text))]
            for d in (article.document for article in gold.articles)
        ],
    )
    said = about.card
    sections = (("What it can and cannot show", said.limits), ("Licence", said.licence))
    last = "\n".join(f"## {title}\n\n{text.strip()}\n" for title, text in sections if text.strip())
    return f"""# {said.title}

{said.summary.strip() or "News articles with labels."}

```python
from datasets import load_dataset

{_example(every, tables, edition.place)}
```

{_texts(edition)}## Configs

{listed}
{_splits(gold, about, splits)}{_offsets(edition)}

## Size

{count_table(gold, splits)}
## Articles

{documents}
{said.about_texts.strip()}

{_columns(every)}
{MADE_BY}{provenance}
{last}"""

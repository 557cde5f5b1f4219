"""In what form a dataset is published: with which words of its articles, and what its card says of that.

Configs keep their columns whatever is withheld; a column is null where words of an article would stand that do not go
along, and what was derived from them stays.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from onrecord.dataset.gold import Gold
from onrecord.dataset.publishing.columns import Column
from onrecord.dataset.publishing.tables import Config, TableRow, configs

WITHHELD = "the article's words are withheld"
"""When a column with words of an article is null."""


@dataclasses.dataclass(frozen=True)
class Edition:
    """A form in which a dataset is published; by default that of the folder that is worked with, which has all."""

    place: str = "./dataset"
    """What ``load_dataset`` is given."""
    withheld: Sequence[str] = ()
    """The splits whose articles' words do not go along."""
    header: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What the header of the card says beside the dataset itself."""
    texts: str = ""
    """How the texts are had, as Markdown: a section of the card; no section where empty."""

    @property
    def configs(self) -> tuple[Config, ...]:
        """Every config of the scheme in force, without what is withheld."""
        return tuple(_without_words(config, self.withheld) for config in configs())

    def shown(self, gold: Gold) -> Gold:
        """The gold with empty texts of articles whose words are withheld, for whoever asks for documents alone."""
        articles = (
            msgspec.structs.replace(each, document=msgspec.structs.replace(each.document, text=""))
            if each.document.split in self.withheld
            else each
            for each in gold.articles
        )
        return msgspec.structs.replace(gold, articles=tuple(articles))


WHOLE = Edition()
"""The folder that is worked with."""


def _without_words(config: Config, splits: Collection[str]) -> Config:
    if config.registry or not splits:
        return config  # what a registry says is its own words

    def rows(gold: Gold, split: str) -> Iterator[TableRow]:
        for row in config.rows(gold, split):
            yield _blanked(row, config.columns) if split in splits else row

    return dataclasses.replace(config, columns=tuple(map(_explained, config.columns)), rows=rows)


def _explained(column: Column) -> Column:
    """A column that says when its words are withheld."""
    if not column.verbatim:
        return column
    return dataclasses.replace(column, null=f"{column.null}, or {WITHHELD}" if column.null else WITHHELD)


def _blanked(row: Mapping[str, Any], columns: Sequence[Column]) -> TableRow:
    """A row, or a record in one, with null for words of the article."""
    return {column.name: _blank(row[column.name], column) for column in columns}


def _blank(value: Any, column: Column) -> Any:
    if value is None or column.verbatim:
        return None
    if not column.parts:
        return value
    if isinstance(value, list | tuple):
        return [_blanked(each, column.parts) for each in value]
    return _blanked(value, column.parts)

"""Articles of rows, as Parquet or ``datasets`` gives them: the definition of what a row says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec

from onrecord.dataset.gold import Article
from onrecord.dataset.layers import LAYERS, in_scheme
from onrecord.dataset.reading.faults import Fault, FaultsError
from onrecord.dataset.records import Split

_OLDER = {"doc_id": "id"}
"""Names of columns in a folder of labels before 0.2.1, by what they are called since; nothing else knows of them."""


def name_in(name: str, names: Collection[str]) -> str:
    """What a column is called among those that are there, which may be an older folder's."""
    return name if name in names else _OLDER.get(name, name)


def without_text(path: Path | str) -> Fault:
    """A text is not there."""
    hint = "onrecord rehydrate makes the whole dataset of the release beside it and of your own copies"
    return Fault("withheld", str(path), None, "", "an article without its text", "the text of every article", hint)


def other_version(path: Path | str, found: str, expected: str) -> Fault:
    """The columns are not those of this version."""
    hint = "the folder was written by another version of onrecord; labels before 0.3.0 are of another scheme"
    return Fault("type", str(path), None, "", found, expected, hint)


def article_reader(split: Split, name: str) -> Callable[[Mapping[str, Any]], Article]:
    """What makes an article of a row of the config ``articles``, by the scheme in force; faults are of ``name``."""
    kind, layers_of = in_scheme(Article), tuple(LAYERS)

    def article_of(row: Mapping[str, Any]) -> Article:
        if row.get("text", "") is None:
            raise FaultsError([without_text(name)])
        own = name_in("doc_id", row)
        document = {"id" if name == own else name: row[name] for name in row if name not in (*layers_of, "title")}
        labels = {layer: row.get(layer, ()) for layer in layers_of}
        try:
            article = msgspec.convert({"document": {**document, "split": split}, "labels": labels}, kind)
        except msgspec.ValidationError as error:
            raise FaultsError([other_version(name, str(error), "an article")]) from error
        return Article(document=article.document, labels=article.labels)

    return article_of

"""The texts and the ids of a dataset folder by themselves: for whoever needs no labels.

Columns are read, not rows, and a batch at a time. Texts are kept as UTF-8: one character above U+00FF makes Python take
two bytes for every other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from onrecord.dataset.publishing.folder import REGISTRY, parquet_name, read_columns, splits_of
from onrecord.dataset.records import REGISTERED, Split


class StoredText(NamedTuple):
    """A document's text as it is kept."""

    id: str
    text_sha256: str
    split: Split
    utf8: bytes

    @property
    def text(self) -> str:
        """The text; made anew each time."""
        return self.utf8.decode("utf-8")


def read_texts(folder: Path) -> Iterator[StoredText]:
    """The texts of all splits of a dataset folder, in its order.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    for split in splits_of(folder):
        for ids, hashes, texts in read_columns(folder, "articles", split, ("doc_id", "text_sha256", "text")):
            for id, text_sha256, text in zip(ids, hashes, texts, strict=True):
                yield StoredText(id, text_sha256, split, text.encode("utf-8"))


def read_ids(folder: Path) -> dict[str, Sequence[str]]:
    """The published ids of a dataset folder by kind (``entity``, ``event``, ...), in the order of the registry.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    return {
        kind: [id for (ids,) in read_columns(folder, config, REGISTRY, ("id",)) for id in ids]
        if (folder / parquet_name(config, REGISTRY)).exists()
        else []
        for kind, config in ((kind, f"registry_{name}") for kind, (name, _) in REGISTERED.items())
    }

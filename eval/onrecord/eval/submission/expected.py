"""What a prediction file is checked against: the documents and the ids of a dataset, without its labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from onrecord.dataset import Document, Registries
from onrecord.dataset.publishing.texts import read_ids, read_texts
from onrecord.dataset.records import REGISTERED


class KnownDocument(Protocol):
    """What is known of a document."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def split(self) -> str:
        """The split that it is in."""

    @property
    def text(self) -> str:
        """Its text, which the offsets refer to."""

    @property
    def text_sha256(self) -> str:
        """SHA-256 of the text."""


@dataclasses.dataclass(frozen=True)
class Expected:
    """What a prediction file is checked against."""

    documents: Mapping[str, KnownDocument]
    """Every document of the dataset, of all splits, by id."""
    ids: Mapping[str, Collection[str]]
    """The published ids of each kind, such as ``entity``, in the order of their registry."""
    required: Collection[str] = ()
    """Ids of the documents that must have a line."""
    finished: Registries | None = None
    """The rows of every id, where the file must be as whole as gold; None for predictions."""

    @classmethod
    def of(cls, documents: Iterable[Document], registries: Registries, required: Collection[str] = ()) -> Expected:
        """From documents in any order."""
        ids = {kind: [row.id for row in registries.of(kind)] for kind in REGISTERED}
        return cls({document.id: document for document in documents}, ids, tuple(required))

    @classmethod
    def of_gold(cls, documents: Iterable[Document], registries: Registries) -> Expected:
        """For labels that are to become gold, of any of the documents, all of whose ids have rows."""
        return dataclasses.replace(cls.of(documents, registries), finished=registries)

    @classmethod
    def read(cls, folder: Path, split: str | None = None) -> Expected:
        """From a dataset folder, of which no labels are read.

        Args:
            folder: The dataset folder.
            split: Whose documents must have a line: a split, ``all``, or None for none of them.

        Raises:
            FaultsError: The folder is not there or not right.
        """
        documents = {document.id: document for document in sorted(read_texts(folder), key=lambda each: each.id)}
        required = tuple(each.id for each in documents.values() if split in ("all", each.split))
        return cls(documents, read_ids(folder), required)

"""The dataset: records, documents, registries, gold labels, and the folder that ``load_dataset`` loads.

Each of its rooms takes only from those above it, and of a folder only what its ``__all__`` names:

- ``records``: the record model.
- ``walk``: the spans and references that a record holds.
- ``layers``: which layers there are.
- ``derive``: what follows from the labels and is never annotated.
- ``reading``: what others wrote, as types.
- ``seeds``: articles as they were found, and the documents made of them.
- ``gold``: documents with their labels.
- ``check``: what must hold of gold labels.
- ``registries``: entities, events and claims, whose ids hold across documents.
- ``publishing``: the dataset folder.
- ``perturbing``: articles changed under their labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.publishing.bio import bio_tags, to_bio
from onrecord.dataset.publishing.folder import gold_hash, read_folder
from onrecord.dataset.publishing.published import published_folder
from onrecord.dataset.reading.faults import Fault, FaultsError
from onrecord.dataset.records import (
    Claim,
    Entity,
    Event,
    EventMention,
    Labels,
    Mention,
    Quote,
    Registries,
    Span,
    Stance,
    Target,
)
from onrecord.dataset.registries import read_registries
from onrecord.dataset.seeds.documents import Document, Section, read_documents

__all__ = [
    "Article",
    "Claim",
    "Document",
    "Entity",
    "Event",
    "EventMention",
    "Fault",
    "FaultsError",
    "Gold",
    "Labels",
    "Mention",
    "Quote",
    "Registries",
    "Section",
    "Span",
    "Stance",
    "Target",
    "bio_tags",
    "gold_hash",
    "published_folder",
    "read_documents",
    "read_folder",
    "read_registries",
    "to_bio",
]

if TYPE_CHECKING:
    __version__: str


def __getattr__(name: str) -> str:
    """``__version__``, of the package as it is installed: a namespace such as ``onrecord`` cannot have one."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # takes as long as a small command

    return version("onrecord")

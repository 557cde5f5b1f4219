"""The dataset: records, documents, registries, gold labels, and the folder that ``load_dataset`` loads."""

from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.publishing.folder import gold_hash, read_folder
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
    "gold_hash",
    "read_documents",
    "read_folder",
    "read_registries",
]

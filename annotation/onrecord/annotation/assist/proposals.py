"""The labels that an annotation starts from, made or looked up when its task is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onrecord.annotation.assist.backend import Proposals
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.records import Labels
from onrecord.dataset.seeds.documents import Document
from onrecord.eval.baselines.rules import Rules


def of_labels(labels: Mapping[str, Labels], documents: Sequence[Document]) -> Proposals:
    """The labels of a prediction file, for tasks whose text is that of the document."""
    texts = {document.id: document.text for document in documents}

    def proposed(id: str, text: str) -> Labels | None:
        return labels.get(id) if texts.get(id) == text else None

    return proposed


def of_rules(rules: Rules) -> Proposals:
    """What the rule baseline says of any text."""

    def proposed(id: str, text: str) -> Labels:
        document = Document(
            id=id,
            text=text,
            text_sha256=sha256(text),
            seed_sha256="",
            publisher="",
            language="",
            topic="",
            split="validation",
            published=None,
            published_source=None,
            published_reason="",
            url=None,
            sections=(),
        )
        return rules.predict(document).labels

    return proposed

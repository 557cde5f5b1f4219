"""From the exports of a pass to gold labels."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec

from onrecord.annotation.label_studio.exports import Annotation, read_exports
from onrecord.dataset.gold import Article
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import Fault, refuse
from onrecord.dataset.reading.typed import read_lines
from onrecord.dataset.records import Item, Labels, Strict
from onrecord.dataset.seeds.documents import Document


class Annotator(Strict, frozen=True, kw_only=True):
    """A line of ``annotators.jsonl``: who stands behind an account."""

    id: str
    """What the gold calls them: the account's name, if onrecord made it."""
    kind: str
    """``person`` or ``language model``; never left to guess."""
    role: str
    round: str
    """The name of the export folder; ``seeds`` for who prepared the articles: zones, publishers, dates."""
    note: str = ""
    account: str | None = None
    """The address of an account that onrecord did not make; the gold, which may be published, has the id instead."""


def read_annotators(path: Path) -> tuple[Annotator, ...]:
    """Read ``annotators.jsonl``.

    Raises:
        FaultsError: With every line that is not right.
    """
    lines, faults = read_lines(path, content_within(path), Annotator)
    refuse(faults)
    return tuple(annotator for _, annotator in lines)


def named(annotations: Sequence[Annotation], annotators: Sequence[Annotator]) -> list[Annotation]:
    """The same annotations with the ids of annotators in place of the addresses that are said to be theirs."""
    ids = {each.account.casefold(): each.id for each in annotators if each.account is not None}

    def with_ids(_: str, item: Item) -> Item:
        return msgspec.structs.replace(item, annotators=tuple(ids.get(each, each) for each in item.annotators))

    return [
        dataclasses.replace(
            each, annotator=ids.get(each.annotator, each.annotator), labels=each.labels.changed(with_ids)
        )
        for each in annotations
    ]


def articles_of_pass(
    folder: Path, documents: Sequence[Document], annotators: Sequence[Annotator]
) -> tuple[list[Article], list[str]]:
    """The articles that one annotator has labelled whole, each item marked with who made it.

    Args:
        folder: The exports of one pass.
        documents: All documents.
        annotators: Who stands behind the accounts.

    Returns:
        The articles in order of id, and the ids of documents that nobody has annotated.

    Raises:
        FaultsError: An export is not right, an account is unknown, a document has two annotators, or an annotation is
            not declared complete.
    """
    by_document: dict[str, list[Annotation]] = defaultdict(list)
    for annotation in named(read_exports(folder, documents), annotators):
        by_document[annotation.document].append(annotation)
    known = {annotator.id for annotator in annotators}
    faults: list[Fault] = []
    articles: list[Article] = []
    for document in documents:
        annotations = by_document.get(document.id, [])
        faults += [fault for annotation in annotations for fault in _check(annotation, known)]
        if len(annotations) > 1:
            names = " and ".join(sorted(annotation.annotator for annotation in annotations))
            found = f"{document.id} annotated by {names}"
            hint = "name one folder for each annotator, or adjudicate first"
            faults.append(Fault("annotators", str(folder), None, "", found, "one annotator", hint))
        elif annotations:
            labels = mark(annotations[0].labels, annotations[0].annotator)
            articles.append(Article(document=document, labels=labels))
    refuse(faults)
    return articles, [document.id for document in documents if document.id not in by_document]


def _check(annotation: Annotation, known: set[str]) -> list[Fault]:
    faults: list[Fault] = []
    if annotation.annotator not in known:
        hint = "add a line to annotators.jsonl that says who it is"
        if "@" in annotation.annotator:
            hint += f', with "account": "{annotation.annotator}" and an id, which the gold will have'
        faults.append(
            Fault("annotator", annotation.file, None, annotation.pointer, annotation.annotator, "a known account", hint)
        )
    if missing := [layer for layer in LAYERS if layer not in annotation.complete]:
        hint = "tick them under Document when they are done, so that an absent label means: there is none"
        expected = "every layer declared complete"
        found = "not declared complete: " + ", ".join(missing)
        faults.append(Fault("incomplete", annotation.file, None, annotation.pointer, found, expected, hint))
    return faults


def mark(labels: Labels, annotator: str) -> Labels:
    """The same labels, each item without an annotator marked as this one's."""

    def marked(_: str, item: Item) -> Item:
        return item if item.annotators else msgspec.structs.replace(item, annotators=(annotator,))

    return labels.changed(marked)


def provenance(annotators: Sequence[Annotator], rounds: Sequence[str]) -> str:
    """Who made the labels in some rounds of annotation, as Markdown."""
    return "".join(
        f"- `{each.id}` ({each.round}): {each.kind}, {each.role}. {each.note}".rstrip() + "\n"
        for round in rounds
        for each in annotators
        if each.round == round
    )

"""From the rounds of annotation to the gold: which exports it comes from, who marked what, and what was mended."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from onrecord.annotation.adjudication import attribute_items
from onrecord.annotation.agreement import agreement
from onrecord.annotation.agreement_report import agreement_section
from onrecord.annotation.ceiling import ceiling_json
from onrecord.annotation.exports import read_exports
from onrecord.annotation.passes import articles_of_pass, provenance, read_annotators
from onrecord.dataset import Document, Gold, Registries
from onrecord.dataset.faults import refuse
from onrecord.dataset.reading import read_value
from onrecord.dataset.records import Record
from onrecord.eval.ceiling import FILE
from onrecord.eval.versions import Change, changes

ERRATA = "errata.json"
"""Name of the file in the dataset folder."""


class Rounds(Record, frozen=True, kw_only=True):
    """Names of folders in ``annotation/exports``."""

    exports: str
    """The labels of the gold."""
    blind: str | None = None
    """Blind annotations of the same documents, which say who marked an item and whether they agreed."""
    before: str | None = None
    """The round that ``exports`` corrects: the differences are the errata."""


def read_rounds(path: Path) -> Rounds:
    """Read ``annotation/gold.json``.

    Raises:
        FaultsError: It is not right.
    """
    rounds, faults = read_value(path, path.read_bytes(), Rounds)
    refuse(faults)
    assert rounds is not None
    return rounds


@dataclasses.dataclass(frozen=True)
class Made:
    """A gold and what goes with it."""

    gold: Gold
    provenance: str
    """Who made it and how far they agreed, as Markdown."""
    extra: Mapping[str, bytes]
    """Further files of the dataset folder, by name."""
    unlabelled: tuple[str, ...]
    """Ids of documents that nobody has annotated; they are left out."""
    errata: tuple[Change, ...]


def gold_of_rounds(annotation: Path, rounds: Rounds, documents: Sequence[Document], registries: Registries) -> Made:
    """Make the gold of some rounds of annotation.

    Args:
        annotation: The folder with ``exports/`` and ``annotators.jsonl``.
        rounds: Which exports are what.
        documents: All documents.
        registries: The ids.

    Raises:
        FaultsError: An export is not right; see :mod:`onrecord.annotation.passes`.
    """
    annotators = read_annotators(annotation / "annotators.jsonl")
    folder = annotation / "exports"
    articles, unlabelled = articles_of_pass(folder / rounds.exports, documents, annotators)
    names = [name for name in (rounds.blind, rounds.before, rounds.exports) if name is not None]
    said = provenance(annotators, names)
    extra: dict[str, bytes] = {}
    errata: list[Change] = []
    if rounds.before is not None:
        before, _ = articles_of_pass(folder / rounds.before, documents, annotators)
        old, new = (Gold(articles=tuple(each), registries=registries) for each in (before, articles))
        errata = changes(old, new)
        extra[ERRATA] = msgspec.json.format(msgspec.json.encode(errata), indent=1) + b"\n"
    if rounds.blind is not None:
        passes = read_exports(folder / rounds.blind, documents)
        articles = attribute_items(articles, passes, registries)
        extra[FILE] = ceiling_json(articles, passes, registries)
        said += agreement_section(agreement(passes, documents))
    gold = Gold(articles=tuple(articles), registries=registries)
    return Made(gold, said, extra, tuple(unlabelled), tuple(errata))

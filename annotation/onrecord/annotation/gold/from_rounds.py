"""From the rounds of annotation to the gold: which exports it comes from, who marked what, and what was mended."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from onrecord.annotation.agreement.annotators import own_registries
from onrecord.annotation.agreement.ceiling import ceiling_json
from onrecord.annotation.agreement.measures import PairAgreement, agreement_by_split
from onrecord.annotation.agreement.tables import agreement_sections
from onrecord.annotation.gold.adjudication import attribute_items
from onrecord.annotation.gold.made import making
from onrecord.annotation.gold.passes import articles_of_pass, named, provenance, read_annotators
from onrecord.annotation.label_studio.exports import Annotation, paths_of, read_exports
from onrecord.annotation.label_studio.standing import Standing, standings
from onrecord.dataset import Document, Entity, Event, Gold, Registries, read_registries, walk
from onrecord.dataset.corpus import Rounds
from onrecord.dataset.layers import scheme
from onrecord.dataset.publishing.making import Making
from onrecord.dataset.reading.files import write_atomically
from onrecord.dataset.reading.staging import sweep
from onrecord.dataset.records import REGISTERED, Utterance
from onrecord.eval.layers.gold_changes import GoldChange, gold_changes
from onrecord.eval.scoring.ceiling import FILE

ERRATA = "errata.json"
"""Name of the file in the dataset folder."""


def unregistered(annotations: Sequence[Annotation], registries: Registries) -> Registries:
    """Rows for the ids that annotations use and the registries lack, to be looked over.

    A type is that of most mentions and a name the most frequent one; what a claim says is left as its id. An entity
    without a mention has the first type there is, and its id for a name; an utterance the speakers and addressees of
    the first quote that reports it. Nothing was looked for in Wikidata, and nobody is said to act for anybody.
    """
    own = own_registries(annotation.labels for annotation in annotations)
    used: dict[str, set[str]] = {kind: set() for kind in REGISTERED}
    for each in annotations:
        for _, item in each.labels.items():
            for kind, id, _, use, _ in walk.references(item):
                if kind in used and use != "reserved":
                    used[kind].add(id)
    known = registries.ids()
    # whoever is spoken of by id alone, such as the speaker of a quote, has no mention to take a type or a name from
    unnamed = used["entity"] - {row.id for row in own.entities}
    events = used["event"] | {row.id for row in own.events}
    return Registries(
        entities=tuple(
            row for row in (*own.entities, *(_unnamed(id) for id in sorted(unnamed))) if row.id not in known["entity"]
        ),
        events=tuple(
            Event(id=id, type="event", title=id.replace("-", " "), date=None, place=None)
            for id in sorted(events - known["event"])
        ),
        claims=tuple(row for row in own.claims if row.id not in known["claim"]),
        utterances=tuple(_utterances(annotations, known["utterance"])),
    )


def _unnamed(id: str) -> Entity:
    return Entity(id=id, type=scheme().entity_types[0], name=id.replace("-", " "))  # type: ignore[arg-type]


def _utterances(annotations: Sequence[Annotation], known: Collection[str]) -> Iterator[Utterance]:
    seen = set(known)
    for quote in (quote for each in annotations for quote in each.labels.quotes):
        if quote.utterance is not None and quote.utterance not in seen:
            seen.add(quote.utterance)
            title = quote.utterance.replace("-", " ")
            yield Utterance(id=quote.utterance, title=title, speaker=quote.speaker, addressee=quote.addressee)


def register(folder: Path, rows: Registries) -> list[str]:
    """Append rows to the registries in a folder; each file is replaced whole.

    Returns:
        ``FILE: ID`` of every row appended.
    """
    appended = []
    for kind, (name, _) in REGISTERED.items():
        path, new = folder / f"{name}.jsonl", rows.of(kind)
        sweep(path)
        if new:
            lines = b"".join(msgspec.json.encode(row) + b"\n" for row in new)
            before = path.read_bytes()
            write_atomically(path, before + (b"" if before.endswith(b"\n") or not before else b"\n") + lines)
            appended += [f"{path}: {row.id}" for row in new]
    return appended


@dataclasses.dataclass(frozen=True)
class MadeGold:
    """A gold and what goes with it."""

    gold: Gold
    provenance: str
    """Who made it and how far they agreed, as Markdown."""
    extra: Mapping[str, bytes]
    """Further files of the dataset folder, by name."""
    unlabelled: tuple[str, ...]
    """Ids of documents that nobody has annotated; they are left out."""
    unsent: tuple[Standing, ...]
    """Work in the exports that nobody has submitted; it is left out."""
    errata: tuple[GoldChange, ...]
    making: Making
    """How it was made, pass by pass, for metadata."""
    agreement: Mapping[str, Sequence[PairAgreement]]
    """How far the blind annotators agreed, by split, the last one first."""


def gold_of_rounds(
    annotation: Path,
    rounds: Rounds,
    documents: Sequence[Document],
    registries: Registries,
    splits: Sequence[str],
) -> MadeGold:
    """Make the gold of some rounds of annotation.

    Args:
        annotation: The folder with ``exports/`` and ``annotators.jsonl``; the rows of the round before in
            ``rows/ROUND``, where they were not those of now.
        rounds: Which exports are what.
        documents: All documents.
        registries: The ids.
        splits: The splits of the documents, in the order of tables.

    Raises:
        FaultsError: An export is not right; see :mod:`onrecord.annotation.gold.passes`.
    """
    annotators = read_annotators(annotation / "annotators.jsonl")
    folder = annotation / "exports"
    articles, unlabelled = articles_of_pass(folder / rounds.exports, documents, annotators)
    for name in rounds.mended:
        again, _ = articles_of_pass(folder / name, documents, annotators)
        by_id = {each.document.id: each for each in (*articles, *again)}
        articles = [by_id[document.id] for document in documents if document.id in by_id]
        unlabelled = [id for id in unlabelled if id not in by_id]
    names = [name for name in (rounds.blind, rounds.before, rounds.exports, *rounds.mended) if name is not None]
    said = provenance(annotators, names)
    extra: dict[str, bytes] = {}
    errata: list[GoldChange] = []
    pairs: dict[str, list[PairAgreement]] = {}
    corrected = rounds.before or (rounds.exports if rounds.mended else None)
    if corrected is not None:
        before, _ = articles_of_pass(folder / corrected, documents, annotators)
        rows = annotation / "rows" / corrected
        earlier = read_registries(rows) if rows.is_dir() else registries
        old = Gold(articles=tuple(before), registries=earlier, scheme=scheme())
        errata = gold_changes(old, Gold(articles=tuple(articles), registries=registries, scheme=scheme()))
        extra[ERRATA] = msgspec.json.format(msgspec.json.encode(errata), indent=1) + b"\n"
    if rounds.blind is not None:
        passes = named(read_exports(folder / rounds.blind, documents), annotators)
        articles = attribute_items(articles, passes, registries)
        extra[FILE] = ceiling_json(articles, passes, registries)
        pairs = agreement_by_split(passes, documents, splits, own_rows(annotation, rounds.blind))
        said += agreement_sections(pairs)
    gold = Gold(articles=tuple(articles), registries=registries, scheme=scheme())
    paths = [path for name in (rounds.exports, *rounds.mended) for path in paths_of(folder / name)]
    unsent = tuple(each for path in paths for each in standings(path) if each.unsent)
    made = making(annotation, rounds, annotators, [each.document for each in articles], pairs)
    return MadeGold(gold, said, extra, tuple(unlabelled), unsent, tuple(errata), made, pairs)


def own_rows(annotation: Path, round: str) -> dict[str, Registries]:
    """The rows of those annotators of a round who have rows of their own, from ``rows/ROUND/ANNOTATOR``."""
    folders = sorted(each for each in (annotation / "rows" / round).glob("*") if each.is_dir())
    return {each.name: read_registries(each) for each in folders}

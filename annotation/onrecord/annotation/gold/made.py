"""How the labels were made, as the files of ``annotation/`` tell it: who, by which files, what came of it, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from onrecord.annotation.agreement.measures import PairAgreement
from onrecord.annotation.agreement.tables import actor_rows, row_rows, score_rows
from onrecord.annotation.gold.passes import Annotator
from onrecord.annotation.label_studio.home import VERSION
from onrecord.dataset import Document
from onrecord.dataset.corpus import Rounds
from onrecord.dataset.publishing.making import Activity, Agent, File, Making
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.typed import read_elements
from onrecord.dataset.seeds.documents import descriptions

DECISIONS, AUDIT = "adjudication", "audit"
"""What the adjudicators decided, ``adjudication.md``, and what the audits found, in the folder ``annotation/``."""

SEEDS = "seeds"
"""The folder of the articles, and the round of whoever prepared them."""


class _Work(msgspec.Struct, frozen=True):
    updated_at: str = ""
    was_cancelled: bool = False


class _Data(msgspec.Struct, frozen=True):
    doc_id: str


class _Task(msgspec.Struct, frozen=True):
    data: _Data
    annotations: tuple[_Work, ...] = ()


def making(
    annotation: Path,
    rounds: Rounds,
    annotators: Sequence[Annotator],
    documents: Sequence[Document],
    pairs: Mapping[str, Sequence[PairAgreement]],
) -> Making:
    """What is known of how a gold was made.

    Args:
        annotation: The folder with ``exports/``, ``rows/``, ``registries/``; ``seeds/`` is beside it.
        rounds: Which exports are what.
        annotators: Everybody, in the order of their passes.
        documents: The articles.
        pairs: How far the blind passes agree, by split.
    """
    root = annotation.parent
    of_gold = [each for each in (rounds.blind, rounds.before, rounds.exports, *rounds.mended) if each is not None]
    described = _described(root, documents)
    registries = sorted((annotation / "registries").glob("*.jsonl"))
    sources = [*described, *(path for each in of_gold for path in _of_round(annotation, each)), *registries]
    return Making(
        activities=tuple(_activity(annotation, rounds, each, annotators, documents) for each in annotators),
        of_gold=frozenset(each.id for each in annotators if each.round in of_gold),
        blind=tuple(each.id for each in annotators if each.round == rounds.blind),
        sources=(*_texts(root, documents), *_files(root, sources)),
        platform=f"Label Studio {VERSION}",
        agreement=tuple(
            f"{split}: {sentence}" for split, these in pairs.items() for pair in these for sentence in agreed(pair)
        ),
    )


def _activity(
    annotation: Path,
    rounds: Rounds,
    annotator: Annotator,
    annotators: Sequence[Annotator],
    documents: Sequence[Document],
) -> Activity:
    root, round = annotation.parent, annotator.round
    exports = _exports(annotation, annotator)
    tasks = [task for path in exports for task in read_elements(path, content_within(path), _Task)]
    done = documents if round == SEEDS else [each for each in documents if each.id in {t.data.doc_id for t in tasks}]
    mended = dict(zip(rounds.mended, (rounds.exports, *rounds.mended), strict=False))
    first = {rounds.before: rounds.blind, rounds.exports: rounds.before or rounds.blind}
    earlier = mended.get(round) or first.get(round)
    return Activity(
        id=f"{round}-{annotator.id}",
        said=f"{round}: {annotator.role}. {annotator.note}".strip(),
        agent=Agent(annotator.id, annotator.kind, annotator.role),
        used=(*_texts(root, done), *_files(root, _of_round(annotation, earlier))),
        generated=_files(root, [*exports, *_further(annotation, rounds, annotator, annotators, done)]),
        ended=max((w.updated_at for t in tasks for w in t.annotations if not w.was_cancelled), default="") or None,
    )


def _described(root: Path, documents: Sequence[Document]) -> list[Path]:
    """The descriptions of documents, in folders of their own or not."""
    seeds = {path.stem: path for path in descriptions(root / SEEDS)}
    return [seeds.get(each.id, root / SEEDS / f"{each.id}.json") for each in documents]


def _texts(root: Path, documents: Sequence[Document]) -> tuple[File, ...]:
    paths = (path.with_suffix(".txt").relative_to(root) for path in _described(root, documents))
    return tuple(File(path.as_posix(), each.seed_sha256) for path, each in zip(paths, documents, strict=True))


def _exports(annotation: Path, annotator: Annotator) -> list[Path]:
    """The export of an annotator: by name, or all of a round."""
    paths = sorted((annotation / "exports" / annotator.round).glob("*.json"))
    return [each for each in paths if each.stem == annotator.id] or paths


def _further(
    annotation: Path,
    rounds: Rounds,
    annotator: Annotator,
    annotators: Sequence[Annotator],
    documents: Sequence[Document],
) -> Iterator[Path]:
    """What else came of a pass: zones, rows, decisions, findings, and the registries of the last one.

    Of several who share a round, rows and registries came of the last, who found those of the others there. Decisions
    and findings are theirs whose id has the same part behind the first hyphen: ``adjudicator-east`` decided what
    ``adjudication-east.md`` tells and ``auditor-east`` found what is in ``audit/east-*.jsonl``.
    """
    if annotator.round == SEEDS:
        yield from _described(annotation.parent, documents)
    rows = annotation / "rows" / annotator.round
    yield from sorted((rows / annotator.id).glob("*.jsonl"))
    round = [each.id for each in annotators if each.round == annotator.round]
    part = annotator.id.partition("-")[2]
    if annotator.round == rounds.before:
        yield annotation / (f"{DECISIONS}-{part}.md" if part else f"{DECISIONS}.md")
    if annotator.round == rounds.exports:
        others = tuple(f"{each.partition('-')[2]}-" for each in round if "-" in each)
        found = sorted((annotation / AUDIT).glob("*.jsonl"))
        yield from (
            each for each in found if (each.name.startswith(f"{part}-") if part else not each.name.startswith(others))
        )
    if annotator.id == round[-1]:
        yield from sorted(rows.glob("*.jsonl"))
    if annotator.id == round[-1] and annotator.round == (rounds.exports, *rounds.mended)[-1]:
        yield from sorted((annotation / "registries").glob("*.jsonl"))


def _of_round(annotation: Path, round: str | None) -> list[Path]:
    """The exports and rows of a round."""
    if round is None:
        return []
    rows = annotation / "rows" / round
    return [*sorted((annotation / "exports" / round).glob("*.json")), *sorted(rows.rglob("*.jsonl"))]


def _files(root: Path, paths: Iterable[Path]) -> tuple[File, ...]:
    return tuple(
        File(path.relative_to(root).as_posix(), sha256(content_within(path))) for path in paths if path.is_file()
    )


def agreed(pair: PairAgreement) -> list[str]:
    """How far two annotators agree, in sentences: none where they have no document in common."""
    if not pair.documents:
        return []
    scores = ", ".join(f"{name} {f1}" for name, f1, *_ in score_rows(pair))
    said = [f"{pair.one} and {pair.other}, before adjudication, {len(pair.documents)} articles, F1: {scores}."]
    if rows := row_rows(pair):
        fields = ", ".join(f"{name} {same} (of {many})" for name, many, same in rows)
        said.append(f"Fields of registry rows that both have, the same in percent: {fields}.")
    if actors := actor_rows(pair):
        turn = ", ".join(f"{row[0]} {row[-1]} of {row[1]}" for row in actors)
        said.append(f"Items that turn on which id of one actor was chosen: {turn}.")
    return said

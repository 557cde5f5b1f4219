"""Which articles a command is about that needs no labels: those of a dataset, or those of a seed folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.places import VARIABLE, any_corpus, corpus_at, gold_folder, the_split

if TYPE_CHECKING:
    from onrecord.dataset import Document, Registries
    from onrecord.eval.prompting.known import Known
    from onrecord.eval.submission.expected import Expected

GoldFolder = Annotated[
    Path | None,
    typer.Option(
        "--gold",
        help="The dataset folder; that of the corpus if left out, and without a corpus the published one.",
        show_default=False,
    ),
]
Seeds = Annotated[
    Path | None,
    typer.Option(
        "--seeds",
        help="Articles of your own in place of a dataset: a folder that onrecord ingest has filled.",
        show_default=False,
    ),
]


def known_articles(gold: Path | None, seeds: Path | None, split: str | None = "all") -> Known:
    """The articles, and the registries; the scheme in force is that of the dataset, or of the corpus of the seeds.

    Args:
        gold: The dataset folder, as it was given.
        seeds: The seed folder, as it was given.
        split: Whose articles: a split, or ``all``; None is what :func:`onrecord.cli.places.the_split` takes of a
            dataset, and all of a seed folder.

    Raises:
        FaultsError: The folder is not there or not right, or has no such split.
        typer.BadParameter: There are both.
    """
    from onrecord.eval.prompting.known import known_of, read_known

    if seeds is None:
        folder = gold_folder(gold)
        return read_known(folder, the_split(folder, split))
    documents, registries = _of_seeds(gold, seeds, split)
    return known_of(documents, registries)


def expected_articles(
    gold: Path | None, seeds: Path | None, split: str | None = None, required: bool = False
) -> Expected:
    """What a prediction file is checked against; see :func:`known_articles`.

    Args:
        gold: The dataset folder, as it was given.
        seeds: The seed folder, as it was given.
        split: Whose articles must have a line, if any must.
        required: Whether articles must have a line.
    """
    from onrecord.eval.submission.expected import Expected

    if seeds is None:
        folder = gold_folder(gold)
        return Expected.read(folder, the_split(folder, split) if required else None)
    documents, registries = _of_seeds(gold, seeds, "all")
    asked = {document.id for document in _in_split(documents, split)}
    return Expected.of(documents, registries, [each.id for each in documents if required and each.id in asked])


def _of_seeds(gold: Path | None, seeds: Path, split: str | None) -> tuple[list[Document], Registries]:
    """The articles of a split of a seed folder, and the registries of the corpus that it is of, if it is of any."""
    from onrecord.dataset import Registries, read_documents
    from onrecord.dataset.registries import read_registries

    if gold is not None:
        raise typer.BadParameter("articles are those of --gold or of --seeds", param_hint="--seeds")
    corpus = any_corpus() if VARIABLE in os.environ else corpus_at(seeds) or any_corpus()
    documents = _in_split(read_documents(seeds), split)
    return documents, Registries() if corpus is None else read_registries(corpus.registries)


def _in_split(documents: list[Document], split: str | None) -> list[Document]:
    from onrecord.dataset.gold import split_faults
    from onrecord.dataset.reading.faults import refuse

    asked = "all" if split is None else split
    refuse(split_faults(asked, [each.split for each in documents]))
    return [each for each in documents if asked in ("all", each.split)]

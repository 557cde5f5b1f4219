"""``onrecord predict``: the systems that come along."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import counting, note, say_left_out
from onrecord.cli.outputs import put, refuse_overwriting
from onrecord.cli.places import any_corpus, gold_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onrecord.dataset import Document
    from onrecord.eval.scoring.stored_gold import StoredGold


def predict(
    system: Annotated[
        str, typer.Option(help="rules, or spacy:MODEL: the names that a spaCy pipeline finds, and rules for all else.")
    ] = "rules",
    gold: Annotated[
        Path | None,
        typer.Option(
            "--gold",
            help="The dataset folder that it learns from; that of the corpus, if it has one, when left out, and without"
            " a corpus the published one.",
        ),
    ] = None,
    split: Annotated[str, typer.Option(help="Articles of the dataset to label: a split, or all.")] = "all",
    seeds: Annotated[
        Path | None, typer.Option(help="Label the articles of a seed folder instead, labelled or not.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Prediction file; - for standard output.")] = Path("-"),
) -> None:
    """Label articles with a baseline that has learnt from the train or the validation split, if there is one.

    Of a spaCy pipeline labels of OntoNotes and CoNLL-2003 become the types of the corpus; what has none is counted.
    """
    import msgspec

    from onrecord.dataset import read_documents
    from onrecord.eval.baselines.rules import Rules
    from onrecord.eval.baselines.spacy_names import SpacyNames
    from onrecord.eval.baselines.systems import system_of
    from onrecord.eval.rendering.counted import counted

    refuse_overwriting([output], [gold, seeds])
    labelled = _labelled(gold, seeds)
    known = [] if labelled is None else [labelled.article(id) for id in labelled.learnable()]
    chosen = system_of(system, Rules.learn(known))
    documents: Iterable[Document]
    if seeds is not None:
        documents = read_documents(seeds)
    else:
        assert labelled is not None  # only a corpus of seeds may have none
        documents = (labelled.article(id).document for id in labelled.in_split(split))
    lines = []
    with counting("articles labelled", after=1) as tell:
        for document in documents:
            lines.append(msgspec.json.encode(chosen.predict(document)) + b"\n")
            tell(len(lines))
    if isinstance(chosen, SpacyNames):
        say_left_out(chosen.left_out, by="the corpus")
    put(output, b"".join(lines), f"{counted(len(lines), 'document')} labelled: {output}")


def _labelled(gold: Path | None, seeds: Path | None) -> StoredGold | None:
    """What there is to learn from; None in a corpus whose dataset is not built yet."""
    from onrecord.eval.scoring.stored_gold import stored_gold

    corpus = any_corpus() if gold is None and seeds is not None else None
    if corpus is not None and not (corpus.dataset / "data").is_dir():
        note(f"{corpus.dataset} is not built yet: the baseline has learnt nothing")
        return None
    return stored_gold(gold_folder(gold))

"""``onrecord annotation assist``, and what ``serve --assist`` has of it: offers while a person annotates."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note, read_input, working

if TYPE_CHECKING:
    from onrecord.annotation.assist.backend import Backend
    from onrecord.annotation.label_studio.accounts import Access

Predictions = Annotated[
    Path | None, typer.Argument(help="Prediction file that annotations start from, every label of it an offer.")
]
Rules = Annotated[bool, typer.Option("--rules", help="Start from what the rule baseline says instead.")]
Propagate = Annotated[bool, typer.Option(help="Offer what was marked once at its other places.")]
Speakers = Annotated[bool, typer.Option(help="Offer the likely speaker of a quote.")]
Gold = Annotated[Path, typer.Option("--gold", help="The dataset folder that the rule baseline learns from.")]


def backend_of(
    predictions: Path | None,
    rules: bool,
    propagate: bool,
    speakers: bool,
    seeds: Path,
    registries: Path,
    gold: Path,
) -> Backend:
    """The backend that was asked for; reads all that it needs."""
    from onrecord.annotation.assist import proposals
    from onrecord.annotation.assist.backend import Backend, Settings
    from onrecord.dataset import read_documents, read_folder, read_registries
    from onrecord.dataset.gold import in_split
    from onrecord.dataset.reading.files import sha256
    from onrecord.eval import read_submission
    from onrecord.eval.baselines.rules import Rules as Baseline

    if rules and predictions is not None:
        raise typer.BadParameter("a prediction file or the rule baseline, not both", param_hint="--rules")
    ids, settings = read_registries(registries), Settings(propagate, speakers)
    if predictions is not None:
        raw = read_input(predictions)
        documents = read_documents(seeds)
        labels = read_submission(predictions, raw, documents, ids).documents
        return Backend(ids, f"proposed-{sha256(raw)[:8]}", proposals.of_labels(labels, documents), settings)
    if rules:
        learnt = Baseline.learn(in_split(read_folder(gold), "validation"))
        return Backend(ids, "rules", proposals.of_rules(learnt), settings)
    return Backend(ids, "assist", None, settings)


@contextlib.contextmanager
def assisting(access: Access, backend: Backend) -> Iterator[None]:
    """Offers in every project of a server for the length of a ``with`` block."""
    from onrecord.annotation.assist import wiring

    with contextlib.ExitStack() as stack:
        with working("connecting projects"):
            url = stack.enter_context(wiring.assisting(access, backend, note))
        note(f"offers are made from {url}; in the editor, switch on Auto-Annotation below the text")
        yield


def connect(access: Access, project: int) -> None:
    """Have a project ask the backend that runs, if one does."""
    from onrecord.annotation.assist import wiring

    wiring.wire_new(access, project)


def forget(data: Path) -> None:
    """Have no project ask a backend whose process was killed."""
    from onrecord.annotation.assist import wiring
    from onrecord.annotation.label_studio.accounts import Access

    wiring.forget(Access.find(data, None, None))

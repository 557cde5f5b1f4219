"""``onrecord annotation assist``, and what ``serve --assist`` has of it: offers while a person annotates."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.annotation.shared import (
    Data,
    Registries,
    Seeds,
    Sources,
    access_to,
    speaking_with,
    stop_on_signals,
    wait_for_signal,
)
from onrecord.cli.console import note, read_input

if TYPE_CHECKING:
    from onrecord.annotation.assist.backend import Backend
    from onrecord.annotation.label_studio.accounts import Access

Predictions = Annotated[
    Path | None, typer.Argument(help="Prediction file that annotations start from, every label of it an offer.")
]
Rules = Annotated[bool, typer.Option("--rules", help="Start from what the rule baseline says instead.")]
Propagate = Annotated[bool, typer.Option(help="Offer what was marked once at its other places.")]
Speakers = Annotated[bool, typer.Option(help="Offer the likely speaker of a quote.")]
Gold = Annotated[
    Path | None,
    typer.Option("--gold", help="Dataset folder that the rule baseline learns from; the corpus's if left out."),
]


def assist(
    predictions: Predictions = None,
    rules: Rules = False,
    propagate: Propagate = True,
    speakers: Speakers = True,
    gold: Gold = None,
    data: Data = None,
    seeds: Seeds = None,
    registries: Registries = None,
) -> None:
    """Make other offers than those that a server was started with by `serve --assist`, until Ctrl-C."""
    backend = backend_of(predictions, rules, propagate, speakers, gold, Sources(seeds, registries))
    access = access_to(data, None, None)
    stop_on_signals()
    with contextlib.suppress(KeyboardInterrupt), assisting(access, backend):
        wait_for_signal()
    note("stopped")


def backend_of(
    predictions: Path | None, rules: bool, propagate: bool, speakers: bool, gold: Path | None, sources: Sources
) -> Backend:
    """The backend that was asked for; reads all that it needs."""
    from onrecord.annotation.assist import proposals
    from onrecord.annotation.assist.backend import Backend, Settings
    from onrecord.dataset.gold import learnable
    from onrecord.dataset.reading.files import sha256
    from onrecord.eval import read_submission
    from onrecord.eval.baselines.rules import Rules as Baseline

    if rules and predictions is not None:
        raise typer.BadParameter("a prediction file or the rule baseline, not both", param_hint="--rules")
    ids, settings = sources.ids(), Settings(propagate, speakers)
    if predictions is not None:
        raw, documents = read_input(predictions), sources.documents()
        labels = read_submission(predictions, raw, documents, ids).documents
        return Backend(ids, f"proposed-{sha256(raw)[:8]}", proposals.of_labels(labels, documents), settings)
    if rules:
        learnt = Baseline.learn(learnable(sources.gold(gold)))
        return Backend(ids, "rules", proposals.of_rules(learnt), settings)
    return Backend(ids, "assist", None, settings)


@contextlib.contextmanager
def assisting(access: Access, backend: Backend) -> Iterator[None]:
    """Offers in every project of a server for the length of a ``with`` block."""
    from onrecord.annotation.assist import wiring

    with contextlib.ExitStack() as stack:
        with speaking_with(access, "connecting projects"):
            url = stack.enter_context(wiring.assisting(access, backend, note))
        note(f"offers are made from {url}; in the editor, switch on Auto-Annotation below the text")
        yield

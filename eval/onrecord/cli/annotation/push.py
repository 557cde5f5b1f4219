"""``onrecord annotation push``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.annotation.shared import (
    Data,
    Registries,
    Round,
    Seeds,
    Sources,
    Token,
    Url,
    access_to,
    push_project,
)
from onrecord.cli.console import read_input


def push(
    annotator: Annotated[str, typer.Option(help="Whose project; the account is made if there is none.")],
    round: Round,
    data: Data = None,
    seeds: Seeds = None,
    registries: Registries = None,
    proposed: Annotated[
        Path | None, typer.Option(help="Prediction file to start from; none for a blind annotation.")
    ] = None,
    document: Annotated[list[str] | None, typer.Option(help="Only these documents.")] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Make an annotator's project, if there is none, and add the documents it lacks.

    Tasks that are there keep everything; their menus are brought up to the registries.
    """
    from onrecord.annotation.label_studio.naming import check_names
    from onrecord.eval import read_submission

    check_names(round, annotator)
    sources = Sources(seeds, registries)
    documents = sources.documents()
    ids = sources.ids()
    versions = {}
    if proposed is not None:
        versions["proposed"] = read_submission(proposed, read_input(proposed), documents, ids).documents
    wanted = [each for each in documents if document is None or each.id in document]
    if document is not None and (unknown := sorted(set(document) - {each.id for each in wanted})):
        raise typer.BadParameter(f"no such document: {', '.join(unknown)}", param_hint="--document")
    push_project(access_to(data, url, token), round, annotator, wanted, ids, versions, sources.guidelines())

"""``onrecord annotation submit``."""

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
    speaking_with,
)
from onrecord.cli.console import note, read_input


def submit(
    labels: Annotated[Path, typer.Argument(help="Labels, JSON Lines as in a prediction file; - for standard input.")],
    annotator: Annotated[str, typer.Option(help="Whose project they are handed in to.")],
    round: Round,
    data: Data = None,
    seeds: Seeds = None,
    registries: Registries = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Hand in labels that were made outside the editor, through the annotator's own account.

    With --url, the account is that of the token.
    """
    from onrecord.annotation.label_studio import project
    from onrecord.annotation.label_studio.naming import check_names
    from onrecord.eval import read_submission

    check_names(round, annotator)
    sources = Sources(seeds, registries)
    ids = sources.ids()
    submission = read_submission(labels, read_input(labels), sources.documents(), ids)
    access = access_to(data, url, token)
    with speaking_with(access, "submitting"), access.writing():
        projects = project.projects_of(project.connect(access.url, access.token), round)
        if annotator not in projects:
            raise project.ProjectError(f"no project of {annotator} in the round {round!r}: push first")
        account = access.account(annotator)
        client = project.connect(access.url, access.token if account is None else account.token)
        done = project.submit(client, projects[annotator], submission.documents, ids, note)
    note(f"{len(done)} documents annotated, {len(submission.documents) - len(done)} were already")

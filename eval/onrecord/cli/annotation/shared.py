"""Options of several annotation commands, and how they speak with a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note, working

if TYPE_CHECKING:
    from onrecord.annotation.label_studio.accounts import Access
    from onrecord.dataset import Document, Labels
    from onrecord.dataset import Registries as Ids

Data = Annotated[Path, typer.Option(help="Folder of the server's database.")]
Round = Annotated[str, typer.Option("--round", help="Name of the round of annotation, such as first-pass.")]
Url = Annotated[str | None, typer.Option(help="Another server than the one started here: any address on it.")]
Token = Annotated[
    str | None, typer.Option(envvar="ONRECORD_TOKEN", help="For --url: a personal or a legacy token of that server.")
]
Seeds = Annotated[Path, typer.Option(help="Folder of the seeds.")]
Registries = Annotated[Path, typer.Option(help="Folder of the registries.")]

DATA = Path(".onrecord/server")
SEEDS = Path("seeds")
REGISTRIES = Path("annotation/registries")


def access_to(data: Path, url: str | None, token: str | None) -> Access:
    """The server that is named, or the one that runs here."""
    from onrecord.annotation.label_studio.accounts import Access

    return Access.find(data, url, token)


@contextmanager
def speaking_with(access: Access, what: str) -> Iterator[None]:
    """A spinner while something is asked of a server; what goes wrong on the way is said in one sentence."""
    from onrecord.annotation.label_studio.reach import KEPT, speaking

    with working(what), speaking(access.url, KEPT):
        yield


def push_project(
    access: Access,
    round: str,
    annotator: str,
    documents: Sequence[Document],
    ids: Ids,
    versions: Mapping[str, Mapping[str, Labels]],
) -> None:
    """Make an annotator's account and project, add the documents, and say what was done and where it is."""
    from onrecord.annotation.label_studio import project

    with speaking_with(access, "pushing"), access.writing():
        client = project.connect(access.url, access.token)
        account = access.account(annotator)
        done = project.push(client, round, annotator, documents, ids, versions, note)
    menus = f", the menus of {len(done.refreshed)} brought up to date" if done.refreshed else ""
    note(f"{len(done.added)} documents added, {len(done.present)} were there{menus}")
    if account is not None:
        note(f"{annotator} logs in as {account.email} with the password {account.password}")
    typer.echo(f"{access.url}/projects/{done.project}/data")

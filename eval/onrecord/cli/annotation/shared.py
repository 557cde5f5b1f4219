"""Options of several annotation commands, and how they speak with a server."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note, working
from onrecord.cli.outputs import say
from onrecord.cli.places import any_corpus, the_corpus

if TYPE_CHECKING:
    from onrecord.annotation.label_studio.accounts import Access
    from onrecord.annotation.label_studio.remarks import Remarks
    from onrecord.dataset import Document, Gold, Labels
    from onrecord.dataset import Registries as Ids

Data = Annotated[
    Path | None, typer.Option(help="Folder of the server's database; .onrecord/server in the corpus if left out.")
]
Round = Annotated[str, typer.Option("--round", help="Name of the round of annotation, such as first-pass.")]
Url = Annotated[str | None, typer.Option(help="Another server than the one started here: any address on it.")]
Token = Annotated[
    str | None, typer.Option(envvar="ONRECORD_TOKEN", help="For --url: a personal or a legacy token of that server.")
]
Seeds = Annotated[Path | None, typer.Option(help="Folder of the seeds; that of the corpus if left out.")]
Registries = Annotated[Path | None, typer.Option(help="Folder of the registries; that of the corpus if left out.")]


class Sources:
    """What is annotated, and where it lies: in the corpus, its scheme in force, or in a folder of seeds that is named.

    Raises:
        FaultsError: There is no corpus, or it is not right.
    """

    def __init__(self, seeds: Path | None = None, registries: Path | None = None) -> None:
        self._corpus = the_corpus() if seeds is None else any_corpus()
        self._seeds = seeds
        self._registries = registries

    def documents(self) -> list[Document]:
        """Every document."""
        from onrecord.dataset import read_documents

        if self._seeds is not None or self._corpus is None:
            return read_documents(self._seeds or Path("seeds"))
        return read_documents(self._corpus.seeds, self._corpus.about.splits)

    @property
    def registries(self) -> Path:
        """The folder of the registries."""
        return self._registries or self._annotation / "registries"

    def ids(self) -> Ids:
        """What the registries hold."""
        from onrecord.dataset import read_registries

        return read_registries(self.registries)

    def guidelines(self) -> str:
        """What stands beside the registries for annotators to read; empty where there is none."""
        from onrecord.annotation.label_studio.front import guidelines_beside

        return guidelines_beside(self.registries)

    def exports(self, given: Path | None = None) -> Path:
        """A folder of exports: as it was given, or of that name in the corpus; without, the one that holds all.

        A name of which there is neither is one in the corpus, where it is to be.
        """
        folder = self._annotation / "exports"
        if given is None:
            return folder
        in_corpus = (folder / given).is_dir() or len(given.parts) == 1
        return folder / given if in_corpus and not given.is_dir() else given

    @property
    def built(self) -> Path:
        """The corpus's dataset folder."""
        return Path("dataset") if self._corpus is None else self._corpus.dataset

    def gold(self, given: Path | None) -> Gold:
        """Labels with ids of the registries: of the dataset folder that is given or the corpus's, if it is built."""
        from onrecord.dataset import Gold, read_folder
        from onrecord.dataset.layers import scheme

        built = None if self._corpus is None else self._corpus.dataset
        if given is None and (built is None or not (built / "data").is_dir()):
            return Gold(articles=(), registries=self.ids(), scheme=scheme())
        return read_folder(given or built or Path("dataset"))

    @property
    def _annotation(self) -> Path:
        return Path("annotation") if self._corpus is None else self._corpus.annotation


def data_folder(given: Path | None) -> Path:
    """The folder of the server's database: as it was given, or in the corpus, or here."""
    if given is not None:
        return given
    corpus = any_corpus()
    return (Path() if corpus is None else corpus.root) / ".onrecord" / "server"


def access_to(data: Path | None, url: str | None, token: str | None) -> Access:
    """The server that is named, or the one that runs here."""
    from onrecord.annotation.label_studio.accounts import Access

    return Access.find(data_folder(data), url, token)


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
    guidelines: str,
    remarks: Mapping[str, Remarks] | None = None,
) -> None:
    """Make an annotator's account and project, add the documents, and say what was done and where it is."""
    from onrecord.annotation.assist.wiring import wire_new
    from onrecord.annotation.label_studio import project

    with speaking_with(access, "pushing"), access.writing():
        client = project.connect(access.url, access.token)
        account = access.account(annotator)
        done = project.push(client, round, annotator, documents, ids, versions, note, guidelines, remarks)
        wire_new(access, done.project)
    if remarks and (kept := sorted(set(done.present) & set(remarks))):
        note(f"not remarked on, tasks of this round already: {', '.join(kept)}; name another --round for them")
    menus = f", the menus of {len(done.refreshed)} brought up to date" if done.refreshed else ""
    note(f"{len(done.added)} documents added, {len(done.present)} were there{menus}")
    if account is not None:
        note(f"{annotator} logs in as {account.email} with the password {account.password}")
    say(f"{access.url}/projects/{done.project}/data")


def stop_on_signals() -> None:
    """Have Ctrl-C and SIGTERM end what follows, once; a shell's background job ignores SIGINT otherwise."""

    def stop(*_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # once is enough: what follows stops the server
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def wait_for_signal() -> None:
    """Do nothing until one of those comes."""
    note("stop with Ctrl-C")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()

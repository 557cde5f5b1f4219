"""``onrecord annotation``: a real Label Studio server, documents in, annotations out."""

from __future__ import annotations

import contextlib
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli import assist as offers
from onrecord.cli.console import note, read_input, show_faults, working

if TYPE_CHECKING:
    from onrecord.annotation.label_studio.accounts import Access

app = typer.Typer(help="Annotate with Label Studio.", no_args_is_help=True)

Data = Annotated[Path, typer.Option(help="Folder of the server's database.")]
Round = Annotated[str, typer.Option("--round", help="Name of the round of annotation, such as first-pass.")]
Url = Annotated[str | None, typer.Option(help="Another server than the one started here.")]
Token = Annotated[str | None, typer.Option(envvar="ONRECORD_TOKEN", help="API token for --url.")]
Seeds = Annotated[Path, typer.Option(help="Folder of the seeds.")]
Registries = Annotated[Path, typer.Option(help="Folder of the registries.")]

DATA = Path(".onrecord/server")


@app.command()
def serve(
    predictions: offers.Predictions = None,
    data: Data = DATA,
    assist: Annotated[bool, typer.Option("--assist", help="Make offers in the editor, as `assist` does.")] = False,
    rules: offers.Rules = False,
    propagate: offers.Propagate = True,
    speakers: offers.Speakers = True,
    seeds: Seeds = Path("seeds"),
    registries: Registries = Path("annotation/registries"),
    gold: offers.Gold = Path("dataset"),
) -> None:
    """Start a local server and keep it until Ctrl-C: loopback only, telemetry off, no prompts."""
    from onrecord.annotation.label_studio.server import ServerHome, serving

    if not assist and (predictions is not None or rules):
        raise typer.BadParameter("nothing starts from labels without --assist", param_hint="predictions")
    backend, more = None, None
    if assist:
        from onrecord.annotation.label_studio.backends import environment

        backend = offers.backend_of(predictions, rules, propagate, speakers, seeds, registries, gold)
        more = environment()
    _stop_on_signals()  # before the start, which they may cut off
    with serving(ServerHome.default(), data, note, more) as running, contextlib.ExitStack() as stack:
        if backend is not None:
            stack.enter_context(offers.assisting(_access(data, None, None), backend))
        else:
            offers.forget(data)
        typer.echo(running.url)
        note(f"log in as {running.email} with the password {running.password}")
        _wait()
    note("stopped")


@app.command()
def assist(
    predictions: offers.Predictions = None,
    data: Data = DATA,
    rules: offers.Rules = False,
    propagate: offers.Propagate = True,
    speakers: offers.Speakers = True,
    seeds: Seeds = Path("seeds"),
    registries: Registries = Path("annotation/registries"),
    gold: offers.Gold = Path("dataset"),
) -> None:
    """Make other offers than those that a server was started with by `serve --assist`, until Ctrl-C."""
    backend = offers.backend_of(predictions, rules, propagate, speakers, seeds, registries, gold)
    access = _access(data, None, None)
    _stop_on_signals()
    with contextlib.suppress(KeyboardInterrupt), offers.assisting(access, backend):
        _wait()
    note("stopped")


def _stop_on_signals() -> None:
    """Have Ctrl-C and SIGTERM end what follows, once; a shell's background job ignores SIGINT otherwise."""

    def stop(*_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # once is enough: what follows stops the server
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _wait() -> None:
    note("stop with Ctrl-C")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


@app.command()
def push(
    annotator: Annotated[str, typer.Option(help="Whose project; the account is made if there is none.")],
    round: Round,
    data: Data = DATA,
    seeds: Seeds = Path("seeds"),
    registries: Registries = Path("annotation/registries"),
    proposed: Annotated[
        Path | None, typer.Option(help="Prediction file to start from; none for a blind annotation.")
    ] = None,
    document: Annotated[list[str] | None, typer.Option(help="Only these documents.")] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Make an annotator's project, if there is none, and add the documents it lacks."""
    from onrecord.annotation.label_studio import project
    from onrecord.dataset import read_documents, read_registries
    from onrecord.eval import read_submission

    documents = read_documents(seeds)
    ids = read_registries(registries)
    versions = {}
    if proposed is not None:
        versions["proposed"] = read_submission(proposed, read_input(proposed), documents, ids).documents
    wanted = [each for each in documents if document is None or each.id in document]
    if document is not None and (unknown := sorted(set(document) - {each.id for each in wanted})):
        raise typer.BadParameter(f"no such document: {', '.join(unknown)}", param_hint="--document")
    access = _access(data, url, token)
    with working("pushing"), access.writing():
        account = access.account(annotator)
        client = project.connect(access.url, access.token)
        done = project.push(client, round, annotator, wanted, ids, versions, note)
        offers.connect(access, done.project)
    note(f"{len(done.added)} documents added, {len(done.present)} were there")
    if account is not None:
        note(f"{annotator} logs in as {account.email} with the password {account.password}")
    typer.echo(f"{access.url}/projects/{done.project}/data")


@app.command()
def submit(
    labels: Annotated[Path, typer.Argument(help="Labels, JSON Lines as in a prediction file; - for standard input.")],
    annotator: Annotated[str, typer.Option(help="Whose account hands them in.")],
    round: Round,
    data: Data = DATA,
    seeds: Seeds = Path("seeds"),
    registries: Registries = Path("annotation/registries"),
) -> None:
    """Hand in labels that were made outside the editor, through the annotator's own account."""
    from onrecord.annotation.label_studio import project
    from onrecord.dataset import read_documents, read_registries
    from onrecord.eval import read_submission

    ids = read_registries(registries)
    submission = read_submission(labels, read_input(labels), read_documents(seeds), ids)
    access = _access(data, None, None)
    with working("submitting"), access.writing():
        account = access.account(annotator)
        assert account is not None
        client = project.connect(access.url, account.token)
        projects = project.projects_of(client, round)
        if annotator not in projects:
            raise project.ProjectError(f"no project of {annotator} in the round {round!r}: push first")
        done = project.submit(client, projects[annotator], submission.documents, ids, note)
    note(f"{len(done)} documents annotated, {len(submission.documents) - len(done)} were already")


@app.command()
def pull(
    round: Round,
    data: Data = DATA,
    seeds: Seeds = Path("seeds"),
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the exports.")] = Path("annotation/exports"),
    url: Url = None,
    token: Token = None,
) -> None:
    """Export every annotator's annotations of a round, untouched, and check them."""
    from onrecord.annotation.label_studio import project
    from onrecord.dataset import read_documents

    documents = read_documents(seeds)
    access = _access(data, url, token)
    with working("pulling"):
        pulled = project.pull(project.connect(access.url, access.token), round, output, documents, note)
    for each in pulled:
        typer.echo(f"{each.path}: {each.annotations} annotations")
    if faults := [fault for each in pulled for fault in each.faults]:
        show_faults(faults, len(faults))
        note("the exports are kept as they came; mend the annotations in Label Studio and pull again")
        raise typer.Exit(2)


@app.command()
def register(
    exports: Annotated[Path, typer.Argument(help="Folder of exports, such as annotation/exports/mine.")],
    seeds: Seeds = Path("seeds"),
    registries: Registries = Path("annotation/registries"),
) -> None:
    """Append a row for every id that annotators used and the registries lack; then look the rows over."""
    from onrecord.annotation.gold import from_rounds as gold
    from onrecord.annotation.label_studio.exports import read_exports
    from onrecord.dataset import read_documents, read_registries

    annotations = read_exports(exports, read_documents(seeds))
    appended = gold.register(registries, gold.unregistered(annotations, read_registries(registries)))
    for line in appended:
        typer.echo(line)
    note(f"{len(appended)} rows appended" + ("; look over their types, names and titles" if appended else ""))


@app.command()
def adjudicate(
    round: Round,
    annotator: Annotated[str, typer.Option(help="Who adjudicates.")],
    blind: Annotated[Path, typer.Option(help="Folder of the blind exports.")] = Path("annotation/exports/blind"),
    reference: Annotated[
        Path, typer.Option(help="Dataset folder whose ids the annotators' own are matched with.")
    ] = Path("dataset"),
    data: Data = DATA,
    seeds: Seeds = Path("seeds"),
    registries: Registries = Path("annotation/registries"),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the merged proposals here instead, as JSON Lines.")
    ] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Merge two blind annotations of each document into one task: what both say stands, the rest is to be decided."""
    import msgspec

    from onrecord.annotation.gold.adjudication import proposals
    from onrecord.annotation.label_studio import project
    from onrecord.annotation.label_studio.exports import read_exports
    from onrecord.dataset import read_documents, read_folder, read_registries
    from onrecord.dataset.reading.files import write_atomically

    documents = read_documents(seeds)
    ids = read_registries(registries)
    gold = read_folder(reference)
    versions = proposals(read_exports(blind, documents), documents, gold.articles, gold.registries)
    merged = versions["merged"]
    for document in documents:
        if document.id in merged:
            items = [item for _, item in merged[document.id].items()]
            agreed = sum(item.agreed is True for item in items)
            note(f"{document.id}: {agreed} agreed, {len(items) - agreed} to decide")
    if output is not None:
        by_id = {document.id: document for document in documents}
        lines = [
            msgspec.json.encode({"doc_id": id, "text_sha256": by_id[id].text_sha256, **msgspec.to_builtins(labels)})
            for id, labels in merged.items()
        ]
        write_atomically(output, b"\n".join(lines) + b"\n")
        return
    access = _access(data, url, token)
    with working("pushing"), access.writing():
        account = access.account(annotator)
        client = project.connect(access.url, access.token)
        wanted = [document for document in documents if document.id in merged]
        done = project.push(client, round, annotator, wanted, ids, versions, note)
        offers.connect(access, done.project)
    if account is not None:
        note(f"{annotator} logs in as {account.email} with the password {account.password}")
    typer.echo(f"{access.url}/projects/{done.project}/data")


@app.command()
def agreement(
    exports: Annotated[list[Path], typer.Argument(help="Folders of exports, such as annotation/exports/blind.")],
    seeds: Seeds = Path("seeds"),
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON instead of tables.")] = False,
    disagreements: Annotated[bool, typer.Option(help="List every disagreement.")] = False,
) -> None:
    """How far annotators agree: every two of them, on the documents both have annotated."""
    from onrecord.annotation.agreement.measures import agreement as measure
    from onrecord.annotation.agreement.tables import agreement_json, print_agreement
    from onrecord.annotation.label_studio.exports import read_exports
    from onrecord.dataset import read_documents

    documents = read_documents(seeds)
    annotations = [each for folder in exports for each in read_exports(folder, documents)]
    pairs = measure(annotations, documents)
    if json:
        typer.echo(agreement_json(pairs))
        return
    if not pairs:
        names = sorted({annotation.annotator for annotation in annotations})
        note(f"agreement takes two annotators; these exports are by {', '.join(names) or 'nobody'}")
    for pair in pairs:
        print_agreement(pair, disagreements)


def _access(data: Path, url: str | None, token: str | None) -> Access:
    from onrecord.annotation.label_studio.accounts import Access

    return Access.find(data, url, token)

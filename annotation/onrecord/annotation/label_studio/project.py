"""Projects on a Label Studio server: documents in, everyone's annotations out.

Writes are never retried: the server's import is not idempotent, and a request that failed may have been carried out.
What is there already is looked up first instead, so every command can be run again.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from onrecord.annotation.label_studio.exports import read_export
from onrecord.annotation.label_studio.front import furnish
from onrecord.annotation.label_studio.labelling import config, config_hash
from onrecord.annotation.label_studio.menus import menus, offered_ids
from onrecord.annotation.label_studio.naming import check_names, check_round, email_of, is_name, title_of
from onrecord.annotation.label_studio.reach import SECONDS, reached, web
from onrecord.annotation.label_studio.regions import ResultItem
from onrecord.annotation.label_studio.remarks import Remarks, added
from onrecord.annotation.label_studio.standing import Standing, standings
from onrecord.annotation.label_studio.to_result import document_fields, to_result
from onrecord.dataset.gold import ordered
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.layers import labels as labels_of
from onrecord.dataset.reading.faults import Fault, FaultsError, OnrecordError, show
from onrecord.dataset.reading.files import write_atomically
from onrecord.dataset.records import Item, Labels, Registries
from onrecord.dataset.seeds.documents import Document
from onrecord.dataset.walk import anchor

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

ONCE: Any = {"max_retries": 0}
"""Request options of every write."""
Step = Callable[[str], None]


class ProjectError(OnrecordError):
    """A project is not as it should be; the message says what was found and what was kept."""


@dataclasses.dataclass(frozen=True)
class Account:
    """An annotator's account."""

    email: str
    password: str
    token: str


def connect(url: str, token: str) -> LabelStudio:
    """A client of the server at ``url``, once it is known that one answers there and takes the token.

    Raises:
        ServerError: It does not; the message says why, see :func:`onrecord.annotation.label_studio.reach.reached`.
    """
    from label_studio_sdk import LabelStudio

    base = reached(url, token)
    # with a slash: without it, a personal token is taken to the server above, where this one is below a path
    return LabelStudio(base_url=f"{base}/", api_key=token, httpx_client=web(base), timeout=SECONDS)


def make_account(url: str, admin_token: str, name: str, password: str) -> Account:
    """Make an annotator's account without a prompt, through an invitation of the administrator.

    An account that is there already with this password is taken as it is, so a call that was cut off can be repeated.

    Raises:
        ProjectError: There is an account of that name with another password.
        httpx.HTTPError: The server did not do it.
    """
    email = email_of(name)
    with web(url) as client:
        admin = {"Authorization": f"Token {admin_token}"}
        invite_url = client.get("/api/invite", headers=admin).raise_for_status().json()["invite_url"]
        if not str(invite_url).startswith("/user/signup/"):
            raise ProjectError(f"the server invites to {show(invite_url)}, which is no page of its own")
        for page in (invite_url, "/user/login"):
            form = client.get(page).raise_for_status()
            fields = {"email": email, "password": password, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
            answer = client.post(page, data=fields, headers={"Referer": str(form.url)}, follow_redirects=False)
            if page == invite_url:
                # whoever has seen the invitation, in a log or over a shoulder, can do nothing with it
                client.post("/api/invite/reset-token", headers=admin, json={}).raise_for_status()
            if answer.status_code == 302:
                token = client.get("/api/current-user/token").raise_for_status().json()["token"]
                return Account(email, password, str(token))
    raise ProjectError(
        f"Label Studio has an account {email} with another password than the one kept here: choose another name"
    )


def projects_of(client: LabelStudio, round: str) -> dict[str, int]:
    """Project ids of a round by annotator.

    Raises:
        ProjectError: Two projects bear the same title.
    """
    start = title_of(round, "")
    found: dict[str, int] = {}
    for project in client.projects.list():
        title = project.title or ""
        if title.startswith(start):
            annotator = title.removeprefix(start)
            if annotator in found:
                raise ProjectError(
                    f"two projects are titled {show(title)!r}: {found[annotator]} and {number_of(project.id)}; "
                    "delete the one that holds nothing in Label Studio"
                )
            found[annotator] = number_of(project.id)
    return found


def number_of(id: object) -> int:
    """An id as a server gives it, which goes into addresses and is shown.

    Raises:
        ProjectError: It is no number.
    """
    if type(id) is not int or id < 0:
        raise ProjectError(f"the server calls something {show(id)}, where Label Studio has a number")
    return id


@dataclasses.dataclass(frozen=True)
class Pushed:
    """What a push did."""

    project: int
    added: tuple[str, ...]
    present: tuple[str, ...]
    refreshed: tuple[str, ...] = ()
    """Those of ``present`` whose menus did not offer what the registries have now."""


def push(
    client: LabelStudio,
    round: str,
    annotator: str,
    documents: Sequence[Document],
    registries: Registries,
    versions: Mapping[str, Mapping[str, Labels]],
    step: Step,
    guidelines: str = "",
    remarks: Mapping[str, Remarks] | None = None,
) -> Pushed:
    """Make an annotator's project if there is none, and add the documents that it lacks.

    The menus are part of a task's data: those of tasks that are there already are brought up to the registries, which
    leaves their annotations and drafts as they are.

    Args:
        client: A client with the administrator's token.
        round: Name of the round of annotation.
        annotator: Whose project it is.
        documents: The documents to be annotated.
        registries: The ids that the menus offer.
        versions: Pre-annotations by name and document id; the editor starts from the last one. May be empty.
        step: Called with each document's id as it is added.
        guidelines: Shown on the page; in Markdown.
        remarks: What was said of the pre-annotations, by document id; only what is remarked on is outlined then.

    Raises:
        BadName: The round or the annotator cannot be called that.
        ProjectError: The project is there with another labelling config, or holds another text of a document. Nothing
            is added then.
    """
    check_names(round, annotator)
    project = projects_of(client, round).get(annotator) or _project(client, title_of(round, annotator))
    present = tasks_of(client, project)
    for document in documents:
        data = present.get(document.id, {}).get("data", {})
        if data and (data.get("text_sha256"), data.get("config_sha256")) != (document.text_sha256, config_hash()):
            raise ProjectError(
                f"project {project} holds {document.id} with another text or labelling config; nothing was added. "
                "Finish or delete that project, or push under the name of another round"
            )
    furnish(client, project, guidelines, ONCE)
    refreshed = _refresh(client, present, registries)
    added = []
    for document in documents:
        if document.id in present:
            continue
        task = _task(document, registries, versions, None if remarks is None else remarks.get(document.id, Remarks()))
        client.projects.import_tasks(id=project, request=[task], request_options=ONCE)
        added.append(document.id)
        step(document.id)
    return Pushed(project, tuple(added), tuple(present), refreshed)


def _task(
    document: Document,
    registries: Registries,
    versions: Mapping[str, Mapping[str, Labels]],
    remarks: Remarks | None,
) -> dict[str, Any]:
    lists = menus(registries, document.text)

    def told(labels: Labels) -> list[ResultItem]:
        said = None if remarks is None else remarks.items
        result = to_result(with_ids(labels), offered_ids(lists), said)
        return result if remarks is None else [*result, *added(remarks, result)]

    return {
        "data": {
            "doc_id": document.id,
            "title": document.title,
            "text": document.text,
            "text_sha256": document.text_sha256,
            "config_sha256": config_hash(),
            **lists,
        },
        "predictions": [
            {"model_version": name, "result": told(labels[document.id])}
            for name, labels in versions.items()
            if document.id in labels
        ],
    }


def _project(client: LabelStudio, title: str) -> int:
    check_config()
    made = client.projects.create(title=title, label_config=config(), request_options=ONCE)
    return number_of(made.id)


def _refresh(client: LabelStudio, present: Mapping[str, Mapping[str, Any]], registries: Registries) -> tuple[str, ...]:
    """Bring the menus of tasks up to date, and return the documents of those that were not."""
    old = []
    for id, task in present.items():
        data = {**task["data"], **menus(registries, str(task["data"].get("text")))}
        if data != task["data"]:
            client.tasks.update(id=str(task["id"]), data=data, request_options=ONCE)
            old.append(id)
    return tuple(old)


def with_ids(labels: Labels) -> Labels:
    """The same labels, every item with an id that is unique in its document; those without a place are left out."""
    used = {item.id for _, item in labels.items()}
    fresh: dict[str, Iterator[str]] = {layer: _unused(layer[0], used) for layer in LAYERS}

    def identified(layer: str, item: Item) -> Item:
        return item if item.id is not None else msgspec.structs.replace(item, id=next(fresh[layer]))

    placed = {layer: [item for item in labels.of(layer) if anchor(item)] for layer in LAYERS}
    return ordered(labels_of(**placed)).changed(identified)


def _unused(letter: str, used: set[str | None]) -> Iterator[str]:
    return (id for n in itertools.count(1) if (id := f"{letter}{n}") not in used)


def tasks_of(client: LabelStudio, project: int) -> dict[str, dict[str, Any]]:
    """The tasks of a project by document id.

    Raises:
        ProjectError: A document is there twice.
    """
    tasks: dict[str, dict[str, Any]] = {}
    for task in client.tasks.list(project=project, fields="all"):
        row: dict[str, Any] = {"id": number_of(task.id), "data": task.data or {}, "annotations": task.annotations or []}
        doc_id = str(row["data"].get("doc_id"))
        if doc_id in tasks:
            twice = f"tasks {tasks[doc_id]['id']} and {task.id}"
            raise ProjectError(f"project {project} holds {show(doc_id)} twice: {twice}")
        tasks[doc_id] = row
    return tasks


def submit(
    client: LabelStudio, project: int, labels: Mapping[str, Labels], registries: Registries, step: Step
) -> list[str]:
    """Hand in labels made outside the editor as the annotations of the account that ``client`` belongs to.

    A document that this account has annotated already is passed over, so a submission that was cut off can be run
    again.

    Returns:
        The ids of the documents annotated now.

    Raises:
        ProjectError: A document is not in the project. Nothing is submitted then.
    """
    me = client.users.whoami().id
    tasks = tasks_of(client, project)
    if missing := sorted(set(labels) - set(tasks)):
        raise ProjectError(f"project {project} has no task for {', '.join(missing)}; nothing was submitted")
    done = []
    for doc_id, each in labels.items():
        theirs = client.annotations.list(id=tasks[doc_id]["id"])
        if any(annotation.completed_by == me for annotation in theirs):
            continue
        offered = offered_ids(menus(registries, str(tasks[doc_id]["data"].get("text"))))
        result = to_result(with_ids(each), offered) + document_fields(LAYERS)
        client.annotations.create(
            id=tasks[doc_id]["id"], result=result, ground_truth=False, was_cancelled=False, request_options=ONCE
        )
        done.append(doc_id)
        step(doc_id)
    return done


@dataclasses.dataclass(frozen=True)
class Pulled:
    """An export that has been kept."""

    path: Path
    annotations: int
    """Those that can be used."""
    faults: tuple[Fault, ...]
    """What in it cannot be used; the file is kept all the same."""
    tasks: tuple[Standing, ...]
    """How far each task is, and what in it was not submitted."""


def pull(
    client: LabelStudio, round: str, folder: Path, documents: Sequence[Document], step: Step, server: str = ""
) -> list[Pulled]:
    """Export every project of a round into ``folder/ROUND/ANNOTATOR.json``, untouched, and check what came.

    Args:
        client: A client of the server.
        round: Name of the round of annotation.
        folder: Where the exports go.
        documents: The documents that the tasks may be about.
        step: Called with each annotator's name.
        server: The address that the faults' links to tasks begin with.

    Raises:
        BadName: The round cannot be called that.
        ProjectError: The round has no project, or some whose titles end in what is no annotator's name: those titles
            are anybody's who has an account, and become paths. Nothing is written then.
    """
    check_round(round)
    projects = projects_of(client, round)
    if not projects:
        raise ProjectError(f"the server has no project of the round {round!r}")
    if wrong := sorted(annotator for annotator in projects if not is_name(annotator)):
        titles = "\n".join(f"{show(title_of(round, each))} (project {projects[each]})" for each in wrong)
        raise ProjectError(f"no annotator has such a name: rename or delete in Label Studio, then pull again\n{titles}")
    pulled = []
    for annotator, project in sorted(projects.items()):
        path = folder / round / f"{annotator}.json"
        write_atomically(path, export(client, project))
        annotations, faults = read_export(path, documents, server)
        pulled.append(Pulled(path, len(annotations), tuple(faults), tuple(standings(path))))
        step(annotator)
    return pulled


def export(client: LabelStudio, project: int) -> bytes:
    """A project's JSON export with the annotators' addresses and whole drafts (the plain export has bare numbers)."""
    whole: Any = {"annotations__completed_by": {"only_id": False}, "drafts": {"only_id": False}}
    snapshot = client.projects.exports.create(id=project, serialization_options=whole, request_options=ONCE)
    number = number_of(snapshot.id)
    try:
        return b"".join(client.projects.exports.download(id=project, export_pk=number, export_type="JSON"))
    finally:
        client.projects.exports.delete(id=project, export_pk=number, request_options=ONCE)


def check_config() -> None:
    """Have the SDK validate the labelling config.

    Raises:
        FaultsError: It is not valid.
    """
    from label_studio_sdk.label_interface import LabelInterface

    try:
        LabelInterface(config()).validate()
    except Exception as error:  # the SDK raises several unrelated types
        raise FaultsError(
            [Fault("config", "labelling config", None, "", show(str(error)), "a valid config")]
        ) from error

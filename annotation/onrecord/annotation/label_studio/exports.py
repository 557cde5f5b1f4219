"""Label Studio exports as they come, and the labels in them.

Only the JSON export keeps relations and region ids. Nothing in it is taken on trust: the server stores whatever it is
sent.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from onrecord.annotation.label_studio.buttons import SUFFIXES, button_fault
from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.labelling import config_hash
from onrecord.annotation.label_studio.looking_over import look_over, told
from onrecord.annotation.label_studio.naming import annotator_of
from onrecord.annotation.label_studio.standing import link_of
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.budget import BUDGET
from onrecord.dataset.reading.faults import Fault, FaultsError, nearest, refuse, show
from onrecord.dataset.reading.typed import read_elements
from onrecord.dataset.records import Labels
from onrecord.dataset.seeds.documents import Document


class TaskData(msgspec.Struct, frozen=True):
    """What of a task's data is needed to trust its annotations."""

    doc_id: str
    text: str
    text_sha256: str
    config_sha256: str


class User(msgspec.Struct, frozen=True):
    """Who completed an annotation."""

    email: str


class ExportedAnnotation(msgspec.Struct, frozen=True):
    """One annotator's work on one task."""

    id: int
    completed_by: User
    result: tuple[Any, ...]
    was_cancelled: bool = False


class ExportedTask(msgspec.Struct, frozen=True):
    """A document and everyone's work on it."""

    id: int
    data: TaskData
    annotations: tuple[ExportedAnnotation, ...]
    project: int = 0


@dataclasses.dataclass(frozen=True)
class Annotation:
    """The labels one annotator gave one document."""

    document: str
    annotator: str
    """The account: its name if it was made here, else its whole address."""
    labels: Labels
    complete: frozenset[str]
    """Layers that the annotator declared finished."""
    task: int
    file: str
    pointer: str
    """JSON pointer of the annotation within the export."""
    project: int = 0

    @property
    def link(self) -> str:
        """Where the task is on its server, to be put behind the server's address."""
        return link_of(self.project, self.task)


def read_export(path: Path, documents: Sequence[Document], server: str = "") -> tuple[list[Annotation], list[Fault]]:
    """Read one export file.

    Args:
        path: A JSON export of one project.
        documents: The documents that its tasks may be about.
        server: The address that the faults' links to tasks begin with.

    Returns:
        Every annotation that is whole, and the faults of all others. A skipped task is no annotation.
    """
    by_id = {document.id: document for document in documents}
    annotations: list[Annotation] = []
    faults: list[Fault] = []
    raw = content_within(path)
    if (fault := button_fault(path, raw)) is not None:
        return [], [fault]
    try:
        for index, task in enumerate(read_elements(path, raw, ExportedTask)):
            near = by_id if len(faults) < BUDGET.max_hints else ()
            read, wrong = _annotations(path, index, task, by_id, near, server)
            annotations += read
            faults += wrong
            if len(faults) > BUDGET.max_wrong:
                found, hint = f"more than {BUDGET.max_wrong}", "the rest of the file was not read"
                return [], [*faults, Fault("too-many-faults", str(path), None, "", found, "fewer", hint)]
    except FaultsError as error:
        return [], list(error.faults)
    return annotations, faults


def _annotations(
    path: Path,
    index: int,
    task: ExportedTask,
    by_id: Mapping[str, Document],
    near: Iterable[str],
    server: str,
) -> tuple[list[Annotation], list[Fault]]:
    """What :func:`read_export` gives of one task; of an unknown id one like it is sought among ``near``."""
    document = by_id.get(task.data.doc_id)
    if document is None:
        hint = nearest(task.data.doc_id, near) or "the export is of another project"
        pointer = f"/{index}/data/doc_id"
        return [], [Fault("document", str(path), None, pointer, show(task.data.doc_id), "a known document", hint)]
    if wrong_text := _check_data(path, index, task.data, document):
        return [], wrong_text
    annotations: list[Annotation] = []
    faults: list[Fault] = []
    for place, annotation in enumerate(task.annotations):
        if annotation.was_cancelled:
            continue
        pointer = f"/{index}/annotations/{place}"
        result = annotation.result
        if (fault := _unwritable(path, f"{pointer}/result", result)) is not None:
            faults.append(fault)
            continue
        labels, wrong = from_result(result, document.text)
        known = bool(wrong)  # of labels that could not be read, others cannot be said to be wrong
        wrong += [each for each in look_over(labels, result, document.text) if not known or each[0] != "reference"]
        if wrong:
            link = server + link_of(task.project, task.id)
            faults += told(str(path), f"{pointer}/result", wrong, result, (document.id, document.text), link)
            continue
        annotations.append(
            Annotation(
                document=document.id,
                annotator=annotator_of(annotation.completed_by.email),
                labels=labels,
                complete=_complete(annotation.result),
                task=task.id,
                file=str(path),
                pointer=pointer,
                project=task.project,
            )
        )
    return annotations, faults


def _unwritable(path: Path, pointer: str, result: Sequence[Any]) -> Fault | None:
    """What keeps a result from being text: the server keeps half of a surrogate pair, which no file can hold."""
    for number, item in enumerate(result):
        try:
            msgspec.json.encode(item)
        except UnicodeEncodeError as error:
            hint = "half of a surrogate pair stands alone: delete the region, and make it anew"
            return Fault("unicode", str(path), None, f"{pointer}/{number}", show(error.object), "text", hint)
    return None


def _check_data(path: Path, index: int, data: TaskData, document: Document) -> list[Fault]:
    faults: list[Fault] = []
    if data.text != document.text or data.text_sha256 != document.text_sha256:
        hint = "the seed or its zones were changed after the push, or the task was edited: push again"
        found = f"a text with SHA-256 {data.text_sha256}"
        faults.append(Fault("hash", str(path), None, f"/{index}/data/text_sha256", found, document.text_sha256, hint))
    if data.config_sha256 != config_hash():
        hint = "the project was made with another version of the labelling config"
        faults.append(
            Fault("config", str(path), None, f"/{index}/data/config_sha256", data.config_sha256, config_hash(), hint)
        )
    return faults


def _complete(result: Sequence[Any]) -> frozenset[str]:
    for item in result:
        if isinstance(item, dict) and item.get("from_name") == "complete" and isinstance(item.get("value"), dict):
            choices = item["value"].get("choices")
            return frozenset(str(choice) for choice in choices) if isinstance(choices, list) else frozenset()
    return frozenset()


def paths_of(folder: Path) -> list[Path]:
    """The files of a folder of exports, those that Label Studio's button gives included."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".json", *SUFFIXES))


def read_exports(folder: Path, documents: Sequence[Document]) -> list[Annotation]:
    """Read every export of a folder, such as ``annotation/exports/first-pass``.

    Raises:
        FaultsError: With the faults of all files; or an annotator has two annotations of one document.
    """
    paths = paths_of(folder)
    if not paths:
        hint = "onrecord annotation pull writes them"
        refuse([Fault("empty", str(folder), None, "", "no export", "JSON exports of Label Studio", hint)])
    annotations: list[Annotation] = []
    faults: list[Fault] = []
    for path in paths:
        read, wrong = read_export(path, documents)
        annotations += read
        faults += wrong
    by_pair: dict[tuple[str, str], list[Annotation]] = defaultdict(list)
    for annotation in annotations:
        by_pair[annotation.document, annotation.annotator].append(annotation)
    for (document, annotator), several in by_pair.items():
        for annotation in several[1:]:
            found = f"{len(several)} annotations of {document} by {annotator}"
            hint = "delete all but one in Label Studio and pull again"
            faults.append(
                Fault("repeated", annotation.file, None, annotation.pointer, found, "one for each annotator", hint)
            )
    refuse(faults)
    return annotations

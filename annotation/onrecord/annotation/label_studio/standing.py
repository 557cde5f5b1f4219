"""How far the tasks of a project are: submitted, skipped, or with work in them that nobody has submitted."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from onrecord.annotation.label_studio.naming import annotator_of
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.typed import read_elements

State = Literal["submitted", "skipped", "draft", "change", "open"]
"""``draft``: labelled and not submitted; ``change``: submitted, then changed and not updated; ``open``: neither."""

SAID = {
    "skipped": "skipped",
    "draft": "labelled and not submitted",
    "change": "changed after it was submitted, and not updated",
}
"""What is said of a task that holds more than was submitted, or less."""


class _Data(msgspec.Struct, frozen=True):
    doc_id: str = ""


class _User(msgspec.Struct, frozen=True):
    email: str


class _Annotation(msgspec.Struct, frozen=True):
    id: int
    completed_by: _User | None
    result: tuple[Any, ...] | None
    was_cancelled: bool = False


class _Draft(msgspec.Struct, frozen=True):
    id: int
    user: str
    """The account's address."""
    result: tuple[Any, ...] | None
    annotation: int | None = None
    """The submitted annotation that it changes."""


class _Task(msgspec.Struct, frozen=True):
    id: int
    data: _Data
    annotations: tuple[_Annotation, ...]
    drafts: tuple[int | _Draft, ...] = ()
    """Bare numbers in an export that was not asked for more."""
    project: int = 0


@dataclasses.dataclass(frozen=True)
class Standing:
    """One state of one task; a task may have several, such as ``submitted`` and ``change``."""

    document: str
    state: State
    annotator: str
    """Whose work it is; empty where there is none, or where it is not known."""
    link: str
    """Where the task is on its server, to be put behind the server's address."""

    @property
    def unsent(self) -> bool:
        """Whether there is work that was not submitted."""
        return self.state in ("draft", "change")


def link_of(project: int, task: int) -> str:
    """Where a task is on its server, to be put behind the server's address."""
    return f"/projects/{project}/data?task={task}"


def standings(path: Path) -> list[Standing]:
    """The state of every task of an export, and what in it was not submitted.

    Raises:
        FaultsError: It is no export.
    """
    return [each for task in read_elements(path, content_within(path), _Task) for each in _of(task)]


def _of(task: _Task) -> Iterator[Standing]:
    link = link_of(task.project, task.id)

    def standing(state: State, email: str = "") -> Standing:
        return Standing(task.data.doc_id, state, annotator_of(email) if email else "", link)

    unsent = [standing(state, email) for state, email in _unsent(task)]
    done = [each for each in task.annotations if not each.was_cancelled]
    for each in done[:1] or task.annotations[:1]:
        by = each.completed_by
        yield standing("submitted" if done else "skipped", by.email if by is not None else "")
    yield from unsent
    if not (task.annotations or unsent):
        yield standing("open")


def _unsent(task: _Task) -> Iterator[tuple[State, str]]:
    """State and account of every draft that holds what no annotation does."""
    results = {each.id: _said(each.result) for each in task.annotations}
    for draft in task.drafts:
        if isinstance(draft, int):
            yield ("change" if task.annotations else "draft"), ""
        elif draft.annotation in results:
            if _said(draft.result) != results[draft.annotation]:
                yield "change", draft.user
        elif draft.result:
            yield "draft", draft.user


def _said(result: Iterable[Any] | None) -> Counter[str]:
    """What a result says, whatever the order of its items and whoever made them."""
    return Counter(
        json.dumps({**item, "origin": None} if isinstance(item, dict) else item, sort_keys=True)
        for item in result or ()
    )

"""What a Label Studio server asks a machine-learning backend, as typed records, and the answers.

A task carries its text, and with an *interactive* request, which comes whenever the annotator has drawn or relabelled
a region or typed into a field, its drafts too, which are some seconds old. The request's context holds as it is now
every region with the label of that one. So offers are made for that label alone, and of the other labels what is in
the draft is taken for what the annotator has marked.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from onrecord.annotation.assist.propagation import propagate
from onrecord.annotation.assist.speakers import likely_speaker
from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.offers import in_editor, offered, undecided, with_speaker
from onrecord.annotation.label_studio.project import offered_ids, with_ids
from onrecord.annotation.label_studio.regions import ResultItem
from onrecord.annotation.label_studio.to_result import to_result
from onrecord.dataset.records import Labels, Mention, Quote, Registries

Items = tuple[dict[str, Any], ...]


class TaskData(msgspec.Struct, frozen=True):
    """What of a task's data is needed."""

    doc_id: str
    text: str


class Draft(msgspec.Struct, frozen=True):
    """A draft or an annotation: what the annotator has so far."""

    id: int = 0
    result: Items = ()


class Task(msgspec.Struct, frozen=True):
    """A task as the server sends it."""

    id: int
    data: TaskData
    drafts: tuple[Draft | int, ...] = ()
    """Ids alone where the request is not interactive."""
    annotations: tuple[Draft | int, ...] = ()


class Context(msgspec.Struct, frozen=True):
    """What the editor says of itself."""

    result: Items = ()
    """The regions with the label of the one that was drawn, that one among them."""


class Params(msgspec.Struct, frozen=True):
    """The parameters of a request."""

    context: Context | None = None
    """None where the request is not interactive."""


class Request(msgspec.Struct, frozen=True):
    """The body of ``POST /predict``."""

    tasks: tuple[Task, ...]
    params: Params = Params()


class Answer(msgspec.Struct, frozen=True):
    """One prediction of one task."""

    result: list[ResultItem]
    model_version: str
    score: float | None = None


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is offered."""

    propagate: bool = True
    """The other places of what is marked."""
    speakers: bool = True
    """The speaker of a new quote."""


Proposals = Callable[[str, str], Labels | None]
"""A document's id and text to the labels that its annotation starts from; None for none."""


class Memory:
    """What was offered in each task, so that nothing is offered again that the annotator has deleted.

    Kept for as long as the process runs, and for the tasks that were worked on last. Safe for several threads.
    """

    def __init__(self, tasks: int = 1000) -> None:
        self._tasks = tasks
        self._mentions: OrderedDict[int, dict[str, Mention]] = OrderedDict()
        self._quotes: OrderedDict[int, set[str]] = OrderedDict()
        self._lock = threading.Lock()

    def mentions(self, task: int) -> tuple[Mention, ...]:
        """The mentions that were offered."""
        with self._lock:
            return tuple(self._mentions.get(task, {}).values())

    def keep(self, task: int, offers: Sequence[Mention]) -> None:
        """Take down what is offered now."""
        with self._lock:
            self._mentions.setdefault(task, {}).update({str(offer.id): offer for offer in offers})
            self._forget(self._mentions, task)

    def first_time(self, task: int, quote: str) -> bool:
        """Whether nobody has been offered for a quote yet; somebody has from now on."""
        with self._lock:
            quotes = self._quotes.setdefault(task, set())
            first = quote not in quotes
            quotes.add(quote)
            self._forget(self._quotes, task)
            return first

    def _forget(self, of: OrderedDict[int, Any], task: int) -> None:
        of.move_to_end(task)
        while len(of) > self._tasks:
            of.popitem(last=False)


@dataclasses.dataclass(frozen=True)
class Backend:
    """Answers for all projects of a server."""

    registries: Registries
    version: str
    """Names what it proposes: a server that has the predictions of one version of a task does not ask again."""
    proposals: Proposals | None = None
    settings: Settings = Settings()
    memory: Memory = dataclasses.field(default_factory=Memory)

    def predict(self, request: Request) -> list[Answer] | list[list[Answer]]:
        """The answer to ``POST /predict``: as many as there are tasks, in their order."""
        if request.params.context is not None:
            return [self._interactive(task, request.params.context) for task in request.tasks]
        return [self._proposed(task) for task in request.tasks]

    def _proposed(self, task: Task) -> list[Answer]:
        labels = self.proposals(task.data.doc_id, task.data.text) if self.proposals is not None else None
        if labels is None:
            return []
        return [Answer(offered(to_result(with_ids(labels), offered_ids(self.registries))), self.version)]

    def _interactive(self, task: Task, context: Context) -> Answer:
        text = task.data.text
        marked = from_result(context.result, text)[0]
        open_ones = undecided(context.result)
        draft = _latest(task)
        result: list[ResultItem] = []
        if self.settings.propagate and marked.mentions:
            result += self._propagated(task.id, text, [m for m in marked.mentions if m.id not in open_ones], draft)
        if self.settings.speakers:
            quotes = [quote for quote in marked.quotes if quote.id not in open_ones]
            result += self._speakers(task.id, text, quotes, context.result, draft)
        return Answer(in_editor(result), self.version)

    def _propagated(self, task: int, text: str, marked: Sequence[Mention], draft: Items) -> list[ResultItem]:
        types = {mention.type for mention in marked}
        waiting = undecided(draft)
        drafted = [m for m in from_result(draft, text)[0].mentions if m.id in waiting]
        before = [m for m in (*drafted, *self.memory.mentions(task)) if m.type in types]
        entities = {row.id: row for row in self.registries.entities}
        offers = propagate(text, marked, before, entities)
        self.memory.keep(task, offers)
        return offered(to_result(Labels(mentions=offers), offered_ids(self.registries)))

    def _speakers(self, task: int, text: str, quotes: Sequence[Quote], result: Items, draft: Items) -> list[ResultItem]:
        """The regions of the quotes that nothing but their label is known of, with their likely speakers."""
        if not quotes:
            return []
        waiting = undecided(draft)
        mentions = [m for m in from_result(draft, text)[0].mentions if m.id not in waiting]
        found: list[ResultItem] = []
        for quote in quotes:
            assert quote.id is not None
            region = [item for item in result if item.get("id") == quote.id]
            speaker = likely_speaker(text, quote.content, mentions)
            if len(region) == 1 and speaker is not None and self.memory.first_time(task, quote.id):
                found += with_speaker(region, speaker)
        return found


def _latest(task: Task) -> Items:
    """What the annotator has in the draft saved last, or submitted last."""
    for kept in (task.drafts, task.annotations):
        whole = [each for each in kept if isinstance(each, Draft)]
        if whole:
            return max(whole, key=lambda each: each.id).result
    return ()

"""What a Label Studio server asks a machine-learning backend, as typed records, and the answers.

A task carries its text, and with an *interactive* request, which comes whenever the annotator has drawn or relabelled
a region or typed into a field, its drafts too, which are some seconds old. The request's context holds as it is now
every region with the label of that one. So offers are made for that label alone, and of the other labels what is in
the draft is taken for what the annotator has marked.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import msgspec

from onrecord.annotation.assist.propagation import TypedPlace, propagate
from onrecord.annotation.assist.speakers import likely_speaker
from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.menus import offered_ids
from onrecord.annotation.label_studio.offers import in_editor, offered, undecided, with_speaker
from onrecord.annotation.label_studio.project import with_ids
from onrecord.annotation.label_studio.regions import ResultItem
from onrecord.annotation.label_studio.result_regions import regions_of
from onrecord.annotation.label_studio.to_result import to_result
from onrecord.dataset.records import Labels, Mention, Quote, Registries

Items = tuple[dict[str, Any], ...]

FRESH = 0.2
"""Seconds after which an answer has reached the editor. It throws away one that comes after it has asked again, as it
does when a label is changed right after drawing; so what was in such an answer may be offered a second time."""


class TaskData(msgspec.Struct, frozen=True):
    """What of a task's data is needed."""

    doc_id: str
    text: str
    entities: list[dict[str, Any]] = msgspec.field(default_factory=list)
    events: list[dict[str, Any]] = msgspec.field(default_factory=list)
    targets: list[dict[str, Any]] = msgspec.field(default_factory=list)
    here: list[dict[str, Any]] = msgspec.field(default_factory=list)

    @property
    def offered(self) -> dict[str, frozenset[str]]:
        """The ids that the task's menus and buttons offer."""
        return offered_ids(msgspec.structs.asdict(self))


class Draft(msgspec.Struct, frozen=True):
    """A draft or an annotation: what the annotator has so far."""

    id: int = 0
    result: Items | None = None


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


@dataclasses.dataclass
class Remembered:
    """What is known of one task from earlier requests."""

    offers: dict[TypedPlace, Mention] = dataclasses.field(default_factory=dict)
    """The mentions offered, by their places."""
    latest: dict[TypedPlace, Mention] = dataclasses.field(default_factory=dict)
    """Those of the last answer."""
    unsure: dict[TypedPlace, Mention] = dataclasses.field(default_factory=dict)
    """Those of answers that may have been thrown away."""
    answered: float = 0.0
    """When the last answer was given, by a clock that only goes on."""
    marked: set[TypedPlace] = dataclasses.field(default_factory=set)
    """Where the annotator had marked a mention; a place where there is none now is one that was deleted."""
    quotes: set[str] = dataclasses.field(default_factory=set)
    """The quotes that a speaker was offered for."""

    def settle(self, seen: Collection[TypedPlace]) -> None:
        """Keep what was offered last if it was shown: that long ago, or ``seen`` in a draft since."""
        shown = time.monotonic() - self.answered > FRESH
        (self.offers if shown else self.unsure).update(self.latest)
        self.latest = {}
        self.offers |= {place: self.unsure.pop(place) for place in [*self.unsure] if place in seen}


class Memory:
    """What was offered and marked in each task, so that nothing is offered again that the annotator has deleted.

    Kept for as long as the process runs, and for the tasks that were worked on last. Safe for several threads: one at
    a time has the memory of a task, from before it looks until after it has taken down what it offers.
    """

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._tasks: OrderedDict[int, tuple[threading.Lock, Remembered]] = OrderedDict()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def of(self, task: int) -> Iterator[Remembered]:
        """What is remembered of a task, to be added to."""
        with self._lock:
            lock, remembered = self._tasks.setdefault(task, (threading.Lock(), Remembered()))
            self._tasks.move_to_end(task)
            while len(self._tasks) > self._most:
                self._tasks.popitem(last=False)
        with lock:
            yield remembered


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
        return [Answer(offered(to_result(with_ids(labels), task.data.offered)), self.version)]

    def _interactive(self, task: Task, context: Context) -> Answer:
        text, draft = task.data.text, _latest(task)
        said = from_result(context.result, text)[0]
        waiting = undecided(context.result)
        marked = [mention for mention in said.mentions if mention.id not in waiting]
        quotes = [quote for quote in said.quotes if quote.id not in waiting]
        result: list[ResultItem] = []
        drafted = _standing(text, draft)
        with self.memory.of(task.id) as remembered:
            remembered.settle({_place(mention) for mention in drafted})
            if self.settings.propagate and marked:
                grey = undecided(draft)
                standing = _standing(text, context.result) + [each for each in drafted if each.id in grey]
                offers = self._propagated(text, marked, standing, remembered)
                result += offered(to_result(Labels(mentions=offers), task.data.offered))
            if self.settings.speakers and quotes:
                result += _speakers(text, quotes, context.result, draft, remembered)
            remembered.answered = time.monotonic()
        return Answer(in_editor(result), self.version)

    def _propagated(
        self, text: str, marked: Sequence[Mention], standing: Sequence[Mention], remembered: Remembered
    ) -> tuple[Mention, ...]:
        """The other places of what is marked."""
        types = {mention.type for mention in marked}
        entities = {row.id: row for row in self.registries.entities}
        remembered.marked |= {_place(mention) for mention in marked}
        there = [each for each in (*standing, *remembered.offers.values()) if each.type in types]
        offers = propagate(text, marked, there, entities, remembered.marked)
        remembered.latest = {_place(offer): offer for offer in offers}
        return offers


def _speakers(
    text: str, quotes: Sequence[Quote], result: Items, draft: Items, remembered: Remembered
) -> list[ResultItem]:
    """The regions of the quotes of which nothing is known but where they are, with their likely speakers."""
    waiting = undecided(draft)
    mentions = [mention for mention in from_result(draft, text)[0].mentions if mention.id not in waiting]
    found: list[ResultItem] = []
    for quote in quotes:
        region = [item for item in result if item.get("id") == quote.id]
        speaker = likely_speaker(text, quote.content, mentions)
        if len(region) == 1 and speaker is not None and quote.id not in remembered.quotes:
            remembered.quotes.add(str(quote.id))
            found += with_speaker(region, speaker)
    return found


def _standing(text: str, result: Items) -> list[Mention]:
    """Every region that is a mention, whatever is known of it."""
    by_mark = page().by_mark
    return [
        Mention(id=region.id, start=region.span.start, end=region.span.end, text=region.span.text, type=region.label)  # type: ignore[arg-type]
        for region in regions_of(result, text, []).values()
        if region.label in by_mark and by_mark[region.label].layer == "mentions"
    ]


def _place(mention: Mention) -> TypedPlace:
    return mention.type, mention.start, mention.end


def _latest(task: Task) -> Items:
    """What the annotator has in the draft saved last, or submitted last."""
    for kept in (task.drafts, task.annotations):
        whole = [each for each in kept if isinstance(each, Draft)]
        if whole:
            return max(whole, key=lambda each: each.id).result or ()
    return ()

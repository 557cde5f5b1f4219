"""What does the two rounds of scoring in parts, and the simplest that does: this process."""

from __future__ import annotations

import contextlib
import importlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Protocol, Self, TypeVar

from onrecord.eval.layers.added_states import PartState
from onrecord.eval.layers.id_columns import IdEvidence
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.scoring.parts import BroughtPart, Part, PartHead, Setting, Source, target_of
from onrecord.eval.scoring.spool import Spool

Told = Callable[[int], object]
"""Is told how many parts are done."""

R = TypeVar("R")
F = TypeVar("F")

First = tuple[PartHead, IdEvidence]
"""What a part sends home after the first round."""


class Engine(Protocol):
    """Does both rounds; parts stay where they were read. Or it does tasks that have nothing to do with each other."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def first(self, sources: Sequence[Source], setting: Setting, told: Told) -> list[First]:
        """Read every part and bring it together with gold; in the order of the sources.

        Raises:
            FaultsError: Of the first part in that order that has faults.
        """

    def second(self, ids: IdMap, items: Collection[str], told: Told) -> PartState:
        """Count every part, and add up; see :meth:`PartState.of`."""

    def parts(self) -> Iterator[Part]:
        """The parts as they were read, one at a time."""

    def each(self, task: Callable[..., R], arguments: Sequence[tuple[Any, ...]]) -> Iterator[R]:
        """What a function of a module gives for each of some arguments, in their order.

        Raises:
            OnrecordError: The engine did not get through.
        """


def in_order(
    start: Callable[..., F], result: Callable[[F], R], arguments: Sequence[tuple[Any, ...]], ahead: int
) -> Iterator[R]:
    """The results of what is started, in the order of its arguments.

    Args:
        start: Starts one.
        result: Waits for what it gives.
        arguments: Those of each.
        ahead: How many are started before the first of them is taken: what is done waits in memory.
    """
    running: deque[F] = deque()
    for each in arguments:
        running.append(start(*each))
        if len(running) > ahead:
            yield result(running.popleft())
    while running:
        yield result(running.popleft())


def first_round(source: Source, setting: Setting) -> BroughtPart:
    """Read a part and bring it together with gold."""
    return source.read(setting).bring(target_of(setting))


def prepare(setting: Setting) -> None:
    """Make what every part takes, so that the processes that are forked from this one have it.

    Raises:
        FaultsError: See :func:`target_of`.
    """
    target_of(setting).prepare()
    with contextlib.suppress(ImportError):  # without Arrow lines are read one by one
        for name in ("onrecord.dataset.reading.tables", "pyarrow.json", "pyarrow.compute"):
            importlib.import_module(name)


class InProcess:
    """Part after part; between the rounds they wait in a temporary file."""

    def __init__(self) -> None:
        self._brought: Spool[BroughtPart] = Spool()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._brought = Spool()

    def first(self, sources: Sequence[Source], setting: Setting, told: Told) -> list[First]:
        """See :class:`Engine`."""
        self._brought, found = Spool(target_of(setting).codes), []
        for number, source in enumerate(sources):
            brought = first_round(source, setting)
            found.append((brought.part.head, brought.evidence()))
            self._brought.add(brought)
            told(number + 1)
        return found

    def second(self, ids: IdMap, items: Collection[str], told: Told) -> PartState:
        """See :class:`Engine`."""
        found = []
        for number, each in enumerate(self._brought.read()):
            found.append(each.count(ids, items))
            told(number + 1)
        return PartState.total(found)

    def parts(self) -> Iterator[Part]:
        """See :class:`Engine`."""
        return (each.part for each in self._brought.read())

    def each(self, task: Callable[..., R], arguments: Sequence[tuple[Any, ...]]) -> Iterator[R]:
        """See :class:`Engine`."""
        return (task(*each) for each in arguments)

"""Work on what a stranger sent, in a process of its own with a budget: whatever becomes of it, the others go on."""

from __future__ import annotations

import dataclasses
import gc
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

from onrecord.dataset.reading.faults import OnrecordError
from onrecord.dataset.reading.platform import end_with_parent, forks_safely, limit_memory

T = TypeVar("T")

_GIB = 2**30


@dataclasses.dataclass(frozen=True)
class Budget:
    """What one entry may take."""

    seconds: float = 120.0
    """From its start to its end, by the clock of the wall."""
    bytes: int = 4 * _GIB
    """Of memory, where the system holds a process to that: see
    :func:`onrecord.dataset.reading.platform.limit_memory`."""


class UnfinishedError(Exception):
    """Work came to no end: it took more than its budget, or met a defect of this program; says which."""


def within(budget: Budget, task: Callable[..., T], *arguments: object) -> T:
    """What a task gives, in a process of its own that is ended where it takes more than its budget.

    Args:
        budget: What it may take.
        task: A function of a module. Where processes are not forked, it and the arguments are pickled.
        *arguments: What it is given.

    Raises:
        OnrecordError: What the task raises of this kind, as it is.
        OSError: Likewise.
        UnfinishedError: Anything else.
    """
    # a process that is forked has the gold that this one has read
    context: Any = multiprocessing.get_context("fork" if forks_safely() else "spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sending, budget.bytes, task, arguments), daemon=True)
    gc.freeze()  # what is there already is left where it is, and not copied, when the process looks for circles
    try:
        process.start()
    finally:
        gc.unfreeze()
    sending.close()
    try:
        if not receiving.poll(budget.seconds):
            unit = "second" if budget.seconds == 1 else "seconds"
            raise UnfinishedError(f"takes more than {budget.seconds:g} {unit}")
        found = receiving.recv()
    except EOFError:
        raise UnfinishedError("ends its process, as for its memory") from None
    finally:
        process.kill()
        process.join()
        receiving.close()
    if isinstance(found, MemoryError):
        raise UnfinishedError(f"takes more than {budget.bytes / _GIB:.2g} GiB of memory")
    if isinstance(found, OnrecordError | OSError):
        raise found
    if isinstance(found, Exception):
        raise UnfinishedError(f"meets a defect of onrecord: {type(found).__name__}") from found
    return cast(tuple[T], found)[0]


def _run(answer: Connection, most: int, task: Callable[..., object], arguments: tuple[object, ...]) -> None:
    end_with_parent()
    limit_memory(most)
    found: object
    try:
        found = (task(*arguments),)
    except Exception as error:
        found = error
    try:
        answer.send(found)
    except Exception as error:
        answer.send(error if isinstance(error, MemoryError) else RuntimeError(type(found).__name__))

"""Both rounds on processes of this machine; what a part is between the rounds waits in a temporary folder."""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Self

from onrecord.dataset.reading.faults import OnrecordError
from onrecord.dataset.reading.platform import end_with_parent, forks_safely
from onrecord.dataset.reading.staging import scratch
from onrecord.eval.layers.added_states import PartState
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.scoring.engines.engine import First, R, Told, first_round, in_order, prepare
from onrecord.eval.scoring.parts import Part, Setting, Source, count


class Processes:
    """Some processes, to each of which any part may fall in either round.

    Args:
        jobs: How many.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._parts = 0

    def __enter__(self) -> Self:
        self._stack = contextlib.ExitStack()
        self._folder = self._stack.enter_context(scratch())
        self._pool = self._begun(None)
        return self

    def _begun(self, ids: IdMap | None) -> ProcessPoolExecutor:
        # a process that is forked has the gold that this one has read, and these ids, without a copy
        context = multiprocessing.get_context("fork" if forks_safely() else "spawn")
        return ProcessPoolExecutor(self._jobs, context, _begin, (ids,))

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._stack.close()

    def first(self, sources: Sequence[Source], setting: Setting, told: Told) -> list[First]:
        """See :class:`~onrecord.eval.scoring.engines.engine.Engine`.

        Raises:
            OnrecordError: A process was ended from outside, or had not enough memory.
        """
        self._parts = len(sources)
        folder = self._folder
        prepare(setting)
        return self._done(_first, [(source, setting, folder / str(n)) for n, source in enumerate(sources)], told)

    def second(self, ids: IdMap, items: Collection[str], told: Told) -> PartState:
        """See :class:`~onrecord.eval.scoring.engines.engine.Engine`.

        Raises:
            OnrecordError: A process was ended from outside, or had not enough memory.
        """
        folder = self._folder
        self._pool.shutdown()
        self._pool = self._begun(ids)
        groups = [tuple(range(first, min(first + TOGETHER, self._parts))) for first in range(0, self._parts, TOGETHER)]
        return PartState.total(self._done(_second, [(folder, group, items) for group in groups], told))

    def parts(self) -> Iterator[Part]:
        """See :class:`~onrecord.eval.scoring.engines.engine.Engine`."""
        for number in range(self._parts):
            with (self._folder / str(number)).open("rb") as file:
                pickles = pickle.Unpickler(file)
                pickles.load()
                yield pickles.load()

    def each(self, task: Callable[..., R], arguments: Sequence[tuple[Any, ...]]) -> Iterator[R]:
        """See :class:`~onrecord.eval.scoring.engines.engine.Engine`.

        Raises:
            OnrecordError: A process was ended from outside, or had not enough memory.
        """

        def start(*each: Any) -> Future[R]:
            return self._pool.submit(task, *each)

        with _lost_is_said():
            yield from in_order(start, lambda future: future.result(), arguments, AHEAD * self._jobs)

    def _done(self, task: Callable[..., R], arguments: Sequence[tuple[Any, ...]], told: Told) -> list[R]:
        with _lost_is_said():
            futures = [self._pool.submit(task, *each) for each in arguments]
            for many, _ in enumerate(as_completed(futures)):
                told(many + 1)
            return [each.result() for each in futures]


@contextlib.contextmanager
def _lost_is_said() -> Iterator[None]:
    try:
        yield
    except (BrokenProcessPool, MemoryError) as error:
        how = "had not enough memory" if isinstance(error, MemoryError) else "was ended from outside, as for its memory"
        raise OnrecordError(f"a process of --jobs {how}: fewer --jobs take less") from None


AHEAD = 4
"""So many tasks for each process are under way, or done and not yet taken."""

TOGETHER = 4
"""So many parts are counted, and their states added, before one goes home."""


def _first(source: Source, setting: Setting, path: Path) -> First:
    brought = first_round(source, setting)
    with path.open("wb") as file:
        pickles = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
        pickles.dump((brought.pairing, brought.part.places))  # which is all that the second round needs
        pickles.dump(brought.part)
    return brought.part.head, brought.evidence()


def _second(folder: Path, numbers: Sequence[int], items: Collection[str]) -> PartState:
    assert _ids is not None
    states = []
    for number in numbers:
        with (folder / str(number)).open("rb") as file:
            pairing, places = pickle.load(file)
        states.append(count(pairing, places, _ids, items))
    return PartState.total(states)


_ids: IdMap | None = None
"""What ids mean, in a process of the second round."""


def _begin(ids: IdMap | None) -> None:
    global _ids
    end_with_parent()
    _ids = ids

"""Both rounds on the workers of a Dask scheduler: past one machine. Needs the extra ``dask``.

What a worker has read stays in its memory between the rounds. A worker that is killed takes its parts along, and Dask
does them again elsewhere: a part is read from its file, which every worker must be able to open under the same path, as
it must the dataset folder.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from errno import ENOENT
from typing import Any, Self

from onrecord.dataset.reading.faults import FaultsError, OnrecordError, show
from onrecord.eval.layers.added_states import PartState
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.scoring.engines.engine import First, R, Told, first_round, in_order
from onrecord.eval.scoring.parts import BroughtPart, Part, Setting, Source, target_of

AHEAD = 256
"""So many tasks are under way, or done and not yet taken."""

TOGETHER = 8
"""So many states are added at a time: the width of the tree."""

PATIENCE = 10
"""Seconds in which a scheduler must answer."""

IDLE = 3
"""So many times as long may pass with nothing done and no worker that takes work."""


class Dask:
    """The workers of a scheduler.

    Args:
        address: Of the scheduler; None for one on this machine, which nobody else can reach.
        jobs: How many workers that one has.

    Raises:
        ModuleNotFoundError: ``distributed`` is not installed.
    """

    def __init__(self, address: str | None = None, jobs: int = 1) -> None:
        import distributed  # noqa: F401 - it is said at once that it is not there

        self._address = address
        self._jobs = jobs
        self._brought: list[Any] = []
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        from distributed import Client

        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            at: Any = self._address
            if at is None:
                at = self._open.enter_context(_local(self._jobs))
            self._client = self._open.enter_context(Client(at, timeout=PATIENCE))  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError, ValueError) as error:
            self._open.close()
            said = show(str(error) or type(error).__name__)
            raise OnrecordError(f"no Dask scheduler at {show(str(self._address or '127.0.0.1'))}: {said}") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._brought = []
        self._open.close()

    def first(self, sources: Sequence[Source], setting: Setting, told: Told) -> list[First]:
        """See :class:`~onrecord.eval.scoring.engines.engine.Engine`.

        Raises:
            OnrecordError: Workers were lost again and again, take no work, or cannot read a part; or the scheduler was
                lost.
        """
        submit = self._client.submit
        self._brought = [submit(_bring, _absolute(source), setting, pure=False) for source in sources]
        return self._gathered([submit(_first, each, pure=False) for each in self._brought], told)

    def second(self, ids: IdMap, items: Collection[str], told: Told) -> PartState:
        """See :class:`~onrecord.eval.scoring.engines.engine.Engine`.

        Raises:
            OnrecordError: Workers were lost again and again, take no work, or cannot read a part; or the scheduler was
                lost.
        """
        submit = self._client.submit
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that it is large; the scheduler must have it, not a worker
            mapping = submit(_same, ids, pure=False)
        states = [submit(BroughtPart.count, each, mapping, items, pure=False) for each in self._brought]
        counted = states
        while len(states) > 1:
            groups = [states[first : first + TOGETHER] for first in range(0, len(states), TOGETHER)]
            states = [submit(PartState.total, group, pure=False) for group in groups]
        self._gathered(counted, told, fetch=False)
        found: PartState = self._gathered(states, lambda _: None)[0]
        return found

    def parts(self) -> Iterator[Part]:
        """See :class:`~onrecord.eval.scoring.engines.engine.Engine`."""
        for each in self._brought:
            yield self._gathered([self._client.submit(_part, each, pure=False)], lambda _: None)[0]

    def each(self, task: Callable[..., R], arguments: Sequence[tuple[Any, ...]]) -> Iterator[R]:
        """See :class:`~onrecord.eval.scoring.engines.engine.Engine`.

        Raises:
            OnrecordError: Workers were lost again and again, take no work, or cannot read the dataset; or the scheduler
                was lost.
        """

        def start(*each: Any) -> Any:
            return self._client.submit(_task, task, each, pure=False)

        def result(future: Any) -> R:
            found: R = self._gathered([future], lambda _: None)[0]
            return found

        return in_order(start, result, arguments, AHEAD)

    def _wait(self, futures: Sequence[Any], told: Told) -> None:
        from distributed import wait

        left, idle = set(futures), 0
        while left:
            try:
                done, left = wait(left, timeout=PATIENCE, return_when="FIRST_COMPLETED")  # type: ignore[no-untyped-call]
            except TimeoutError:
                idle = 0 if self._works() else idle + 1
                if idle == IDLE:
                    raise OnrecordError(
                        f"no Dask worker takes work: there are none, or they are paused; {_MEMORY}"
                    ) from None
            else:
                told(len(futures) - len(left))
                for each in done:
                    if each.status == "error":
                        each.result()

    def _works(self) -> bool:
        """Whether any worker takes work."""
        workers = self._client.scheduler_info()["workers"].values()
        return any(each.get("status") == "running" for each in workers)

    def _gathered(self, futures: Sequence[Any], told: Told, fetch: bool = True) -> list[Any]:
        from concurrent.futures import CancelledError

        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        try:
            self._wait(futures, told)
            return [future.result(timeout=None) for future in futures] if fetch else []
        except (KilledWorker, MemoryError):
            raise OnrecordError(f"Dask workers were lost again and again on one part; {_MEMORY}") from None
        except (CancelledError, CommClosedError, TimeoutError):
            raise OnrecordError("the Dask scheduler was lost before the score was there") from None
        except OSError as error:
            what = f"{show(str(error.filename))}: {error.strerror}" if error.filename else show(str(error))
            hint = "every worker must find parts and the dataset folder under the same path"
            raise OnrecordError(f"a Dask worker could not read {what}; {hint}") from None


def _local(jobs: int) -> Any:
    """A scheduler on this machine with so many workers.

    Raises:
        OnrecordError: One of them was lost while it started.
    """
    from distributed import LocalCluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of the port of a dashboard that there is not
        try:
            return LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=jobs,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                worker_dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
        except RuntimeError as error:  # so distributed says whatever keeps it from starting
            raise OnrecordError(f"the Dask workers did not start ({show(str(error))}); {_MEMORY}") from None


_MEMORY = "they may have been out of memory: smaller files, or workers with more of it"


def _absolute(source: Source) -> Source:
    path = getattr(source, "path", None)
    return source if path is None else dataclasses.replace(source, path=path.absolute())  # type: ignore[type-var]


def _bring(source: Source, setting: Setting) -> BroughtPart:
    with _gold_is_there():
        target_of(setting)
    return first_round(source, setting)


def _task(task: Callable[..., R], arguments: tuple[Any, ...]) -> R:
    with _gold_is_there():
        return task(*arguments)


@contextlib.contextmanager
def _gold_is_there() -> Iterator[None]:
    try:
        yield
    except FaultsError as error:  # gold is right where the command was given
        first = error.faults[0]
        raise OSError(ENOENT, f"{first.code}; {first.found}", first.file) from None


def _first(brought: BroughtPart) -> First:
    return brought.part.head, brought.evidence()


def _part(brought: BroughtPart) -> Part:
    return brought.part


def _same(ids: IdMap) -> IdMap:
    return ids

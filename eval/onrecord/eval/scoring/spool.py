"""What waits between the two rounds of scoring, in a temporary file."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Generic, TypeVar

V = TypeVar("V")


class Spool(Generic[V]):
    """Values in a temporary file, in the order in which they came; the last is held, so one alone is never written.

    Args:
        shared: Objects that values refer to and that are not written: a value that is read has the same ones. They are
            of classes of their own; pickle asks nobody how a dictionary or a list is written.
    """

    def __init__(self, *shared: object) -> None:
        self._shared = shared
        self._file: BinaryIO | None = None
        self._places: list[int] = []
        self._last: list[V] = []

    def add(self, value: V) -> None:
        """Take a value."""
        if self._last:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - gone with this object
            self._places.append(self._file.seek(0, 2))
            _Pickler(self._file, self._shared).dump(self._last.pop())
        self._last.append(value)

    def read(self) -> Iterator[V]:
        """One after the other, as often as somebody asks."""
        for place in self._places:
            assert self._file is not None
            self._file.seek(place)
            yield _Unpickler(self._file, self._shared).load()
        yield from self._last


class _Pickler(pickle.Pickler):
    def __init__(self, file: BinaryIO, shared: Sequence[object]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._numbers = {id(each): number for number, each in enumerate(shared)}

    def reducer_override(self, value: object) -> Any:
        # not persistent_id, which is asked of every word and number too
        number = self._numbers.get(id(value))
        return NotImplemented if number is None else (_shared, (number,))


def _shared(number: int) -> object:
    raise pickle.UnpicklingError(f"only who wrote it has the shared object {number}")


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BinaryIO, shared: Sequence[object]) -> None:
        super().__init__(file)
        self._shared = shared

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (__name__, _shared.__name__):
            return self._shared.__getitem__
        return super().find_class(module, name)

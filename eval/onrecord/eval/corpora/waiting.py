"""Lines of two files whose counterpart has not been read yet.

They wait in a temporary file; in memory there is the name of each document and the place of its line. Files in the
same order let almost nothing wait, files in opposite orders half of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import NamedTuple

GOLD, PREDICTED = 0, 1
"""The sides of a comparison."""


class NamedLine(NamedTuple):
    """A line whose document is known."""

    side: int
    doc_id: str
    number: int
    """1-based."""
    raw: bytes


class _Place(NamedTuple):
    number: int
    start: int
    size: int


class Waiting:
    """The lines that wait, of either side."""

    def __init__(self) -> None:
        self._places: tuple[dict[str, _Place], dict[str, _Place]] = ({}, {})
        self._file = TemporaryFile()  # noqa: SIM115 - closed by close()
        self._end = 0

    def many(self, side: int) -> int:
        """How many lines of a side wait."""
        return len(self._places[side])

    def meet(self, lines: Iterable[NamedLine]) -> Iterator[tuple[NamedLine, NamedLine]]:
        """Lines whose counterparts have waited, gold first; those without one wait from now on.

        A document that waits already does not wait twice.
        """
        for line in lines:
            other = self._take(1 - line.side, line.doc_id)
            if other is not None:
                yield (line, other) if line.side == GOLD else (other, line)
            elif line.doc_id not in self._places[line.side]:
                self._file.seek(self._end)
                self._file.write(line.raw)
                self._places[line.side][line.doc_id] = _Place(line.number, self._end, len(line.raw))
                self._end += len(line.raw)

    def rest(self, side: int) -> Iterator[NamedLine]:
        """The lines of a side that still wait, in their order."""
        for doc_id, place in sorted(self._places[side].items(), key=lambda item: item[1].number):
            yield self._read(side, doc_id, place)

    def names(self, side: int) -> list[tuple[str, int]]:
        """Document and number of each line that still waits, in their order."""
        return sorted(((id, place.number) for id, place in self._places[side].items()), key=lambda each: each[1])

    def close(self) -> None:
        """Drop everything."""
        self._file.close()

    def _take(self, side: int, doc_id: str) -> NamedLine | None:
        place = self._places[side].pop(doc_id, None)
        return None if place is None else self._read(side, doc_id, place)

    def _read(self, side: int, doc_id: str, place: _Place) -> NamedLine:
        self._file.seek(place.start)
        return NamedLine(side, doc_id, place.number, self._file.read(place.size))

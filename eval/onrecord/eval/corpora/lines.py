"""Some lines of a file in one piece, as they were read."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray


@dataclasses.dataclass(frozen=True)
class Lines:
    """Some lines, each with its end; the last of a file may have none."""

    raw: bytes

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Lines:
        """Lines from several places."""
        return cls(b"".join([line if line.endswith(b"\n") else line + b"\n" for line in lines]))

    def __len__(self) -> int:
        return self._many

    def __iter__(self) -> Iterator[bytes]:
        return iter(io.BytesIO(self.raw))

    def __getitem__(self, place: int) -> bytes:
        first = int(self._ends[place - 1]) if place else 0
        return self.raw[first : int(self._ends[place])]

    @cached_property
    def _many(self) -> int:
        return _line_ends(self.raw) + bool(self.raw and not self.raw.endswith(b"\n"))

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        ends = np.flatnonzero(np.frombuffer(self.raw, np.uint8) == ord("\n")) + 1
        return ends if self.raw.endswith(b"\n") else np.append(ends, len(self.raw))

    def pieces(self, size: int) -> Iterator[Lines]:
        """The lines, about so many bytes of them at a time."""
        first = 0
        while first < len(self.raw):
            last = self.raw.find(b"\n", first + size - 1) + 1 or len(self.raw)
            yield Lines(self.raw[first:last])  # no copy where it is all
            first = last


def _line_ends(raw: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(raw, np.uint8) == ord("\n")))  # several times as fast as bytes.count


class LineReader:
    """Reads some lines of a stream at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._rest = b""

    def some(self, size: int) -> Lines:
        """The next lines, of about so many bytes; none at the end."""
        raw, self._rest = self._rest or self._more(size), b""
        return Lines(raw)

    def many(self, lines: int, size: int) -> Lines:
        """The next lines, no more than there may be, and of no more than about eight times so many bytes."""
        raw = self._rest
        found = _line_ends(raw)
        while found < lines and len(raw) < 8 * size and (more := self._more(size)):
            raw, found = raw + more, found + _line_ends(more)
        end = len(raw)
        if found >= lines:
            for _ in range(found - max(lines, 0) + 1):
                end = raw.rfind(b"\n", 0, end)
            end += 1
        self._rest = raw[end:]
        return Lines(raw[:end])

    def _more(self, size: int) -> bytes:
        raw = self._stream.read(size)
        return raw if raw.endswith(b"\n") else raw + self._stream.readline()

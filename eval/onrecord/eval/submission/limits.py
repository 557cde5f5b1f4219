"""What a submission may be at most: every limit has a name, a reason and an option of ``onrecord validate``."""

from __future__ import annotations

import dataclasses

from onrecord.dataset.reading.budget import MIB
from onrecord.dataset.reading.untrusted import has_more_values


@dataclasses.dataclass(frozen=True)
class Limits:
    """Limits of a prediction file; what is beyond one is refused by its name."""

    max_bytes: int = 64 * MIB
    """Bytes of the file, and of what comes out of it where it is compressed."""
    max_line_bytes: int = 8 * MIB
    """Bytes of a line: what is longer is cut off before it is parsed."""
    max_lines: int = 100_000
    """Lines, blank ones included."""
    max_ratio: int = 200
    """How many times its size a compressed file may unpack to; text packs to a tenth, zeros to a thousandth."""
    max_items: int = 2_000
    """Items of a layer in a document, or half the characters of its text if that is more."""
    max_faults: int = 10_000
    """Faults after which the rest of the file is not read."""

    def items_of(self, characters: int) -> int:
        """Most items of a layer in a document of so many characters."""
        return max(self.max_items, characters // 2)

    @property
    def max_values(self) -> int:
        """Most commas and brackets of a line, which bound the memory that parsing it takes."""
        return max(100_000, self.max_line_bytes // 16)

    def too_many_values(self, line: bytes) -> bool:
        """Whether a line has more values than one that is to be parsed may have."""
        return has_more_values(line, self.max_values)


DEFAULT_LIMITS = Limits()

CORPUS = Limits(max_bytes=2**36)
"""Limits of a file of another corpus, which its owner scores on a machine of theirs: for these 64 GiB are not much."""

"""Files of others that are read whole: no more of them than the budget allows."""

from __future__ import annotations

import os
from pathlib import Path

from onrecord.dataset.reading.budget import BUDGET, MIB
from onrecord.dataset.reading.faults import Fault, FaultsError


def content_within(path: Path, most: int = BUDGET.max_bytes) -> bytes:
    """The bytes of a file.

    Args:
        path: The file.
        most: How many there may be.

    Raises:
        FaultsError: There are more.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size  # of a pipe it is 0
        raw = file.read(min(size, most) + 1)
        while len(raw) <= most and (more := file.read(MIB)):
            raw += more
    if len(raw) > most:
        raise FaultsError([Fault("file-too-long", str(path), None, "", f"more than {most} bytes", f"at most {most}")])
    return raw

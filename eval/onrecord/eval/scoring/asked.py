"""How a score is asked for: split, label map, intervals, and whether articles may be missing."""

from __future__ import annotations

import dataclasses

from onrecord.eval.statistics.sampling import DEFAULT_SAMPLING, Sampling


@dataclasses.dataclass(frozen=True)
class Asked:
    """How a score is asked for."""

    split: str = "test"
    """``test``, ``validation`` or ``all``."""
    labels: str | None = None
    """A label map: ``conll2003``, ``ontonotes`` or a file; see
    :func:`onrecord.eval.submission.label_maps.read_label_map`."""
    how: Sampling | None = DEFAULT_SAMPLING
    """How intervals are made; None for none."""
    allow_missing: bool = False
    """Whether articles of the split without a line are scored as empty; the result is partial then."""

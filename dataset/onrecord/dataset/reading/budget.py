"""What reading something of somebody else's may cost, whatever it is: every figure has its name here.

All that is read as JSON passes through :mod:`~onrecord.dataset.reading.typed` and
:mod:`~onrecord.dataset.reading.untrusted`, what is wrong with it through
:class:`~onrecord.dataset.reading.faults.Findings`, hints through :mod:`~onrecord.dataset.reading.likeness`. These keep
to the figures, so that commands, boards and the programs of platforms need not. What is beyond is refused, or is
counted and not looked at; either way time and memory grow with the bytes and no faster.
"""

from __future__ import annotations

import dataclasses

MIB = 2**20


@dataclasses.dataclass(frozen=True)
class Budget:
    """Figures for one value or one file; see also :class:`onrecord.eval.submission.limits.Limits`."""

    max_bytes: int = 256 * MIB
    """Bytes of a file that is read whole: a release, an export, a registry."""
    max_values: int = 2**19
    """Commas and brackets of JSON that is taken apart to say everything that is wrong with it; of more the first fault
    is said."""
    max_file_values: int = 2**22
    """Commas and brackets of JSON that is looked through for keys that come twice."""
    max_depth: int = 16
    """How deep arrays and objects may be nested; a prediction needs six."""
    max_token: int = 128
    """Characters of a key that a pointer repeats: one key may stand before each of a million faults."""
    max_wrong: int = 10_000
    """Faults of one line, or of one file that is one value, after which no more are looked for."""
    max_kept: int = 1_000
    """Faults of one kind that are kept of a file; all are counted."""
    max_hints: int = 100
    """Faults of one kind, of one file, for which a known word like the one found is looked for."""
    max_words: int = 2_000
    """Known words among which it is looked for."""
    max_letters: int = 40_000
    """Characters of these together."""
    max_word: int = 128
    """Characters of a word for which one like it is looked for: as many as an id may have."""
    max_compared: int = 8
    """Known words that are compared letter by letter, the likeliest ones."""


BUDGET = Budget()

"""How many examples a test takes: as many as it asks for, and a tenth of them where ``make quick`` runs it."""

from __future__ import annotations

import os

QUICK = os.environ.get("HYPOTHESIS_PROFILE") == "quick"


def examples(number: int) -> int:
    """So many, or a tenth of them, ten at least."""
    return max(min(number, 10), number // 10) if QUICK else number

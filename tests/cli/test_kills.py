"""Commands that are killed; ``python -m tests.kills`` is the same at length."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.kills import Bench, Case, cases

from onrecord.dataset.reading.platform import has_fork

CASES = cases()


@pytest.mark.long
@pytest.mark.skipif(not has_fork(), reason="signals of Unix")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_killed_command_leaves_the_old_or_the_new(case: Case, tmp_path: Path) -> None:
    bench = Bench(case, tmp_path)
    chance = random.Random(case.name)
    for _ in range(2):
        bench.kill(chance)

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cost.kinds import Kind, kinds


@pytest.fixture(scope="session")
def every(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kind]:
    return kinds(root, tmp_path_factory.mktemp("kinds"))

"""What several tests share: the repository's own data, and one real Label Studio server for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from onrecord.annotation.label_studio.server import Running, ServerHome, serving
from onrecord.dataset import Document, Gold, read_documents, read_folder

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

# a shared, noisy machine: how long an example takes says nothing
settings.register_profile("onrecord", deadline=None, print_blob=True)
settings.register_profile("thorough", deadline=None, print_blob=True, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "onrecord"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    return read_documents(ROOT / "seeds")


@pytest.fixture(scope="session")
def gold() -> Gold:
    return read_folder(ROOT / "dataset")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real server on a database of its own; its environment is made once and kept in ``$ONRECORD_HOME``."""
    if "ONRECORD_HOME" not in os.environ:
        os.environ["ONRECORD_HOME"] = str(ROOT / ".onrecord")
    with serving(ServerHome.default(), tmp_path_factory.mktemp("label-studio"), print) as running:
        yield running

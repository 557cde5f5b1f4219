"""What several tests share: the repository's own data, and one real Label Studio server for the whole run."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from onrecord.annotation.label_studio.home import ServerHome
from onrecord.annotation.label_studio.server import Running, serving
from onrecord.dataset import Document, Gold, read_documents, read_folder
from onrecord.dataset.corpus import read_corpus
from onrecord.dataset.publishing.build import build, write

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

# a shared, noisy machine: how long an example takes says nothing; the same commit gets the same verdict every time,
# new examples are looked for by whoever sets HYPOTHESIS_PROFILE=thorough
settings.register_profile("onrecord", deadline=None, derandomize=True)
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=10)
settings.register_profile("thorough", deadline=None, print_blob=True, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "onrecord"))


# as the command does: items are made in great numbers and hold no circles
gc.set_threshold(100_000, 20, 100)


def pytest_collection_finish() -> None:
    """What thousands of tests are, and what they import, is looked through once, and not at every look for circles."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test needs is said by its fixtures."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "server" in names:
            item.add_marker(pytest.mark.labelstudio)
        if "site" in names:
            item.add_marker(pytest.mark.long)
        if "browser" in names:
            item.add_marker(pytest.mark.browser)
            # what a browser did not do in half a minute of a busy machine it is asked for once more; the run says so
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))


def build_site(root: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the documentation of a checkout; a warning is an error, which it would not be with --quiet."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="session", autouse=True)
def _gold_is_cached_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests leave nothing in the cache of whoever runs them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ONRECORD_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser: Debian's chromium."""
    chromium = shutil.which("chromium")
    assert chromium, "Debian's chromium is needed: make test installs it"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        launched = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        launched.close()


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
def five(gold: Gold) -> Gold:
    """The articles of the web, for what is known of them by item or number, and for what takes long."""
    web = [article for article in gold.articles if article.document.split in ("validation", "test")]
    return msgspec.structs.replace(gold, articles=tuple(web))


@pytest.fixture(scope="session")
def five_folder(five: Gold, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset folder of the five."""
    folder = tmp_path_factory.mktemp("five") / "dataset"
    write(build(five, read_corpus(ROOT).about, ""), folder)
    shutil.copy(ROOT / "dataset/LICENSE-DATA.md", folder)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation as a site, the board in it, as ``make site`` makes them."""
    folder = tmp_path_factory.mktemp("site")
    done = build_site(ROOT, folder)
    assert done.returncode == 0, done.stderr
    code = "from onrecord.cli import main; main()"
    board = [sys.executable, "-c", code, "board", "build", "eval/results", "-o", str(folder / "board")]
    subprocess.run(board, cwd=ROOT, check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real server on a database of its own; its environment is made once and kept in ``$ONRECORD_HOME``."""
    with serving(ServerHome.default(), tmp_path_factory.mktemp("label-studio"), print) as running:
        yield running

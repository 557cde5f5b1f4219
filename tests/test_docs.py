"""The pages on the measures: nothing is left out, every link leads somewhere, and the examples are right."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.eval import scored_layers
from onrecord.eval.clusters.measures import NAMES
from onrecord.eval.compat import COMPAT
from onrecord.eval.rendering.signature import FIELDS
from onrecord.eval.spans.counting import SpanCounts, total_counts
from onrecord.eval.spans.measures import MODES, error_classes
from onrecord.eval.submission.label_maps import BUILT_IN

FOLDER = Path(__file__).parent.parent / "docs" / "measures"
INDEX = FOLDER / "README.md"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path != INDEX)
SECTIONS = ["Formula", "By hand", "Undefined", "Other tools"]
"""What every page says, in this order."""
LONGEST = 120
"""Lines of a page, and columns of a line that is no row of a table."""

_GENERATED = re.compile(r"^<!-- generated: .*?^<!-- end -->$", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose(path: Path) -> str:
    """The page without its examples and formulas."""
    return _FENCE.sub("", text(path))


def named(*paths: Path) -> set[str]:
    """What stands in backticks on some pages."""
    return {name for path in paths for name in re.findall(r"`([^`\n]+)`", prose(path))}


def links(path: Path) -> list[str]:
    return re.findall(r"\]\(([^)#:]+)\)", prose(path))


def test_every_measure_of_every_layer_is_on_some_page() -> None:
    measures = {f"{layer.name}:{measure.name}" for layer in scored_layers() for measure in layer.measures}
    assert measures - named(*PAGES) == set()


def test_every_measure_of_the_library_is_on_some_page() -> None:
    assert {*MODES, *NAMES} - named(*PAGES) == set()


def test_the_pages_name_no_measure_that_does_not_exist() -> None:
    layers = {layer.name for layer in scored_layers()}
    measures = {f"{layer.name}:{measure.name}" for layer in scored_layers() for measure in layer.measures}
    assert {name for name in named(*PAGES, INDEX) if name.partition(":")[0] in layers and ":" in name} <= measures


def test_what_the_pages_list_is_complete() -> None:
    nothing: SpanCounts = total_counts([])
    assert set(error_classes(nothing.total)) - named(FOLDER / "error-classes.md") == set()
    assert set(FIELDS) - named(FOLDER / "signature.md") == set()
    assert set(BUILT_IN) - named(FOLDER / "by-type.md") == set()
    assert set(COMPAT) - named(FOLDER / "compat.md") == set()


def test_the_index_links_every_page_once() -> None:
    to_pages = [target for target in links(INDEX) if not target.startswith("..")]
    assert sorted(to_pages) == [path.name for path in PAGES]


@pytest.mark.parametrize("path", [INDEX, *PAGES], ids=lambda path: path.stem)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert [target for target in links(path) if not (path.parent / target).is_file()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_has_its_sections_and_is_short(path: Path) -> None:
    assert re.findall(r"^## (.+)$", text(path), re.MULTILINE) == SECTIONS
    assert len(re.findall(r"^# .+$", prose(path), re.MULTILINE)) == 1
    assert len(_GENERATED.sub("", text(path)).splitlines()) <= LONGEST
    assert list(_too_long(text(path))) == []


def _too_long(page: str) -> Iterator[str]:
    return (line for line in page.splitlines() if len(line) > LONGEST and not line.startswith("|"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_examples_give_what_the_page_says(path: Path) -> None:
    result = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


def test_a_measure_knows_the_page_that_it_is_on() -> None:
    for layer in scored_layers():
        for measure in layer.measures:
            page = FOLDER / measure.page
            assert measure.page, measure.full
            assert measure.full in named(page), (measure.full, measure.page)
            year = measure.citation.rpartition(" ")[2]
            assert year in page.read_text(encoding="utf-8"), (measure.full, measure.citation)
            assert not measure.view or measure.view in measure.name, measure.full

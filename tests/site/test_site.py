"""The site: built without a warning, every link followed, nothing loaded from elsewhere, read as in the repository."""

from __future__ import annotations

import doctest
import importlib
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest
from markdown_it import MarkdownIt
from tests.conftest import build_site

import onrecord.dataset
import onrecord.eval


@pytest.fixture
def module(root: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    """A module that lies in ``docs``."""
    monkeypatch.syspath_prepend(root / "docs")
    return importlib.import_module(request.param)


links = pytest.mark.parametrize("module", ["links"], indirect=True)
hooks = pytest.mark.parametrize("module", ["hooks"], indirect=True)
dialect = pytest.mark.parametrize("module", ["dialect"], indirect=True)


@links
def test_every_link_of_every_page_leads_somewhere_and_nothing_is_loaded_from_elsewhere(
    site: Path, module: ModuleType
) -> None:
    assert list(module.faults(site)) == []
    page = module.Read()
    page.feed((site / "index.html").read_text(encoding="utf-8"))
    assert {"an-article-of-your-own", "where-to-go-on"} <= page.anchors
    assert {"extend.html", "annotation/GUIDELINES.html", "board/index.html"} <= {link.target for link in page.links}


ELSEWHERE = "is loaded from elsewhere"
BROKEN = {
    '<a href="gone.html">x</a>': "gone.html: there is no such file",
    '<a href="#gone">x</a>': "#gone: index.html has no such anchor",
    '<a href="sub/#gone">x</a>': "sub/#gone: sub/index.html has no such anchor",
    '<a href="/index.html">x</a>': "/index.html: is from the root of a host, where the site may not stand",
    '<img src="a%20b.png">': "a%20b.png: there is no such file",
    '<script src="//a.example/x.js">': f"//a.example/x.js: {ELSEWHERE}",
    '<link rel="preload stylesheet" href="http://a.example/">': f"http://a.example/: {ELSEWHERE}",
    '<img src="data:," srcset="data:,x 1x, https://a.example 2x">': f"https://a.example: {ELSEWHERE}",
    '<p style="background: url(https://a.example)">': f"https://a.example: {ELSEWHERE}",
    "<style>@import 'https://a.example'</style>": f"https://a.example: {ELSEWHERE}",
}


@links
@pytest.mark.parametrize("html", BROKEN)
def test_a_link_that_leads_nowhere_is_told(html: str, module: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    fine = '<a href="sub/#here">x</a><a href="https://a.example">x</a><link rel="canonical" href="https://a.example">'
    (tmp_path / "sub" / "index.html").write_text('<p id="here"><a href="..">x</a><a href="../index.html#top">x</a>')
    (tmp_path / "index.html").write_text(f'<p id="top">{fine}')
    assert list(module.faults(tmp_path)) == []
    (tmp_path / "index.html").write_text(f'<p id="top">{fine}{html}')
    assert list(module.faults(tmp_path)) == [f"index.html:1: {BROKEN[html]}"]


@pytest.mark.long
def test_the_build_refuses_what_leads_nowhere(root: Path, tmp_path: Path) -> None:
    copied = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", "data", "gold", "baselines", "exports")
    for name in ("docs", "dataset", "eval", "benchmarks", "seeds"):
        shutil.copytree(root / name, copied / name, ignore=ignored)
    (copied / "annotation").mkdir()
    for name in ("annotation/GUIDELINES.md", "mkdocs.yml", *(path.name for path in root.glob("*.md"))):
        shutil.copy(root / name, copied / name)
    page = copied / "docs" / "lost.md"
    page.write_text("[a](gone.md), [b](../dataset/gone.py), [c](faults.md#gone), [d](/faults.md), [e](faults/)\n")
    done = build_site(copied, tmp_path / "built")
    assert done.returncode != 0, done.stderr
    for told in (
        "'lost.md'",  # it is in no menu
        "'gone.md'",
        "'../dataset/gone.py'",
        "'faults.md#gone'",
        "'/faults.md'",
        "'faults/'",
    ):
        assert told in done.stderr


class Reading(HTMLParser):
    """What a page says, and of which elements it consists."""

    ELEMENTS = frozenset(
        {"blockquote", "em", "h1", "h2", "h3", "h4", "li", "ol", "pre", "strong", "td", "th", "tr", "ul"}
    )

    def __init__(self, html: str, only: str = "") -> None:
        super().__init__()
        self.only = only
        self.on = not only
        self.elements = Counter[str]()
        self.said = list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.on = self.on or tag == self.only
        self.elements[tag] += self.on and tag in self.ELEMENTS

    def handle_endtag(self, tag: str) -> None:
        self.on = self.on and tag != self.only

    def handle_data(self, data: str) -> None:
        self.said += re.findall(r"\S", data.replace("¶", "")) if self.on else []


@hooks
def test_every_page_reads_as_it_does_in_the_repository(root: Path, site: Path, module: ModuleType) -> None:
    """By the parser of another project, which reads Markdown as GitHub does."""
    parser = MarkdownIt("commonmark").enable("table")
    docs = [path.relative_to(root / "docs").as_posix() for path in (root / "docs").rglob("*.md")]
    pages = {*docs, *module.OUTSIDE}
    assert len(pages) > 55
    notebooks = {"notebooks/loading.md", "notebooks/errors.md"}
    for uri in sorted(pages - {"reference.md"}):
        source = (root / uri if uri in module.OUTSIDE else root / "docs" / uri).read_text(encoding="utf-8")
        text = re.sub(r"\A---\n.*?^---\n", "", source, flags=re.DOTALL | re.MULTILINE)
        text = module.relinked(text, uri, pages | notebooks, root)
        there = Reading(parser.render(text))
        built = uri.removesuffix("README.md") + "index.html" if uri.endswith("README.md") else f"{uri[:-3]}.html"
        here = Reading((site / built).read_text(encoding="utf-8"), "article")
        assert here.elements == there.elements, uri
        assert "".join(here.said) == "".join(there.said), uri


RELINKED = {
    "[How](../docs/extend.md#a)": "[How](../extend.md#a)",
    "[`R1`](../annotation/GUIDELINES.md)": "[`R1`](../annotation/GUIDELINES.md)",
    "[README](../README.md#x)": "[README](../index.md#x)",
    "[a book](../docs/notebooks/errors.ipynb)": "[a book](../notebooks/errors.md)",
    "[index.py](../docs/hooks.py), [`hooks.py`](../docs/hooks.py)": "index.py (`docs/hooks.py`), `docs/hooks.py`",
    "[systems/](../docs/systems)": "`docs/systems`",
    "[gone](../gone.py)": "[gone](../gone.py)",
    "[out](https://a.example/x.py), [here](#x)": "[out](https://a.example/x.py), [here](#x)",
    "`[a](../docs/hooks.py)` ``[`a`](../docs/hooks.py)``": "`[a](../docs/hooks.py)` ``[`a`](../docs/hooks.py)``",
    "```\n[a](../docs/hooks.py)\n```": "```\n[a](../docs/hooks.py)\n```",
}


@hooks
@pytest.mark.parametrize("markdown", RELINKED)
def test_a_link_of_the_repository_leads_to_a_page_or_is_a_path(markdown: str, module: ModuleType, root: Path) -> None:
    pages = {"extend.md", "annotation/GUIDELINES.md", "index.md", "notebooks/errors.md", "seeds/README.md"}
    assert module.relinked(markdown, "seeds/README.md", pages, root) == RELINKED[markdown]


LISTS = {
    "a paragraph above": "One:\n- a\n- b\n  goes on\n",
    "nested twice, by two and by three": "- a\n  - b\n    - c\n  - d\n\n1. e\n   - f\n   - g\n2. h\n",
    "a table and a paragraph in an item": "- a:\n\n  | x | y |\n  |---|---|\n  | `p\\|q` | r |\n\n  More.\n- b\n",
    "code in an item": "- a:\n\n  ```text\n  - no item\n    | no `\\|` row |\n  ```\n- b\n",
    "a number in a paragraph": "It was in\n2022. Then\n1. a\n2. b\n",
    "code beside it": "```text\nx\n- no\n```\n\nAfter.\n",
    "a paragraph behind": "- a\n- b\n\nAfter:\n- c\n",
}


@dialect
@pytest.mark.parametrize("case", LISTS)
def test_lists_are_read_alike_by_both_parsers(case: str, module: ModuleType) -> None:
    import markdown

    ours = markdown.markdown(
        module.for_python_markdown(LISTS[case]), extensions=["sane_lists", "tables", "pymdownx.superfences"]
    )
    here, there = Reading(ours), Reading(MarkdownIt("commonmark").enable("table").render(LISTS[case]))
    assert here.elements == there.elements
    assert here.said == there.said


@pytest.mark.parametrize("module", ["dialect", "docstrings"], indirect=True)
def test_the_examples_of_what_the_site_is_made_with_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@links
def test_the_reference_has_every_public_name(site: Path, module: ModuleType) -> None:
    page = module.Read()
    page.feed((site / "reference.html").read_text(encoding="utf-8"))
    for package in (onrecord.dataset, onrecord.eval):
        assert {f"{package.__name__}.{name}" for name in package.__all__} <= page.anchors
    text = (site / "reference.html").read_text(encoding="utf-8")
    assert re.findall(r":(?:func|mod|class|attr):|&gt;&gt;&gt;</p>|<blockquote>", text) == []

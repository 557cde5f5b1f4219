"""What MkDocs is told beside ``mkdocs.yml``: pages that stand outside of ``docs/``, notebooks, and links between them.

Pages are written for whoever reads them in the repository, with links from file to file. On the site a link to a page
leads to that page; one to any other file, which the site does not have, becomes the file's path as code: no address of
the repository is known here that it could lead to.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Link, Navigation
from mkdocs.structure.pages import Page

from dialect import for_python_markdown

OUTSIDE = (
    "annotation/GUIDELINES.md",
    "benchmarks/README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "DATASHEET.md",
    "dataset/LICENSE-DATA.md",
    "dataset/README.md",
    "eval/results/README.md",
    "SECURITY.md",
    "seeds/README.md",
)
"""Pages outside of ``docs/``: on the site they stand where they do in the repository."""

START = "README.md"
"""What the site's first page is the counterpart of."""

BOARD = "board/index.html"
"""The leaderboard: ``make site`` builds it into the site, MkDocs knows nothing of it."""

_PIECES = re.compile(
    r"(?P<fence>^ *(?P<mark>```+|~~~+).*?^ *(?P=mark) *$)"
    r"|\[(?P<text>(?:`[^`\n]*`|[^\[\]`])*)\]\((?P<target>[^()\s]+)\)"
    r"|(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))",
    re.DOTALL | re.MULTILINE,
)
"""Fences, links, code within a line: a link that stands in one of the others is none."""

_OF_PANDAS = re.compile(r'<style scoped>.*?</style>\s*| border="1" class="dataframe"', re.DOTALL)
"""How pandas draws a table, which the site draws as any other."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages outside of ``docs/``, and a page for each notebook, which itself is there to be downloaded."""
    root = root_of(config)
    for name in OUTSIDE:
        files.append(File.generated(config, name, abs_src_path=str(root / name)))
    for file in [each for each in files if each.src_uri.endswith(".ipynb")]:
        content = notebook_page(json.loads(file.content_string), file.name)
        files.append(File.generated(config, page_of_notebook(file.src_uri), content=content))
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Put the board first among the pages on submissions; in ``mkdocs.yml`` it would be a page that is not there."""
    (section,) = [each for each in nav.items if each.title == "Submit"]
    assert section.children is not None
    section.children.insert(0, Link("The board", BOARD))
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead the links of a page to pages of the site, and write it as Python-Markdown reads it."""
    return for_python_markdown(relinked(markdown, page.file.src_uri, set(files.src_uris), root_of(config)))


def root_of(config: MkDocsConfig) -> Path:
    """The checkout."""
    return Path(config.docs_dir).parent


def page_of_notebook(uri: str) -> str:
    """Where the page of a notebook stands."""
    return uri.removesuffix(".ipynb") + ".md"


def relinked(markdown: str, uri: str, pages: set[str], root: Path) -> str:
    """The text of a page with its links as the site needs them.

    Args:
        markdown: The text, with links from file to file of the repository.
        uri: Where the page stands on the site.
        pages: Where every file of the site stands.
        root: The checkout. A link to what is not there either is left as it is, for MkDocs to refuse.
    """
    here = posixpath.dirname(uri if uri in OUTSIDE else f"docs/{uri}")

    def relink(found: re.Match[str]) -> str:
        text, target = found["text"], found["target"]
        if target is None or re.match(r"#|[a-z]+:", target):
            return found[0]
        path, hash, anchor = target.partition("#")
        named = posixpath.normpath(posixpath.join(here, path))
        place = place_of(named)
        if place in pages:
            return f"[{text}]({posixpath.relpath(place, posixpath.dirname(uri) or '.')}{hash}{anchor})"
        if not (root / named).exists():
            return found[0]
        return f"`{named}`" if text.strip("`/") in (path, named, posixpath.basename(named)) else f"{text} (`{named}`)"

    return _PIECES.sub(relink, markdown)


def place_of(named: str) -> str:
    """Where a file of the repository stands on the site, if it does."""
    if named == START:
        return "index.md"
    if named in OUTSIDE:
        return named
    within = named.removeprefix("docs/")
    if within == named:
        return ""
    return page_of_notebook(within) if within.endswith(".ipynb") else within


def notebook_page(notebook: dict[str, Any], name: str) -> str:
    """A notebook as Markdown: its texts, its code, and under it what the code printed and showed."""
    parts = list[str]()
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        parts += shown(cell["outputs"])
    first, *others = parts
    download = f'<a href="{name}.ipynb" download>The notebook itself</a>'
    return "\n\n".join([first, download, *others]) + "\n"


def shown(outputs: list[dict[str, Any]]) -> Iterator[str]:
    """What a cell printed or showed: a table where it has one, else the text."""
    for output in outputs:
        data = output.get("data", {})
        if "text/html" in data:
            yield _OF_PANDAS.sub("", "".join(data["text/html"]))
        else:
            said = "".join(data.get("text/plain", output.get("text", "")))
            yield f"```text\n{said.rstrip()}\n```"

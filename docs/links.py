"""Check a folder of HTML pages with no network: links and anchors lead somewhere, nothing is loaded from elsewhere.

``make site`` runs ``python docs/links.py results/site``, which prints what is wrong and ends with 1 where anything is.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = frozenset(
    {"stylesheet", "icon", "shortcut", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "manifest"}
)
"""What ``rel`` of a ``link`` makes a browser ask for its address."""
ATTRIBUTES = ("src", "href", "data", "poster", "action")
_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


@dataclass(frozen=True)
class Link:
    """An address on a page."""

    line: int
    target: str
    loads: bool
    """Whether a browser asks for it with no click."""


@dataclass
class Read(HTMLParser):
    """What a page has of anchors and links."""

    anchors: set[str] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)
    styled: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the anchors and links of a tag."""
        given = {name: value or "" for name, value in attrs}
        self.styled = tag == "style"
        self.anchors.update(value for name, value in given.items() if name == "id" or (tag, name) == ("a", "name"))
        loads = tag not in ("a", "area", "form") and (tag != "link" or bool(LOADING & {*given.get("rel", "").split()}))
        line = self.getpos()[0]
        self.links += [Link(line, given[name], loads) for name in ATTRIBUTES if name in given]
        self.links += [Link(line, each.split()[0], True) for each in re.split(r",\s+", given.get("srcset", "")) if each]
        self.links += [Link(line, each, True) for each in styles(given.get("style", ""))]

    def handle_data(self, data: str) -> None:
        """Take the addresses in a style."""
        if self.styled:
            self.links += [Link(self.getpos()[0], each, True) for each in styles(data)]

    def handle_endtag(self, tag: str) -> None:
        """A style ends."""
        self.styled = False


def styles(text: str) -> list[str]:
    """The addresses in a style sheet, those that hold their data themselves left out."""
    found = (first or second for first, second in _STYLE.findall(text))
    return [each for each in found if not each.startswith("data:")]


def faults(folder: Path) -> Iterator[str]:
    """What is wrong on the pages and in the style sheets of a folder, a line each."""
    pages = {}
    for path in sorted(folder.rglob("*.html")):
        pages[path.relative_to(folder).as_posix()] = read = Read()
        read.feed(path.read_text(encoding="utf-8"))
    for name, page in pages.items():
        for link in page.links:
            if why := wrong(folder, pages, name, link):
                yield f"{name}:{link.line}: {link.target}: {why}"
    for path in sorted(folder.rglob("*.css")):
        for target in styles(path.read_text(encoding="utf-8")):
            name = path.relative_to(folder).as_posix()
            if why := wrong(folder, pages, name, Link(0, target, True)):
                yield f"{name}: {target}: {why}"


def wrong(folder: Path, pages: dict[str, Read], name: str, link: Link) -> str | None:
    """What is wrong with a link, if anything."""
    parts = urlsplit(link.target)
    if parts.scheme in ("data", "mailto"):
        return None
    if parts.scheme or parts.netloc:
        return "is loaded from elsewhere" if link.loads else None
    if parts.path.startswith("/") and name != "404.html":  # that page is shown at any depth
        return "is from the root of a host, where the site may not stand"
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)).lstrip("/"))
    target = name if not parts.path else path
    if (folder / target).is_dir():
        target = posixpath.normpath(f"{target}/index.html")
    if not (folder / target).is_file():
        return "there is no such file"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
        return f"{target} has no such anchor"
    return None


def main(folder: str) -> int:
    """Print what is wrong."""
    found = list(faults(Path(folder)))
    print("\n".join(found) if found else f"{folder}: every link leads somewhere")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

"""A datasheet: Markdown whose sections have ids, so that metadata take its sentences instead of saying them again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

NAME = "DATASHEET.md"
"""Where it lies in a corpus."""

_SECTION = re.compile(r"^### ([A-Z]\d+)\. .*\n", re.MULTILINE)
_NEXT = re.compile(r"^##+ ", re.MULTILINE)
_GENERATED = re.compile(r"<!-- generated: .*?<!-- end -->|<!--.*?-->", re.DOTALL)
_LEAD = re.compile(r"\*\*([^*]+?)[.:]?\*\*")
_ITEM = re.compile(r"[-*] |\d+\. ")


def sections(markdown: str) -> Mapping[str, str]:
    """The sections as plain text, without their generated parts.

    Args:
        markdown: A datasheet. A section begins with a heading such as ``### L1. How the data was acquired``.

    Returns:
        By id: ``L1`` is the whole section, ``P1/Cleaning`` those paragraphs of it from one that begins with the bold
        words "Cleaning" to before the next such one. A paragraph is a line, and so is an item of a list.
    """
    found: dict[str, str] = {}
    for heading in _SECTION.finditer(markdown):
        after = _NEXT.search(markdown, heading.end())
        text = _GENERATED.sub("", markdown[heading.end() : after.start() if after else len(markdown)])
        paragraphs = [each.strip() for each in re.split(r"\n\s*\n", text) if each.strip()]
        found[heading[1]] = "\n".join(map(_plain, paragraphs))
        for lead, part in _parts(paragraphs):
            found[f"{heading[1]}/{lead}"] = "\n".join(map(_plain, part))
    return found


def _parts(paragraphs: list[str]) -> Iterator[tuple[str, list[str]]]:
    leads = {place: lead[1] for place, each in enumerate(paragraphs) if (lead := _LEAD.match(each))}
    for place, until in itertools.pairwise([*leads, len(paragraphs)]):
        yield leads[place], paragraphs[place:until]


def _plain(paragraph: str) -> str:
    """A paragraph or a list without marks, a line for the paragraph or for each item."""
    lines: list[str] = []
    for line in paragraph.splitlines():
        if lines and not _ITEM.match(line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line.strip())
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", "\n".join(lines))
    return re.sub(r"\*\*|`|(?<![\w*])\*(?=\w)|(?<=\w)\*(?![\w*])", "", text)

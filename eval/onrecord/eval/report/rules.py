"""The rules of guidelines by their names, so that a page may say what decided an item."""

from __future__ import annotations

import re

_RULE = re.compile(r"^\*\*([A-Z]{1,3}[0-9]{1,3})\*\*\s*(.*)")
_MARKUP = re.compile(r"(?<![\w*])[*_]{1,2}(?=\S)(.+?)(?<=\S)[*_]{1,2}(?![\w*])")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")

MOST_RULE = 4000
"""Characters of a rule that are kept."""


def rules_of(guidelines: str) -> dict[str, str]:
    r"""What each rule says, by its name, as plain text.

    A rule is a paragraph that begins with its name in bold, such as ``**E1** *Name.* The whole name ...``, with what
    follows it up to the next rule or heading. Of two of one name the first stands.

    >>> rules_of("**E1** *Name.* The whole\nname: `Nora`.\n\n## More\n\nNothing.")
    {'E1': 'Name. The whole name: `Nora`.'}
    """
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in guidelines.splitlines():
        rule = _RULE.match(line)
        if rule is not None:
            current = [rule[2]]
            found.setdefault(rule[1], current)
        elif line.startswith("#"):
            current = None
        elif current is not None:
            current.append(line.strip())
    return {name: _plain(lines) for name, lines in found.items()}


def _plain(lines: list[str]) -> str:
    """Paragraphs as one line each, without emphasis and links; what stands in backticks is kept."""
    paragraphs = re.split(r"\n\n+", "\n".join(lines).strip())
    text = "\n".join(" ".join(each.split()) if "\n|" not in f"\n{each}" else each for each in paragraphs)
    return _LINK.sub(r"\1", _MARKUP.sub(r"\1", text))[:MOST_RULE]

"""GitHub's Markdown as Python-Markdown takes it: lists, and bars in the code of a table.

Python-Markdown wants a blank line before a list and four spaces for whatever stands in an item. It shows the backslash
before a bar in code, without which GitHub would end the cell there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ITEM = re.compile(r"(?P<indent> *)(?P<mark>[-*+]|(?P<number>\d{1,9})[.)])(?P<gap> +)(?=\S)")
_FENCE = re.compile(r" *(```+|~~~+)")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
STEP = 4
"""Spaces that Python-Markdown wants for each level."""


def for_python_markdown(text: str) -> str:
    r"""The same page in the other dialect.

    >>> print(for_python_markdown("Two:\n- one\n  - within\n\n| `a\\|b` |"))
    Two:
    <BLANKLINE>
    - one
        - within
    <BLANKLINE>
    | `a|b` |
    """
    lines = _Lines()
    for line in text.split("\n"):
        lines.take(line)
    return "\n".join(lines.taken)


@dataclass
class _Lines:
    """The lines so far, and in which items of lists the next one stands."""

    taken: list[str] = field(default_factory=list)
    contents: list[int] = field(default_factory=list)
    """Where the content of each open item begins, from the outermost on."""
    listed: bool = False
    """Whether the block that the last line stands in has begun an item."""
    fence: str = ""
    """What ends the fence that is open, if one is."""

    def take(self, line: str) -> None:
        """Add a line."""
        indent = len(line) - len(line.lstrip(" "))
        after_blank = not self.taken or not self.taken[-1].strip()
        if self.fence:
            self._put(line, indent)
            if re.fullmatch(rf" *{self.fence[0]}{{{len(self.fence)},}} *", line):
                self.fence = ""
            return
        item = _ITEM.match(line)
        if item is not None and (self.contents or after_blank or item["number"] in (None, "1")):
            self._close(indent)
            if not after_blank and not self.listed:
                self.taken.append("")
            self.listed = True
            self.taken.append(" " * STEP * len(self.contents) + line[indent:])
            self.contents.append(item.end())
            return
        if line.strip() and after_blank:
            self._close(indent)
            self.listed = False
        if opened := _FENCE.match(line):
            self.fence = opened[1]
        self._put(_bare_bars(line) if line.lstrip().startswith("|") else line, indent)

    def _close(self, indent: int) -> None:
        while self.contents and indent < self.contents[-1]:
            self.contents.pop()

    def _put(self, line: str, indent: int) -> None:
        within = self.contents[-1] if self.contents else 0
        rest = line[min(indent, within) :]
        self.taken.append((" " * STEP * len(self.contents) if rest.strip() else "") + rest)


def _bare_bars(row: str) -> str:
    return _CODE.sub(lambda code: code[0].replace(r"\|", "|"), row)

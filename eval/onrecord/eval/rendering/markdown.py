"""Foreign text in Markdown, so that it is text and nothing else."""

from __future__ import annotations

import re

from onrecord.eval.rendering.html import visible

_MARKUP = re.compile(r"[!#$&*<>@\\\[\]^_`{|}~]")
"""Characters that mean something in Markdown or HTML, wherever they stand."""

_LINKS = re.compile(r"(?i)\b(?:www|https?|ftp|mailto|xmpp)(?=[.:])|\bgh(?=-\d)")
"""Words that a renderer makes a link of; their first letter is written as a reference."""

_COLONS = re.compile(r":(?=/|[\w+-]+:)")
"""Colons of an address or of an emoji."""


def inert(text: str) -> str:
    """Text that Markdown shows as it is: no link, mention, image, markup or end of a cell.

    >>> inert("@team [a](b) | <b>")
    '&#64;team &#91;a&#93;(b) &#124; &#60;b&#62;'
    """
    shown = _MARKUP.sub(_reference, plain(text))
    shown = _COLONS.sub("&#58;", shown)
    return _LINKS.sub(lambda match: f"&#{ord(match[0][0])};{match[0][1:]}", shown)


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def plain(text: str) -> str:
    r"""Text on one line, control characters escaped.

    >>> plain("a\nb\x1b[1m")
    'a\\nb\\x1b[1m'
    """
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")

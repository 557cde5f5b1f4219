"""Foreign text in Markdown, so that it is text and nothing else."""

from __future__ import annotations

import re

from onrecord.dataset.reading.foreign import one_line

_MARKUP = re.compile(r"[!#$&*<>@\\\[\]^_`{|}~]")
"""Characters that mean something in Markdown or HTML, wherever they stand."""

_ACTING = re.compile(
    r"(?i)@|#\d|\bgh-\d|\b[0-9a-f]{7,40}\b|:[\w+-]+:|\b(?:www|https?|ftp|mailto|xmpp)[.:]|\b[a-z][a-z0-9+.-]*://"
)
"""What is made a link, a mention, a mail address or a picture of: in the text that is shown, and so also where it is
written as references. It is left alone in code."""


def inert(text: str) -> str:
    """Text that Markdown shows as it is: no link, mention, mail address, image, markup or end of a cell.

    >>> inert("[a](b) | <b>"), inert("@team or a@b.org")
    ('&#91;a&#93;(b) &#124; &#60;b&#62;', '`@team or a@b.org`')
    """
    shown = one_line(text)
    return _code(shown) if _ACTING.search(shown) else _MARKUP.sub(_reference, shown)


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _code(text: str) -> str:
    """Text as code. A bar would end a cell even there, and is written as an escape."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    blank = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{blank}{text.replace('|', chr(92) + 'x7c')}{blank}{fence}"

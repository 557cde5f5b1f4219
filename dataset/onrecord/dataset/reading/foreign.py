r"""What others wrote, to be looked at: no letter of it is unseen, turns others around, or tells a terminal anything.

Everything that is written for people goes through here: to a terminal, into HTML, Markdown and CSV. Each of these
escapes besides what has a meaning in itself.
"""

from __future__ import annotations

import json
import re
import unicodedata

_BLANK = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters that show nothing, whatever their category says: Unicode's Default_Ignorable_Code_Point, and a blank
pattern of Braille."""

_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Categories of characters that are not seen as such."""


def is_unseen(char: str) -> bool:
    """Whether a character shows nothing or changes how others are shown; white space that has a width does not."""
    return unicodedata.category(char) in _UNSEEN or _BLANK.match(char) is not None


def visible(text: str, kept: str = "\n\t") -> str:
    r"""Text in which characters that cannot be seen, or that turn others around, are written as escapes.

    Args:
        text: The text.
        kept: Characters that are left as they are.

    >>> visible("a\u202eb\x1b[1m\u3164")
    'a\\u202eb\\x1b[1m\\u3164'
    """
    if text.isprintable() and (text.isascii() or _BLANK.search(text) is None):
        return text
    return "".join(_escape(char) if char not in kept and is_unseen(char) else char for char in text)


def one_line(text: str) -> str:
    r"""The same on one line.

    >>> one_line("a\nb")
    'a\\nb'
    """
    return visible(text, kept="")


def plain(text: str) -> str:
    """Text on one line in which every character but a blank has an ink of its own: for what is compared letter by
    letter, such as a value that is no valid one. Narrow and wide blanks are escapes too.
    """
    if text.isprintable() and (text.isascii() or _BLANK.search(text) is None):
        return text
    return "".join(char if char.isprintable() and _BLANK.match(char) is None else _escape(char) for char in text)


def visible_json(text: str) -> str:
    r"""JSON, or lines of it, with such characters as JSON's own escapes: it says the same.

    >>> visible_json('{"a": "\u202e"}')
    '{"a": "\\u202e"}'
    """
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(json.dumps(char)[1:-1] if char not in "\r\n\t" and is_unseen(char) else char for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
